package health_test

import (
	"slices"
	"testing"
	"time"

	"onedoor/app/health"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// loose is a problem with both delays.
const loose = health.Code("READER-UNPLUGGED")

func codes(all health.Problems) []health.Code {
	var c []health.Code
	for _, p := range all {
		c = append(c, p.Code)
	}
	return c
}

func seen(codes ...health.Code) []health.Observation {
	var all []health.Observation
	for _, c := range codes {
		all = append(all, health.Observation{Code: c})
	}
	return all
}

func TestABlinkIsNotShown(t *testing.T) {
	b := health.NewBoard(health.BoardConfig{})
	k, _ := health.KindOf(loose)
	b.Observe(noon, seen(loose))
	b.Observe(noon.Add(k.Raise/2), nil)
	b.Observe(noon.Add(k.Raise/2+k.Clear), nil)
	b.Observe(noon.Add(time.Hour), seen(loose))
	if got := b.Problems(); len(got) != 0 || len(b.History()) != 0 {
		t.Errorf("shows %v, keeps %v", codes(got), b.History())
	}
}

// TestWhatComesAndGoesIsOneProblem: a loose cable is one problem from its first failure to its last, not fifty.
func TestWhatComesAndGoesIsOneProblem(t *testing.T) {
	b := health.NewBoard(health.BoardConfig{})
	k, _ := health.KindOf(loose)
	at := noon
	for range 50 {
		b.Observe(at, seen(loose))
		at = at.Add(k.Raise / 4)
		b.Observe(at, nil)
		at = at.Add(k.Clear / 2)
	}
	b.Observe(at, seen(loose))
	if got := b.Problems(); len(got) != 1 || !got[0].Since.Equal(noon) {
		t.Fatalf("shows %+v", got)
	}
	gone := at.Add(time.Second)
	b.Observe(gone, nil)
	if len(b.Problems()) != 1 {
		t.Error("it is gone before it has stayed away")
	}
	b.Observe(gone.Add(k.Clear), nil)
	want := []health.Episode{{Code: loose, Opened: noon, Closed: gone}}
	if len(b.Problems()) != 0 || !slices.Equal(b.History(), want) {
		t.Errorf("shows %v, keeps %+v, want %+v", codes(b.Problems()), b.History(), want)
	}
}

// TestWhatHasStoodLongIsShownAtOnce: a device knows since when, also before anybody looked.
func TestWhatHasStoodLongIsShownAtOnce(t *testing.T) {
	b := health.NewBoard(health.BoardConfig{})
	since := noon.Add(-49 * time.Hour)
	b.Observe(noon, []health.Observation{{Code: "READER-UNPLUGGED", Since: since}})
	if got := b.Problems(); len(got) != 1 || !got[0].Since.Equal(since) {
		t.Errorf("shows %+v", got)
	}
}

func TestWorstFirst(t *testing.T) {
	b := health.NewBoard(health.BoardConfig{})
	all := seen(health.ProcessRestarted, "PRINTER-PAPER-LOW", "PRINTER-COVER-OPEN", "READER-SELF-TEST", health.OutboxFull, health.LinkDown)
	b.Observe(noon, all)
	b.Observe(noon.Add(time.Minute), all)
	want := []health.Code{health.OutboxFull, "READER-SELF-TEST", "PRINTER-COVER-OPEN", health.LinkDown, "PRINTER-PAPER-LOW", health.ProcessRestarted}
	if got := codes(b.Problems()); !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// TestHistoryGoesOnAfterARestart: what was wrong before and still is has one beginning; what was mended meanwhile is closed.
func TestHistoryGoesOnAfterARestart(t *testing.T) {
	before := noon.Add(-time.Hour)
	b := health.NewBoard(health.BoardConfig{History: []health.Episode{
		{Code: "PRINTER-PAPER-OUT", Opened: before}, {Code: health.LinkDown, Opened: before}}})
	if len(b.Problems()) != 0 {
		t.Error("the former run's problems are shown unseen")
	}
	b.Observe(noon, seen("PRINTER-PAPER-OUT"))
	if got := b.Problems(); len(got) != 1 || !got[0].Since.Equal(before) {
		t.Errorf("shows %+v", got)
	}
	b.Observe(noon.Add(2*time.Minute), seen("PRINTER-PAPER-OUT"))
	want := []health.Episode{{Code: "PRINTER-PAPER-OUT", Opened: before}, {Code: health.LinkDown, Opened: before, Closed: noon}}
	if got := b.History(); !slices.Equal(got, want) {
		t.Errorf("keeps %+v, want %+v", got, want)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	b := health.NewBoard(health.BoardConfig{Keep: 3})
	for i := range 10 {
		at := noon.Add(time.Duration(i) * time.Hour)
		b.Observe(at, seen(health.OutboxRejected))
		b.Observe(at.Add(time.Minute), nil)
	}
	if got := b.History(); len(got) != 3 || !got[2].Opened.Equal(noon.Add(9*time.Hour)) {
		t.Errorf("keeps %+v", got)
	}
}

func TestSubscribersGetTheNewest(t *testing.T) {
	b := health.NewBoard(health.BoardConfig{})
	changes, cancel := b.Subscribe()
	if got := <-changes; len(got) != 0 {
		t.Errorf("begins with %v", codes(got))
	}
	b.Observe(noon, seen(health.OutboxFull))
	b.Observe(noon.Add(time.Minute), seen(health.OutboxFull, health.OutboxRejected))
	b.Observe(noon.Add(2*time.Minute), seen(health.OutboxFull, health.OutboxRejected))
	if got := codes(<-changes); !slices.Equal(got, []health.Code{health.OutboxFull, health.OutboxRejected}) {
		t.Errorf("got %v", got)
	}
	select {
	case got := <-changes:
		t.Errorf("told again without a change: %v", codes(got))
	default:
	}
	cancel()
	cancel()
	if _, open := <-changes; open {
		t.Error("the channel is open")
	}
}

// TestBoardHolds: whatever is observed and whichever way the clock goes, a problem that stays is shown within its delay, one
// that stays away goes within its own, and the history says of each code at most once that it lasts.
func TestBoardHolds(t *testing.T) {
	kinds := health.Kinds()
	rapid.Check(t, func(t *rapid.T) {
		b := health.NewBoard(health.BoardConfig{Keep: 20})
		at := noon
		k := rapid.SampledFrom(kinds).Draw(t, "kind")
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(-5000, 5000).Draw(t, "ms")) * time.Millisecond)
			if rapid.Bool().Draw(t, "there") {
				b.Observe(at, seen(k.Code))
			} else {
				b.Observe(at, nil)
			}
		}
		there := rapid.Bool().Draw(t, "stays")
		var last []health.Observation
		if there {
			last = seen(k.Code)
		}
		b.Observe(at, last)
		b.Observe(at.Add(max(k.Raise, k.Clear)), last)
		if got := b.Problems(); (len(got) == 1) != there {
			t.Fatalf("stays %v, shows %v", there, codes(got))
		}
		open := 0
		for _, e := range b.History() {
			if e.Closed.IsZero() {
				open++
			}
		}
		if open > 1 || (open == 1) != there {
			t.Fatalf("%d are open in %+v", open, b.History())
		}
	})
}

func TestAtShowsWithoutDelay(t *testing.T) {
	got := health.At(noon, []health.Observation{{Code: "PRINTER-PAPER-LOW"}, {Code: health.LinkDown}, {Code: health.LinkDown, Since: noon.Add(-time.Hour)}, {Code: "NONSENSE"}})
	if !slices.Equal(codes(got), []health.Code{health.LinkDown, "PRINTER-PAPER-LOW"}) || !got[0].Since.Equal(noon.Add(-time.Hour)) || !got[1].Since.Equal(noon) {
		t.Errorf("shows %+v", got)
	}
}
