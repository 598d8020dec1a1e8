// Package node is a kiosk without its window: devices, outbox, sync and the visit, wired together.
//
// Start opens in order and, if one part fails, closes those before it; Stop closes in reverse and is bounded. Whoever
// starts a Node shows its views and sends it intents: the Fyne window in cmd/kiosk, a scripted visitor in tests.
package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"onedoor/app/audit"
	"onedoor/app/backroom"
	"onedoor/app/catalog"
	"onedoor/app/config"
	"onedoor/app/console"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/health/observe"
	"onedoor/app/kiosk"
	"onedoor/app/receipt"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/assets/dictionaries"
	"onedoor/sync/clock"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// Config is what Start needs.
type Config struct {
	File   config.Config
	Show   func(kiosk.View) // called for each new view; must not block
	Now    func() time.Time
	Logger *slog.Logger
	Idle   kiosk.Idle                      // zero: the defaults
	Path   string                          // of File, which is looked at for changes; empty: it is not
	Free   func(dir string) (int64, error) // bytes free on a medium; nil asks the system
	Power  fs.FS                           // as /sys/class/power_supply, which nil means
	// Limits are the queue's, and Validity that of the list of staff without word from central; zero: as File says.
	Limits   outbox.Limits
	Validity time.Duration
	// StopLimit is the longest that Stop waits for the visit, and then for the devices; zero: five seconds.
	StopLimit time.Duration
	// More tells what other parts of the program know to be wrong: the audit log, the list of staff.
	More []func(now time.Time) []health.Observation
	// Restart is called when staff want the program to end in order and to be started again. nil: it can not be done from the
	// screen.
	Restart func()
	Tail    *Tail // the end of what Logger has written; nil: nobody keeps it
}

// Node is a running kiosk.
type Node struct {
	Kiosk *kiosk.Kiosk
	Staff *staff.Staff // who may do what
	Audit *audit.Log   // who did what

	board       *health.Board
	metrics     metricsServer
	mark        string // is there while the program runs; empty until it was left
	clock       *clock.Clock
	backroom    *backroom.Backroom
	door        *backroom.Door
	outbox      *outbox.Outbox
	client      *wire.Client
	engine      *engine.Engine
	devices     devices
	helpers     helpers
	mornings    *mornings
	tally       *hall.Tally
	console     *console.Console // nil: there is none
	certificate tls.Certificate  // of the console
	visit       part
	parts       part // the devices
	stopLimit   time.Duration
	once        sync.Once
}

const stopLimit = 5 * time.Second // the usual one

// part is goroutines that end together.
type part struct {
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

// stop ends the part and waits for it, bounded. A part that never started has nothing to end.
func (p *part) stop(limit time.Duration) error {
	if p.cancel == nil {
		return nil
	}
	p.cancel()
	ended := make(chan struct{})
	go func() {
		p.ended.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(limit):
		return ErrSlowStop
	}
}

// run starts one goroutine of the part.
func (p *part) run(ctx context.Context, name string, logger *slog.Logger, f func(context.Context) error) {
	p.ended.Add(1)
	go func() {
		defer p.ended.Done()
		if err := f(ctx); err != nil {
			logger.Error("part ended", "part", name, "err", err)
		}
	}()
}

// Start brings everything up. It returns config.ErrNotEnrolled before enrolment and outbox.ErrInUse when another kiosk
// has the data directory.
func Start(ctx context.Context, cfg Config) (_ *Node, err error) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		return nil, err
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		return nil, err
	}
	id, err := config.LoadIdentity(cfg.File.Data)
	if err != nil {
		return nil, err
	}
	n := &Node{stopLimit: cfg.StopLimit}
	if n.stopLimit == 0 {
		n.stopLimit = stopLimit
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
		}
	}()
	if err = n.openSync(cfg, id); err != nil {
		return nil, err
	}
	n.said(cfg, id, services)
	dev, err := newDevices(cfg)
	if err != nil {
		return nil, err
	}
	if n.helpers, err = newHelpers(cfg); err != nil {
		return nil, err
	}
	if n.door, err = backroom.OpenDoor(filepath.Join(cfg.File.Data, staffDir, "door.json")); err != nil {
		return nil, err
	}
	watch, err := n.openHealth(cfg, dev)
	if err != nil {
		return nil, err
	}
	if err = n.openMetrics(ctx, cfg, services); err != nil {
		return nil, err
	}
	if err = n.openMornings(cfg, id, services, texts, dev); err != nil {
		return nil, err
	}
	visitor := kiosk.Config{
		Site: kiosk.Site{Hall: id.Device.HallName, Kiosk: id.Device.Kiosk, HelpPhone: cfg.File.Hall.HelpPhone, Counter: cfg.File.Hall.Counter,
			Tracking: id.Device.TrackingURL},
		Catalogue: services, Texts: texts, Reader: dev.reader, Printer: dev.printer, Scanner: dev.codes(), Outbox: n.outbox, Audit: n.Audit,
		Link: n.engine, Cases: n.client, Health: n.board, Meter: n.metrics.counts,
		NewID:   item.NewID,
		NewCode: func() tracking.Code { return tracking.New(id.Device.Number, id.Device.TrackingKey) },
		Now:     cfg.Now, Show: n.mornings.attend(cfg.Show), Idle: cfg.Idle, Logger: cfg.Logger.With("part", "visit"),
	}
	if err = n.openConsole(cfg, id.Device, dev, texts, services); err != nil {
		return nil, err
	}
	n.give(&visitor)
	n.helpers.give(&visitor)
	if err = n.openBackroom(cfg, id, services, texts, &visitor); err != nil {
		return nil, err
	}
	if n.Kiosk, err = kiosk.New(visitor); err != nil {
		return nil, err
	}
	// The caller's end stops the visit first: what is under way needs its devices until it has come to its end.
	beyond := context.WithoutCancel(ctx)
	if err = n.engine.Start(beyond); err != nil {
		return nil, err
	}
	var running, visits context.Context
	running, n.parts.cancel = context.WithCancel(beyond)
	visits, n.visit.cancel = context.WithCancel(ctx)
	n.devices = dev
	dev.run(running, &n.parts, cfg)
	n.parts.run(running, "health", cfg.Logger, watch)
	n.parts.run(running, "readiness", cfg.Logger, n.mornings.keeper.Run)
	n.visit.run(visits, "visit", cfg.Logger, n.Kiosk.Run)
	n.parts.run(running, "staff", cfg.Logger, n.Staff.Run)
	n.runConsole(running, cfg)
	return n, nil
}

// openSync opens the outbox and prepares the engine that empties it.
func (n *Node) openSync(cfg Config, id config.Identity) error {
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return fmt.Errorf("start kiosk: enrolled for another program: %w", err)
	}
	known, err := item.LoadDictionaries(dictionaries.FS)
	if err != nil {
		return fmt.Errorf("start kiosk: %w", err)
	}
	source := id.Device.Source()
	numbers := receipt.Numbers{Hall: source.Hall, Kiosk: source.Kiosk, Incarnation: source.Incarnation, Salt: receipt.NewSalt()}
	n.clock, err = clock.Open(clock.Config{File: filepath.Join(cfg.File.Data, "clock.json"), Now: cfg.Now, Logger: cfg.Logger.With("part", "sync")})
	if err != nil {
		return err
	}
	n.outbox, err = outbox.Open(outbox.Config{
		Dir: filepath.Join(cfg.File.Data, "outbox"), Source: source, CaseNumber: numbers.Number, Now: cfg.Now, Clock: n.clock.Estimate,
		Sealer: item.Sealer{Suite: suite, SealKey: id.Device.SealKey, SealPublic: id.Device.SealPublic,
			SignKey: id.Device.SignKey, SignPriv: id.SignPrivate, Dictionary: known.Newest()},
		Limits: cfg.limits(), Free: cfg.Free, Logger: cfg.Logger.With("part", "outbox"),
	})
	if err != nil {
		return err
	}
	trust, err := config.Trust(cfg.File.Central.CA)
	if err != nil {
		return err
	}
	n.client, err = wire.NewClient(wire.ClientConfig{
		HTTP:    trust,
		BaseURL: cfg.File.Central.URL, Suite: suite, Source: source, SignKey: id.Device.SignKey, SignPriv: id.SignPrivate,
		UpstreamKey: id.Device.UpstreamKey, UpstreamPub: id.Device.UpstreamPub,
		SealKey: id.Device.SealKey, SealPublic: id.Device.SealPublic, Now: cfg.Now, Logger: cfg.Logger.With("part", "sync"),
	})
	if err != nil {
		return err
	}
	n.engine, err = engine.New(engine.Config{
		Hall: source.Hall, Outbox: n.outbox, Client: n.client, AckKeys: map[string]engine.AckKey{id.Device.UpstreamKey: {Tier: wire.TierCentral, Public: id.Device.UpstreamPub}}, Suite: suite, Now: cfg.Now, Clock: n.clock,
		Logger: cfg.Logger.With("part", "sync"),
	})
	if err != nil {
		return err
	}
	return n.openStaff(cfg, id, n.clock, suite)
}

// validity is how long staff are let in without word from central.
func (cfg Config) validity() time.Duration {
	if cfg.Validity > 0 {
		return cfg.Validity
	}
	return time.Duration(cfg.File.Staff.OfflineDays) * 24 * time.Hour
}

// limits are how much may wait, and for how long.
func (cfg Config) limits() outbox.Limits {
	const day = 24 * time.Hour
	c := cfg.File.Outbox
	if cfg.Limits != (outbox.Limits{}) {
		return cfg.Limits
	}
	return outbox.Limits{Items: c.Items, Bytes: int64(c.Megabytes) << 20, Age: time.Duration(c.Days) * day, Silence: time.Duration(c.SilentDays) * day}
}

// Online reports whether central is being reached.
func (n *Node) Online() bool { return n.engine.Status().Link == engine.Online }

// Stats tells how much waits in the outbox.
func (n *Node) Stats() outbox.Stats { return n.outbox.Stats() }

// ErrSlowStop is returned by Stop when a part did not end in time. Nothing accepted is at risk: that is on disk.
var ErrSlowStop = errors.New("a part of the kiosk did not stop in time")

// Stop ends the visit (wiping it), the devices and the sync, and closes the outbox. It may be called twice.
func (n *Node) Stop() error {
	var err error
	n.once.Do(func() { err = n.close() })
	return err
}

func (n *Node) close() error {
	n.metrics.close()
	err := n.visit.stop(n.stopLimit)
	if n.backroom != nil {
		err = errors.Join(err, n.backroom.Close())
	}
	err = errors.Join(err, n.parts.stop(n.stopLimit))
	if err == nil && n.devices.reader != nil {
		n.devices.wipe()
	}
	n.helpers.close()
	if n.engine != nil {
		n.engine.Stop()
	}
	if n.client != nil {
		n.client.Close()
	}
	err = errors.Join(err, n.closeAudit())
	if n.outbox != nil {
		err = errors.Join(err, n.outbox.Close())
	}
	if n.mark != "" && err == nil {
		err = observe.EndRun(n.mark)
	}
	return err
}
