// Package kiosk is what happens between a citizen and the machine: it runs the visit's state table, drives reader,
// printer and outbox, and produces one immutable View for each moment.
//
// It guarantees that the screen says 已收件 only after the outbox has made the item durable, that the first printer byte
// leaves later than that, that two taps are one item, and that everything of a visit is wiped on every way out. All of
// a visit lives on one goroutine, the one that calls Run; devices and disk work beside it and report back.
package kiosk

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/visit"
	"onedoor/device/printer"
	"onedoor/device/scanner"
)

// Kiosk runs one visit after the other.
type Kiosk struct {
	cfg     Config
	intents chan Intent
	done    chan func() // results of work beside the loop, applied on it
	pings   chan chan struct{}
	workers sync.WaitGroup

	state      visit.State
	visit      *session
	card       cardSlot
	recent     *recent
	active     time.Time // of the last sign of life
	warned     time.Time // when the idle question was put; zero when it was not
	wrong      health.Problems
	out        *health.Problem // for which the kiosk is closed; nil while it is open
	entered    time.Time       // into the present state
	knocking   knocking
	listens    [2]bool   // card and code are being tested
	noticeBusy bool      // the one-time notice is being printed
	began      time.Time // the visit, or the waiting for the next
	stands     atomic.Pointer[hall.Standing]
	last       View
	said       string // what is read aloud, and in what tongue
	heard      moment // as it was when a sound was last thought of
}

// New checks the configuration.
func New(cfg Config) (*Kiosk, error) {
	var missing []error
	v := reflect.ValueOf(cfg)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !slices.Contains([]string{"Idle", "Scanner", "Words", "Hand", "Voice", "Sounds", "Divisions", "Audit", "Cases", "Meter", "Helpdesk", "Backroom", "Door", "Language"}, name) && v.Field(i).IsZero() {
			missing = append(missing, fmt.Errorf("new kiosk: %s is missing", name))
		}
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	if cfg.Idle == (Idle{}) {
		cfg.Idle = DefaultIdle()
	}
	return &Kiosk{cfg: cfg, intents: make(chan Intent, 64), done: make(chan func(), 8), pings: make(chan chan struct{}), visit: newSession(), recent: newRecent()}, nil
}

// Send hands over what the citizen wants. It never blocks: in a flood of touches the newest are dropped.
func (k *Kiosk) Send(in Intent) {
	select {
	case k.intents <- in:
	default:
	}
}

// Ping returns nil when the loop answers: it is not stuck. It gives the context's error when the answer did not come in time.
func (k *Kiosk) Ping(ctx context.Context) error {
	answer := make(chan struct{})
	select {
	case k.pings <- answer:
		<-answer
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ping visit: %w", ctx.Err())
	}
}

// stopLimit is how long a stop waits for an acceptance or a receipt under way.
const stopLimit = 4 * time.Second

// Run shows the attract screen and serves until ctx ends. An acceptance or a receipt under way then comes to its end, and
// is recorded; after that everything is wiped. The devices must run until Run has returned.
func (k *Kiosk) Run(ctx context.Context) error {
	work := context.WithoutCancel(ctx) // what was begun for a citizen is not cut off in the middle
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	k.visit = k.fresh()
	k.enter(visit.Attract)
	k.diagnose()
	k.cfg.Reader.Enable(true)
	k.present()
	events := k.cfg.Reader.Events()
	var codes <-chan scanner.Event
	if k.cfg.Scanner != nil {
		codes = k.cfg.Scanner.Events()
	}
	for {
		var pressed Intent
		select {
		case <-ctx.Done():
			k.cfg.Reader.Enable(false)
			k.scan(false)
			k.visit.mine.stop()
			k.conclude(work)
			k.count(visit.Goodbye)
			if k.state == visit.Operator {
				k.cfg.Backroom.Leave()
			}
			k.wipe()
			if k.cfg.Voice != nil {
				k.cfg.Voice.Hush()
			}
			return nil
		case pressed = <-k.intents:
			k.wrong = k.cfg.Health.Problems()
			k.alive()
			k.intent(work, pressed)
		case ev, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			k.cardEvent(work, ev)
		case ev, ok := <-codes:
			if !ok {
				codes = nil
				continue
			}
			k.scanEvent(work, ev)
		case apply := <-k.done:
			apply()
		case answer := <-k.pings:
			close(answer)
			continue
		case apply := <-k.results():
			k.backroomEnds(work, apply())
		case <-tick.C:
			k.tick(work)
		}
		k.present()
		k.sound(pressed)
	}
}

// drain waits for the work beside the loop, whose results nobody wants any more.
func (k *Kiosk) drain() {
	ended := make(chan struct{})
	go func() {
		k.workers.Wait()
		close(ended)
	}()
	for {
		select {
		case <-k.done:
		case <-ended:
			return
		}
	}
}

// conclude lets what is under way end, within stopLimit: what was accepted is printed and its outcome recorded.
func (k *Kiosk) conclude(ctx context.Context) {
	over := time.NewTimer(stopLimit)
	defer over.Stop()
	for k.state.Busy() {
		select {
		case apply := <-k.done:
			apply()
		case <-over.C:
			if k.state == visit.Printing {
				k.visit.print = printer.Result{Outcome: printer.Unknown}
				k.step(ctx, visit.PrintEnded)
			}
			k.drain()
			return
		}
	}
	k.drain()
}

// beside runs work off the loop and applies what it returns on the loop.
func (k *Kiosk) beside(work func() (apply func())) {
	k.workers.Add(1)
	go func() {
		defer k.workers.Done()
		k.done <- work()
	}()
}
