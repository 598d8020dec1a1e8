// Package metrics counts what a kiosk does and tells it to Prometheus, on this machine only.
//
// It guarantees that no label and no value holds anything of a person, that every label has a closed set of values, that a
// scrape waits for nothing but memory, and that nobody off this machine is answered. It has a registry of its own.
package metrics

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/visit"
	"onedoor/device/printer"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
)

// Config is what New needs. All fields are required.
type Config struct {
	Problems func() health.Problems
	Outbox   func() outbox.Stats
	Link     func() engine.Status
	Now      func() time.Time
	Version  string // of the catalogue
}

// Metrics is a kiosk.Meter whose numbers can be scraped.
type Metrics struct {
	cfg      Config
	registry *prometheus.Registry

	visits   prometheus.Counter
	finished prometheus.Counter
	left     *prometheus.CounterVec
	cards    *prometheus.CounterVec
	prints   *prometheus.CounterVec
	accepted *prometheus.HistogramVec
}

var _ kiosk.Meter = (*Metrics)(nil)

// New makes all series, at zero, so that a dashboard knows each before anything happened.
func New(cfg Config) (*Metrics, error) {
	if cfg.Problems == nil || cfg.Outbox == nil || cfg.Link == nil || cfg.Now == nil {
		return nil, errors.New("new metrics: nothing to look at")
	}
	m := &Metrics{
		cfg: cfg, registry: prometheus.NewRegistry(),
		visits:   prometheus.NewCounter(prometheus.CounterOpts{Name: "onedoor_visits_total", Help: "Visits that began."}),
		finished: prometheus.NewCounter(prometheus.CounterOpts{Name: "onedoor_visits_finished_total", Help: "Visits in which somebody got what they came for: a case accepted, or news of one."}),
		left: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "onedoor_visits_left_total", Help: "Visits that ended before, by the step in which they were left."},
			[]string{"step"}),
		cards:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "onedoor_card_reads_total", Help: "Cards that were laid down, by whether they could be read."}, []string{"result"}),
		prints: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "onedoor_prints_total", Help: "Receipts that were sent to the printer, by what came of them."}, []string{"outcome"}),
		accepted: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "onedoor_accept_seconds", Help: "From the confirmation to its being durable on disk, or not.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"result"}),
	}
	for s := visit.Attract; s <= visit.Goodbye; s++ {
		if s.Personal() {
			m.left.WithLabelValues(s.String())
		}
	}
	for _, ok := range []bool{true, false} {
		m.cards.WithLabelValues(result(ok))
		m.accepted.WithLabelValues(result(ok))
	}
	for _, o := range []printer.Outcome{printer.Printed, printer.NotPrinted, printer.Unknown} {
		m.prints.WithLabelValues(string(o))
	}
	for _, c := range []prometheus.Collector{m.visits, m.finished, m.left, m.cards, m.prints, m.accepted, newState(cfg),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		if err := m.registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func result(ok bool) string {
	if ok {
		return "ok"
	}
	return "failed"
}

// Began implements kiosk.Meter.
func (m *Metrics) Began() { m.visits.Inc() }

// Ended implements kiosk.Meter.
func (m *Metrics) Ended(at visit.State, finished bool) {
	if finished {
		m.finished.Inc()
		return
	}
	m.left.WithLabelValues(at.String()).Inc()
}

// CardRead implements kiosk.Meter.
func (m *Metrics) CardRead(ok bool) { m.cards.WithLabelValues(result(ok)).Inc() }

// Accepted implements kiosk.Meter.
func (m *Metrics) Accepted(ok bool, took time.Duration) {
	m.accepted.WithLabelValues(result(ok)).Observe(took.Seconds())
}

// Printed implements kiosk.Meter.
func (m *Metrics) Printed(o printer.Outcome) { m.prints.WithLabelValues(string(o)).Inc() }
