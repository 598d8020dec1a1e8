package staff

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestSessionsRunOut(t *testing.T) {
	tests := []struct {
		name    string
		surface Surface
		steps   []time.Duration // between uses
		why     audit.Detail    // after the last; NoDetail: it lives
	}{
		{"kiosk in use", Kiosk, []time.Duration{4 * time.Minute, 4 * time.Minute}, audit.NoDetail},
		{"kiosk idle", Kiosk, []time.Duration{4 * time.Minute, 5 * time.Minute}, audit.ByIdle},
		{"console in use", Console, []time.Duration{14 * time.Minute, 14 * time.Minute}, audit.NoDetail},
		{"console idle", Console, []time.Duration{15 * time.Minute}, audit.ByIdle},
		{"twelve hours", Console, slices.Repeat([]time.Duration{10 * time.Minute}, 72), audit.ByAge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setup(t)
			ses := b.mustIn(tt.surface, "wang-li")
			for i, d := range tt.steps {
				b.advance(d)
				last := i == len(tt.steps)-1
				if last {
					b.Sweep() // as Run does
				}
				if _, err := b.Use(tt.surface, ses.Token); (err == nil) != (!last || tt.why == audit.NoDetail) {
					t.Fatalf("use %d: %v", i, err)
				}
			}
			if ses.Why() != tt.why {
				t.Errorf("ended: %q, want %q", ses.Why(), tt.why)
			}
			if tt.why != audit.NoDetail {
				b.wantLast(audit.KindSessionEnded, audit.Done, tt.why, "staff/wang-li")
			}
		})
	}
}

func TestLookingKeepsNoSessionAlive(t *testing.T) {
	b := setup(t)
	ses := b.mustIn(Console, "wang-li")
	for range 3 {
		b.advance(5 * time.Minute)
		_, err := b.Peek(Console, ses.Token)
		if over := b.up-ses.used >= ConsoleIdle; over != errors.Is(err, ErrNoSession) {
			t.Errorf("peek: %v", err)
		}
	}
}

// At the kiosk's screen the one who signs in last is in; at the console two work side by side, and one person has three windows.
func TestTwoAtOnce(t *testing.T) {
	b := setup(t)
	first, second := b.mustIn(Kiosk, "wang-li"), b.mustIn(Kiosk, "li-wei")
	if first.Why() != audit.ByTakeover {
		t.Errorf("first at the screen: %q", first.Why())
	}
	b.wantLast(audit.KindSessionEnded, audit.Done, audit.ByTakeover, "staff/wang-li")
	if _, err := b.Use(Kiosk, second.Token); err != nil {
		t.Errorf("second at the screen: %v", err)
	}
	a, c := b.mustIn(Console, "wang-li"), b.mustIn(Console, "li-wei")
	for _, ses := range []*Session{a, c} {
		if _, err := b.Use(Console, ses.Token); err != nil {
			t.Errorf("%s at the console: %v", ses.Member.ID, err)
		}
	}
	for range 3 {
		b.advance(time.Second)
		b.mustIn(Console, "wang-li")
	}
	if a.Why() != audit.ByCrowd {
		t.Errorf("the fourth window: the first is %q", a.Why())
	}
	b.wantLast(audit.KindSessionEnded, audit.Done, audit.ByCrowd, "staff/wang-li")
	if n := len(b.SignedIn(Console)); n != 4 {
		t.Errorf("%d at the console", n)
	}
}

func TestRunEndsSessionsAtItsEndAndHearsOfRosters(t *testing.T) {
	b := setup(t)
	gone, stays := b.mustIn(Console, "wang-li"), b.mustIn(Console, "li-wei")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	b.roster(2, b.member("li-wei", audit.Supervisor))
	b.rosters.view.Roster.Members[0].Verifier = stays.verifier
	b.rosters.changes <- struct{}{}
	<-gone.Done()
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if gone.Why() != audit.ByRevoking || stays.Why() != audit.ByStop {
		t.Errorf("ended: %q and %q", gone.Why(), stays.Why())
	}
}

func TestReauthentication(t *testing.T) {
	b := setup(t)
	ses := b.mustIn(Kiosk, "li-wei")
	done := 0
	void := func() error {
		return b.Do(t.Context(), Kiosk, ses.Token, Act{Action: Void, Detail: audit.Reject}, func(context.Context) error { done++; return nil })
	}
	again := func(p string) error { return b.Reauthenticate(t.Context(), Kiosk, ses.Token, []byte(p)) }
	if err := void(); !errors.Is(err, ErrAskAgain) || done != 0 {
		t.Fatalf("without the PIN: %v", err)
	}
	b.wantLast(audit.KindDenied, audit.Failed, audit.NeedsPIN, "staff/li-wei")
	if err := again("000000"); !errors.Is(err, ErrWrong) {
		t.Fatal(err)
	}
	b.wantLast(audit.KindReauthenticated, audit.Failed, audit.WrongPIN, "staff/li-wei")
	if err := void(); !errors.Is(err, ErrAskAgain) {
		t.Fatalf("after a wrong PIN: %v", err)
	}
	if err := again(pin); err != nil {
		t.Fatal(err)
	}
	if err := void(); err != nil || done != 1 {
		t.Fatalf("after the PIN: %v", err)
	}
	b.wantLast(audit.KindVoided, audit.Done, audit.Reject, "staff/li-wei")
	if err := void(); !errors.Is(err, ErrAskAgain) {
		t.Errorf("a second time with one PIN: %v", err)
	}
	if err := again(pin); err != nil {
		t.Fatal(err)
	}
	b.advance(FreshPIN)
	if err := void(); !errors.Is(err, ErrAskAgain) {
		t.Errorf("too late: %v", err)
	}
	for n := range lockTries {
		if err := again("000000"); !errors.Is(err, ErrWrong) {
			t.Fatalf("wrong %d: %v", n, err)
		}
		b.mu.Lock()
		b.up += 3 * time.Hour // and somebody keeps the session alive
		b.mu.Unlock()
		b.Staff.mu.Lock()
		ses.used, ses.began = b.up, b.up
		b.Staff.mu.Unlock()
	}
	var wait *WaitError
	if err := again(pin); !errors.As(err, &wait) || !wait.Locked {
		t.Errorf("after fifteen: %v", err)
	}
	if _, err := b.Use(Kiosk, ses.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("the session of who is locked: %v", err)
	}
}

// The table of permissions, written down a second time.
func TestWhoMayDoWhat(t *testing.T) {
	const a, m, s = audit.Attendant, audit.Maintainer, audit.Supervisor
	want := map[Action]struct {
		roles            []audit.Role
		kioskOnly, again bool
	}{
		ViewState: {[]audit.Role{a, m, s}, false, false}, EndVisit: {[]audit.Role{a, m, s}, true, false},
		AnswerHelp: {[]audit.Role{a, m, s}, false, false}, TestDevice: {[]audit.Role{a, m, s}, true, false},
		ChangePaper: {[]audit.Role{a, m, s}, true, false}, Reprint: {[]audit.Role{a, s}, true, true},
		SendNow: {[]audit.Role{a, m, s}, false, false}, Release: {[]audit.Role{s}, false, false}, Void: {[]audit.Role{s}, false, true},
		Reveal: {[]audit.Role{a, s}, true, true}, ChangeLook: {[]audit.Role{a, m, s}, true, false},
		TakeOut: {[]audit.Role{a, m, s}, false, false}, BringBack: {[]audit.Role{a, m, s}, false, false},
		Clean: {[]audit.Role{a, m, s}, true, false}, Restart: {[]audit.Role{m, s}, true, false},
		ExportLogs: {[]audit.Role{m, s}, false, true}, ExportQueue: {[]audit.Role{s}, true, true}, ReadAudit: {[]audit.Role{s}, false, false},
		UnlockMember: {[]audit.Role{s}, false, false}, SelfTest: {[]audit.Role{m, s}, true, false},
	}
	if len(Actions()) != len(want) {
		t.Errorf("%d actions, %d in this test", len(Actions()), len(want))
	}
	for _, action := range Actions() {
		w, ok := want[action]
		if !ok {
			t.Errorf("%s is not in this test", action)
			continue
		}
		for _, role := range append(audit.Roles(), "king", "") {
			may := slices.Contains(w.roles, role)
			if May(role, Kiosk, action) != may || May(role, Console, action) != (may && !w.kioskOnly) {
				t.Errorf("%s: %q at the kiosk %t, at the console %t", action, role, May(role, Kiosk, action), May(role, Console, action))
			}
		}
		if AsksAgain(action) != w.again {
			t.Errorf("%s asks again: %t", action, AsksAgain(action))
		}
	}
	if May(s, Kiosk, "sing") {
		t.Error("an action that there is none of")
	}
}

// Every action, whatever comes of it, makes an entry that the real log takes; what is denied is not done. (I19)
func TestEveryActionIsLogged(t *testing.T) {
	b := setup(t)
	suite := item.Default()
	private, _, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(audit.Config{Dir: filepath.Join(t.TempDir(), "audit"), Source: item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}, Suite: suite,
		SignKey: "k", SignPrivate: private, Now: b.cfg.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	b.cfg.Audit = log
	b.start()
	failure := errors.New("broken")
	for _, member := range []string{"wang-li", "zhao-min", "li-wei"} {
		ses := b.mustIn(Kiosk, member)
		if err := log.Record(t.Context(), audit.Event{Kind: audit.KindInService, Actor: audit.System}); err != nil { // behind the end of the session before
			t.Fatal(err)
		}
		for _, action := range Actions() {
			for _, result := range []error{nil, failure, ErrUnsure} {
				b.advance(ratePerTry)
				if AsksAgain(action) {
					if err := b.Reauthenticate(t.Context(), Kiosk, ses.Token, []byte(pin)); err != nil {
						t.Fatal(err)
					}
				}
				before, _ := log.Head()
				ran := false
				err := b.Do(t.Context(), Kiosk, ses.Token, Act{Action: action}, func(context.Context) error { ran = true; return result })
				after, _ := log.Head()
				may := May(ses.Member.Role, Kiosk, action)
				if ran != may || may && !errors.Is(err, result) || !may && !errors.Is(err, ErrDenied) || errors.Is(err, ErrAudit) {
					t.Errorf("%s by %s: done %t, %v", action, member, ran, err)
				}
				if logged := after - before; logged != 1 && (!may || action != ViewState || logged != 0) {
					t.Errorf("%s by %s: %d entries", action, member, logged)
				}
			}
		}
	}
	if _, err := b.Authorize(t.Context(), Kiosk, "x", "sing"); !errors.Is(err, ErrNoSession) {
		t.Errorf("without a session: %v", err)
	}
}

func TestUnlock(t *testing.T) {
	b := setup(t)
	b.wrong("wang-li", lockTries)
	var wait *WaitError
	if _, err := b.in(Console, "wang-li", pin); !errors.As(err, &wait) || !wait.Locked {
		t.Fatal(err)
	}
	if st := b.Standings(); len(st) != 3 || !st[1].Locked || st[1].ID != "wang-li" || st[0].Locked {
		t.Errorf("standings: %+v", st)
	}
	technician, boss := b.mustIn(Console, "zhao-min"), b.mustIn(Console, "li-wei")
	if err := b.Unlock(t.Context(), Console, technician.Token, "wang-li"); !errors.Is(err, ErrDenied) {
		t.Errorf("by a maintainer: %v", err)
	}
	if err := b.Unlock(t.Context(), Console, boss.Token, "nobody"); !errors.Is(err, ErrWrong) {
		t.Errorf("of nobody: %v", err)
	}
	if err := b.Unlock(t.Context(), Console, boss.Token, "wang-li"); err != nil {
		t.Fatal(err)
	}
	b.wantLast(audit.KindUnlocked, audit.Done, audit.NoDetail, "staff/li-wei")
	if _, err := b.in(Console, "wang-li", pin); err != nil {
		t.Errorf("unlocked: %v", err)
	}
	// By central: its counter of unlocks has grown.
	b.wrong("li-wei", lockTries)
	boss2 := b.member("li-wei", audit.Supervisor)
	boss2.Unlocks = 1
	b.roster(2, b.member("wang-li", audit.Attendant), boss2)
	if _, err := b.in(Kiosk, "li-wei", pin); err != nil {
		t.Errorf("unlocked by central: %v", err)
	}
	b.wantLast(audit.KindUnlocked, audit.Done, audit.ByCentral, "system")
	b.wrong("li-wei", lockTries)
	b.start() // the same unlock does not count twice
	if _, err := b.in(Console, "li-wei", pin); !errors.As(err, &wait) || !wait.Locked {
		t.Errorf("locked again: %v", err)
	}
}

func TestRolesThatAreNotKnownGetNobodyIn(t *testing.T) {
	b := setup(t)
	m := b.member("wang-li", "king")
	bad := b.member("li-wei", audit.Supervisor)
	bad.Verifier = "$argon2id$v=19$m=999999999,t=2,p=1,keyid=x$AAAA$AAAA"
	odd := wire.Member{ID: "王丽", Role: "supervisor", Verifier: b.member("zhao-min", audit.Maintainer).Verifier}
	b.roster(2, m, bad, odd)
	for _, id := range []string{"wang-li", "li-wei", "王丽"} {
		if _, err := b.in(Kiosk, id, pin); !errors.Is(err, ErrWrong) {
			t.Errorf("%s: %v", id, err)
		}
	}
}
