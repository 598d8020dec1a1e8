package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onedoor/app/audit"
	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/app/metrics"
	"onedoor/device"
	"onedoor/sync/outbox"
)

// openHealth makes the board, which knows the former runs' history, and looks once: nobody is invited before it is known
// whether they can be served. watch keeps looking.
func (n *Node) openHealth(cfg Config, dev devices) (watch func(context.Context) error, err error) {
	logger := cfg.Logger.With("part", "health")
	look := observe.Config{
		Now: cfg.Now, Outbox: n.outbox, Link: n.engine, Clock: n.clock.Estimate, Power: cfg.Power, More: append([]func(time.Time) []health.Observation{n.accountable(), n.shut}, cfg.More...),
		Devices: map[health.Device]observe.Device{health.CardReader: dev.reader, health.ReceiptPrinter: dev.printer},
	}
	free := cfg.Free
	if free == nil {
		free = outbox.Free
	}
	look.Free = func() (int64, error) { return free(cfg.File.Data) }
	if dev.scanner != nil {
		look.Devices[health.CodeScanner] = dev.scanner
	}
	if look.Power == nil {
		look.Power = os.DirFS("/sys/class/power_supply")
	}
	if cfg.File.Voice != "" {
		there := observe.Program(cfg.File.Voice)
		look.Voice = func() bool { return n.helpers.sound.speaks && there() }
	}
	if cfg.Path != "" {
		if look.Changed, err = observe.ConfigWatch(cfg.Path); err != nil {
			return nil, err
		}
	}
	mark := filepath.Join(cfg.File.Data, "running")
	crashed, err := observe.BeginRun(mark)
	if err != nil {
		logger.Warn("a crash of this run will not be noticed", "err", err)
	} else {
		n.mark = mark
	}
	if crashed {
		look.Crashed = cfg.Now()
		logger.Warn("the former run did not end by itself")
	}
	file := filepath.Join(cfg.File.Data, observe.HistoryFile)
	history, err := observe.LoadHistory(file)
	if err != nil {
		logger.Warn("the history of problems begins anew", "err", err)
	}
	n.board = health.NewBoard(health.BoardConfig{History: history})
	observer, err := observe.New(look)
	if err != nil {
		return nil, err
	}
	n.board.Observe(cfg.Now(), observer.Look())
	return func(ctx context.Context) error { return observer.Run(ctx, n.board, file, logger) }, nil
}

// accountable looks at what staff's work depends on: the audit log, and the list of who they are, which is on disk and changes by
// the day.
func (n *Node) accountable() func(time.Time) []health.Observation {
	const every = 2 * time.Second
	var looked time.Time
	old := false
	return func(now time.Time) (all []health.Observation) {
		if err := n.Audit.Err(); err != nil && !errors.Is(err, audit.ErrClosed) || n.Audit.Altered() {
			all = append(all, health.Observation{Code: health.AuditBroken})
		}
		if now.Sub(looked).Abs() >= every {
			looked, old = now, n.Staff.RosterOld()
		}
		if old {
			all = append(all, health.Observation{Code: health.StaffRosterOld})
		}
		return all
	}
}

// Health is what is wrong here.
func (n *Node) Health() *health.Board { return n.board }

// Status is how a device is; the zero Status is of one that the kiosk does not have.
func (n *Node) Status(d health.Device) device.Status {
	switch {
	case d == health.CardReader:
		return n.devices.reader.Status()
	case d == health.ReceiptPrinter:
		return n.devices.printer.Status()
	case d == health.CodeScanner && n.devices.scanner != nil:
		return n.devices.scanner.Status()
	}
	return device.Status{}
}

// Ping asks whether those who must never hang answer: the visit's loop, and the one who makes items durable.
func (n *Node) Ping(ctx context.Context) error {
	if err := n.Kiosk.Ping(ctx); err != nil {
		return err
	}
	return n.outbox.Ping(ctx)
}

// Sentence says how the kiosk stands, for operators.
func (n *Node) Sentence() string {
	all := n.board.Problems()
	var codes []string
	for _, p := range all {
		if p.Severity > health.Info {
			codes = append(codes, string(p.Code))
		}
	}
	s := "Serving"
	if _, closed := all.Closed(); closed {
		s = "Serving nobody"
	}
	s += fmt.Sprintf("; link %s; %d waiting", n.engine.Status().Link, n.outbox.Stats().Waiting)
	if len(codes) > 0 {
		s += "; " + strings.Join(codes, ", ")
	}
	return s
}

// metricsServer counts, and answers if the configuration says where.
type metricsServer struct {
	counts *metrics.Metrics
	at     string
	stop   func()
}

func (n *Node) openMetrics(ctx context.Context, cfg Config, services *catalog.Catalogue) (err error) {
	n.metrics.counts, err = metrics.New(metrics.Config{Problems: n.board.Problems, Outbox: n.outbox.Stats, Link: n.engine.Status, Now: cfg.Now,
		Version: services.Version})
	if err != nil || cfg.File.Metrics == "" {
		return err
	}
	at, stop, err := n.metrics.counts.Serve(ctx, cfg.File.Metrics)
	switch {
	case errors.Is(err, metrics.ErrNotLoopback):
		return err
	case err != nil:
		cfg.Logger.Error("nobody can ask for metrics", "err", err) // citizens are served all the same
		return nil
	}
	n.metrics.at, n.metrics.stop = at.String(), stop
	return nil
}

func (m *metricsServer) close() {
	if m.stop != nil {
		m.stop()
	}
}

// MetricsAddr is where metrics are answered, HOST:PORT; empty where they are not.
func (n *Node) MetricsAddr() string { return n.metrics.at }
