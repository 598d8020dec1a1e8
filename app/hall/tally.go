package hall

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

// Tally counts the visits of the present day, and keeps the numbers over a restart. A visit belongs to the day on which it ends.
type Tally struct {
	file   string
	now    func() time.Time
	logger *slog.Logger

	mu      sync.Mutex
	day     Day
	changed chan struct{} // holds a word while the file is behind
}

// OpenTally reads the numbers that a file holds. A file that can not be read begins anew: numbers are not worth a kiosk that
// does not start, so that is only logged.
func OpenTally(file string, now func() time.Time, logger *slog.Logger) *Tally {
	t := &Tally{file: file, now: now, logger: logger, changed: make(chan struct{}, 1)}
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &t.day)
	}
	if err != nil {
		t.day = Day{}
		if !errors.Is(err, fs.ErrNotExist) {
			logger.Warn("the numbers of visits begin anew", "error", err)
		}
	}
	return t
}

// Began counts a visit.
func (t *Tally) Began() { t.count(func(d Day) Day { d.Begun++; return d }) }

// Finished counts a visit that ended with what it was for.
func (t *Tally) Finished() { t.count(func(d Day) Day { d.Finished++; return d }) }

// Left counts a visit that ended at a step before.
func (t *Tally) Left(step string) { t.count(func(d Day) Day { return d.leave(step) }) }

// Called counts a call for help.
func (t *Tally) Called() { t.count(func(d Day) Day { d.Calls++; return d }) }

// Today gives the numbers of the present day.
func (t *Tally) Today() Day {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.day.on(t.now())
}

func (t *Tally) count(how func(Day) Day) {
	t.mu.Lock()
	t.day = how(t.day.on(t.now()))
	t.mu.Unlock()
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// pause is how long the file is behind at most.
const pause = 5 * time.Second

// Run keeps the file up to date until ctx ends, and writes it a last time then.
func (t *Tally) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return t.save()
		case <-t.changed:
			if err := t.save(); err != nil {
				t.logger.Warn("the numbers of visits can not be kept", "error", err)
			}
		}
		wait := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
}

func (t *Tally) save() error {
	data, err := json.Marshal(t.Today())
	if err == nil {
		err = renameio.WriteFile(t.file, data, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep numbers of visits: %w", err)
	}
	return nil
}
