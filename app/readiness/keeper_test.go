package readiness_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/readiness"
)

// kiosk is a machine whose time is the bubble's: it begins at midnight, UTC.
type kiosk struct {
	open    func(time.Time) bool // nil: every day
	t       *testing.T
	mu      sync.Mutex // the test has it but while time passes
	busy    bool
	tests   []time.Time // when they were begun
	broken  int         // times they were broken off
	lasts   time.Duration
	kept    []readiness.Report
	printed []time.Time
	noPaper bool
	cancel  func()
	ended   chan error
}

func at(t *testing.T, s string) *readiness.Time {
	t.Helper()
	v, err := readiness.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

// start begins a Keeper at a time of the first day.
func start(t *testing.T, from string, last readiness.Report) *kiosk {
	t.Helper()
	k := &kiosk{t: t, lasts: 10 * time.Second}
	time.Sleep(time.Until(clock(*at(t, from))))
	k.run(at(t, "08:30"), at(t, "03:30"), last)
	return k
}

func clock(v readiness.Time) time.Time {
	return time.Date(2000, 1, 1, int(v)/60, int(v)%60, 0, 0, time.UTC)
}

func (k *kiosk) run(opens, quiet *readiness.Time, last readiness.Report) {
	keeper, err := readiness.NewKeeper(readiness.KeeperConfig{
		Site: readiness.Site{Kiosk: "107"}, Opens: opens, Open: k.open, Quiet: quiet, Last: last,
		Now: func() time.Time { return time.Now().UTC() },
		Idle: func() bool {
			defer k.lock()()
			return !k.busy
		},
		Test: func(ctx context.Context) []readiness.Test {
			unlock := k.lock()
			k.tests = append(k.tests, time.Now().UTC())
			lasts := k.lasts
			unlock()
			select {
			case <-time.After(lasts):
			case <-ctx.Done():
				defer k.lock()()
				k.broken++
			}
			return []readiness.Test{{Outcome: readiness.Passed}}
		},
		Look: func(time.Time) ([]readiness.Service, []readiness.Problem) {
			return []readiness.Service{{ID: "a", Extent: readiness.Whole}}, nil
		},
		Keep: func(r readiness.Report) error {
			defer k.lock()()
			k.kept = append(k.kept, r)
			return nil
		},
		Print: func(context.Context, readiness.Report) error {
			defer k.lock()()
			if k.busy {
				k.t.Error("printed during a visit")
			}
			if k.noPaper {
				return errors.New("no paper")
			}
			k.printed = append(k.printed, time.Now().UTC())
			return nil
		},
	})
	if err != nil {
		k.t.Fatal(err)
	}
	var ctx context.Context
	ctx, k.cancel = context.WithCancel(k.t.Context())
	k.ended = make(chan error, 1)
	k.mu.Lock()
	go func() { k.ended <- keeper.Run(ctx) }()
}

func (k *kiosk) lock() (unlock func()) {
	k.mu.Lock()
	return k.mu.Unlock
}

func (k *kiosk) stop() {
	k.t.Helper()
	k.mu.Unlock()
	defer k.mu.Lock()
	k.cancel()
	if err := <-k.ended; err != nil {
		k.t.Error(err)
	}
}

// until lets time pass to a time of day, days after the first.
func (k *kiosk) until(days int, s string) {
	k.mu.Unlock()
	defer k.mu.Lock()
	time.Sleep(time.Until(clock(*at(k.t, s)).AddDate(0, 0, days)))
	synctest.Wait()
}

func bubble(t *testing.T, f func(*testing.T)) { synctest.Test(t, f) }

func TestANightAndAMorning(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := start(t, "00:00", readiness.Report{})
		k.until(0, "03:29")
		if len(k.tests) != 0 {
			t.Errorf("tested at %v", k.tests)
		}
		k.until(0, "08:29")
		if len(k.tests) != 1 || k.tests[0].Sub(clock(*at(t, "03:30"))) > time.Minute || len(k.kept) != 0 {
			t.Errorf("tested at %v, kept %v", k.tests, k.kept)
		}
		k.until(0, "08:31")
		if len(k.kept) != 2 || !k.kept[1].Printed || len(k.printed) != 1 || k.kept[0].SelfTest.At != k.tests[0] || k.kept[0].Opens != "08:30" {
			t.Errorf("kept %+v, printed %v", k.kept, k.printed)
		}
		k.until(2, "12:00")
		if len(k.tests) != 3 || len(k.printed) != 3 {
			t.Errorf("in three days tested %d times and printed %d", len(k.tests), len(k.printed))
		}
		k.stop()
	})
}

// TestADayOff: the machine tests itself, and says nothing to a hall that nobody opens.
func TestADayOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := &kiosk{t: t, lasts: 10 * time.Second, open: func(day time.Time) bool { return day.Weekday() != time.Saturday }} // the first of these days
		k.run(at(t, "08:30"), at(t, "03:30"), readiness.Report{})
		k.until(0, "23:59")
		if len(k.tests) != 1 || len(k.kept) != 0 || len(k.printed) != 0 {
			t.Errorf("on a day off tested %d times, reported %d, printed %d", len(k.tests), len(k.kept), len(k.printed))
		}
		k.until(1, "12:00")
		if len(k.tests) != 2 || len(k.printed) != 1 {
			t.Errorf("on the day after tested %d times, printed %d", len(k.tests), len(k.printed))
		}
		k.stop()
	})
}

// TestNobodyIsDisturbed: somebody who is there at night and in the morning sees and hears nothing of it.
func TestNobodyIsDisturbed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := start(t, "03:00", readiness.Report{})
		k.busy = true
		k.until(0, "04:00")
		if len(k.tests) != 0 {
			t.Error("tested during a visit")
		}
		k.busy, k.lasts = false, 5*time.Minute
		k.until(0, "04:03")
		if len(k.tests) != 1 {
			t.Fatalf("tested %d times after the visit", len(k.tests))
		}
		k.busy = true // somebody comes in the middle
		k.until(0, "04:04")
		if k.broken != 1 {
			t.Error("the tests went on during a visit")
		}
		k.busy = false
		k.until(0, "04:30")
		if len(k.tests) != 2 || k.broken != 1 {
			t.Errorf("tested %d times, broken off %d", len(k.tests), k.broken)
		}
		k.until(0, "08:29")
		k.busy = true
		k.until(0, "08:45")
		if len(k.kept) != 1 || len(k.printed) != 0 { // screen and command have it; the paper waits
			t.Errorf("kept %d, printed %v", len(k.kept), k.printed)
		}
		k.busy = false
		k.until(0, "08:50")
		if len(k.printed) != 1 {
			t.Errorf("printed %v", k.printed)
		}
		k.stop()
	})
}

// TestAMachineThatIsSwitchedOffAtNight: switched on ten minutes before the opening it tests itself at once, and so it does
// ten minutes after; in the middle of the day it does nothing.
func TestAMachineThatIsSwitchedOffAtNight(t *testing.T) {
	for from, want := range map[string]int{"08:20": 1, "08:40": 1, "11:00": 0} {
		bubble(t, func(t *testing.T) {
			k := start(t, from, readiness.Report{})
			k.until(0, "12:00")
			if len(k.tests) != want || len(k.printed) != want {
				t.Errorf("on at %s: tested %v, printed %v", from, k.tests, k.printed)
			}
			if want == 1 && k.kept[0].SelfTest.At.IsZero() {
				t.Errorf("on at %s: the report came before the tests", from)
			}
			k.stop()
		})
	}
}

// TestARestartPrintsNothingTwice: the report of the former run counts.
func TestARestartPrintsNothingTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := start(t, "08:00", readiness.Report{})
		k.until(0, "08:35")
		k.stop()
		again := &kiosk{t: t, lasts: time.Second}
		again.run(at(t, "08:30"), at(t, "03:30"), k.kept[len(k.kept)-1])
		again.until(0, "12:00")
		if len(again.printed)+len(again.tests)+len(again.kept) != 0 {
			t.Errorf("after a restart: printed %v, tested %v", again.printed, again.tests)
		}
		again.stop()
	})
}

// TestPaperThatComesLate: without paper it is tried until it is no use any more.
func TestPaperThatComesLate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := start(t, "08:00", readiness.Report{})
		k.noPaper = true
		k.until(0, "08:40")
		k.noPaper = false
		k.until(0, "08:42")
		if len(k.printed) != 1 {
			t.Errorf("printed %v", k.printed)
		}
		k.stop()
		k = start(t, "08:45", readiness.Report{})
		k.noPaper = true
		k.until(0, "10:00")
		k.noPaper = false
		k.until(0, "12:00")
		if len(k.printed) != 0 || len(k.kept) != 1 {
			t.Errorf("printed %v at noon, kept %d", k.printed, len(k.kept))
		}
		k.stop()
	})
}

func TestNothingIsConfigured(t *testing.T) {
	bubble(t, func(t *testing.T) {
		k := &kiosk{t: t}
		k.run(nil, nil, readiness.Report{})
		if err := <-k.ended; err != nil {
			t.Error(err)
		}
	})
}

func TestParseTime(t *testing.T) {
	if v := at(t, "08:30"); v.String() != "08:30" || *v != 510 {
		t.Errorf("08:30 is %v", *v)
	}
	for _, bad := range []string{"", "8.30", "25:00", "08:60", "half past"} {
		if _, err := readiness.ParseTime(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
