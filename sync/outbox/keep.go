package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"time"
)

// keepEvery is how much of the states a power cut may take. Items are not among them: those the journal has.
const keepEvery = time.Second

// keep syncs queue and witness now and then, and purges, until Close.
func (o *Outbox) keep() {
	tick, purge := time.NewTicker(keepEvery), time.NewTicker(purgeEvery)
	defer tick.Stop()
	defer purge.Stop()
	ctx, cancel := o.untilClose()
	defer cancel()
	queue, err := realPath(filepath.Join(o.cfg.Dir, queueName))
	for ticks := 1; ; ticks++ {
		select {
		case <-o.quit:
			return
		case <-tick.C:
			o.writeMu.Lock()
			if o.check() == nil {
				o.live(keepEvery)
			}
			o.settle()
			large := o.check() == nil && o.store.size() > residentLimit
			o.writeMu.Unlock()
			if large && err == nil && ticks%residentEvery == 0 {
				if _, err = leave(queue, residentLimit); err != nil {
					o.logger.Warn("the queue's files stay in memory", "error", err)
				}
			}
		case <-purge.C:
			if n, err := o.Purge(ctx, o.cfg.Now().Add(-o.cfg.Retention)); err != nil && !errors.Is(err, ErrClosed) {
				o.logger.Error("purge the outbox", "error", err)
			} else if n > 0 {
				o.logger.Info("outbox purged", "items", n)
			}
		}
	}
}

// untilClose gives a context that ends with the outbox. It must be called on a keeper, and cancel too.
func (o *Outbox) untilClose() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	o.keepers.Go(func() {
		defer cancel()
		select {
		case <-o.quit:
		case <-ctx.Done():
		}
	})
	return ctx, cancel
}

// settle makes durable what was written to queue and witness; it is called with writeMu held.
func (o *Outbox) settle() {
	o.noteHeard()
	if !o.dirty || o.check() != nil && o.tape == nil {
		return
	}
	o.dirty = false
	err := o.store.sync()
	if err == nil {
		err = o.witness.sync()
	}
	if err != nil {
		o.mu.Lock()
		o.stop(err)
		o.mu.Unlock()
	}
}

// heardFrom notes that the upstream proved to be there.
func (o *Outbox) heardFrom() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard, o.lived.Heard = o.cfg.Now(), o.lived.Total
}

// noteHeard keeps when the upstream was last heard of over a restart.
func (o *Outbox) noteHeard() {
	o.mu.Lock()
	heard, failed := o.heard, o.failed
	o.mu.Unlock()
	if failed != nil || heard.Equal(o.noted) {
		return
	}
	b, err := json.Marshal(heard)
	if err != nil || o.store.write([]change{{[]byte(keyHeard), b}}) != nil {
		return // it is an estimate, and the next acceptance would find the fault
	}
	o.noted, o.dirty = heard, true
}

// recallHeard reads it.
func (o *Outbox) recallHeard() {
	if b, err := o.store.read([]byte(keyHeard)); err == nil && json.Unmarshal(b, &o.heard) == nil {
		o.noted = o.heard
	}
}
