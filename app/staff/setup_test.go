package staff

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/clock"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// fakeRosters is an outbox that has a roster.
type fakeRosters struct {
	mu        sync.Mutex
	view      outbox.RosterView
	changes   chan struct{}
	meanwhile func() // what happens while a roster is on its way to who asked; nil: nothing
}

func (f *fakeRosters) Roster() (outbox.RosterView, error) {
	f.mu.Lock()
	v, meanwhile := f.view, f.meanwhile
	f.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
	return v, nil
}

func (f *fakeRosters) RosterChanges() <-chan struct{} { return f.changes }

// fakeAudit keeps what is logged, and checks it as the log does.
type fakeAudit struct {
	mu     sync.Mutex
	fail   error
	events []audit.Event
}

func (f *fakeAudit) Record(_ context.Context, e audit.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.fail
	}
	f.events = append(f.events, e)
	return nil
}

func (f *fakeAudit) Note(e audit.Event) { _ = f.Record(context.Background(), e) }

// pin is one that may be set.
const pin = "730594"

// cheap is argon2id at a cost that tests can pay many times.
var cheap = Params{Memory: 64, Passes: 1, Threads: 1}

// bench is Staff with everything around it.
type bench struct {
	*Staff
	t       *testing.T
	cfg     Config
	rosters *fakeRosters
	log     *fakeAudit
	pepper  []byte

	mu   sync.Mutex
	now  time.Time
	up   time.Duration
	boot string
}

func setup(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "pepper")
	if err := os.WriteFile(file, NewPepper(), 0o400); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, rosters: &fakeRosters{changes: make(chan struct{}, 1)}, log: &fakeAudit{}, now: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), up: time.Hour, boot: "b1"}
	var err error
	if b.pepper, err = KeyFile(file).Key(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.roster(1, b.member("wang-li", audit.Attendant), b.member("zhao-min", audit.Maintainer), b.member("li-wei", audit.Supervisor))
	b.cfg = Config{Rosters: b.rosters, Audit: b.log, Pepper: KeyFile(file), File: filepath.Join(dir, "tries.json"), Cost: cheap, LogLimit: time.Minute,
		Now: func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now },
		Uptime: func() (clock.Uptime, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			return clock.Uptime{Boot: b.boot, Up: b.up}, nil
		}}
	b.start()
	return b
}

func (b *bench) member(id string, role audit.Role) wire.Member {
	b.t.Helper()
	v, err := NewVerifier(b.pepper, id, []byte(pin), cheap)
	if err != nil {
		b.t.Fatal(err)
	}
	return wire.Member{ID: id, Name: "员工" + id, Role: string(role), Verifier: v}
}

// roster is what central says now.
func (b *bench) roster(version uint64, members ...wire.Member) {
	b.rosters.mu.Lock()
	defer b.rosters.mu.Unlock()
	b.rosters.view = outbox.RosterView{Roster: wire.Roster{Hall: "44011", Epoch: "e1", Version: version, Members: members}, Confirmed: b.now}
}

// start begins anew, as after a restart of the program.
func (b *bench) start() {
	b.t.Helper()
	var err error
	if b.Staff, err = New(b.cfg); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now, b.up = b.now.Add(d), b.up+d
}

// reboot is a restart of the machine, with a clock that says whatever it says.
func (b *bench) reboot(clock time.Time) {
	b.mu.Lock()
	b.boot, b.up, b.now = b.boot+"x", time.Minute, clock
	b.mu.Unlock()
	b.start()
}

func (b *bench) in(surface Surface, id, p string) (*Session, error) {
	return b.SignIn(b.t.Context(), surface, id, []byte(p))
}

func (b *bench) mustIn(surface Surface, id string) *Session {
	b.t.Helper()
	ses, err := b.in(surface, id, pin)
	if err != nil {
		b.t.Fatal(err)
	}
	return ses
}

// wrong makes n wrong tries, each after its wait.
func (b *bench) wrong(id string, n int) {
	b.t.Helper()
	for i := range n {
		_, err := b.in(Kiosk, id, "000000")
		if !errors.Is(err, ErrWrong) {
			b.t.Fatalf("wrong try %d: %v", i+1, err)
		}
		b.advance(24 * time.Hour)
		b.confirm()
	}
}

// confirm is central's word that the roster is the newest.
func (b *bench) confirm() {
	b.rosters.mu.Lock()
	defer b.rosters.mu.Unlock()
	b.rosters.view.Confirmed, b.rosters.view.Silent = b.now, 0
}

// logged are the kinds of the last n entries.
func (b *bench) logged(kind audit.Kind) []audit.Event {
	b.log.mu.Lock()
	defer b.log.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.log.events), func(e audit.Event) bool { return e.Kind != kind })
}

func (b *bench) wantLast(kind audit.Kind, how audit.Disposition, why audit.Detail, actor string) {
	b.t.Helper()
	list := b.logged(kind)
	if len(list) == 0 {
		b.t.Fatalf("no %s is logged", kind)
	}
	e := list[len(list)-1]
	if e.Disposition == "" {
		e.Disposition = audit.Done
	}
	if e.Disposition != how || e.Detail != why || e.Actor.String() != actor {
		b.t.Errorf("last %s: %+v by %s, want %s %s by %s", kind, e, e.Actor, how, why, actor)
	}
}
