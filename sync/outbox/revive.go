package outbox

import (
	"errors"
	"time"
)

// How soon a stopped outbox is opened again, and how seldom while that fails.
const (
	reviveFirst = time.Second
	reviveLast  = time.Minute
)

// revive opens a stopped outbox again, whole, as at a start of the program: what was written before the failure is looked
// at anew and nothing in memory is believed. Until then every call returns ErrStopped. It runs until Close.
func (o *Outbox) revive() {
	wait := reviveFirst
	for {
		select {
		case <-o.quit:
			return
		case <-o.stopped:
		}
		for {
			timer := time.NewTimer(wait)
			select {
			case <-o.quit:
				timer.Stop()
				return
			case <-timer.C:
			}
			err := o.reopenParts()
			if err == nil {
				wait = reviveFirst
				o.logger.Warn("outbox is open again after a failed write", "sequence", o.Stats().LastSequence)
				wake(o.changes)
				break
			}
			wait = min(2*wait, reviveLast)
			o.logger.Error("stopped outbox can not be opened", "error", err, "again_in", wait)
		}
	}
}

// reopenParts closes journal, queue and witness, without heed to what that says of a medium that has failed, and opens them
// again. After an error none is open.
func (o *Outbox) reopenParts() error {
	o.reading.Lock() // waits for those who are in the store
	defer o.reading.Unlock()
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	o.mu.Lock()
	under := len(o.groups)
	o.mu.Unlock()
	if under > 0 {
		return errUnderWay // the committer tells them first: their places in the chain are no longer theirs
	}
	if err := o.closeParts(); err != nil {
		o.logger.Warn("close the stopped outbox", "error", err)
	}
	if err := o.cfg.release(); err != nil {
		return err
	}
	fresh, err := openLocked(o.cfg)
	if err != nil {
		return err
	}
	o.cfg.load()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tape, o.store, o.witness = fresh.tape, fresh.store, fresh.witness
	o.dirty, o.noted = fresh.dirty, fresh.noted
	o.head, o.durable, o.queued = fresh.head, fresh.durable, fresh.queued
	o.caseLast, o.index, o.told = fresh.caseLast, fresh.index, fresh.told
	o.heard, o.fenced = fresh.heard, fresh.fenced
	o.lived, o.keptLived = fresh.lived, fresh.keptLived
	o.roster, o.refeed = fresh.roster, o.refeed || fresh.refeed
	o.damage = append(o.damage, fresh.damage...)
	o.failed = nil
	o.keepers.Go(func() { o.audit(fresh.told) })
	return nil
}

var errUnderWay = errors.New("what was under way has not ended yet")

// closeLimit is how long Badger may take to close: it never does when its directory has gone.
const closeLimit = 20 * time.Second

// closeParts closes journal, queue and witness if they are open. It is called with writeMu and reading held.
func (o *Outbox) closeParts() error {
	if o.tape == nil {
		return nil
	}
	tape, queue, witness := o.tape, o.store, o.witness
	o.tape, o.store, o.witness = nil, nil, nil
	first := tape.Close() // gives its spare file back to the medium, which Badger may need
	closed := make(chan error, 1)
	go func() { closed <- queue.close() }()
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	var err error
	select {
	case err = <-closed:
	case <-limit.C:
		err = errors.New("queue does not close")
	}
	return errors.Join(first, err, witness.close())
}

// bounds are the first sequence that the journal still has and the last that the queue has.
func (o *Outbox) bounds() (first, last uint64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.usable(); err != nil {
		return 0, 0, err
	}
	first, _ = o.tape.Bounds()
	return first, o.queued, nil
}
