package outbox

import (
	"context"
	"errors"
	"fmt"

	"onedoor/sync/item"
)

// List gives up to limit items behind a sequence that keep wants, in order. Of one that was purged or is lost only what is
// known is left. It changes nothing.
func (o *Outbox) List(after uint64, limit int, keep func(State) bool) ([]Entry, error) {
	o.writeMu.Lock() // of an item just accepted the state may be on its way into the queue
	o.mu.Lock()
	last := o.queued
	o.mu.Unlock()
	o.writeMu.Unlock()
	var out []Entry
	for seq := after + 1; seq <= last && len(out) < limit; seq++ {
		e, err := o.entryAt(seq, keep)
		if err != nil {
			return nil, fmt.Errorf("list items: %w", err)
		}
		if e.Sequence != 0 {
			out = append(out, e)
		}
	}
	return out, nil
}

func (o *Outbox) entryAt(seq uint64, keep func(State) bool) (Entry, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	if err := o.check(); err != nil {
		return Entry{}, err
	}
	r, err := o.readRecord(seq)
	if err != nil || !keep(r.State) {
		return Entry{}, err
	}
	e, err := o.whole(r)
	if errors.Is(err, ErrDamaged) {
		e = r.entry(&item.Item{ID: r.ID, Source: o.source, Type: r.Type, Sequence: item.FormatSequence(seq), CaseID: r.CaseID, CaseSeq: r.CaseSeq,
			ReceiptNo: r.ReceiptNo})
		e.State, err = StateLost, nil
	}
	return e, err
}

// Void ends the journey of dead letters and conflicts on a person's word: they are kept and never sent. Others are passed over.
// Reason is a fixed text without personal data.
func (o *Outbox) Void(ctx context.Context, ids []string, reason string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("void: %w", err)
	}
	err := o.transition(ids, func(r *record) {
		if r.State == StateRejected || r.State == StateConflict {
			r.State, r.LastError = StateVoid, clip(reason)
		}
	})
	if err == nil {
		err = o.flush() // nobody upstream knows what a person decided here
	}
	if err != nil {
		return fmt.Errorf("void: %w", err)
	}
	return nil
}

// flush makes durable what was written to the queue.
func (o *Outbox) flush() error {
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	if err := o.check(); err != nil {
		return err
	}
	return o.store.sync()
}
