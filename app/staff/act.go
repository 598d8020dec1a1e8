package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"onedoor/app/audit"
)

// Act is what somebody is about to do, and how the log names it.
type Act struct {
	Action  Action
	Subject audit.Subject
	Detail  audit.Detail
	Count   uint64
}

// Authorize says whether who is signed in may do an action now, and uses up a PIN that was given again for it. What is denied is
// logged. ErrNoSession, ErrDenied, ErrAskAgain.
func (s *Staff) Authorize(ctx context.Context, surface Surface, token string, action Action) (*Session, error) {
	ses, err := s.find(surface, token, true)
	if err != nil {
		return nil, err
	}
	denied := func(why audit.Detail, err error) (*Session, error) {
		return nil, errors.Join(err, s.record(ctx, audit.Event{Kind: audit.KindDenied, Actor: ses.Member.Actor(), Disposition: audit.Failed,
			Subject: audit.OfAction(string(action)), Detail: why}))
	}
	p, ok := permits[action]
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: there is no action %.40q", ErrDenied, action)
	case !slices.Contains(p.roles, ses.Member.Role):
		return denied(audit.WrongRole, ErrDenied)
	case !slices.Contains(p.surfaces, surface):
		return denied(audit.WrongSurface, ErrDenied)
	case !p.again:
		return ses, nil
	}
	now, err := s.cfg.Uptime()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	fresh := ses.fresh > now.Up
	ses.fresh = 0
	s.mu.Unlock()
	if !fresh {
		return denied(audit.NeedsPIN, ErrAskAgain)
	}
	return ses, nil
}

// Do authorizes an act, does it, and logs how it ended. A restart is logged before it is done, since nothing may come after.
// Errors of Authorize, of do, and ErrAudit.
func (s *Staff) Do(ctx context.Context, surface Surface, token string, act Act, do func(context.Context) error) error {
	ses, err := s.Authorize(ctx, surface, token, act.Action)
	if err != nil {
		return err
	}
	kind := permits[act.Action].kind
	e := audit.Event{Kind: kind, Actor: ses.Member.Actor(), Subject: act.Subject, Detail: act.Detail, Count: act.Count}
	if act.Action == Restart {
		if err := s.record(ctx, e); err != nil {
			return err
		}
		return do(ctx)
	}
	err = do(ctx)
	if kind == "" {
		return err
	}
	switch {
	case err == nil && act.Action == Clean:
		e.Disposition = audit.Begun
	case errors.Is(err, ErrUnsure) && act.Action == Reprint:
		e.Disposition = audit.Unknown
	case err != nil:
		e.Disposition = audit.Failed
	}
	return errors.Join(err, s.record(ctx, e))
}

// Unlock lets a member try again who was locked after too many wrong PINs. For supervisors.
func (s *Staff) Unlock(ctx context.Context, surface Surface, token, member string) error {
	s.mu.Lock()
	_, known := s.members[member]
	s.mu.Unlock()
	act := Act{Action: UnlockMember}
	if known {
		act.Subject = audit.OfStaff(member)
	}
	return s.Do(ctx, surface, token, act, func(context.Context) error {
		if !known {
			return fmt.Errorf("unlock: %w", ErrWrong)
		}
		return s.forgive(member)
	})
}

// Standing is how a member stands with signing in, for a supervisor's list.
type Standing struct {
	Member
	Locked bool
	Wrong  int // PINs in a row
}

// Standings lists all who may sign in, by id.
func (s *Staff) Standings() []Standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Standing, 0, len(s.members))
	for id, m := range s.members {
		c := s.book.member(id)
		list = append(list, Standing{Member{m.ID, m.Name, audit.Role(m.Role)}, c.Fails >= lockTries, c.Fails})
	}
	slices.SortFunc(list, func(a, b Standing) int { return strings.Compare(a.ID, b.ID) })
	return list
}
