package engine

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// push is what the push loop remembers between turns. What must survive a restart is in the outbox.
type push struct {
	pace     pace
	maxBytes int   // of a batch, announced by hello
	fails    int   // turns in a row that moved nothing
	next     alarm // the next batch
	asked    alarm // the upstream asked not to be asked before
	hurried  alarm // no person's word counts before
	probes   int   // failed probes in a row
	probeAt  alarm
	lone     string // the item that was lost travelling alone, and when
	loneAt   time.Time
	cause    Cause     // of why nobody answered the last time
	greeted  time.Time // the last hello that was answered
	epoch    string    // of the ledger that the outbox was compared with, as far as this engine knows
}

// deadAfter is how often in a row the upstream says that it cannot read an item, which travels alone, before the item
// becomes a dead letter: about a day by its schedule. Requests that were lost do not count.
const deadAfter = 32

// Reasons kept with an item, as outbox.Entry.LastError. The first three mark one that must not share a batch any more.
const (
	ReasonLost       = "no answer to it, though upstream answers others"
	ReasonUnreadable = "upstream cannot read it"
	ReasonServer     = "upstream fails on it"
	ReasonNoAck      = "upstream gave no valid ack"
	ReasonRetry      = "upstream asked for later"
	ReasonNoResult   = "upstream gave no result"
)

func suspectItem(e outbox.Entry) bool {
	return e.LastError == ReasonUnreadable || e.LastError == ReasonServer || e.LastError == ReasonLost
}

// pushOnce probes if it must and sends one batch if there is one. It returns how long the next turn can wait.
func (e *Engine) pushOnce(ctx context.Context) (time.Duration, error) {
	e.countWaiting()
	p := &e.push
	now := e.cfg.Now()
	e.hurry(now)
	if wait := e.paused(now); wait > 0 {
		return min(wait, slowPoll), nil
	}
	if e.Status().Link != Online || e.suspected() || now.Sub(p.greeted).Abs() > e.greetEvery() {
		if wait := p.probeAt.left(now); wait > 0 {
			return min(wait, slowPoll), nil
		}
		if wait, err := e.probeOnce(ctx); err != nil {
			return wait, err
		}
		now = e.cfg.Now()
	}
	if wait := p.next.left(now); wait > 0 {
		return min(wait, slowPoll), nil
	}
	return e.fly(ctx)
}

// greetEvery is how long a hello holds.
func (e *Engine) greetEvery() time.Duration {
	if e.Status().Slow {
		return slowAfter
	}
	return greetAfter
}

// patience of a probe. Most are impatient, so that a link's return is noticed soon; every third waits long enough for a
// very slow line.
func patience(failed int) time.Duration {
	if failed%3 == 2 {
		return 20 * time.Second
	}
	return 3 * time.Second
}

// probeOnce asks hello. An error comes with the time until the next probe.
func (e *Engine) probeOnce(ctx context.Context) (time.Duration, error) {
	p := &e.push
	probing, cancel := context.WithTimeout(ctx, patience(p.probes))
	asked := e.cfg.Now()
	h, err := e.cfg.Client.Hello(probing)
	cancel()
	now := e.cfg.Now()
	var problem *wire.ProblemError
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err == nil:
		p.greeted = now
		p.pace.answered(now.Sub(asked))
		e.paced(now.Sub(asked), slowAnswer)
		if said, terr := time.Parse(time.RFC3339Nano, h.ServerTime); terr == nil && e.cfg.Clock != nil {
			e.cfg.Clock.Heard(asked, now, said)
		}
		p.pace.most = clamp(h.MaxBatchItems, wire.MaxBatchItems)
		p.maxBytes = clamp(h.MaxBatchBytes, wire.MaxBatchBytes)
		if p.probes > 0 || e.Status().Link == Unknown { // a real return, not a push that failed by itself
			p.fails, p.next, p.asked = 0, alarm{}, alarm{}
		}
		p.probes, p.probeAt = 0, alarm{}
		e.setSuspect(false)
		e.welcome()
		through, perr := item.ParseSequence(h.Through)
		if perr != nil {
			through = 0 // an edge that does not say
		}
		if err := e.cfg.Outbox.Meet(context.WithoutCancel(ctx), through, h.Superseded); err != nil {
			return 0, err
		}
		e.compare(ctx, h.Epoch, through)
		return 0, nil
	case errors.As(err, &problem):
		p.probes++
		e.contact()
		wait, asked := e.problem(problem, p.probes, portalCap)
		p.asked = p.asked.atLeast(asked, now)
		p.probeAt = alarmIn(wait, now)
		e.setSuspect(true)
		return min(wait, slowPoll), err
	}
	p.probes++
	wait := jitter(probeCap)
	var no *wire.NoAnswerError
	if errors.As(err, &no) && no.Status != 0 {
		asked := spread(no.RetryAfter)
		p.asked = p.asked.atLeast(asked, now)
		wait = max(jitter(doubled(time.Second, portalCap, p.probes)), asked)
	}
	p.probeAt = alarmIn(wait, now)
	e.lost(err)
	return min(wait, slowPoll), err
}

// clamp takes an announced limit if it is one.
func clamp(announced, most int) int {
	if announced < 1 || announced > most {
		return most
	}
	return announced
}

// problem notes a signed refusal of a whole request and says how long to wait, and how much of that the upstream asked for.
func (e *Engine) problem(p *wire.ProblemError, attempt int, limit time.Duration) (wait, asked time.Duration) {
	now := e.cfg.Now()
	asked = spread(p.RetryAfter)
	switch p.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		wait = jitter(refusedFor)
		e.setTrouble(TroubleRefused)
		e.pause(alarmIn(wait, now))
		return wait, 0
	case http.StatusUpgradeRequired:
		wait = jitter(refusedFor)
		e.setTrouble(TroubleUpgrade)
		e.pause(alarmIn(wait, now))
		return wait, 0
	case http.StatusInsufficientStorage:
		e.setTrouble(TroubleFull)
		return max(jitter(fullFor), asked), asked
	}
	e.setTrouble(TroubleServer)
	return max(jitter(doubled(pushBase, limit, attempt)), asked), asked
}

// compose takes what is due and fits one batch. An item under suspicion travels alone.
func (e *Engine) compose(now time.Time) ([]outbox.Entry, error) {
	p := &e.push
	due, err := e.cfg.Outbox.Due(now, p.pace.next())
	if err != nil || len(due) == 0 {
		return nil, err
	}
	if suspectItem(due[0]) {
		return due[:1], nil
	}
	batch, bytes := due[:0:0], 2
	for _, entry := range due {
		if suspectItem(entry) {
			continue
		}
		if bytes += entry.Size + 1; bytes > p.maxBytes && len(batch) > 0 {
			break
		}
		batch = append(batch, entry)
	}
	return batch, nil
}

// sendFailed puts the items back and decides what comes next.
func (e *Engine) sendFailed(ctx context.Context, batch []outbox.Entry, ids []string, cause error) (time.Duration, error) {
	p := &e.push
	p.pace.failed()
	if errors.Is(cause, context.Canceled) {
		return 0, e.cfg.Outbox.Defer(ctx, ids, time.Time{}, "")
	}
	var problem *wire.ProblemError
	var no *wire.NoAnswerError
	switch {
	case errors.As(cause, &problem):
		e.contact()
		if culprit(problem) {
			return e.narrow(ctx, batch, ids, problem)
		}
		p.fails++
		wait, asked := e.problem(problem, p.fails, pushCap)
		p.asked = p.asked.atLeast(asked, e.cfg.Now())
		p.next = alarmIn(wait, e.cfg.Now())
	default:
		var asked time.Duration
		if errors.As(cause, &no) {
			asked = spread(no.RetryAfter)
		}
		p.fails++
		p.asked = p.asked.atLeast(asked, e.cfg.Now())
		p.next = alarmIn(max(jitter(doubled(pushBase, pushCap, p.fails)), asked), e.cfg.Now())
		p.probeAt = alarmIn(jitter(probeCap), e.cfg.Now())
		e.setSuspect(true)
		e.setTrouble(TroubleNoAnswer)
		if len(batch) == 1 && e.alone(ids[0]) {
			return e.putOff(ctx, batch[0], cause)
		}
		p.pace.halve(len(batch))
	}
	return slowPoll, errors.Join(cause, e.cfg.Outbox.Defer(ctx, ids, time.Time{}, ""))
}

// alone notes that an item was lost travelling alone. It reports true when that is not the line's fault: it happened before,
// and the upstream has answered in between.
func (e *Engine) alone(id string) bool {
	p := &e.push
	before, at := p.lone, p.loneAt
	p.lone, p.loneAt = id, e.cfg.Now()
	return before == id && p.greeted.After(at)
}

// putOff lets the others go first: something between here and there does not like this one.
func (e *Engine) putOff(ctx context.Context, entry outbox.Entry, cause error) (time.Duration, error) {
	p := &e.push
	p.lone = ""
	until := p.behindOthers(e.cfg.Now(), refused(entry, ReasonLost))
	return slowPoll, errors.Join(cause, e.cfg.Outbox.Defer(ctx, []string{entry.Item.ID}, until, ReasonLost))
}

// behindOthers is when an item that was refused so often is due again: after the next turn, whose pause may be longer than the item's
// own, so that the turn is another item's.
func (p *push) behindOthers(now time.Time, refusals int) time.Time {
	return now.Add(max(p.next.left(now), 0) + jitter(doubled(itemBase, itemCap, refusals)))
}

// culprit reports refusals of a whole batch that one of its items may have caused.
func culprit(p *wire.ProblemError) bool {
	return p.Problem.Type == wire.ProblemUnreadable || p.Status == http.StatusBadRequest || p.Status == http.StatusInternalServerError ||
		p.Status == http.StatusUnprocessableEntity || p.Status == http.StatusRequestEntityTooLarge
}

// narrow halves the batch; a single item is put off by its own schedule, and from then on travels alone.
func (e *Engine) narrow(ctx context.Context, batch []outbox.Entry, ids []string, problem *wire.ProblemError) (time.Duration, error) {
	p := &e.push
	server := problem.Status >= 500
	now := e.cfg.Now()
	asked := spread(problem.RetryAfter)
	p.asked = p.asked.atLeast(asked, now)
	if len(batch) > 1 {
		p.pace.halve(len(batch))
		wait := max(asked, jitter(200*time.Millisecond))
		if server {
			wait = max(wait, jitter(pushBase))
			e.setTrouble(TroubleServer)
		}
		p.next = alarmIn(wait, now)
		return min(wait, slowPoll), errors.Join(problem, e.cfg.Outbox.Defer(ctx, ids, time.Time{}, ""))
	}
	reason := ReasonUnreadable
	if server {
		reason = ReasonServer
	}
	p.fails++
	p.next = alarmIn(max(jitter(doubled(pushBase, pushCap, p.fails)), asked), now)
	e.setTrouble(TroubleServer)
	refusals := refused(batch[0], reason)
	if !server && refusals >= deadAfter {
		err := e.cfg.Outbox.Settle(ctx, []outbox.Settlement{{ID: ids[0], Status: wire.Rejected, Reason: ReasonUnreadable}})
		return slowPoll, errors.Join(problem, err)
	}
	err := e.cfg.Outbox.Defer(ctx, ids, p.behindOthers(now, refusals), reason)
	return slowPoll, errors.Join(problem, err)
}

// refusal is of one item of a batch that was answered.
type refusal struct {
	entry  outbox.Entry
	reason string
}

// later puts items off that were refused, each on its own, behind the next turn.
func (e *Engine) later(ctx context.Context, refusals []refusal) error {
	var errs []error
	for _, r := range refusals {
		until := e.push.behindOthers(e.cfg.Now(), refused(r.entry, r.reason))
		errs = append(errs, e.cfg.Outbox.Defer(ctx, []string{r.entry.Item.ID}, until, r.reason))
	}
	return errors.Join(errs...)
}

// apply goes through the results, each on its own.
func (e *Engine) apply(ctx context.Context, f flight) (time.Duration, error) {
	p := &e.push
	var settled []outbox.Settlement
	var troubles []error
	trouble := Trouble("")
	var again []refusal
	for i, entry := range f.batch {
		switch r := f.results[i]; {
		case r.ID == "":
			again = append(again, refusal{entry, ReasonNoResult})
		case r.err != nil:
			trouble = TroubleAck
			troubles = append(troubles, r.err)
			again = append(again, refusal{entry, ReasonNoAck})
		case r.proven != "":
			settled = append(settled, outbox.Settlement{ID: r.ID, Status: r.proven, Ack: r.Ack})
		case r.Status == wire.Rejected || r.Status == wire.Conflict:
			e.setSuspect(true) // is somebody else this kiosk? the next probe tells
			e.logger.Error("item needs a person", "id", r.ID, "status", string(r.Status), "problem", reasonOf(r.Result))
			settled = append(settled, outbox.Settlement{ID: r.ID, Status: r.Status, Reason: reasonOf(r.Result)})
		default: // retry, and whatever a later version may say
			again = append(again, refusal{entry, ReasonRetry})
		}
	}
	if len(settled) == 0 {
		p.pace.failed()
		p.fails++
		wait := jitter(doubled(pushBase, pushCap, p.fails))
		p.next = alarmIn(wait, e.cfg.Now())
		if trouble == "" {
			trouble = TroubleServer
		}
		e.setTrouble(trouble)
		troubles = append(troubles, e.later(ctx, again), errors.New("nothing of the batch was taken in"))
		return min(wait, slowPoll), errors.Join(troubles...)
	}
	p.next = alarm{}
	troubles = append(troubles, e.later(ctx, again))
	if err := e.cfg.Outbox.Settle(ctx, settled); err != nil {
		e.setTrouble(TroubleOutbox)
		return slowPoll, errors.Join(append(troubles, err)...)
	}
	p.fails = 0
	p.pace.landed(len(f.batch), f.round, f.took)
	e.setTrouble(trouble)
	return 0, errors.Join(troubles...)
}

// refused is how often in a row the item was refused for this reason, this time included.
func refused(e outbox.Entry, reason string) int {
	if e.LastError != reason {
		return 1
	}
	return e.Refusals + 1
}

// reasonOf takes the problem's fixed parts; its detail may speak of a person.
func reasonOf(r wire.Result) string {
	if r.Problem == nil {
		return string(r.Status)
	}
	return r.Problem.Type + " " + r.Problem.Title
}
