package scanner

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onedoor/device"
	"onedoor/device/port"
)

const (
	// DefaultSilence ends a code. At 9600 baud a byte takes 1 ms; USB adapters hold bytes back for up to 16 ms.
	DefaultSilence = 80 * time.Millisecond
	// DefaultRepeat is how long the same code counts as the same showing of it.
	DefaultRepeat = 2 * time.Second
	// patience is the silence after which a code without its suffix counts as broken off.
	patience = 5
	// triggerLimit bounds the writing of a trigger command.
	triggerLimit = time.Second
)

// noRead is what some scanners send when a triggered scan found nothing.
const noRead = "%%NoRead"

// Config is what a Scanner needs.
type Config struct {
	// Open opens the line anew. Required. port.Opener makes one.
	Open func(context.Context) (port.Port, error)
	// Suffix is what the scanner is set to send behind each code; the zero value takes any.
	Suffix Suffix
	// Start and Stop are the maker's commands to begin and end scanning, sent when the scanner is enabled and stopped; nil for
	// scanners that scan by themselves.
	Start, Stop []byte
	// Silence ends a code; 0 means DefaultSilence.
	Silence time.Duration
	// Repeat is how long after a code the same one is dropped; 0 means DefaultRepeat.
	Repeat time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger gets states and faults, never what a code holds; nil means none.
	Logger *slog.Logger
	// MinPause and MaxPause bound the pauses between attempts to open the line; 0 means those of package port.
	MinPause, MaxPause time.Duration
}

// Scanner is a scanner on a line that may come and go. Run owns the line; the other methods may be called from anywhere.
type Scanner struct {
	cfg    Config
	events chan Event
	secret [32]byte // keys the fingerprint of the code last handed over

	mu        sync.Mutex
	status    device.Status
	enabled   bool
	turn      int                // counts the calls of Enable
	interrupt context.CancelFunc // ends the present wait for bytes; nil when there is none

	told device.Problem // last problem that went out as an event; used by Run only
	up   bool           // Connected went out and no Disconnected since; used by Run only

	print []byte    // keyed hash of the code last handed over; used by Run only
	at    time.Time // when
}

// New checks the configuration. What is scanned is thrown away until Enable.
func New(c Config) (*Scanner, error) {
	if c.Open == nil {
		return nil, errors.New("scanner: Open is required")
	}
	if _, known := c.Suffix.bytes(); !known {
		return nil, fmt.Errorf("scanner: unknown suffix %q", string(c.Suffix))
	}
	if c.Silence < 0 || c.Repeat < 0 {
		return nil, errors.New("scanner: Silence or Repeat is negative")
	}
	if c.Silence == 0 {
		c.Silence = DefaultSilence
	}
	if c.Repeat == 0 {
		c.Repeat = DefaultRepeat
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Scanner{cfg: c, events: make(chan Event, 32)}
	if _, err := rand.Read(s.secret[:]); err != nil {
		return nil, fmt.Errorf("scanner: %w", err)
	}
	s.status.Since = c.Now()
	return s, nil
}

// Events is where the scanner reports. It must be read all the time while Run runs: nothing is ever left out, so a receiver
// that stops holds the scanner up. It is closed when Run returns.
func (s *Scanner) Events() <-chan Event { return s.events }

// Status is the state right now. A scanner is ready as soon as its line is open: it can not be asked for more.
func (s *Scanner) Status() device.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Enable starts or stops the taking of codes. A code that had begun before the start is thrown away, and so is one that has
// not ended before the stop. One that went out just before the stop may still stand in Events.
func (s *Scanner) Enable(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enabled = on
	s.turn++
	if s.interrupt != nil {
		s.interrupt()
	}
}

func (s *Scanner) state() (enabled bool, turn int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enabled, s.turn
}

// Run keeps the scanner in use until ctx ends, and then returns nil. It may be called once.
func (s *Scanner) Run(ctx context.Context) error {
	defer close(s.events)
	return port.Supervisor{
		Open:     s.cfg.Open,
		Serve:    s.serve,
		Down:     func(p device.Problem, _ error) { s.down(ctx, p) },
		MinPause: s.cfg.MinPause, MaxPause: s.cfg.MaxPause,
	}.Run(ctx)
}

// down tells once why there is no scanner.
func (s *Scanner) down(ctx context.Context, p device.Problem) {
	// "Not there" after "unplugged" is no news.
	if p == device.ProblemNoPort && s.told == device.ProblemUnplugged {
		p = device.ProblemUnplugged
	}
	s.set(device.StateDisconnected, p)
	if !s.up && s.told == p {
		return
	}
	s.up, s.told = false, p
	s.cfg.Logger.Warn("scanner down", "problem", string(p))
	s.emit(ctx, Disconnected{p})
}

func (s *Scanner) set(state device.State, p device.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status.State != state || s.status.Problem != p {
		s.status = device.Status{State: state, Problem: p, Since: s.cfg.Now()}
	}
}

// emit hands an event over, or gives up when ctx ends.
func (s *Scanner) emit(ctx context.Context, e Event) {
	select {
	case s.events <- e:
	case <-ctx.Done():
		if c, ok := e.(Scanned); ok {
			c.Code.Wipe()
		}
	}
}

// serve uses one opening of the line.
func (s *Scanner) serve(ctx context.Context, p port.Port) (healthy bool, err error) {
	// What was scanned before the opening was for nobody.
	if err := p.Flush(); err != nil {
		return false, fmt.Errorf("flush: %w", err)
	}
	s.set(device.StateReady, device.ProblemNone)
	s.up, s.told = true, device.ProblemNone
	s.cfg.Logger.Info("scanner up")
	s.emit(ctx, Connected{})

	frame := Framer{Suffix: s.cfg.Suffix}
	defer frame.Reset()
	var buf [512]byte
	defer clear(buf[:])
	begun := 0         // the turn in which the code that has begun began
	wanted := false    // whether a screen waited then
	triggered := false // whether Start was sent last
	for {
		on, turn := s.state()
		if on != triggered {
			command := s.cfg.Stop
			if on {
				command = s.cfg.Start
			}
			if err := s.trigger(ctx, p, command); err != nil {
				return true, err
			}
			triggered = on
		}
		limit := time.Duration(0)
		if frame.Begun() {
			if limit = s.cfg.Silence; !frame.Whole() {
				limit *= patience
			}
		}
		n, err := s.read(ctx, p, buf[:], limit, turn)
		switch {
		case err == nil:
			if !frame.Begun() {
				begun, wanted = turn, on
			}
			frame.Feed(buf[:n])
			clear(buf[:n])
		case ctx.Err() != nil:
			return true, nil
		case errors.Is(err, context.Canceled): // Enable was called
		case errors.Is(err, port.ErrTimeout):
			code, err := frame.End()
			_, turn = s.state()
			s.take(ctx, code, wanted && begun == turn, err)
		default:
			return true, err
		}
	}
}

// read waits for bytes: for as long as it takes when limit is 0, unless another turn begins.
func (s *Scanner) read(ctx context.Context, p port.Port, buf []byte, limit time.Duration, turn int) (int, error) {
	if limit > 0 {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return p.Read(ctx, buf)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.interrupt = cancel
	if s.turn != turn {
		cancel()
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.interrupt = nil
		s.mu.Unlock()
	}()
	return p.Read(ctx, buf)
}

func (s *Scanner) trigger(ctx context.Context, p port.Port, command []byte) error {
	if len(command) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, triggerLimit)
	defer cancel()
	if _, err := p.Write(ctx, command); err != nil {
		return fmt.Errorf("send trigger: %w", err)
	}
	return nil
}

// take hands a code over, unless it is unwanted, nothing, or the one before.
func (s *Scanner) take(ctx context.Context, code []byte, wanted bool, err error) {
	switch {
	case err != nil:
		s.cfg.Logger.Warn("code thrown away", "cause", err.Error())
		return
	case !wanted, len(code) == 0, string(code) == noRead:
		clear(code)
		return
	}
	h := hmac.New(sha256.New, s.secret[:])
	h.Write(code)
	print, now := h.Sum(nil), s.cfg.Now()
	since := now.Sub(s.at)
	if bytes.Equal(print, s.print) && since >= 0 && since < s.cfg.Repeat {
		clear(code)
		return
	}
	s.print, s.at = print, now
	s.emit(ctx, Scanned{decode(code)})
}
