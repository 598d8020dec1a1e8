package outbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/journal"
)

// Inspection is what a look at an outbox from outside has found. It holds no personal data.
type Inspection struct {
	Holder  int    // process that has the outbox open; 0 when none does
	Source  string // whose it is; empty before the first start
	Last    uint64 // sequence of the last item in the journal; 0 when it holds none
	Items   int    // that the journal holds and that are whole
	Damaged int    // that can not be read, or do not follow the one before; the next start mends what a second copy is left of
	Ends    uint64 // how many items the journal lacks at its end, by the witness
	Whole   bool   // every item was looked at in the time there was

	// The states are known while nobody has the outbox open, after a proper end.
	Counted bool
	Uncount error // why they are not
	ByState map[State]int
	Waiting int
	Oldest  time.Time // of the waiting; zero when nothing waits
	Fenced  string    // see ErrFenced; empty while there is no fence
}

// Inspect looks at the outbox in a directory while its owner runs or not, and changes nothing there: no file is made, locked,
// mended or touched. It returns fs.ErrNotExist where there is none. What ctx cuts short is told by Whole.
func Inspect(ctx context.Context, dir string) (x Inspection, err error) {
	if _, err := os.Stat(dir); err != nil {
		return x, fmt.Errorf("inspect outbox: %w", err)
	}
	if x.Holder, err = holder(filepath.Join(dir, lockName)); err != nil {
		return x, fmt.Errorf("inspect outbox: %w", err)
	}
	mark, err := readMarker(dir)
	switch {
	case errors.Is(err, ErrDamaged):
		x.Damaged++
	case err != nil:
		return x, fmt.Errorf("inspect outbox: %w", err)
	case mark != nil:
		x.Source = mark.Source
	}
	said, known, err := peekWitness(dir) // before the journal, which only grows
	if err != nil {
		return x, fmt.Errorf("inspect outbox: %w", err)
	}
	if err := x.journal(ctx, filepath.Join(dir, journalName)); err != nil {
		return x, fmt.Errorf("inspect outbox: %w", err)
	}
	if known && x.Whole && said.sequence > x.Last {
		x.Ends = said.sequence - x.Last
	}
	x.queue(filepath.Join(dir, queueName), mark != nil || x.Last > 0)
	return x, nil
}

// journal reads every item and follows the chain.
func (x *Inspection) journal(ctx context.Context, dir string) error {
	prev, broken := "", 0
	after := uint64(0) // the item that prev is the digest of
	found, err := journal.Examine(ctx, dir, func(seq uint64, b []byte) error {
		_, it, _, err := decodeRecord(b)
		follows := after == 0 || after+1 != seq || it != nil && it.Prev == prev
		if err != nil || !follows || seq == 1 && it.Prev != item.Genesis {
			broken++
		}
		if after = 0; err == nil {
			after, prev = seq, it.Digest().String()
		}
		return nil
	})
	x.Whole = err == nil
	if err != nil && ctx.Err() == nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	x.Whole = x.Whole || errors.Is(err, fs.ErrNotExist)
	x.Last, x.Items, x.Damaged = found.Last, found.Records-broken, x.Damaged+len(found.Damaged)+broken
	return nil
}

var errHeld = errors.New("its owner has it open")

// queue counts the states, as far as nobody else may be writing them.
func (x *Inspection) queue(dir string, known bool) {
	if x.Uncount = errHeld; x.Holder != 0 {
		return
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && !known {
		x.Counted, x.Uncount = true, nil
		return
	}
	if x.Uncount = checkQueueDir(dir, known); x.Uncount != nil {
		return
	}
	x.Uncount = x.count(dir)
	x.Counted = x.Uncount == nil
}

func (x *Inspection) count(dir string) (err error) {
	defer unhurt(&err)
	s, err := peekBadger(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	x.ByState = map[State]int{}
	err = s.scan([]byte(prefixRec), func(key, value []byte) error {
		if len(value) > 0 && value[0] == ended {
			x.ByState[StateStoredCentral]++
			return nil
		}
		r, err := parseRecord(0, value)
		if err != nil {
			return err
		}
		x.ByState[r.State]++
		if r.State.waiting() {
			if x.Waiting++; x.Oldest.IsZero() || r.At.Before(x.Oldest) {
				x.Oldest = r.At
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fence, err := s.read([]byte(keyFence))
	if err != nil && !errors.Is(err, errMissing) {
		return err
	}
	x.Fenced = string(fence)
	return nil
}
