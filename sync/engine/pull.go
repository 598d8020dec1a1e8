package engine

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// pull is what the pull loop remembers between turns. The cursor is in the outbox.
type pull struct {
	fails      int       // in a row
	resets     int       // of the cursor, in a row
	quick      int       // empty answers in a row that were not held
	cut        int       // long polls in a row that ended without an answer
	shortUntil time.Time // no long polls until then
	settled    bool      // the feed was read once since the link came up
}

const (
	pagePause  = 200 * time.Millisecond // between pages: bounds an upstream that never runs dry
	emptyPause = 3 * time.Second        // at most, between long polls
	shortPoll  = 10 * time.Second       // where something between here and there cuts long polls
	quickPoll  = 30 * time.Second       // where something answers them at once
	shortFor   = 10 * time.Minute
	notHeld    = time.Second // an empty answer sooner than this was not held
	manyTimes  = 3
)

// pullOnce reads one page of the feed. It returns how long the next turn can wait.
func (e *Engine) pullOnce(ctx context.Context) (time.Duration, error) {
	p := &e.pull
	now := e.cfg.Now()
	if wait := e.paused(now); wait > 0 {
		return min(wait, slowPoll), nil
	}
	if e.Status().Link != Online {
		p.settled = false
		return quickPoll, nil // woken when it is
	}
	cursor, err := e.cfg.Outbox.Cursor()
	if err != nil {
		return quickPoll, err
	}
	wait := wire.MaxWait
	first := !p.settled // is not held: what central confirms, as the list of staff, is to be known now
	if first || now.Before(p.shortUntil) {
		wait = 0
	}
	polling, done := e.beginPoll(ctx)
	page, err := e.cfg.Client.Feed(polling, cursor, wait)
	given := polling.Err() != nil
	done()
	took := e.cfg.Now().Sub(now)
	switch {
	case err != nil && given && ctx.Err() == nil:
		return quickPoll, nil // a probe found the link down; woken when it is up
	case err != nil:
		return e.pullFailed(ctx, err, wait, took)
	}
	e.welcome()
	if err := e.take(ctx, page); err != nil {
		return quickPoll, err
	}
	p.fails, p.resets, p.cut, p.settled = 0, 0, 0, true
	if len(page.Events) > 0 || !page.UpToDate {
		p.quick = 0
		if page.Cursor == cursor {
			return emptyPause, nil // the same again: no reason to hurry
		}
		return pagePause, nil
	}
	switch {
	case first:
		return pagePause, nil
	case wait == 0:
		return shortPoll, nil
	case took >= notHeld:
		p.quick = 0
	default:
		p.quick++
	}
	if p.quick >= manyTimes {
		return quickPoll, nil
	}
	return jitter(emptyPause), nil
}

// beginPoll gives a context that endPoll can cancel.
func (e *Engine) beginPoll(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pollCancel = cancel
	return ctx, cancel
}

func (e *Engine) endPoll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pollCancel != nil {
		e.pollCancel()
	}
}

func (e *Engine) pullFailed(ctx context.Context, cause error, wait, took time.Duration) (time.Duration, error) {
	p := &e.pull
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	p.fails++
	var problem *wire.ProblemError
	if errors.As(cause, &problem) {
		e.contact()
		if problem.Status == http.StatusConflict {
			p.resets++
			e.setSuspect(true) // the cursor of another ledger: a probe compares
			wakeUp(e.probe)
			pause := time.Duration(0)
			if p.resets > 1 {
				pause = jitter(doubled(pushBase, pullCap, p.resets))
			}
			return pause, e.cfg.Outbox.ResetFeed(ctx)
		}
		if status := problem.Status; status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusUpgradeRequired {
			wait, _ := e.problem(problem, p.fails, pullCap) // these ask for nothing
			return min(wait, slowPoll), cause
		}
		return max(jitter(doubled(pushBase, pullCap, p.fails)), problem.RetryAfter), cause
	}
	// Only a probe decides whether the link is down: something on the way may merely dislike long polls.
	e.setSuspect(true)
	wakeUp(e.probe)
	if wait > 0 && took >= notHeld {
		if p.cut++; p.cut >= manyTimes {
			p.cut, p.shortUntil = 0, e.cfg.Now().Add(shortFor)
		}
	}
	return jitter(doubled(pushBase, pullCap, p.fails)), cause
}

// take applies a page: first the acks it relays, then statuses, roster and cursor together. Taking it twice does no harm.
func (e *Engine) take(ctx context.Context, page wire.FeedPage) error {
	var acks []outbox.Settlement
	update := outbox.FeedUpdate{Epoch: page.Epoch, Cursor: page.Cursor, Mark: e.mark(page)}
	for _, event := range page.Events {
		switch {
		case event.Status != nil:
			update.Statuses = append(update.Statuses, *event.Status)
		case event.Roster != nil:
			if err := e.verifyRoster(event.Roster); err != nil {
				e.logger.Error("feed brought a roster that does not verify", "version", event.Roster.Version, "error", err)
				continue
			}
			update.Roster = event.Roster
		case event.Ack != nil:
			entry, err := e.cfg.Outbox.Get(event.Ack.ID)
			switch {
			case errors.Is(err, outbox.ErrNotFound):
				continue // of another kiosk of the hall
			case errors.Is(err, outbox.ErrDamaged):
				e.logger.Error("feed brought an ack for an item that is damaged here", "id", event.Ack.ID, "error", err)
				continue // it must not keep the others' news away
			case err != nil:
				return err
			}
			status, err := e.verify(entry.Item, wire.Result{ID: event.Ack.ID, Status: event.Ack.Status, Ack: event.Ack})
			if err != nil {
				e.logger.Error("feed brought an ack that does not verify", "id", event.Ack.ID, "error", err)
				continue
			}
			acks = append(acks, outbox.Settlement{ID: event.Ack.ID, Status: status, Ack: event.Ack})
		}
	}
	if len(acks) > 0 {
		if err := e.cfg.Outbox.Settle(ctx, acks); err != nil {
			return err
		}
	}
	if err := e.cfg.Outbox.ApplyFeed(ctx, update); err != nil {
		return err
	}
	if len(acks) > 0 {
		e.countWaiting()
	}
	return nil
}
