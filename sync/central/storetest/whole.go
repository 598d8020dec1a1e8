package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

func sessions(t *testing.T, b *bench) {
	ended := func(id string) bool {
		t.Helper()
		over, err := b.SessionEnded(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return over
	}
	if ended("a") {
		t.Error("ended before it was")
	}
	if err := b.EndSession(t.Context(), b.at, "a", b.at.Add(8*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := b.EndSession(t.Context(), b.at.Add(time.Hour), "b", b.at.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	b.reopen(t)
	if !ended("a") || !ended("b") || ended("c") {
		t.Error("what was ended is not what is")
	}
}

// A reader that comes while the store is closed gets an error, not a crash.
func closeWithReaders(t *testing.T, b *bench) {
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	b.ingest(t, e)
	var wg sync.WaitGroup
	reading := make(chan struct{}, 8)
	for range cap(reading) {
		wg.Go(func() {
			for first := true; ; first = false {
				_, _, err := b.Cases(t.Context(), 0, 10)
				if err == nil {
					_, err = b.Case(t.Context(), e.Item.CaseID)
				}
				if err != nil {
					if !errors.Is(err, central.ErrClosed) {
						t.Errorf("reader: %v, want ErrClosed", err)
					}
					return
				}
				if first {
					reading <- struct{}{}
				}
			}
		})
	}
	for range cap(reading) {
		<-reading
	}
	if err := b.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	wg.Wait()
	if _, err := b.Ingest(t.Context(), b.at, []central.Entry{e}); !errors.Is(err, central.ErrClosed) {
		t.Errorf("ingest after close: %v", err)
	}
}

func reopen(t *testing.T, b *bench) {
	epoch := b.Epoch()
	dev := b.enrol(t, kiosk)
	id := newCase()
	e, late := entry(kiosk, 1, id, 1, central.EffectOpen), entry(kiosk, 3, id, 3, central.EffectPrint)
	e.Device = dev.Number
	before := b.ingest(t, e, late)
	if _, err := b.Advance(t.Context(), central.Change{Kiosk: kiosk, CaseID: id, IfVersion: 1, Step: central.Step{Stage: wire.StageAccepted, At: b.at}}); err != nil {
		t.Fatalf("advance: %v", err)
	}
	_, mark, _, err := b.Feed(t.Context(), kiosk, 0, 10)
	if err != nil {
		t.Fatalf("feed: %v", err)
	}
	b.reopen(t)
	b.at = b.at.Add(time.Hour)
	if b.Epoch() != epoch {
		t.Errorf("epoch %s became %s", epoch, b.Epoch())
	}
	after := b.ingest(t, e, late)
	for i, want := range []wire.Status{wire.Duplicate, wire.Held} {
		if after[i].Status != want || after[i].Position != before[i].Position || !after[i].At.Equal(before[i].At) {
			t.Errorf("item %d: %+v before, %+v after", i, before[i], after[i])
		}
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Version != 2 || c.HallName != dev.HallName {
		t.Errorf("case: %+v, %v", c, err)
	}
	if _, next, _, err := b.Feed(t.Context(), kiosk, mark, 10); err != nil || next != mark {
		t.Errorf("feed: %d, %v", next, err)
	}
	if o := b.ingest(t, entry(kiosk, 2, id, 2, central.EffectPrint))[0]; o.Status != wire.Stored || o.Position != 3 {
		t.Errorf("next position: %+v", o)
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Items != 3 {
		t.Errorf("held item after reopening: %+v, %v", c, err)
	}
}
