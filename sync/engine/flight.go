package engine

import (
	"context"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// flight is one batch and what came of it.
type flight struct {
	batch   []outbox.Entry
	ids     []string
	items   []*item.Item
	round   int      // of the pace
	results []result // one for each item
	epoch   string
	took    time.Duration
	err     error
}

// fly sends what is due, batch after batch, several at a time where that has gone well. The first failure ends it: what is
// under way lands, and nothing more is sent in this turn. Items of one case never fly together, since the outbox gives one
// only when those before it are upstream.
func (e *Engine) fly(ctx context.Context) (time.Duration, error) {
	landed := make(chan flight)
	flying := 0
	wait, err := slowPoll, error(nil)
	done := false
	for {
		for !done && ctx.Err() == nil && flying < e.push.pace.flights {
			f, lerr := e.launch(ctx)
			if lerr != nil {
				err, done = lerr, true
			}
			if f == nil {
				break
			}
			flying++
			go func() {
				e.travel(ctx, f)
				landed <- *f
			}()
		}
		if flying == 0 {
			return wait, err
		}
		f := <-landed
		flying--
		w, lerr := e.land(ctx, f)
		if lerr != nil || e.push.next.left(e.cfg.Now()) > 0 {
			if !done {
				wait, err = w, lerr
			}
			done = true
		}
	}
}

// travel sends the batch and reads what comes back.
func (e *Engine) travel(ctx context.Context, f *flight) {
	begin := e.cfg.Now()
	answer, err := e.cfg.Client.PostBatch(ctx, f.items)
	f.took, f.err = e.cfg.Now().Sub(begin), err
	if err == nil {
		f.epoch, f.results = answer.Epoch, e.read(f.items, answer)
	}
}

// launch takes the next batch out of the outbox; nil when there is none.
func (e *Engine) launch(ctx context.Context) (*flight, error) {
	batch, err := e.compose(e.cfg.Now())
	if err != nil {
		e.setTrouble(TroubleOutbox)
		return nil, err
	}
	if len(batch) == 0 {
		return nil, nil
	}
	f := &flight{batch: batch, ids: make([]string, len(batch)), items: make([]*item.Item, len(batch)), round: e.push.pace.round}
	for i, entry := range batch {
		f.ids[i], f.items[i] = entry.Item.ID, entry.Item
	}
	if err := e.cfg.Outbox.Begin(ctx, f.ids); err != nil {
		e.setTrouble(TroubleOutbox)
		return nil, err
	}
	return f, nil
}

// land applies what came of a batch. What is known now is written down even if the engine is being stopped.
func (e *Engine) land(ctx context.Context, f flight) (time.Duration, error) {
	ctx = context.WithoutCancel(ctx)
	defer e.countWaiting()
	if f.err != nil {
		return e.sendFailed(ctx, f.batch, f.ids, f.err)
	}
	e.welcome()
	e.paced(f.took, slowBatch)
	if f.epoch != e.push.epoch {
		e.setSuspect(true) // another ledger: the next probe compares
	}
	return e.apply(ctx, f)
}
