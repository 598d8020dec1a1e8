package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/sync/wire"
)

// Epoch is the epoch of the upstream's ledger that the acks here are of, empty before the first contact, and the last
// sequence that was given out.
func (o *Outbox) Epoch() (epoch string, last uint64, err error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	if err := o.check(); err != nil {
		return "", 0, fmt.Errorf("read epoch: %w", err)
	}
	b, err := o.store.read([]byte(keyEpoch))
	if err != nil && !errors.Is(err, errMissing) {
		return "", 0, fmt.Errorf("read epoch: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(b), o.queued, nil
}

// Reconcile sends items on their way again that a ledger of another epoch lacks although it, or the one before it, has
// acknowledged them. again is how many; gone are those whose bytes were erased here. What is on its way, waits for a person or
// was acknowledged by this epoch is passed over, so that it may be repeated after it was broken off.
func (o *Outbox) Reconcile(ctx context.Context, epoch string, lacks []wire.Run) (again int, gone []uint64, err error) {
	for _, run := range lacks {
		var ids []string
		for seq := run.From; seq <= run.To; seq++ {
			if err := ctx.Err(); err != nil {
				return again, gone, fmt.Errorf("reconcile: %w", err)
			}
			id, here, err := o.acknowledged(seq, epoch)
			switch {
			case err != nil:
				return again, gone, fmt.Errorf("reconcile: %w", err)
			case id == "":
			case here:
				ids = append(ids, id)
			default:
				gone = append(gone, seq)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if err := o.Resend(ctx, ids, epoch); err != nil {
			return again, gone, fmt.Errorf("reconcile: %w", err)
		}
		again += len(ids)
	}
	return again, gone, nil
}

// acknowledged gives the id of an item that was acknowledged by another epoch than this, and whether its bytes are here.
func (o *Outbox) acknowledged(seq uint64, epoch string) (id string, here bool, err error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	if err := o.check(); err != nil {
		return "", false, err
	}
	o.mu.Lock()
	last := o.queued
	first, _ := o.tape.Bounds()
	o.mu.Unlock()
	if seq > last {
		return "", false, nil // the fence is for that
	}
	r, err := o.readRecord(seq)
	if err != nil {
		return "", false, err
	}
	switch r.State {
	case StateHeld, StateStoredEdge, StateStoredCentral:
		if r.Epoch != epoch {
			return r.ID, seq >= first, nil
		}
	}
	return "", false, nil
}

// Adopt notes durably that what is here has been compared with the ledger of this epoch.
func (o *Outbox) Adopt(ctx context.Context, epoch string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("adopt epoch: %w", err)
	}
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	err := o.check()
	if err == nil {
		err = o.write([]change{{[]byte(keyEpoch), []byte(epoch)}})
	}
	if err == nil {
		err = o.store.sync()
	}
	if err != nil {
		return fmt.Errorf("adopt epoch: %w", err)
	}
	o.logger.Info("upstream's ledger", "epoch", epoch, "at", o.cfg.Now().Format(time.RFC3339))
	return nil
}
