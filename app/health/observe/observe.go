// Package observe looks at a running kiosk and tells package health what is wrong with it.
//
// It guarantees that looking changes nothing and waits for nothing but a local file, that every look gives all that is wrong
// then, each in a code of the closed list, and that nothing of a person is looked at or kept. It is the edge of package
// health: it knows drivers, outbox, engine, clock, disk and files, and no rule about what is shown.
package observe

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"onedoor/app/health"
	"onedoor/device"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// Device is a driver.
type Device interface{ Status() device.Status }

// Outbox is what is looked at of an outbox.
type Outbox interface {
	Err() error
	Stats() outbox.Stats
	Damage() []outbox.Damage
}

// Link is the way to central.
type Link interface{ Status() engine.Status }

// Config says what is looked at. Now is required; what is nil or zero is not there, and nothing is wrong with it.
type Config struct {
	Now     func() time.Time
	Devices map[health.Device]Device
	Outbox  Outbox
	Link    Link
	Clock   func(now time.Time) item.Clock
	Free    func() (int64, error) // bytes free for the outbox
	Low     int64                 // below so many it is told; 0 means DefaultLow
	Voice   func() bool           // whether the program that reads aloud is there
	Power   fs.FS                 // as /sys/class/power_supply
	// Changed reports whether the configuration is another than the one that is run by.
	Changed func() bool
	// Crashed is when the program started, if its former run did not end by itself.
	Crashed time.Time
	// More are looked at too: what other parts of the program know to be wrong.
	More []func(now time.Time) []health.Observation
}

const (
	// DefaultLow leaves some days before nothing is accepted any more.
	DefaultLow = 4 * outbox.DefaultMinFree
	// clockOff is more than a receipt may be wrong by, which tells minutes.
	clockOff = 2 * time.Minute
	// clockAge is how long a cheap clock can go uncompared before it is some minutes off.
	clockAge = 30 * 24 * time.Hour
	// crashTold is how long a crash is told of.
	crashTold = time.Hour
)

// Observer looks.
type Observer struct{ cfg Config }

// New makes one.
func New(cfg Config) (*Observer, error) {
	if cfg.Now == nil {
		return nil, errors.New("new observer: no clock")
	}
	if cfg.Low == 0 {
		cfg.Low = DefaultLow
	}
	return &Observer{cfg}, nil
}

// Problems is what is wrong now, without the delays of a board.
func (o *Observer) Problems() health.Problems { return health.At(o.cfg.Now(), o.Look()) }

// Every is how often Run looks.
const Every = 500 * time.Millisecond

// Run looks and tells the board until ctx ends, and keeps its history in a file after every change; an empty name keeps none.
func (o *Observer) Run(ctx context.Context, board *health.Board, file string, logger *slog.Logger) error {
	changes, cancel := board.Subscribe()
	defer cancel()
	<-changes // as it stands already
	tick := time.NewTicker(Every)
	defer tick.Stop()
	unsaved := false
	for {
		board.Observe(o.cfg.Now(), o.Look())
		select {
		case now := <-changes:
			unsaved = true
			logger.Info("problems", "codes", codes(now))
		default:
		}
		if unsaved && file != "" {
			err := save(file, board.History())
			if unsaved = err != nil; unsaved {
				logger.Debug("keep the history of problems", "err", err) // a full disk is told of by its own code
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func codes(all health.Problems) []string {
	out := []string{}
	for _, p := range all {
		out = append(out, string(p.Code))
	}
	return out
}

// Look gives all that is wrong now.
func (o *Observer) Look() []health.Observation {
	now := o.cfg.Now()
	var all []health.Observation
	add := func(c health.Code, since time.Time) { all = append(all, health.Observation{Code: c, Since: since}) }
	for d, driver := range o.cfg.Devices {
		if seen, ok := health.Of(d, driver.Status()); ok {
			all = append(all, seen)
		}
	}
	if o.cfg.Outbox != nil {
		o.outbox(add)
	}
	if o.cfg.Link != nil {
		link(o.cfg.Link.Status(), add)
	}
	if o.cfg.Clock != nil {
		clock(o.cfg.Clock(now), add)
	}
	if o.cfg.Power != nil {
		power(o.cfg.Power, add)
	}
	if o.cfg.Voice != nil && !o.cfg.Voice() {
		add(health.VoiceMissing, time.Time{})
	}
	if o.cfg.Changed != nil && o.cfg.Changed() {
		add(health.ConfigChanged, time.Time{})
	}
	if c := o.cfg.Crashed; !c.IsZero() && now.Sub(c) < crashTold {
		add(health.ProcessRestarted, c)
	}
	for _, more := range o.cfg.More {
		all = append(all, more(now)...)
	}
	return all
}

func clock(c item.Clock, add func(health.Code, time.Time)) {
	switch {
	case !c.Known, c.Age > clockAge:
		add(health.ClockUnknown, time.Time{})
	case c.Offset.Abs() > clockOff:
		add(health.ClockWrong, time.Time{})
	}
}
