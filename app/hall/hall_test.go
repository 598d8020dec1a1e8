package hall_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"onedoor/app/hall"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.Local)

func TestACall(t *testing.T) {
	var c hall.Calls
	changed, cancel := c.Watch()
	defer cancel()
	call := c.Place(hall.Place{Kiosk: "107", Step: "fill"}, noon)
	<-changed
	if again := c.Place(hall.Place{Kiosk: "107", Step: "review"}, noon.Add(time.Minute)); again.ID != call.ID || again.Since != noon || again.Place.Step != "review" {
		t.Errorf("calling again gives %+v", again)
	}
	if other := c.Place(hall.Place{Kiosk: "108", Step: "menu"}, noon); other.ID == call.ID {
		t.Error("another kiosk's call is the same")
	}
	got, err := c.Answer(call.ID, "1003", noon.Add(2*time.Minute))
	if err != nil || got.State != hall.CallAnswered || got.By != "1003" || got.Answered != noon.Add(2*time.Minute) {
		t.Errorf("answered %+v, %v", got, err)
	}
	if got, err := c.Answer(call.ID, "1004", noon.Add(3*time.Minute)); !errors.Is(err, hall.ErrAnswered) || got.By != "1003" {
		t.Errorf("the second: %+v, %v", got, err)
	}
	if got, err := c.Answer(call.ID, "1003", noon.Add(4*time.Minute)); err != nil || got.Answered != noon.Add(2*time.Minute) {
		t.Errorf("the same once more: %+v, %v", got, err)
	}
	if got, err := c.Finish(call.ID, noon.Add(5*time.Minute)); err != nil || got.State != hall.CallDone {
		t.Errorf("finished %+v, %v", got, err)
	}
	c.Withdraw(call.ID, true, noon.Add(6*time.Minute))
	if got, _ := c.Call(call.ID); got.State != hall.CallDone {
		t.Errorf("what has ended is %s", got.State)
	}
	if _, err := c.Answer(call.ID, "1004", noon); !errors.Is(err, hall.ErrEnded) {
		t.Errorf("answered after the end: %v", err)
	}
	if _, err := c.Finish(999, noon); !errors.Is(err, hall.ErrNoCall) {
		t.Errorf("finished nothing: %v", err)
	}
	cancel()
	cancel()
}

// TestCallsHold: whatever staff and citizens do, a kiosk has one open call at most, an ended one stays as it ended, one person at
// most is on the way, and the memory is bounded.
func TestCallsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c hall.Calls
		ended := map[uint64]hall.CallState{}
		by := map[uint64]string{}
		at := noon
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			at = at.Add(time.Second)
			id := rapid.Uint64Range(0, 40).Draw(t, "id")
			who := rapid.SampledFrom([]string{"1003", "1004"}).Draw(t, "who")
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				c.Place(hall.Place{Kiosk: rapid.SampledFrom([]string{"107", "108", "109"}).Draw(t, "kiosk")}, at)
			case 2:
				_, _ = c.Answer(id, who, at)
			case 3:
				_, _ = c.Finish(id, at)
			case 4:
				c.Withdraw(id, who == "1003", at)
			}
			open := map[string]int{}
			list := c.List()
			if len(list) > 3+20 {
				t.Fatalf("%d calls are kept", len(list))
			}
			for _, call := range list {
				if was, ok := ended[call.ID]; ok && call.State != was {
					t.Fatalf("call %d was %s and is %s", call.ID, was, call.State)
				}
				if was := by[call.ID]; was != "" && call.By != was {
					t.Fatalf("call %d was answered by %s and is by %s", call.ID, was, call.By)
				}
				by[call.ID] = call.By
				if call.State.Open() {
					open[call.Place.Kiosk]++
				} else {
					ended[call.ID] = call.State
				}
			}
			for kiosk, n := range open {
				if n > 1 {
					t.Fatalf("%d open calls at %s", n, kiosk)
				}
			}
		}
	})
}

// TestNumbersStay: a restart keeps the day's numbers, midnight begins anew, and a spoiled file costs no more than them.
func TestNumbersStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "numbers.json")
		logger := slog.New(slog.DiscardHandler)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		one := hall.OpenTally(file, time.Now, logger)
		go func() { ended <- one.Run(ctx) }()
		for range 3 {
			one.Began()
		}
		one.Finished()
		one.Left("fill")
		one.Left("fill")
		one.Called()
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(file)
		if err != nil || len(raw) > 500 || strings.ContainsAny(string(raw), "@/") {
			t.Errorf("the file holds %s, %v", raw, err)
		}
		two := hall.OpenTally(file, time.Now, logger)
		d := two.Today()
		if d.Begun != 3 || d.Finished != 1 || !maps.Equal(d.Left, map[string]int{"fill": 2}) || d.Calls != 1 {
			t.Errorf("after a restart %+v", d)
		}
		<-time.After(24 * time.Hour)
		if d := two.Today(); d.Begun != 0 || len(d.Left) != 0 {
			t.Errorf("the next day begins with %+v", d)
		}
		two.Began()
		if d := two.Today(); d.Begun != 1 {
			t.Errorf("the next day has %+v", d)
		}
		if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		if d := hall.OpenTally(file, time.Now, logger).Today(); d.Begun != 0 {
			t.Errorf("a spoiled file gives %+v", d)
		}
	})
}

// TestNumbersAreKeptWhileRunning: a kill costs some seconds of numbers at most.
func TestNumbersAreKeptWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "numbers.json")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		tally := hall.OpenTally(file, time.Now, slog.New(slog.DiscardHandler))
		ended := make(chan error, 1)
		go func() { ended <- tally.Run(ctx) }()
		defer func() { // it writes once more
			cancel()
			<-ended
		}()
		tally.Began()
		<-time.After(time.Second)
		tally.Began()
		<-time.After(10 * time.Second)
		if d := hall.OpenTally(file, time.Now, slog.New(slog.DiscardHandler)).Today(); d.Begun != 2 {
			t.Errorf("ten seconds later the file has %+v", d)
		}
	})
}
