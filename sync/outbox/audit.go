package outbox

import (
	"context"
	"errors"
	"fmt"

	"onedoor/sync/item"
	"onedoor/sync/journal"
)

// audit reads every item once after opening, so that damage is known before the item's turn comes.
func (o *Outbox) audit(told map[uint64]bool) {
	ctx, cancel := o.untilClose()
	defer cancel()
	err := o.walk(ctx, func(r *record, err error) error {
		if err == nil {
			if err := o.readTape(r.seq); errors.Is(err, journal.ErrDamaged) && !told[r.seq] {
				o.damaged(Damage{Part: PartJournal, What: fmt.Sprintf("item %d can not be read", r.seq), Mended: true})
			}
			return nil
		}
		if r == nil {
			o.damaged(Damage{Part: PartQueue, What: err.Error()})
			return nil
		}
		if errors.Is(err, errUnreadable) {
			o.unread(r, err)
			return nil
		}
		return o.lose(r)
	})
	if err != nil && ctx.Err() == nil && !errors.Is(err, ErrClosed) {
		o.logger.Error("audit of the outbox ended early", "error", err)
	}
}

func (o *Outbox) readTape(seq uint64) error {
	o.reading.RLock()
	defer o.reading.RUnlock()
	if err := o.check(); err != nil {
		return err
	}
	_, err := o.tape.Read(seq)
	return err
}

// Verify reads every item and checks digests and the chain, without stopping other calls. It returns ErrDamaged with
// the position of the first fault.
func (o *Outbox) Verify(ctx context.Context) error {
	if err := o.walk(ctx, func(_ *record, err error) error { return err }); err != nil {
		return fmt.Errorf("verify outbox: %w", err)
	}
	return nil
}

// walk reads every item that the journal still has and tells each of it, with an error if it is not as it was accepted,
// until each returns an error.
func (o *Outbox) walk(ctx context.Context, each func(*record, error) error) error {
	first, last, err := o.bounds()
	if err != nil {
		return err
	}
	prev := ""
	for seq := first; seq <= last; seq++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, it, err := o.readAt(seq)
		switch {
		case errors.Is(err, ErrNotFound): // purged meanwhile
			continue
		case err == nil && prev != "" && it.Prev != prev:
			err = fmt.Errorf("%w: item %d does not follow the one before it", ErrDamaged, seq)
		case seq == 1 && err == nil && it.Prev != item.Genesis:
			err = fmt.Errorf("%w: item 1 is not the first", ErrDamaged)
		}
		if prev = ""; err == nil {
			prev = r.Digest
		} else if !errors.Is(err, ErrDamaged) && !errors.Is(err, errUnreadable) {
			return err
		}
		if err := each(r, err); err != nil {
			return err
		}
	}
	return nil
}

// readAt gives the record also of an item that is damaged.
func (o *Outbox) readAt(seq uint64) (*record, *item.Item, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	if err := o.check(); err != nil {
		return nil, nil, err
	}
	r, err := o.readRecord(seq)
	if err != nil {
		return nil, nil, err
	}
	it, err := o.readItem(r)
	return r, it, err
}

// lose notes that the bytes of an item are not what was accepted. Unless central has it, nobody has.
func (o *Outbox) lose(r *record) error {
	if r.ID == "" || r.State == StateLost {
		return nil
	}
	lost := 0
	err := o.transition([]string{r.ID}, func(r *record) {
		if r.State != StateStoredCentral && r.State != StateLost {
			r.State, r.LastError, lost = StateLost, "its bytes on the medium were altered", 1
		}
	})
	if err != nil {
		return err
	}
	o.damaged(Damage{Part: PartJournal, Lost: lost, What: fmt.Sprintf("item %d is not as it was accepted", r.seq), Mended: lost == 0})
	return nil
}
