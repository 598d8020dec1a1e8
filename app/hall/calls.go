package hall

import (
	"slices"
	"sync"
	"time"
)

// keptCalls is how many ended calls are remembered: the newest.
const keptCalls = 20

// Calls is the list of calls for help. The zero value is empty and ready.
type Calls struct {
	mu       sync.Mutex
	last     uint64
	list     []Call // in order; the open ones, and the newest that have ended
	watchers map[chan struct{}]bool
}

// Place notes that somebody wants help. A place has one open call: calling again changes nothing but where the visit stands.
func (c *Calls) Place(at Place, now time.Time) Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.tell()
	for i := range c.list {
		if c.list[i].State.Open() && c.list[i].Place.Kiosk == at.Kiosk {
			c.list[i].Place = at
			return c.list[i]
		}
	}
	c.last++
	call := Call{ID: c.last, Place: at, State: CallWaiting, Since: now}
	c.list = append(c.list, call)
	return call
}

// Move notes that the visit of an open call has gone on to another step.
func (c *Calls) Move(id uint64, to Place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(id); i >= 0 && c.list[i].State.Open() && c.list[i].Place != to {
		c.list[i].Place = to
		c.tell()
	}
}

// Answer notes that a member of staff is on the way. It gives the call as it stands, also with an error: ErrNoCall, ErrAnswered or
// ErrEnded.
func (c *Calls) Answer(id uint64, by string, now time.Time) (Call, error) {
	return c.change(id, func(call Call) (Call, error) { return call.answer(by, now) })
}

// Finish notes that staff have helped, whoever was on the way. Errors are ErrNoCall and ErrEnded.
func (c *Calls) Finish(id uint64, now time.Time) (Call, error) {
	return c.change(id, func(call Call) (Call, error) { return call.end(CallDone, now) })
}

// Withdraw notes that nobody waits any more: because the citizen says so, or because the visit has ended.
func (c *Calls) Withdraw(id uint64, left bool, now time.Time) {
	as := CallWithdrew
	if left {
		as = CallLeft
	}
	_, _ = c.change(id, func(call Call) (Call, error) { return call.end(as, now) }) // what has ended is as it is wanted
}

// Call gives a call as it stands; ok is false for one that is forgotten.
func (c *Calls) Call(id uint64) (call Call, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(id)
	if i < 0 {
		return Call{}, false
	}
	return c.list[i], true
}

// List gives all that is known, the oldest first: open calls, and some that have ended.
func (c *Calls) List() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}

// Watch gives a channel that holds a word whenever something has changed since it was last read. cancel may be called twice.
func (c *Calls) Watch() (changed <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watchers == nil {
		c.watchers = map[chan struct{}]bool{}
	}
	c.watchers[ch] = true
	return ch, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.watchers, ch)
	}
}

func (c *Calls) find(id uint64) int {
	return slices.IndexFunc(c.list, func(call Call) bool { return call.ID == id })
}

func (c *Calls) change(id uint64, how func(Call) (Call, error)) (Call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(id)
	if i < 0 {
		return Call{}, ErrNoCall
	}
	call, err := how(c.list[i])
	if err != nil || call == c.list[i] {
		return call, err
	}
	c.list[i] = call
	c.forget()
	c.tell()
	return call, nil
}

// forget drops the oldest ended calls beyond those that are kept.
func (c *Calls) forget() {
	ended := 0
	for _, call := range c.list {
		if !call.State.Open() {
			ended++
		}
	}
	c.list = slices.DeleteFunc(c.list, func(call Call) bool {
		if call.State.Open() || ended <= keptCalls {
			return false
		}
		ended--
		return true
	})
}

func (c *Calls) tell() {
	for ch := range c.watchers {
		select {
		case ch <- struct{}{}:
		default: // has not read the last word yet
		}
	}
}
