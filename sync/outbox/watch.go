package outbox

import (
	"errors"
	"fmt"
	"sync"

	"onedoor/sync/wire"
)

// CaseView is what can truthfully be said of a case here.
type CaseView struct {
	CaseID    string
	ReceiptNo string
	State     State            // of the case's first item; empty if it was not accepted here
	Status    *wire.CaseStatus // the feed's last word; nil before it
}

// Stage is how far the case has come: empty while it is only on this machine.
func (v CaseView) Stage() wire.Stage {
	switch {
	case v.Status != nil:
		return v.Status.Stage
	case v.State == StateStoredCentral:
		return wire.StageDelivered
	}
	return ""
}

// Case gives the view of a case, or ErrNotFound.
func (o *Outbox) Case(caseID string) (CaseView, error) {
	v, err := o.viewNow(caseID)
	if errors.Is(err, ErrNotFound) { // of a case just accepted it may be on its way into the queue
		o.writeMu.Lock()
		o.writeMu.Unlock() //nolint:staticcheck // waiting is all that is wanted
		v, err = o.viewNow(caseID)
	}
	if err != nil {
		return CaseView{}, fmt.Errorf("case: %w", err)
	}
	return v, nil
}

func (o *Outbox) viewNow(caseID string) (CaseView, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.usable(); err != nil {
		return CaseView{}, err
	}
	return o.view(caseID)
}

// view is called with mu held, so that it sees a record and its index entry in step.
func (o *Outbox) view(caseID string) (CaseView, error) {
	v := CaseView{CaseID: caseID}
	var fed viewRecord
	switch err := get(o.store, textKey(prefixView, caseID), &fed); {
	case err == nil:
		v.Status, v.ReceiptNo = &fed.Status, fed.Status.ReceiptNo
	case !errors.Is(err, errMissing):
		return v, err
	}
	var c caseRecord
	switch err := get(o.store, textKey(prefixCase, caseID), &c); {
	case err == nil:
		r, err := o.readRecord(c.First)
		if err != nil {
			return v, err
		}
		v.State, v.ReceiptNo = r.State, r.ReceiptNo
	case !errors.Is(err, errMissing):
		return v, err
	case v.Status == nil:
		return v, fmt.Errorf("%w: %s", ErrNotFound, caseID)
	}
	return v, nil
}

// watchers hands the newest view of a case to whoever watches it. Its lock is taken after Outbox.writeMu and before Outbox.mu, and
// held while a view is computed and handed over, so that a newer view never gives way to an older one.
type watchers struct {
	mu     *sync.Mutex
	byCase map[string]map[chan CaseView]bool
}

func newWatchers() watchers { return watchers{new(sync.Mutex), map[string]map[chan CaseView]bool{}} }

// Watch gives the view of a case as it is now, if there is one, and after every change. A slow reader gets the newest
// view only and delays nobody. The channel is closed by cancel, which may be called twice, and by Close.
func (o *Outbox) Watch(caseID string) (views <-chan CaseView, cancel func()) {
	ch := make(chan CaseView, 1)
	w := &o.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	o.mu.Lock()
	closed := o.closed
	o.mu.Unlock()
	if closed {
		close(ch)
		return ch, func() {}
	}
	if w.byCase[caseID] == nil {
		w.byCase[caseID] = map[chan CaseView]bool{}
	}
	w.byCase[caseID][ch] = true
	if v, err := o.viewNow(caseID); err == nil { // what is on its way into the queue is told when it is there
		ch <- v
	}
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.byCase[caseID][ch] {
			return
		}
		delete(w.byCase[caseID], ch)
		if len(w.byCase[caseID]) == 0 {
			delete(w.byCase, caseID)
		}
		close(ch)
	}
}

func (o *Outbox) notify(records []*record) {
	var cases []string
	for _, r := range records {
		if r.CaseID != "" {
			cases = append(cases, r.CaseID)
		}
	}
	o.notifyCases(cases)
}

func (o *Outbox) notifyCases(cases []string) {
	w := &o.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range cases {
		if len(w.byCase[id]) == 0 {
			continue
		}
		v, err := o.viewNow(id)
		if err != nil {
			continue // stopped or closed meanwhile
		}
		for ch := range w.byCase[id] {
			select {
			case <-ch: // the reader has not taken the older view
			default:
			}
			ch <- v
		}
	}
}

func (w *watchers) closeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, set := range w.byCase {
		for ch := range set {
			close(ch)
		}
	}
	clear(w.byCase)
}
