package cardreader

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onedoor/device"
	"onedoor/device/port"
)

// DefaultPoll is the pause between two questions for a card; faster polling is advised against by makers.
const DefaultPoll = 300 * time.Millisecond

// Config is what a Reader needs.
type Config struct {
	// Open opens the line anew. Required. port.Opener makes one.
	Open func(context.Context) (port.Port, error)
	// Now is the clock for Status.Since; nil means time.Now.
	Now func() time.Time
	// Logger gets states and faults, never what a card holds; nil means none.
	Logger *slog.Logger
	// Poll is the pause between two questions for a card; 0 means DefaultPoll.
	Poll time.Duration
	// MinPause and MaxPause bound the pauses between attempts to open the line; 0 means those of package port.
	MinPause, MaxPause time.Duration
}

// Reader is a card reader on a line that may come and go. Run owns the line; the other methods may be called from anywhere.
type Reader struct {
	cfg    Config
	events chan Event
	wake   chan struct{}
	secret [32]byte // keys the fingerprint of the card last read

	mu      sync.Mutex
	status  device.Status
	enabled bool

	told device.Problem // last problem that went out as an event; used by Run only
	up   bool           // Connected went out and no Disconnected since; used by Run only
	seat seat           // used by Run only

	noise noise  // of the line; used by Run only
	once  []byte // keyed hash of what was read once on a noisy line; used by Run only
}

// New checks the configuration. The reader asks for no cards until Enable.
func New(c Config) (*Reader, error) {
	if c.Open == nil {
		return nil, errors.New("card reader: Open is required")
	}
	if c.Poll < 0 {
		return nil, errors.New("card reader: Poll is negative")
	}
	if c.Poll == 0 {
		c.Poll = DefaultPoll
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Reader{cfg: c, events: make(chan Event, 32), wake: make(chan struct{}, 1)}
	if _, err := rand.Read(r.secret[:]); err != nil {
		return nil, fmt.Errorf("card reader: %w", err)
	}
	r.status.Since = c.Now()
	return r, nil
}

// Events is where the reader reports. It must be read all the time while Run runs: nothing but Progress is ever left out,
// so a receiver that stops holds the reader up. It is closed when Run returns.
func (r *Reader) Events() <-chan Event { return r.events }

// Status is the state right now.
func (r *Reader) Status() device.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// Enable starts or stops the asking for cards. A card that lies there already when it starts is read, unless it is the
// one that was read last and was not lifted. While stopped, the driver still watches the reader's health and the
// lifting of a card that was read. A card whose reading had begun may still be handed over after the stop; one that
// could not be read until then ends with Removed, and is found anew after the next start.
func (r *Reader) Enable(on bool) {
	r.mu.Lock()
	r.enabled = on
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *Reader) isEnabled() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.enabled
}

// Run keeps the reader in use until ctx ends, and then returns nil. It may be called once.
func (r *Reader) Run(ctx context.Context) error {
	defer close(r.events)
	return port.Supervisor{
		Open:     r.cfg.Open,
		Serve:    r.serve,
		Down:     func(p device.Problem, err error) { r.down(ctx, p, err) },
		MinPause: r.cfg.MinPause, MaxPause: r.cfg.MaxPause,
	}.Run(ctx)
}

// fault is an error that has its own problem.
type fault struct{ problem device.Problem }

func (f fault) Error() string { return "card reader: " + string(f.problem) }

// Problem names it, for whoever gets the error of Probe.
func (f fault) Problem() device.Problem { return f.problem }

// down tells once why there is no reader.
func (r *Reader) down(ctx context.Context, p device.Problem, err error) {
	var f fault
	if errors.As(err, &f) {
		p = f.problem
	}
	state := device.StateProblem
	switch p {
	case device.ProblemNoPort, device.ProblemPortInUse, device.ProblemUnplugged:
		state = device.StateDisconnected
	}
	r.seat.disconnect()
	// "Not there" after "unplugged" is no news.
	if p == device.ProblemNoPort && r.told == device.ProblemUnplugged {
		p = device.ProblemUnplugged
	}
	r.set(state, p)
	if !r.up && r.told == p {
		return
	}
	r.up, r.told = false, p
	r.cfg.Logger.Warn("card reader down", "problem", string(p))
	r.emit(ctx, Disconnected{p})
}

func (r *Reader) set(state device.State, p device.Problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status.State != state || r.status.Problem != p {
		r.status = device.Status{State: state, Problem: p, Since: r.cfg.Now()}
	}
}

// emit hands an event over, or gives up when ctx ends.
func (r *Reader) emit(ctx context.Context, e Event) {
	if _, ok := e.(Progress); ok {
		select {
		case r.events <- e:
		default:
		}
		return
	}
	select {
	case r.events <- e:
	case <-ctx.Done():
		if c, ok := e.(CardRead); ok {
			c.Card.Wipe()
		}
	}
}

const (
	statusEvery = 3 * time.Second // how often an idle reader is asked for its health
	maxMisses   = 3               // unanswered questions in a row after which the reader counts as silent
)

// serve uses one opening of the line.
func (r *Reader) serve(ctx context.Context, p port.Port) (healthy bool, err error) {
	l := &link{port: p, noise: &r.noise}
	defer l.dec.Reset()
	if err := greet(ctx, l); err != nil {
		return false, err
	}
	sam := readSAM(ctx, l)
	r.set(device.StateReady, device.ProblemNone)
	r.up, r.told = true, device.ProblemNone
	r.cfg.Logger.Info("card reader up", "sam", sam)
	r.emit(ctx, Connected{SAM: sam})

	timer := time.NewTimer(0)
	defer timer.Stop()
	misses := 0
	asked := time.Now()
	for {
		select {
		case <-ctx.Done():
			return true, nil
		case <-r.wake:
		case <-timer.C:
		}
		var err error
		switch {
		case r.seat.lying, r.isEnabled():
			err = r.look(ctx, l)
			asked = time.Now()
		case r.seat.found: // stopped while it was trying a card
			r.lifted(ctx)
		case time.Since(asked) >= statusEvery:
			err = health(ctx, l)
			asked = time.Now()
		}
		switch {
		case err == nil:
			misses = 0
		case ctx.Err() != nil:
			return true, nil
		case errors.Is(err, errSilent), errors.Is(err, errGarbled):
			if misses++; misses >= maxMisses {
				return true, fault{device.ProblemSilent}
			}
		default:
			return true, err
		}
		timer.Reset(r.cfg.Poll)
	}
}

// Probe asks a line once whether a card reader answers on it, for port.Finder. A reader that is ill answers too.
func Probe(ctx context.Context, p port.Port) error {
	l := &link{port: p, noise: new(noise)}
	_, err := l.ask(ctx, cmdStatus, 500*time.Millisecond, nil)
	switch {
	case errors.Is(err, errSilent):
		return fault{device.ProblemSilent}
	case errors.Is(err, errGarbled):
		return fault{device.ProblemWrongDevice}
	}
	return err
}

// greet makes sure that a card reader answers on the line, and that it is well.
func greet(ctx context.Context, l *link) error {
	problem := device.ProblemSilent
	reset := false
	for range 4 {
		a, err := l.ask(ctx, cmdStatus, 500*time.Millisecond, nil)
		switch {
		case errors.Is(err, errGarbled):
			problem = device.ProblemWrongDevice
		case errors.Is(err, errSilent):
		case err != nil:
			return err
		case a.Code == CodeOK:
			return nil
		case a.Code == CodeNoKeys:
			return fault{device.ProblemUnauthorised}
		case reset:
			return fault{device.ProblemSelfTest}
		default:
			reset = true
			problem = device.ProblemSelfTest
			if _, err := l.ask(ctx, cmdReset, 2*time.Second, nil); err != nil && !errors.Is(err, errSilent) && !errors.Is(err, errGarbled) {
				return err
			}
		}
	}
	return fault{problem}
}

// health asks an idle reader whether it is still there.
func health(ctx context.Context, l *link) error {
	a, err := l.ask(ctx, cmdStatus, 500*time.Millisecond, nil)
	switch {
	case err != nil:
		return err
	case a.Code == CodeOK:
		return nil
	case a.Code == CodeNoKeys:
		return fault{device.ProblemUnauthorised}
	default:
		return fault{device.ProblemSelfTest}
	}
}

// readSAM takes the number that comes twice: the first answer after power-on is sometimes wrong. It is for staff only, so
// failing is fine.
func readSAM(ctx context.Context, l *link) string {
	last := ""
	for range 3 {
		a, err := l.ask(ctx, cmdSAMNumber, 300*time.Millisecond, nil)
		if err != nil || a.Code != CodeOK {
			continue
		}
		number := samNumber(a.Data)
		if number != "" && number == last {
			return number
		}
		last = number
	}
	return ""
}
