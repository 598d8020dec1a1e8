package port

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// DefaultProbeLimit bounds the probing of one line.
const DefaultProbeLimit = 3 * time.Second

// Finder opens that one of several lines on which the wanted device answers, so that a device is found again when it comes
// back under another name. Lines that another driver holds are passed over.
type Finder struct {
	// Candidates are the lines to try, in order. It is asked anew at each opening. Required.
	Candidates func() ([]Config, error)
	// Probe asks a line for the device and returns nil when it answers. It must do no harm to others. Required.
	Probe func(context.Context, Port) error
	// ProbeLimit bounds each probe; 0 means DefaultProbeLimit.
	ProbeLimit time.Duration

	mu   sync.Mutex
	last string // path on which the device answered last; it is tried first
}

// Open is the function that drivers ask for. When no line answers, the error is what the most promising one said: one that
// did not answer tells more than one in use, and that more than one that is not there.
func (f *Finder) Open(ctx context.Context) (Port, error) {
	if f.Candidates == nil || f.Probe == nil {
		return nil, errors.New("find device: Candidates and Probe are required")
	}
	candidates, err := f.Candidates()
	if err != nil {
		return nil, fmt.Errorf("find device: %w", err)
	}
	candidates = slices.Clone(candidates)
	f.mu.Lock()
	last := f.last
	f.mu.Unlock()
	slices.SortStableFunc(candidates, func(a, b Config) int {
		switch {
		case a.Path == last && b.Path != last:
			return -1
		case b.Path == last && a.Path != last:
			return 1
		}
		return 0
	})
	failed, rank := fmt.Errorf("find device: %w: no line to try", ErrNotFound), 0
	for _, c := range candidates {
		p, err := f.try(ctx, c)
		if err == nil {
			f.mu.Lock()
			f.last = c.Path
			f.mu.Unlock()
			return p, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		now := 3
		switch {
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrUnplugged):
			now = 1
		case errors.Is(err, ErrInUse):
			now = 2
		}
		if now > rank {
			failed, rank = fmt.Errorf("find device: %w", err), now
		}
	}
	return nil, failed
}

// try opens one line and probes it.
func (f *Finder) try(ctx context.Context, c Config) (Port, error) {
	p, err := Open(c)
	if err != nil {
		return nil, err
	}
	limit := f.ProbeLimit
	if limit <= 0 {
		limit = DefaultProbeLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := f.Probe(ctx, p); err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("probe %s: %w", c.Path, err)
	}
	return p, nil
}
