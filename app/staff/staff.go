package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/clock"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// Rosters is where the hall's staff come from.
type Rosters interface {
	Roster() (outbox.RosterView, error)
	RosterChanges() <-chan struct{} // one reader: Run
}

// Audit is the log.
type Audit interface {
	Record(ctx context.Context, e audit.Event) error
	Note(e audit.Event)
}

var (
	_ Rosters = (*outbox.Outbox)(nil)
	_ Audit   = (*audit.Log)(nil)
)

// Config is what New needs. Rosters, Audit, File and Now are required.
type Config struct {
	Rosters  Rosters
	Audit    Audit
	Pepper   KeySource // nil: nobody can sign in
	File     string    // of the counters of wrong tries; its directory exists
	Now      func() time.Time
	Uptime   func() (clock.Uptime, error) // nil asks the system
	Validity time.Duration                // of a roster that central does not confirm; 0 means DefaultValidity
	Cost     Params                       // of a try with an unknown id; zero means DefaultParams
	Parallel int                          // PINs that are checked at the same time, each in 46 MiB; 0 means 1
	LogLimit time.Duration                // within which the log has to have an entry; 0 means DefaultLogLimit
	Logger   *slog.Logger                 // nil: nothing is logged
}

const (
	// DefaultValidity is how long a roster is believed without central.
	DefaultValidity = 7 * 24 * time.Hour
	// DefaultLogLimit is how long somebody stands there and waits for the disk.
	DefaultLogLimit = 5 * time.Second
)

// Errors of signing in.
var (
	// ErrWrong is returned for a wrong PIN, an unknown id and one that was revoked alike.
	ErrWrong = errors.New("id or PIN is wrong")
	// ErrRosterOld is returned to all but supervisors when central has not confirmed the roster for too long.
	ErrRosterOld = errors.New("central has not confirmed who works here for too long: only supervisors can sign in")
	// ErrOtherPepper is returned when the PIN was set with another pepper than this kiosk has.
	ErrOtherPepper = errors.New("the PIN was set for another pepper than this kiosk has: copy the hall's pepper here, or set the PIN anew")
	// ErrBusy is returned when too many try at the same time. Nothing was counted.
	ErrBusy = errors.New("too many sign-ins at the same time: try again in a few seconds")
	// ErrAudit is returned when the audit log can not be written. Nobody gets in then.
	ErrAudit = errors.New("the audit log can not be written")
)

// WaitError is returned before a PIN is looked at, after too many wrong ones.
type WaitError struct {
	Left   time.Duration // until the next try counts; 0 when Locked
	Locked bool          // until a supervisor or central unlocks
}

func (e *WaitError) Error() string {
	if e.Locked {
		return "locked after too many wrong PINs: a supervisor or central must unlock"
	}
	return fmt.Sprintf("too many wrong PINs: wait %s", e.Left.Round(time.Second))
}

// Staff knows who works here and who is signed in. Its methods may be called from any goroutine.
type Staff struct {
	cfg    Config
	logger *slog.Logger
	slots  chan struct{} // PINs that are being checked
	queue  chan struct{} // and those that wait for that

	mu       sync.Mutex
	epoch    string // of members
	version  uint64
	members  map[string]wire.Member // that may sign in
	names    map[string]wire.Member // all that there are
	cost     Params                 // of a try with an id that there is none of: as of the others
	book     *book
	refused  map[string]bool // counters whose last refusal is in the log already
	rates    map[Surface]*rate
	sessions map[sessionKey]*Session
}

// New reads the counters and the roster. Nobody is signed in after it.
func New(cfg Config) (*Staff, error) {
	if cfg.Rosters == nil || cfg.Audit == nil || cfg.File == "" || cfg.Now == nil {
		return nil, errors.New("new staff: rosters, audit log, file or clock is missing")
	}
	if cfg.Uptime == nil {
		cfg.Uptime = clock.System
	}
	if cfg.Validity <= 0 {
		cfg.Validity = DefaultValidity
	}
	if cfg.Cost == (Params{}) {
		cfg.Cost = DefaultParams()
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = 1
	}
	if cfg.LogLimit <= 0 {
		cfg.LogLimit = DefaultLogLimit
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	now, err := cfg.Uptime()
	if err != nil {
		return nil, fmt.Errorf("new staff: %w", err)
	}
	b, err := openBook(cfg.File, now, cfg.Logger)
	if err != nil {
		return nil, fmt.Errorf("new staff: %w", err)
	}
	s := &Staff{cfg: cfg, logger: cfg.Logger, slots: make(chan struct{}, cfg.Parallel), queue: make(chan struct{}, cfg.Parallel+maxQueue),
		members: map[string]wire.Member{}, names: map[string]wire.Member{}, cost: cfg.Cost, book: b, refused: map[string]bool{},
		rates: map[Surface]*rate{Kiosk: {}, Console: {}}, sessions: map[sessionKey]*Session{}}
	if err := s.Refresh(); err != nil { // the kiosk must come up on a full disk, too
		s.logger.Error("bring the roster into use", "error", err)
	}
	return s, nil
}

// sweepEvery is how soon a session that nobody uses ends by itself.
const sweepEvery = time.Second

// Run brings rosters into use as they come, and ends sessions that nobody uses, until ctx ends; then it ends all.
func (s *Staff) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			s.endAll(audit.ByStop)
			return nil
		case <-s.cfg.Rosters.RosterChanges():
			err = s.Refresh()
		case <-tick.C:
			s.Sweep()
		}
		if err != nil {
			s.logger.Error("bring the roster into use", "error", err)
		}
	}
}

// Refresh brings the roster of cfg.Rosters into use, and ends the sessions of whom it revokes before it returns.
func (s *Staff) Refresh() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.cfg.Rosters.Roster() // under the lock: nobody brings a newer one into use meanwhile
	if err != nil {
		return err
	}
	return s.apply(v.Roster)
}

// apply is called with mu held.
func (s *Staff) apply(r wire.Roster) error {
	if r.Epoch == s.epoch && r.Version == s.version {
		return nil
	}
	valid, names := map[string]wire.Member{}, map[string]wire.Member{}
	for _, m := range r.Members {
		names[m.ID] = m
		if !m.Revoked && audit.ValidStaffID(m.ID) && slices.Contains(audit.Roles(), audit.Role(m.Role)) {
			valid[m.ID] = m
			if v, err := parseVerifier(m.Verifier); err == nil {
				s.cost = v.params
			}
		}
	}
	s.epoch, s.version, s.members, s.names = r.Epoch, r.Version, valid, names
	for _, ses := range s.sessions {
		if m, ok := valid[ses.Member.ID]; !ok || m.Role != string(ses.Member.Role) || m.Verifier != ses.verifier {
			s.end(ses, audit.ByRevoking)
		}
	}
	return s.tell(r)
}

// tell brings the counters after a roster, and the log. It is called with mu held.
func (s *Staff) tell(r wire.Roster) error {
	k := &s.book.kept
	if k.Epoch != r.Epoch || k.Version != r.Version {
		s.cfg.Audit.Note(audit.Event{Kind: audit.KindRoster, Actor: audit.System, Subject: audit.OfRoster(r.Version)})
	}
	k.Epoch, k.Version = r.Epoch, r.Version
	for id, m := range s.members {
		c, had := k.Members[id]
		if !had {
			c = s.book.member(id)
			c.Unlocks = m.Unlocks
		}
		if m.Unlocks > c.Unlocks {
			c.Fails = 0
			delete(s.refused, id)
			s.cfg.Audit.Note(audit.Event{Kind: audit.KindUnlocked, Actor: audit.System, Subject: audit.OfStaff(id), Detail: audit.ByCentral})
		}
		c.Unlocks, c.Revoked = m.Unlocks, false
		k.Members[id] = c
	}
	for _, id := range slices.Sorted(maps.Keys(k.Members)) {
		c := k.Members[id]
		if _, valid := s.members[id]; valid || c.Revoked || id == everyone {
			continue
		}
		c.Revoked = true
		k.Members[id] = c
		s.cfg.Audit.Note(audit.Event{Kind: audit.KindRevoked, Actor: audit.System, Subject: audit.OfStaff(id)})
	}
	return s.book.save()
}

// old reports whether a roster may no longer let anybody but supervisors in. A quarter of the time has to be lived through,
// whatever the clock says, and no longer than all of it.
func (s *Staff) old(v outbox.RosterView) bool {
	if v.Confirmed.IsZero() || v.Silent >= s.cfg.Validity {
		return true
	}
	return s.cfg.Now().Sub(v.Confirmed) > s.cfg.Validity && v.Silent >= s.cfg.Validity/4
}

// RosterOld reports whether there is a roster that lets only supervisors in any more. Of an outbox that can not be read it says
// nothing: that is told elsewhere.
func (s *Staff) RosterOld() bool {
	v, err := s.cfg.Rosters.Roster()
	return err == nil && v.Roster.Version > 0 && s.old(v)
}

// Status is what staff and operators see of signing in.
type Status struct {
	Members   int       // who may sign in; 0 before central has sent a roster
	Version   uint64    // of the roster
	Confirmed time.Time // when central last said that none is newer
	Old       bool      // only supervisors get in
	Pepper    error     // why nobody does; nil while the pepper is there
	Signed    int       // sessions
}

// Status tells how signing in stands.
func (s *Staff) Status(ctx context.Context) (Status, error) {
	v, err := s.cfg.Rosters.Roster()
	if err != nil {
		return Status{}, err
	}
	_, pepper := s.pepper(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	return Status{Members: len(s.members), Version: s.version, Confirmed: v.Confirmed, Old: v.Roster.Version > 0 && s.old(v), Pepper: pepper,
		Signed: len(s.sessions)}, nil
}

func (s *Staff) pepper(ctx context.Context) ([]byte, error) {
	if s.cfg.Pepper == nil {
		return nil, fmt.Errorf("%w: the configuration names no staff.pepper", ErrPepper)
	}
	return s.cfg.Pepper.Key(ctx)
}
