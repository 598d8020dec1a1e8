package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/journal"
)

// DefaultRetention is how long items stay here after they were accepted, once central has them.
const DefaultRetention = 30 * 24 * time.Hour

// purgeEvery is how often the outbox looks for what may go.
const purgeEvery = time.Hour

// Purge erases items that central has stored and that were accepted before a time, by whole journal files: what is in them
// is gone from the medium, and only number and state of each stay. It says how many items the journal no longer has.
func (o *Outbox) Purge(ctx context.Context, before time.Time) (int, error) {
	first, last, err := o.bounds()
	if err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	upTo := first
	for ; upTo <= last; upTo++ {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("purge: %w", err)
		}
		if gone, err := o.mayGo(upTo, before); err != nil {
			return 0, fmt.Errorf("purge: %w", err)
		} else if !gone {
			break
		}
	}
	if upTo == first {
		return 0, nil
	}
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	if err := o.check(); err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	// The states that say so must last longer than the items.
	if err := o.store.sync(); err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	if err := o.tape.Drop(upTo); err != nil {
		return 0, fmt.Errorf("purge: %w", err)
	}
	now, _ := o.tape.Bounds() // writeMu is held
	return int(now - first), nil
}

func (o *Outbox) mayGo(seq uint64, before time.Time) (bool, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	if err := o.check(); err != nil {
		return false, err
	}
	r, err := o.readRecord(seq)
	if err != nil {
		return false, err
	}
	return r.State == StateStoredCentral && r.At.Before(before), nil
}

// whole gives an item with its state. Of one that was purged only what its record says is left.
func (o *Outbox) whole(r *record) (Entry, error) {
	it, err := o.readItem(r)
	if errors.Is(err, journal.ErrMissing) && r.State == StateStoredCentral {
		it = &item.Item{ID: r.ID, Source: o.source, Type: r.Type, Sequence: item.FormatSequence(r.seq), CaseID: r.CaseID, CaseSeq: r.CaseSeq,
			ReceiptNo: r.ReceiptNo}
		e := r.entry(it)
		e.State = StatePurged
		return e, nil
	}
	if err != nil {
		return Entry{}, err
	}
	return r.entry(it), nil
}
