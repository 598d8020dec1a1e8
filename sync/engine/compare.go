package engine

import (
	"context"
	"errors"
	"time"

	"onedoor/sync/wire"
)

// errOtherLedger is a ledger that changed between two answers.
var errOtherLedger = errors.New("the ledger changed meanwhile")

// compareAgain is how soon a comparison that failed is tried again. Items go out meanwhile: they need none.
const compareAgain = time.Minute

// compare asks a ledger of a new epoch, one that was restored from a backup, what it lacks beyond the sequence up to which it
// has everything, and sends that again.
func (e *Engine) compare(ctx context.Context, epoch string, through uint64) {
	known, last, err := e.cfg.Outbox.Epoch()
	if err == nil && known != "" && known != epoch {
		err = e.fill(ctx, epoch, through, last)
	}
	if err == nil && known != epoch {
		err = e.cfg.Outbox.Adopt(context.WithoutCancel(ctx), epoch)
	}
	if err != nil {
		e.logger.Warn("compare with the upstream's ledger", "epoch", epoch, "error", err)
		e.push.greeted = e.cfg.Now().Add(jitter(compareAgain) - greetAfter)
	}
	e.push.epoch = epoch // or every batch until then would ask for a probe
}

func (e *Engine) fill(ctx context.Context, epoch string, through, last uint64) error {
	again, gone := 0, []uint64{}
	for from := through + 1; from <= last; from += wire.MaxReconcile {
		of, lacks, err := e.cfg.Client.Reconcile(ctx, from, min(last, from+wire.MaxReconcile-1))
		if err != nil {
			return err
		}
		if of != epoch {
			return errOtherLedger
		}
		n, lost, err := e.cfg.Outbox.Reconcile(context.WithoutCancel(ctx), epoch, lacks)
		again, gone = again+n, append(gone, lost...)
		if err != nil {
			return err
		}
	}
	e.logger.Warn("upstream's ledger is another", "epoch", epoch, "sent_again", again)
	if len(gone) > 0 {
		e.logger.Error("upstream lacks items that were erased here after it had them", "count", len(gone), "first", gone[0], "last", gone[len(gone)-1])
	}
	return nil
}
