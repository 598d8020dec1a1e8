package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/clock"
	"onedoor/sync/wire"
)

const (
	maxQueue    = 4 // that wait for a PIN to be checked, beside those that are being checked
	rateBurst   = 10
	ratePerTry  = 6 * time.Second // ten a minute on each surface, whoever tries
	maxIDLength = 64              // of what is typed
)

// rate bounds the tries on a surface, so that neither the processor nor the log can be flooded.
type rate struct{ spent time.Duration }

// take reports whether there is a try left.
func (r *rate) take(up time.Duration) bool {
	r.spent = max(r.spent, up) + ratePerTry
	if r.spent-up > rateBurst*ratePerTry {
		r.spent -= ratePerTry
		return false
	}
	return true
}

// SignIn checks a PIN, which it wipes, and begins a session. ErrWrong, *WaitError, ErrRosterOld, ErrPepper, ErrOtherPepper, ErrBusy,
// ErrAudit. At the kiosk's screen it ends the session of who was signed in there.
func (s *Staff) SignIn(ctx context.Context, surface Surface, id string, pin []byte) (*Session, error) {
	defer clear(pin)
	m, err := s.try(ctx, surface, id, pin, audit.KindSignIn)
	if err != nil {
		return nil, err
	}
	v, err := s.cfg.Rosters.Roster()
	if err != nil {
		return nil, err
	}
	who := audit.Staff(m.ID, audit.Role(m.Role))
	if s.old(v) && audit.Role(m.Role) != audit.Supervisor {
		return nil, errors.Join(ErrRosterOld, s.record(ctx, audit.Event{Kind: audit.KindSignIn, Actor: who, Disposition: audit.Failed, Detail: audit.RosterOld}))
	}
	at := audit.AtKiosk
	if surface == Console {
		at = audit.AtConsole
	}
	if err := s.record(ctx, audit.Event{Kind: audit.KindSignIn, Actor: who, Detail: at}); err != nil {
		return nil, err
	}
	return s.begin(surface, m)
}

// record logs, bounded, also when whoever asked has gone.
func (s *Staff) record(ctx context.Context, e audit.Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.LogLimit)
	defer cancel()
	if err := s.cfg.Audit.Record(ctx, e); err != nil {
		return fmt.Errorf("%w: %w", ErrAudit, err)
	}
	return nil
}

// try looks at an id and a PIN, and counts. What was right is not logged yet; all else is.
func (s *Staff) try(ctx context.Context, surface Surface, id string, pin []byte, kind audit.Kind) (wire.Member, error) {
	if err := s.Refresh(); err != nil {
		return wire.Member{}, err
	}
	if len(id) > maxIDLength || len(pin) > maxIDLength {
		return wire.Member{}, ErrWrong
	}
	release, err := s.slot(ctx, surface)
	if err != nil {
		return wire.Member{}, err
	}
	defer release()
	pepper, err := s.pepper(ctx)
	if err != nil {
		return wire.Member{}, errors.Join(err, s.record(ctx, s.failure(id, kind, audit.Failed, audit.NoPepper)))
	}
	defer clear(pepper)
	t, err := s.count(id, pepper)
	var wait *WaitError
	switch {
	case errors.As(err, &wait):
		if t.tell {
			return wire.Member{}, errors.Join(err, s.record(ctx, s.failure(id, kind, audit.Locked, audit.NoDetail)))
		}
		return wire.Member{}, err
	case err != nil:
		return wire.Member{}, err
	}
	right := t.verifier.matches(pepper, id, pin) && t.why == audit.NoDetail
	if right {
		return t.member, s.forgive(id)
	}
	err = ErrWrong
	why := t.why
	switch why {
	case audit.NoDetail:
		why = audit.WrongPIN
	case audit.OtherPepper:
		err = ErrOtherPepper
	}
	return wire.Member{}, errors.Join(err, s.record(ctx, s.failure(id, kind, audit.Failed, why)))
}

// failure is an entry about an id that somebody typed. One that there is none of is not repeated: it may be anything.
func (s *Staff) failure(id string, kind audit.Kind, how audit.Disposition, why audit.Detail) audit.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := audit.Event{Kind: kind, Actor: audit.Somebody, Disposition: how, Detail: why}
	if m, ok := s.names[id]; ok && audit.ValidStaffID(id) {
		role := audit.Role(m.Role)
		if _, valid := s.members[id]; !valid && why == audit.NoDetail {
			e.Detail = audit.RevokedID
		}
		for _, known := range audit.Roles() {
			if role == known {
				e.Actor = audit.Staff(id, role)
			}
		}
	}
	return e
}

// slot waits for its turn to have a PIN checked: memory is bounded so, and time.
func (s *Staff) slot(ctx context.Context, surface Surface) (release func(), err error) {
	up, err := s.cfg.Uptime()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	r, ok := s.rates[surface]
	free := ok && r.take(up.Up)
	s.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("sign in: there is no surface %.20q", surface)
	}
	if !free {
		return nil, ErrBusy
	}
	select {
	case s.queue <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots; <-s.queue }, nil
	case <-ctx.Done():
		<-s.queue
		return nil, ctx.Err()
	}
}

// trial is what a PIN is held against.
type trial struct {
	member   wire.Member
	verifier verifier
	why      audit.Detail // why it fails whatever the PIN; NoDetail when the PIN decides
	tell     bool         // with a *WaitError: the log does not have it yet
}

// count counts a try before it is made, on the disk, as if it were wrong. *WaitError when it may not be made yet.
func (s *Staff) count(id string, pepper []byte) (trial, error) {
	now, err := s.cfg.Uptime()
	if err != nil {
		return trial{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := trial{verifier: nobody(pepper, s.cost)}
	m, known := s.members[id]
	key := id
	var c counter
	if known {
		t.member, c = m, s.book.member(id)
		t.held(pepper)
	} else {
		key = strangerKey(pepper, id)
		c, t.why = s.book.stranger(key), audit.UnknownID
		if _, was := s.names[id]; was {
			t.why = audit.RevokedID
		}
	}
	if wait := blocked(c, now); wait != nil {
		t.tell = !s.refused[key]
		s.refused[key] = true
		return t, wait
	}
	delete(s.refused, key)
	if t.why == audit.OtherPepper {
		return t, nil // nobody's fault who stands here, and no PIN can be tried
	}
	c.Fails, c.Boot, c.Up = min(c.Fails+1, lockTries), now.Boot, now.Up
	if known {
		err = s.book.set(id, c)
	} else {
		err = s.book.setStranger(key, c)
	}
	return t, err
}

// held takes the member's own verifier where there is one that can be used.
func (t *trial) held(pepper []byte) {
	v, err := parseVerifier(t.member.Verifier)
	switch {
	case err != nil:
		t.why = audit.NoVerifier
	case v.pepper != pepperID(pepper):
		t.why = audit.OtherPepper
	default:
		t.verifier = v
	}
}

// blocked says why a try may not be made now; nil when it may.
func blocked(c counter, now clock.Uptime) error {
	if c.Fails >= lockTries {
		return &WaitError{Locked: true}
	}
	if left := c.left(now); left > 0 {
		return &WaitError{Left: left}
	}
	return nil
}

// forgive takes back what was counted, since the PIN was right.
func (s *Staff) forgive(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.book.member(id)
	c.Fails, c.Boot, c.Up = 0, "", 0
	return s.book.set(id, c)
}
