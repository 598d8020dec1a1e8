package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/wire"
)

// How long a session lasts.
const (
	KioskIdle   = 5 * time.Minute
	ConsoleIdle = 15 * time.Minute
	SessionLife = 12 * time.Hour
	FreshPIN    = 2 * time.Minute // how long after the PIN was given again one action may follow that asks for it

	maxPerMember = 3 // sessions at the console; the oldest gives way
)

// Errors of sessions.
var (
	// ErrNoSession is returned for a token of no session, or of one that has ended.
	ErrNoSession = errors.New("not signed in, or no longer")
	// ErrDenied is returned when the member may not do that, or not there.
	ErrDenied = errors.New("this is for others, or for another place")
	// ErrAskAgain is returned for an action that asks for the PIN again: Reauthenticate, then try once more.
	ErrAskAgain = errors.New("the PIN has to be given again for this")
	// ErrUnsure is for the function given to Do: nobody can tell whether it happened.
	ErrUnsure = errors.New("nobody can tell whether it happened")
)

// Member is who is signed in.
type Member struct {
	ID   string
	Name string // to be shown
	Role audit.Role
}

// Actor is the member as the audit log names it.
func (m Member) Actor() audit.Actor { return audit.Staff(m.ID, m.Role) }

// Session is somebody who is signed in. It lives in memory only: a restart ends it.
type Session struct {
	Token   string // 43 characters for a cookie; secret
	Member  Member
	Surface Surface
	Since   time.Time

	verifier    string // that the PIN was held against: a new one ends the session
	key         sessionKey
	began, used time.Duration // uptime
	fresh       time.Duration // until then one action that asks for the PIN again; 0: none
	done        chan struct{}
	why         audit.Detail // set before done is closed
}

// sessionKey finds a session: a hash, so that no comparison tells anything of a token.
type sessionKey [sha256.Size]byte

// Done is closed when the session has ended, for whatever reason.
func (ses *Session) Done() <-chan struct{} { return ses.done }

// Why is the reason, after Done: audit.ByIdle, ByAge, ByTakeover, ByRevoking, ByStop, ByCrowd, or NoDetail for a sign-out.
func (ses *Session) Why() audit.Detail {
	select {
	case <-ses.done:
		return ses.why
	default:
		return audit.NoDetail
	}
}

func (ses *Session) idleLimit() time.Duration {
	if ses.Surface == Kiosk {
		return KioskIdle
	}
	return ConsoleIdle
}

// over says why a session has run out; NoDetail while it has not.
func (ses *Session) over(up time.Duration) audit.Detail {
	switch {
	case up-ses.began >= SessionLife:
		return audit.ByAge
	case up-ses.used >= ses.idleLimit():
		return audit.ByIdle
	}
	return audit.NoDetail
}

// begin makes a session for a member whose PIN was right a moment ago.
func (s *Staff) begin(surface Surface, m wire.Member) (*Session, error) {
	now, err := s.cfg.Uptime()
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	token := base64.RawURLEncoding.EncodeToString(secret)
	ses := &Session{Token: token, Member: Member{m.ID, m.Name, audit.Role(m.Role)}, Surface: surface, Since: s.cfg.Now(), verifier: m.Verifier,
		key: sha256.Sum256([]byte(token)), began: now.Up, used: now.Up, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.members[m.ID]; !ok || have.Verifier != m.Verifier || have.Role != m.Role {
		return nil, ErrWrong // revoked while the PIN was looked at
	}
	mine := 0
	var oldest *Session
	for _, other := range s.sessions {
		switch {
		case surface == Kiosk && other.Surface == Kiosk:
			s.end(other, audit.ByTakeover)
		case other.Surface == surface && other.Member.ID == m.ID:
			if mine++; oldest == nil || other.began < oldest.began {
				oldest = other
			}
		}
	}
	if mine >= maxPerMember {
		s.end(oldest, audit.ByCrowd)
	}
	s.sessions[ses.key] = ses
	return ses, nil
}

// end ends a session; called with mu held.
func (s *Staff) end(ses *Session, why audit.Detail) {
	if s.sessions[ses.key] != ses {
		return
	}
	delete(s.sessions, ses.key)
	ses.why = why
	close(ses.done)
	if why != audit.NoDetail {
		s.cfg.Audit.Note(audit.Event{Kind: audit.KindSessionEnded, Actor: ses.Member.Actor(), Detail: why})
	}
}

func (s *Staff) endAll(why audit.Detail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ses := range s.sessions {
		s.end(ses, why)
	}
}

// Sweep ends the sessions that have run out, and tells the log when the roster has become too old or is so no longer. Run
// calls it.
func (s *Staff) Sweep() {
	now, err := s.cfg.Uptime()
	if err != nil {
		return
	}
	v, err := s.cfg.Rosters.Roster()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ses := range s.sessions {
		if why := ses.over(now.Up); why != audit.NoDetail {
			s.end(ses, why)
		}
	}
	if err != nil || v.Roster.Version == 0 {
		return
	}
	if old := s.old(v); old != s.book.kept.Old {
		s.book.kept.Old = old
		how := audit.Ended
		if old {
			how = audit.Begun
		}
		s.cfg.Audit.Note(audit.Event{Kind: audit.KindRosterOld, Actor: audit.System, Disposition: how})
		if err := s.book.save(); err != nil {
			s.logger.Error("keep counters of tries", "error", err)
		}
	}
}

// Use finds the session of a token, on the surface that it is for, and counts as activity. ErrNoSession.
func (s *Staff) Use(surface Surface, token string) (*Session, error) {
	return s.find(surface, token, true)
}

// Peek is Use for what happens by itself, as a page that is kept up to date: it does not keep the session alive.
func (s *Staff) Peek(surface Surface, token string) (*Session, error) {
	return s.find(surface, token, false)
}

func (s *Staff) find(surface Surface, token string, use bool) (*Session, error) {
	now, err := s.cfg.Uptime()
	if err != nil {
		return nil, err
	}
	if err := s.Refresh(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ses := s.sessions[sha256.Sum256([]byte(token))]
	if ses == nil || ses.Surface != surface {
		return nil, ErrNoSession
	}
	if why := ses.over(now.Up); why != audit.NoDetail {
		s.end(ses, why)
		return nil, ErrNoSession
	}
	if use {
		ses.used = now.Up
	}
	return ses, nil
}

// SignedIn are the sessions of a surface, for a page that shows who is there.
func (s *Staff) SignedIn(surface Surface) []Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Member
	for _, ses := range s.sessions {
		if ses.Surface == surface {
			list = append(list, ses.Member)
		}
	}
	return list
}

// SignOut ends a session. One that has ended already is no error.
func (s *Staff) SignOut(ctx context.Context, surface Surface, token string) error {
	ses, err := s.find(surface, token, false)
	if errors.Is(err, ErrNoSession) {
		return nil
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.end(ses, audit.NoDetail)
	s.mu.Unlock()
	return s.record(ctx, audit.Event{Kind: audit.KindSignOut, Actor: ses.Member.Actor()})
}

// Reauthenticate takes the PIN of who is signed in once more, and wipes it. For FreshPIN one action that asks for it may
// follow. Wrong ones count as at signing in, and one that locks ends the session. Errors as of SignIn, and ErrNoSession.
func (s *Staff) Reauthenticate(ctx context.Context, surface Surface, token string, pin []byte) error {
	defer clear(pin)
	ses, err := s.find(surface, token, true)
	if err != nil {
		return err
	}
	m, err := s.try(ctx, surface, ses.Member.ID, pin, audit.KindReauthenticated)
	if err != nil {
		var wait *WaitError
		if errors.As(err, &wait) && wait.Locked {
			s.mu.Lock()
			s.end(ses, audit.ByRevoking)
			s.mu.Unlock()
		}
		return err
	}
	if err := s.record(ctx, audit.Event{Kind: audit.KindReauthenticated, Actor: audit.Staff(m.ID, audit.Role(m.Role))}); err != nil {
		return err
	}
	now, err := s.cfg.Uptime()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[ses.key] != ses {
		return ErrNoSession
	}
	ses.fresh, ses.used = now.Up+FreshPIN, now.Up
	return nil
}
