package staff

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/wire"
)

func TestSignInAndOut(t *testing.T) {
	b := setup(t)
	typed := []byte(pin)
	ses, err := b.SignIn(t.Context(), Kiosk, "wang-li", typed)
	if err != nil || ses.Member != (Member{"wang-li", "员工wang-li", audit.Attendant}) || len(ses.Token) != 43 {
		t.Fatalf("sign in: %+v, %v", ses, err)
	}
	if string(typed) != "\x00\x00\x00\x00\x00\x00" {
		t.Error("the PIN is still in memory")
	}
	b.wantLast(audit.KindSignIn, audit.Done, audit.AtKiosk, "staff/wang-li")
	if got, err := b.Use(Kiosk, ses.Token); err != nil || got != ses {
		t.Errorf("use: %v", err)
	}
	if _, err := b.Use(Console, ses.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("on the other surface: %v", err)
	}
	if err := b.SignOut(t.Context(), Kiosk, ses.Token); err != nil {
		t.Fatal(err)
	}
	b.wantLast(audit.KindSignOut, audit.Done, audit.NoDetail, "staff/wang-li")
	select {
	case <-ses.Done():
	default:
		t.Error("the session is not over")
	}
	if _, err := b.Use(Kiosk, ses.Token); !errors.Is(err, ErrNoSession) { // replayed
		t.Errorf("after signing out: %v", err)
	}
	if err := b.SignOut(t.Context(), Kiosk, ses.Token); err != nil || len(b.logged(audit.KindSignOut)) != 1 {
		t.Errorf("signing out twice: %v", err)
	}
}

func TestATokenDoesNotOutliveTheProgram(t *testing.T) {
	b := setup(t)
	ses := b.mustIn(Console, "li-wei")
	b.start()
	if _, err := b.Use(Console, ses.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("after a restart: %v", err)
	}
}

// The delay grows from the fifth wrong try on; the fifteenth locks. A right PIN is not looked at meanwhile.
func TestGuessingIsSlowedDownAndLocked(t *testing.T) {
	b := setup(t)
	for n := 1; n <= lockTries; n++ {
		if _, err := b.in(Kiosk, "wang-li", "112358"); !errors.Is(err, ErrWrong) {
			t.Fatalf("wrong try %d: %v", n, err)
		}
		b.wantLast(audit.KindSignIn, audit.Failed, audit.WrongPIN, "staff/wang-li")
		want := time.Duration(0)
		if n >= 5 {
			want = 15 * time.Second << (n - 5)
		}
		_, err := b.in(Kiosk, "wang-li", pin)
		var wait *WaitError
		switch {
		case n == lockTries:
			if !errors.As(err, &wait) || !wait.Locked {
				t.Fatalf("after %d: %v", n, err)
			}
			b.wantLast(audit.KindSignIn, audit.Locked, audit.NoDetail, "staff/wang-li")
		case want > 0:
			if !errors.As(err, &wait) || wait.Locked || wait.Left != want {
				t.Fatalf("after %d: %v, want to wait %s", n, err, want)
			}
			b.advance(want - time.Second)
			if _, err = b.in(Kiosk, "wang-li", pin); !errors.As(err, &wait) || wait.Left != time.Second {
				t.Fatalf("a second before the end: %v", err)
			}
			b.advance(time.Second)
			b.advance(2 * ratePerTry)
		default: // the right one took the wrong ones back: count them anew
			if err != nil {
				t.Fatalf("right after %d wrong: %v", n, err)
			}
			b.wrongNow("wang-li", n)
		}
		b.confirm()
	}
	b.advance(1000 * time.Hour)
	b.start()
	var wait *WaitError
	if _, err := b.in(Kiosk, "wang-li", pin); !errors.As(err, &wait) || !wait.Locked {
		t.Errorf("after weeks and a restart: %v", err)
	}
	b.confirm()
	if _, err := b.in(Kiosk, "li-wei", pin); err != nil {
		t.Errorf("another member: %v", err)
	}
	locked := 0
	for _, e := range b.logged(audit.KindSignIn) {
		if e.Disposition == audit.Locked {
			locked++
		}
	}
	if locked != 12 { // one for each wait, however often somebody tried in it, and one after the restart
		t.Errorf("%d refusals are logged", locked)
	}
}

func (b *bench) wrongNow(id string, n int) {
	b.t.Helper()
	for range n {
		b.advance(ratePerTry)
		if _, err := b.in(Kiosk, id, "112358"); !errors.Is(err, ErrWrong) {
			b.t.Fatalf("wrong: %v", err)
		}
	}
	b.advance(10 * ratePerTry)
}

// Neither a clock that is set nor a restart shortens a wait. (I20, K1, K2)
func TestNoClockAndNoRestartShortensAWait(t *testing.T) {
	b := setup(t)
	b.wrongNow("wang-li", 4)
	if _, err := b.in(Kiosk, "wang-li", "112358"); !errors.Is(err, ErrWrong) {
		t.Fatal(err)
	}
	waits := func(when string, want time.Duration) {
		t.Helper()
		var wait *WaitError
		if _, err := b.in(Kiosk, "wang-li", pin); !errors.As(err, &wait) || wait.Left != want {
			t.Errorf("%s: %v, want %s", when, err, want)
		}
	}
	waits("at once", 15*time.Second)
	b.mu.Lock()
	b.now = b.now.Add(100 * 24 * time.Hour)
	b.mu.Unlock()
	waits("clock set on", 15*time.Second)
	b.advance(5 * time.Second)
	b.start()
	waits("program restarted after 5 s", 10*time.Second)
	b.mu.Lock()
	b.now = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	b.mu.Unlock()
	b.start()
	waits("clock set back", 10*time.Second)
	b.reboot(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	waits("machine restarted", 15*time.Second)
	b.advance(15 * time.Second)
	b.confirm()
	if _, err := b.in(Kiosk, "wang-li", pin); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

// Whoever guesses at the screen and at the console, and lets a PIN be asked for again, gets no more tries than at one of them.
func TestOneCountForAllSurfaces(t *testing.T) {
	b := setup(t)
	ses := b.mustIn(Kiosk, "wang-li")
	b.advance(10 * ratePerTry)
	for n := range freeTries {
		var err error
		switch n % 3 {
		case 0:
			_, err = b.in(Kiosk, "wang-li", "112358")
		case 1:
			_, err = b.in(Console, "wang-li", "112358")
		default:
			err = b.Reauthenticate(t.Context(), Kiosk, ses.Token, []byte("112358"))
		}
		if !errors.Is(err, ErrWrong) {
			t.Fatalf("wrong try %d: %v", n+1, err)
		}
	}
	var wait *WaitError
	for _, surface := range []Surface{Kiosk, Console} {
		if _, err := b.in(surface, "wang-li", pin); !errors.As(err, &wait) || wait.Left != firstDelay {
			t.Errorf("at the %s: %v", surface, err)
		}
	}
	if err := b.Reauthenticate(t.Context(), Kiosk, ses.Token, []byte(pin)); !errors.As(err, &wait) {
		t.Errorf("asked again: %v", err)
	}
	b.wantLast(audit.KindSignIn, audit.Locked, audit.NoDetail, "staff/wang-li")
}

// A try is counted before it is looked at: killing the program meanwhile makes none free. (D1)
func TestATryIsCountedBeforeItIsMade(t *testing.T) {
	b := setup(t)
	for range freeTries {
		if _, err := b.count("wang-li", b.pepper); err != nil { // and the power is cut
			t.Fatal(err)
		}
		b.start()
	}
	var wait *WaitError
	if _, err := b.in(Kiosk, "wang-li", pin); !errors.As(err, &wait) {
		t.Errorf("after five that never ended: %v", err)
	}
}

// Somebody who damages the counters does not gain by it. (D12)
func TestDamagedCountersAreNotFree(t *testing.T) {
	b := setup(t)
	if err := os.WriteFile(b.cfg.File, []byte(`{"members":`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.start()
	var wait *WaitError
	if _, err := b.in(Kiosk, "wang-li", pin); !errors.As(err, &wait) {
		t.Errorf("with damaged counters: %v", err)
	}
	b.advance(15 * time.Second)
	if _, err := b.in(Kiosk, "wang-li", pin); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

// An id that there is none of is answered as any other, locks as any other, and is not written down.
func TestUnknownIDsLookLikeKnownOnes(t *testing.T) {
	b := setup(t)
	const typed = "110101190001010018"
	for n := 1; n <= lockTries; n++ {
		_, known := b.in(Kiosk, "wang-li", "112358")
		_, unknown := b.in(Kiosk, typed, "112358")
		if !errors.Is(known, ErrWrong) || !errors.Is(unknown, ErrWrong) || known.Error() != unknown.Error() {
			t.Fatalf("try %d: %v, %v", n, known, unknown)
		}
		b.wantLast(audit.KindSignIn, audit.Failed, audit.UnknownID, "unknown")
		if n >= freeTries {
			_, known = b.in(Kiosk, "wang-li", "112358")
			_, unknown = b.in(Kiosk, typed, "112358")
			if known == nil || unknown == nil || known.Error() != unknown.Error() {
				t.Fatalf("after %d: %v, %v", n, known, unknown)
			}
		}
		b.advance(24 * time.Hour)
		b.confirm()
	}
	raw, err := os.ReadFile(b.cfg.File)
	if err != nil || strings.Contains(string(raw), typed) || strings.Contains(string(raw), "112358") {
		t.Errorf("counters hold what was typed: %v", err)
	}
	for n := range 3 * maxUnknown {
		b.advance(ratePerTry)
		if _, err := b.in(Kiosk, strings.Repeat("x", 2+n%60)+string(rune('a'+n/60)), pin); !errors.Is(err, ErrWrong) {
			t.Fatalf("unknown id %d: %v", n, err)
		}
	}
	if n := len(b.book.kept.Unknown); n > maxUnknown {
		t.Errorf("%d unknown ids are kept", n)
	}
}

func TestRevokedMember(t *testing.T) {
	b := setup(t)
	kiosk, console, other := b.mustIn(Kiosk, "wang-li"), b.mustIn(Console, "wang-li"), b.mustIn(Console, "li-wei")
	revoked := wire.Member{ID: "wang-li", Name: "员工wang-li", Role: "attendant", Revoked: true}
	b.roster(2, revoked, b.member("zhao-min", audit.Maintainer))
	if err := b.Refresh(); err != nil {
		t.Fatal(err)
	}
	for _, ses := range []*Session{kiosk, console, other} { // li-wei is not on the roster any more
		select {
		case <-ses.Done():
			if ses.Why() != audit.ByRevoking {
				t.Errorf("%s: %s", ses.Member.ID, ses.Why())
			}
		default:
			t.Errorf("the session of %s lives on", ses.Member.ID)
		}
	}
	if _, err := b.in(Kiosk, "wang-li", pin); !errors.Is(err, ErrWrong) {
		t.Errorf("revoked: %v", err)
	}
	b.wantLast(audit.KindSignIn, audit.Failed, audit.RevokedID, "staff/wang-li")
	if n := len(b.logged(audit.KindRevoked)); n != 2 {
		t.Errorf("%d revocations are logged", n)
	}
	b.start()
	if n := len(b.logged(audit.KindRevoked)); n != 2 || len(b.logged(audit.KindRoster)) != 2 {
		t.Errorf("after a restart: %d revocations, %d rosters", n, len(b.logged(audit.KindRoster)))
	}
}

// What happens with a token finds the roster that has come, also before Run has.
func TestRevocationCountsInTheNextCall(t *testing.T) {
	b := setup(t)
	ses := b.mustIn(Console, "wang-li")
	b.roster(2, b.member("li-wei", audit.Supervisor))
	ran := false
	err := b.Do(t.Context(), Console, ses.Token, Act{Action: SendNow}, func(context.Context) error { ran = true; return nil })
	if !errors.Is(err, ErrNoSession) || ran {
		t.Errorf("do: %v, done %v", err, ran)
	}
}

// Whoever is slow with a roster does not bring it into use after a newer one: who was revoked in that stays out.
func TestARosterIsNotTakenBack(t *testing.T) {
	b := setup(t)
	b.roster(2, b.member("wang-li", audit.Attendant), b.member("li-wei", audit.Supervisor))
	b.rosters.meanwhile = func() {
		b.rosters.meanwhile = nil
		b.roster(3, b.member("li-wei", audit.Supervisor))
		if b.Staff.mu.TryLock() { // else nobody can be quicker
			b.Staff.mu.Unlock()
			if err := b.Refresh(); err != nil {
				t.Error(err)
			}
		}
	}
	for range 2 {
		if err := b.Refresh(); err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	for _, e := range b.logged(audit.KindRoster) {
		told = append(told, e.Subject.String())
	}
	if want := []string{"version/1", "version/2", "version/3"}; !slices.Equal(told, want) {
		t.Errorf("in use were %q, want %q", told, want)
	}
}

func TestANewPINAndANewRoleEndSessions(t *testing.T) {
	b := setup(t)
	a, c := b.mustIn(Console, "wang-li"), b.mustIn(Console, "zhao-min")
	b.roster(2, b.member("wang-li", audit.Attendant), b.member("zhao-min", audit.Supervisor), b.member("li-wei", audit.Supervisor))
	if err := b.Refresh(); err != nil {
		t.Fatal(err)
	}
	for _, ses := range []*Session{a, c} {
		select {
		case <-ses.Done():
		default:
			t.Errorf("the session of %s lives on", ses.Member.ID)
		}
	}
}

// Offline for longer than the roster is good for, supervisors only get in; a clock alone does not bring that about, and does
// not prevent it. (I20, N1, K1)
func TestOldRosterIsForSupervisors(t *testing.T) {
	b := setup(t)
	silent := func(lived, clock time.Duration) {
		b.rosters.mu.Lock()
		b.rosters.view.Silent = lived
		b.rosters.view.Confirmed = b.now.Add(-clock)
		b.rosters.mu.Unlock()
		b.advance(ratePerTry)
	}
	const day = 24 * time.Hour
	tests := []struct {
		name         string
		lived, clock time.Duration
		old          bool
	}{
		{"six days", 2 * day, 6 * day, false},
		{"eight days, open for six hours each", 48 * time.Hour, 8 * day, true},
		{"clock jumped by years", time.Hour, 3000 * day, false},
		{"clock set back", 7 * day, -100 * day, true},
		{"clock stands", 7 * day, 0, true},
	}
	for _, tt := range tests {
		silent(tt.lived, tt.clock)
		b.Sweep()
		_, err := b.in(Kiosk, "wang-li", pin)
		if errors.Is(err, ErrRosterOld) != tt.old || !tt.old && err != nil {
			t.Errorf("%s: attendant: %v", tt.name, err)
		}
		b.advance(ratePerTry)
		if _, err := b.in(Kiosk, "li-wei", pin); err != nil {
			t.Errorf("%s: supervisor: %v", tt.name, err)
		}
	}
	if n := len(b.logged(audit.KindRosterOld)); n != 3 { // begun, ended by the jump, begun
		t.Errorf("%d entries of an old roster", n)
	}
	if st, err := b.Status(t.Context()); err != nil || !st.Old || st.Members != 3 || st.Pepper != nil {
		t.Errorf("status: %+v, %v", st, err)
	}
	b.roster(0)
	b.rosters.view.Confirmed = time.Time{}
	b.start()
	if _, err := b.in(Kiosk, "li-wei", pin); !errors.Is(err, ErrWrong) {
		t.Errorf("before central has sent a roster: %v", err)
	}
}

func TestPepper(t *testing.T) {
	b := setup(t)
	file := string(b.cfg.Pepper.(KeyFile))
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	spoil := map[string]func() error{
		"missing":        func() error { return nil },
		"for everybody":  func() error { return errors.Join(os.WriteFile(file, whole, 0o644), os.Chmod(file, 0o644)) }, // whatever the umask
		"too short":      func() error { return os.WriteFile(file, []byte("0123\n"), 0o400) },
		"not hex digits": func() error { return os.WriteFile(file, []byte(strings.Repeat("xy", 32)), 0o400) },
	}
	for name, do := range spoil {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := do(); err != nil {
			t.Fatal(err)
		}
		_, err := b.in(Kiosk, "wang-li", pin)
		if !errors.Is(err, ErrPepper) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
		b.wantLast(audit.KindSignIn, audit.Failed, audit.NoPepper, "staff/wang-li")
		if st, err := b.Status(t.Context()); err != nil || !errors.Is(st.Pepper, ErrPepper) {
			t.Errorf("%s: status %+v, %v", name, st, err)
		}
		if name == "missing" {
			if err := os.WriteFile(file, whole, 0o400); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, NewPepper(), 0o400); err != nil {
		t.Fatal(err)
	}
	for range 2 * lockTries { // counts for nobody
		b.advance(ratePerTry)
		if _, err := b.in(Kiosk, "wang-li", pin); !errors.Is(err, ErrOtherPepper) {
			t.Fatalf("another hall's pepper: %v", err)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, whole, 0o400); err != nil {
		t.Fatal(err)
	}
	b.advance(ratePerTry)
	if _, err := b.in(Kiosk, "wang-li", pin); err != nil {
		t.Errorf("with the right one again: %v", err)
	}
	b.cfg.Pepper = nil
	b.start()
	if _, err := b.in(Kiosk, "wang-li", pin); !errors.Is(err, ErrPepper) {
		t.Errorf("without one: %v", err)
	}
}

func TestNobodyGetsInWithoutALog(t *testing.T) {
	b := setup(t)
	b.log.fail = audit.ErrStopped
	if _, err := b.in(Kiosk, "li-wei", pin); !errors.Is(err, ErrAudit) {
		t.Errorf("sign in: %v", err)
	}
	b.log.fail = nil
	if n := len(b.SignedIn(Kiosk)); n != 0 {
		t.Errorf("%d are in", n)
	}
}

// Many at once can neither guess more than one after the other could, nor fill the memory.
func TestConcurrentTries(t *testing.T) {
	b := setup(t)
	b.mu.Lock()
	b.up = 24 * time.Hour
	b.mu.Unlock()
	const many = 40
	errs := make([]error, many)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			for {
				_, errs[i] = b.in(Kiosk, "wang-li", "112358")
				if !errors.Is(errs[i], ErrBusy) {
					return
				}
				b.advance(time.Second)
			}
		})
	}
	wg.Wait()
	wrong := 0
	for _, err := range errs {
		var wait *WaitError
		switch {
		case errors.Is(err, ErrWrong):
			wrong++
		case !errors.As(err, &wait):
			t.Errorf("try: %v", err)
		}
	}
	if wrong < freeTries || wrong > lockTries || b.book.member("wang-li").Fails != wrong {
		t.Errorf("%d were looked at, %d counted", wrong, b.book.member("wang-li").Fails)
	}
}

// Without the pepper nobody gets in, and nobody fills the log by trying.
func TestTriesWithoutAPepperAreBounded(t *testing.T) {
	b := setup(t)
	b.cfg.Pepper = nil
	b.start()
	for range 10 * rateBurst {
		if _, err := b.in(Console, "wang-li", pin); !errors.Is(err, ErrPepper) && !errors.Is(err, ErrBusy) {
			t.Fatalf("without a pepper: %v", err)
		}
	}
	if n := len(b.logged(audit.KindSignIn)); n != rateBurst {
		t.Errorf("%d entries", n)
	}
}

func TestTriesArePacedOnASurface(t *testing.T) {
	b := setup(t)
	busy := 0
	for range 2 * rateBurst {
		if _, err := b.in(Console, "wang-li", pin); errors.Is(err, ErrBusy) {
			busy++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if busy != rateBurst {
		t.Errorf("%d of %d were busy", busy, 2*rateBurst)
	}
	if _, err := b.in(Kiosk, "wang-li", pin); err != nil {
		t.Errorf("at the kiosk: %v", err)
	}
	b.advance(ratePerTry)
	if _, err := b.in(Console, "wang-li", pin); err != nil {
		t.Errorf("later: %v", err)
	}
}
