package engine

import (
	"sync"
	"time"
)

// Link says whether the upstream can be reached.
type Link int

// The link states. It is unknown until the first answer or failure.
const (
	Unknown Link = iota
	Online
	Offline
)

// String names the state, for logs.
func (l Link) String() string { return [...]string{"unknown", "online", "offline"}[l] }

// Trouble is why items do not move although there are some, or why the link is down. Empty means there is none.
type Trouble string

// The troubles.
const (
	TroubleNoAnswer Trouble = "no-answer"     // nobody there, or somebody who is not the upstream
	TroubleRefused  Trouble = "refused"       // the upstream does not accept this device: staff must look
	TroubleUpgrade  Trouble = "upgrade"       // the upstream wants a newer protocol
	TroubleFull     Trouble = "upstream-full" // no space there
	TroubleServer   Trouble = "server-error"  // it answers, but cannot take anything in now
	TroubleAck      Trouble = "bad-ack"       // it says stored, but does not prove it
	TroubleOutbox   Trouble = "outbox"        // the outbox on this machine has stopped
)

// Status is the engine's state as a value.
type Status struct {
	Link        Link
	Since       time.Time // of Link
	LastContact time.Time // the last proven answer; zero before the first
	Waiting     int       // items that the upstream does not have yet
	Trouble     Trouble
	Cause       Cause // why the link is Offline, as far as an error tells; empty while it is not
	Slow        bool  // the last answers took so long that people notice
}

// statusBoard keeps the status and hands changes to subscribers.
type statusBoard struct {
	mu      sync.Mutex
	now     Status
	readers map[chan Status]bool
}

func (b *statusBoard) start(s Status) {
	b.now, b.readers = s, map[chan Status]bool{}
}

// edit changes the status; subscribers hear of it unless only LastContact moved.
func (b *statusBoard) edit(change func(*Status)) (before, after Status) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before = b.now
	change(&b.now)
	quiet := b.now
	quiet.LastContact = before.LastContact
	if quiet != before {
		for ch := range b.readers {
			select {
			case <-ch: // not taken yet, and old now
			default:
			}
			ch <- b.now
		}
	}
	return before, b.now
}

// Status gives the present state.
func (e *Engine) Status() Status {
	e.status.mu.Lock()
	defer e.status.mu.Unlock()
	return e.status.now
}

// Subscribe gives the present status and then every change. A slow reader gets the newest only and delays nobody. The
// channel is closed by cancel, which may be called twice.
func (e *Engine) Subscribe() (changes <-chan Status, cancel func()) {
	ch := make(chan Status, 1)
	b := &e.status
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readers[ch] = true
	ch <- b.now
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.readers[ch] {
			delete(b.readers, ch)
			close(ch)
		}
	}
}

// contact notes a proven answer, be it a refusal.
func (e *Engine) contact() {
	now := e.cfg.Now()
	before, after := e.status.edit(func(s *Status) {
		s.LastContact = now
		if s.Link != Online {
			s.Link, s.Since, s.Cause = Online, now, ""
			if s.Trouble == TroubleNoAnswer {
				s.Trouble = ""
			}
		}
	})
	if before.Link != after.Link {
		e.logger.Info("link is up", "was", before.Link.String(), "for", now.Sub(before.Since))
		wakeUp(e.linkUp)
	}
}

// welcome notes a proven answer that is no refusal.
func (e *Engine) welcome() {
	e.contact()
	if e.paused(e.cfg.Now()) > 0 {
		return // another call was refused, and that still holds
	}
	e.status.edit(func(s *Status) {
		if s.Trouble == TroubleRefused || s.Trouble == TroubleUpgrade {
			s.Trouble = ""
		}
	})
}

// lost notes that nobody answers, and ends a long poll on a connection that is likely dead.
func (e *Engine) lost(cause error) {
	now, why := e.cfg.Now(), causeOf(cause)
	before, after := e.status.edit(func(s *Status) {
		if s.Link != Offline {
			s.Link, s.Since = Offline, now
		}
		s.Trouble, s.Cause, s.Slow = TroubleNoAnswer, why, false
	})
	e.endPoll()
	switch {
	case before.Link != after.Link:
		e.logger.Warn("link is down", "error", cause)
	case why != e.push.cause:
		e.logger.Warn("link is down for another cause", "error", cause)
	}
	e.push.cause = why
}

func (e *Engine) setTrouble(t Trouble) {
	e.status.edit(func(s *Status) { s.Trouble = t })
}

// paced notes how long an answer took. In between nothing is said anew: a batch on a thin line takes a while by itself.
func (e *Engine) paced(took, tooLong time.Duration) {
	switch {
	case took >= tooLong:
		e.status.edit(func(s *Status) { s.Slow = true })
	case took < slowAnswer:
		e.status.edit(func(s *Status) { s.Slow = false })
	}
}

func (e *Engine) countWaiting() {
	n := e.cfg.Outbox.Stats().Waiting
	e.status.edit(func(s *Status) { s.Waiting = n })
}
