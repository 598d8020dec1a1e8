package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"onedoor/app/health"
	"onedoor/sync/engine"
)

// state tells how things stand at the moment of a scrape.
type state struct {
	cfg Config

	problem, since, severity         *prometheus.Desc
	waiting, oldest, bytes, sequence *prometheus.Desc
	items                            *prometheus.Desc
	link, contact                    *prometheus.Desc
	build                            *prometheus.Desc
}

func newState(cfg Config) *state {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("onedoor_"+name, help, labels, nil)
	}
	return &state{
		cfg:      cfg,
		problem:  desc("problem", "1 while the problem is shown; every code of the list is there.", "code", "severity"),
		since:    desc("problem_since_seconds", "For how long a problem has stood.", "code"),
		severity: desc("severity", "The worst problem: 0 none, 1 info, 2 warning, 3 blocks something, 4 blocks everything."),
		waiting:  desc("outbox_waiting_items", "Items that central does not have yet."),
		oldest:   desc("outbox_oldest_seconds", "For how long the oldest of them has waited."),
		bytes:    desc("outbox_waiting_bytes", "Their bytes, as they travel."),
		sequence: desc("outbox_sequence", "The last durable sequence."),
		items:    desc("outbox_items", "Items by state.", "state"),
		link:     desc("link", "1 for the state of the link to central.", "state"),
		contact:  desc("link_contact_seconds", "Since central last answered; absent before the first time."),
		build:    desc("catalogue", "1, with the version of the catalogue of services.", "version"),
	}
}

// Describe implements prometheus.Collector.
func (s *state) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, ch) }

// Collect implements prometheus.Collector.
func (s *state) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now := s.cfg.Now()
	problems := s.cfg.Problems()
	for _, k := range health.Kinds() {
		v := 0.0
		for _, p := range problems {
			if p.Code == k.Code {
				v = 1
				gauge(s.since, max(0, now.Sub(p.Since).Seconds()), string(k.Code))
			}
		}
		gauge(s.problem, v, string(k.Code), k.Severity.String())
	}
	worst := 0.0
	if len(problems) > 0 {
		worst = float64(problems[0].Severity) + 1
	}
	gauge(s.severity, worst)

	o := s.cfg.Outbox()
	gauge(s.waiting, float64(o.Waiting))
	age := 0.0
	if !o.Oldest.IsZero() {
		age = max(0, now.Sub(o.Oldest).Seconds())
	}
	gauge(s.oldest, age)
	gauge(s.bytes, float64(o.Bytes))
	gauge(s.sequence, float64(o.LastSequence))
	for state, n := range o.ByState {
		gauge(s.items, float64(n), string(state))
	}

	l := s.cfg.Link()
	for _, state := range []engine.Link{engine.Unknown, engine.Online, engine.Offline} {
		v := 0.0
		if l.Link == state {
			v = 1
		}
		gauge(s.link, v, state.String())
	}
	if !l.LastContact.IsZero() {
		gauge(s.contact, max(0, now.Sub(l.LastContact).Seconds()))
	}
	gauge(s.build, 1, s.cfg.Version)
}
