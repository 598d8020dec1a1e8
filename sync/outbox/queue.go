package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Due gives up to limit items that may be sent at now: submissions and withdrawals first, health last, by sequence
// within; an item of a case only when all before it in the case are stored or held upstream. It changes nothing. An item
// whose bytes on the medium were altered is set aside as lost instead of being given, and one that can not be read now is
// passed over.
func (o *Outbox) Due(now time.Time, limit int) ([]Entry, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	o.mu.Lock()
	if err := o.usable(); err != nil {
		o.mu.Unlock()
		return nil, fmt.Errorf("list due items: %w", err)
	}
	records := o.index.due(now, limit)
	o.mu.Unlock()
	out := make([]Entry, 0, len(records))
	for _, r := range records {
		it, err := o.readItem(r)
		if errors.Is(err, ErrDamaged) {
			o.logger.Error("item set aside", "id", r.ID, "sequence", r.seq, "error", err)
			if err = o.lose(r); err == nil {
				continue
			}
		}
		if errors.Is(err, errUnreadable) { // one bad place on the medium holds nobody else up
			o.unread(r, err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list due items: %w", err)
		}
		out = append(out, r.entry(it))
	}
	return out, nil
}

// Begin notes that the items are in a request from now on and counts the attempt. Items that are not waiting are passed
// over. What is being sent when the process ends is accepted again after Open.
func (o *Outbox) Begin(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("begin sending: %w", err)
	}
	err := o.transition(ids, func(r *record) {
		if r.State.waiting() {
			r.State = StateSending
			r.Attempts++
		}
	})
	if err != nil {
		return fmt.Errorf("begin sending: %w", err)
	}
	return nil
}

// Defer puts waiting items off until the given time, at most MaxDefer ahead; the zero time means now. Others are
// passed over. Reason is why the upstream did not take them in, a fixed text without personal data, and counts as a
// refusal; empty means that it did not answer, which changes neither the last reason nor its count.
func (o *Outbox) Defer(ctx context.Context, ids []string, until time.Time, reason string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("defer: %w", err)
	}
	if latest := o.cfg.Now().Add(MaxDefer); until.After(latest) {
		until = latest
	}
	err := o.transition(ids, func(r *record) {
		if !r.State.waiting() {
			return
		}
		r.State, r.Next = StateAccepted, utcOrZero(until)
		if reason == "" {
			return
		}
		if reason = clip(reason); r.LastError != reason {
			r.LastError, r.Refusals = reason, 0
		}
		r.Refusals++
	})
	if err != nil {
		return fmt.Errorf("defer: %w", err)
	}
	return nil
}

// Release sends dead letters and conflicts on their way again, on a person's word. Others are passed over.
func (o *Outbox) Release(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	err := o.transition(ids, func(r *record) {
		if r.State == StateRejected || r.State == StateConflict {
			r.State, r.Next, r.Refusals = StateAccepted, time.Time{}, 0
		}
	})
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	wake(o.changes)
	return nil
}

// Resend sends items on their way again that are stored or held upstream by an ack of another epoch than this: a ledger
// that was restored from a backup may lack them. Those of this epoch, and whatever is on its way or waits for a person,
// are passed over, so a second call changes nothing once the upstream has them again.
func (o *Outbox) Resend(ctx context.Context, ids []string, epoch string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("resend: %w", err)
	}
	if epoch == "" {
		return errors.New("resend: no epoch")
	}
	err := o.transition(ids, func(r *record) {
		switch r.State {
		case StateHeld, StateStoredEdge, StateStoredCentral:
			if r.Epoch != epoch {
				r.State, r.Next = StateAccepted, time.Time{}
			}
		}
	})
	if err != nil {
		return fmt.Errorf("resend: %w", err)
	}
	wake(o.changes)
	return nil
}

// Settle applies what an upstream said, all of it in one durable write or, when one settlement is wrong, none. What
// central stored changes no more within an epoch; settling it once more is no error.
func (o *Outbox) Settle(ctx context.Context, settlements []Settlement) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	ids := make([]string, len(settlements))
	byID := make(map[string]Settlement, len(settlements))
	for i, s := range settlements {
		ids[i], byID[s.ID] = s.ID, s
	}
	err := o.change(ids, func(r *record) (bool, error) {
		next, changed, err := r.settled(byID[r.ID], o.source)
		*r = next
		return changed, err
	})
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	o.heardFrom()
	return nil
}

func (o *Outbox) transition(ids []string, edit func(*record)) error {
	return o.change(ids, func(r *record) (bool, error) {
		before := *r
		edit(r)
		return before != *r, nil
	})
}

// change edits copies of records, makes them durable at once, then puts them in the place of the old ones.
func (o *Outbox) change(ids []string, edit func(*record) (changed bool, err error)) error {
	o.writeMu.Lock()
	edited, err := o.edit(ids, edit)
	o.writeMu.Unlock()
	if err != nil {
		return err
	}
	o.notify(edited)
	return nil
}

func (o *Outbox) edit(ids []string, edit func(*record) (bool, error)) ([]*record, error) {
	o.mu.Lock()
	err := o.usable()
	o.mu.Unlock()
	if err != nil {
		return nil, err
	}
	var edited []*record
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		o.mu.Lock()
		r, err := o.find(id)
		o.mu.Unlock()
		if err != nil {
			return nil, err
		}
		next := *r
		changed, err := edit(&next)
		if err != nil {
			return nil, err
		}
		if changed {
			edited = append(edited, &next)
		}
	}
	if err := o.writeRecords(edited); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range edited {
		o.index.replace(r)
	}
	return edited, nil
}

// find looks up a durable item's record; called with mu held.
func (o *Outbox) find(id string) (*record, error) {
	if r := o.index.find(id); r != nil {
		return r, nil
	}
	seq, err := getSeq(o.store, textKey(prefixID, id))
	if err != nil {
		return nil, missing(err, id)
	}
	return o.readRecord(seq)
}

func (o *Outbox) readRecord(seq uint64) (*record, error) {
	b, err := o.store.read(seqKey(prefixRec, seq))
	if errors.Is(err, errMissing) {
		return nil, fmt.Errorf("%w: item %d is missing", ErrDamaged, seq)
	}
	if err != nil {
		return nil, err
	}
	return parseRecord(seq, b)
}

func missing(err error, what string) error {
	if errors.Is(err, errMissing) {
		return fmt.Errorf("%w: %s", ErrNotFound, what)
	}
	return err
}

// Get gives an item with its state, or ErrNotFound.
func (o *Outbox) Get(id string) (Entry, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	o.mu.Lock()
	err := o.usable()
	var r *record
	if err == nil {
		r, err = o.find(id)
	}
	o.mu.Unlock()
	if err != nil {
		return Entry{}, fmt.Errorf("get item: %w", err)
	}
	e, err := o.whole(r)
	if err != nil {
		return Entry{}, fmt.Errorf("get item: %w", err)
	}
	return e, nil
}

// ByReceipt gives the item that bears the receipt number, or ErrNotFound.
func (o *Outbox) ByReceipt(number string) (Entry, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	e, err := o.lookUp(textKey(prefixNo, number), number)
	if err != nil {
		return Entry{}, fmt.Errorf("get receipt: %w", err)
	}
	return e, nil
}

// ByTrack gives the item whose receipt bears the tracking code with this hash (tracking.Code.Hash), or ErrNotFound.
func (o *Outbox) ByTrack(hash string) (Entry, error) {
	o.reading.RLock()
	defer o.reading.RUnlock()
	e, err := o.lookUp(textKey(prefixTrack, hash), "a tracking code")
	if err != nil {
		return Entry{}, fmt.Errorf("get tracking code: %w", err)
	}
	return e, nil
}

// lookUp reads the item whose sequence stands under a key; it is called with reading held.
func (o *Outbox) lookUp(key []byte, what string) (Entry, error) {
	if err := o.check(); err != nil {
		return Entry{}, err
	}
	seq, err := getSeq(o.store, key)
	if errors.Is(err, errMissing) { // of an item just accepted it may be on its way into the queue
		o.writeMu.Lock()
		o.writeMu.Unlock() //nolint:staticcheck // waiting is all that is wanted
		seq, err = getSeq(o.store, key)
	}
	if err != nil {
		return Entry{}, missing(err, what)
	}
	r, err := o.readRecord(seq)
	if err != nil {
		return Entry{}, err
	}
	return o.whole(r)
}

// Stats is the outbox in numbers.
type Stats struct {
	ByState      map[State]int // only states that occur
	Waiting      int           // accepted and sending
	Oldest       time.Time     // when the first waiting item was accepted; zero without one
	Bytes        int64         // of the waiting items, as they travel
	LastSequence uint64        // durable; 0 before the first item
	Stopped      error         // the failed write; nil while the outbox works
}

// Stats can be called in every state, also after a failed write.
func (o *Outbox) Stats() Stats {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := Stats{ByState: map[State]int{}, Oldest: o.index.oldest(), Bytes: o.index.bytes, LastSequence: o.durable, Stopped: o.failed}
	for state, n := range o.index.count {
		if n > 0 {
			s.ByState[state] = n
		}
	}
	if o.index.ended > 0 {
		s.ByState[StateStoredCentral] = o.index.ended
	}
	s.Waiting = s.ByState[StateAccepted] + s.ByState[StateSending]
	return s
}
