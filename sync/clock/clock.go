// Package clock estimates how far this machine's clock is from the upstream's.
//
// It guarantees that an estimate is told with its age; that a step of the machine's clock, by whoever, is taken out of the
// estimate for as long as the machine runs; that an estimate whose age can not be told, since the clock has gone back over a
// restart, is not used; and that nothing waits for it and nothing fails for want of it. It sets no clock.
package clock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"onedoor/sync/item"
)

// Config is what Open needs. File may be empty: then nothing is known after a restart.
type Config struct {
	File   string // where the estimate is kept
	Now    func() time.Time
	Uptime func() (Uptime, error) // nil asks the system
	Logger *slog.Logger           // nil: nothing is logged
}

// Uptime is a time that never steps and goes on in suspend, and the run of the machine that it counts.
type Uptime struct {
	Boot string        // changes with every start of the machine
	Up   time.Duration // since that start
}

// Clock holds the estimate. Its methods may be called from any goroutine.
type Clock struct {
	cfg Config

	mu    sync.Mutex
	known bool
	last  estimate
	kept  estimate // as in the file
}

// estimate is what was learnt at one moment.
type estimate struct {
	Offset time.Duration `json:"offset"` // to be added to the machine's clock
	At     time.Time     `json:"at"`     // by the machine's clock
	Boot   string        `json:"boot"`
	Up     time.Duration `json:"up"`
}

// Open reads the last estimate. A file that can not be read is as good as none.
func Open(cfg Config) (*Clock, error) {
	if cfg.Now == nil {
		return nil, errors.New("open clock: no clock")
	}
	if cfg.Uptime == nil {
		cfg.Uptime = System
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Clock{cfg: cfg}
	if cfg.File == "" {
		return c, nil
	}
	raw, err := os.ReadFile(cfg.File)
	if err == nil {
		err = json.Unmarshal(raw, &c.last)
		c.known, c.kept = err == nil && !c.last.At.IsZero(), c.last
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		cfg.Logger.Warn("the last estimate of the clock can not be read", "error", err)
	}
	return c, nil
}

// Two estimates differ in earnest by more than a slow line's error.
const (
	keepAfter  = time.Hour
	keepBeyond = 500 * time.Millisecond
)

// longestRound is more than any question waits for its answer.
const longestRound = 2 * time.Minute

// Heard notes that a question sent and answered at these times by the machine's clock was answered with the upstream's
// time. The error is at most half the time between them. Where the clock was stepped between them it is that time, which nobody
// can tell any more; that is better than to know nothing, and worse than what was known.
func (c *Clock) Heard(sent, answered, upstream time.Time) {
	up, err := c.cfg.Uptime()
	if err != nil || upstream.IsZero() {
		return
	}
	round := answered.Sub(sent)
	stepped := round < 0 || round > longestRound
	if stepped {
		round = 0
	}
	answered = answered.Round(0)
	next := estimate{Offset: upstream.Sub(answered) + round/2, At: answered, Boot: up.Boot, Up: up.Up}
	c.mu.Lock()
	defer c.mu.Unlock()
	if stepped && c.known && c.last.Boot == next.Boot {
		return
	}
	c.known, c.last = true, next
	moved := next.Offset - c.kept.Offset
	if c.cfg.File == "" || c.kept.Boot == next.Boot && next.Up-c.kept.Up < keepAfter && moved.Abs() < keepBeyond {
		return
	}
	raw, err := json.Marshal(next)
	if err == nil {
		err = renameio.WriteFile(c.cfg.File, raw, 0o600)
	}
	if err != nil {
		c.cfg.Logger.Warn("keep the estimate of the clock", "error", fmt.Errorf("write: %w", err))
		return
	}
	c.kept = next
}

// Estimate is what is known of the machine's clock when it says now.
func (c *Clock) Estimate(now time.Time) item.Clock {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return item.Clock{}
	}
	now = now.Round(0)
	e := item.Clock{Known: true, Offset: c.last.Offset, Age: now.Sub(c.last.At)}
	if up, err := c.cfg.Uptime(); err == nil && up.Boot == c.last.Boot {
		lived := up.Up - c.last.Up
		e.Offset -= now.Sub(c.last.At) - lived // by how much the clock was stepped since
		e.Age = lived
	}
	e.Offset = e.Offset.Round(time.Millisecond)
	if e.Age < 0 || e.Offset.Abs() > item.MaxClockOffset {
		return item.Clock{}
	}
	return e
}
