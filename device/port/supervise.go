package port

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/device"
)

// The pauses between attempts to open a line.
const (
	DefaultMinPause = 200 * time.Millisecond
	DefaultMaxPause = 5 * time.Second
)

// Supervisor keeps a device's line open for as long as its program runs: it opens, lets the driver serve, closes, waits
// and opens again, so that a device may be plugged in, pulled out and put back at any time.
type Supervisor struct {
	// Open opens the line anew. Required.
	Open func(context.Context) (Port, error)
	// Serve uses the open line until it fails or ctx ends, and says whether the device ever answered; if so the pauses
	// start again from the shortest. It must not close the port. Required.
	Serve func(context.Context, Port) (healthy bool, err error)
	// Down is told, before each pause, why there is no line. May be nil.
	Down func(problem device.Problem, err error)
	// MinPause and MaxPause bound the pauses, which double in between; 0 means the defaults.
	MinPause, MaxPause time.Duration
}

// Run serves until ctx ends and then returns nil. It fails at once only if the Supervisor is incomplete.
func (s Supervisor) Run(ctx context.Context) error {
	if s.Open == nil || s.Serve == nil {
		return errors.New("supervise port: Open and Serve are required")
	}
	shortest, longest := s.MinPause, s.MaxPause
	if shortest <= 0 {
		shortest = DefaultMinPause
	}
	if longest <= 0 {
		longest = DefaultMaxPause
	}
	pause := shortest
	for ctx.Err() == nil {
		healthy, err := s.once(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end was asked for; what it broke off is no fault
		}
		if healthy {
			pause = shortest
		}
		if s.Down != nil {
			s.Down(ProblemOf(err), err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		pause = min(2*pause, longest)
	}
	return nil
}

func (s Supervisor) once(ctx context.Context) (bool, error) {
	p, err := s.Open(ctx)
	if err != nil {
		return false, fmt.Errorf("open line: %w", err)
	}
	healthy, err := s.Serve(ctx, p)
	if cerr := p.Close(); err == nil && cerr != nil && !errors.Is(cerr, ErrClosed) {
		err = cerr
	}
	return healthy, err
}
