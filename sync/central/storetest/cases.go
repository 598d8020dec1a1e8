package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

func advanceVersions(t *testing.T, b *bench) {
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	b.ingest(t, e)
	change := central.Change{Kiosk: kiosk, CaseID: e.Item.CaseID, IfVersion: 1, Step: central.Step{Stage: wire.StageAccepted, At: b.at, OfficialNo: "粤-1"}}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.Advance(t.Context(), change) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, central.ErrVersion) {
			t.Errorf("advance: %v", err)
		}
	}
	c, err := b.Case(t.Context(), e.Item.ReceiptNo)
	if won != 1 || err != nil || c.Version != 2 || c.Stage != wire.StageAccepted || c.OfficialNo != "粤-1" || len(c.Steps) != 2 {
		t.Errorf("%d won; case %+v, %v", won, c, err)
	}
	change.CaseID = newCase()
	if _, err := b.Advance(t.Context(), change); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("unknown case: %v", err)
	}
	if _, err := b.Case(t.Context(), "44011107019999990000"); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("unknown number: %v", err)
	}
	if _, err := b.CaseByTrack(t.Context(), 2, e.Item.TrackHash); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("hash of another device's code: %v", err)
	}
	if c, err := b.CaseByTrack(t.Context(), 1, e.Item.TrackHash); err != nil || c.ID != e.Item.CaseID {
		t.Errorf("by track: %+v, %v", c, err)
	}
}

func casesOrder(t *testing.T, b *bench) {
	for seq := uint64(1); seq <= 5; seq++ {
		b.ingest(t, entry(kiosk, seq, newCase(), 1, central.EffectOpen))
	}
	var got []uint64
	before := uint64(0)
	for {
		list, total, err := b.Cases(t.Context(), before, 2)
		if err != nil || total != 5 {
			t.Fatalf("cases: total %d, %v", total, err)
		}
		for i := range list {
			got = append(got, list[i].Position)
		}
		if len(list) < 2 {
			break
		}
		before = list[len(list)-1].Position
	}
	if fmt.Sprint(got) != "[5 4 3 2 1]" {
		t.Errorf("order %v", got)
	}
}

func feedOrder(t *testing.T, b *bench) {
	one, two := entry(kiosk, 1, newCase(), 1, central.EffectOpen), entry(kiosk, 2, newCase(), 1, central.EffectOpen)
	other := entry(central.Kiosk{Hall: "44011", Number: "108"}, 1, newCase(), 1, central.EffectOpen)
	b.ingest(t, one, other, two)
	read := func(after uint64, limit int) (ids []string, next uint64) {
		t.Helper()
		list, next, head, err := b.Feed(t.Context(), kiosk, after, limit)
		if err != nil || next > head {
			t.Fatalf("feed: next %d, head %d, %v", next, head, err)
		}
		for _, e := range list {
			if e.Case == nil || e.Row != nil {
				t.Fatalf("feed entry %+v", e)
			}
			ids = append(ids, e.Case.ID)
		}
		return ids, next
	}
	ids, mark := read(0, 10)
	if fmt.Sprint(ids) != fmt.Sprint([]string{one.Item.CaseID, two.Item.CaseID}) {
		t.Fatalf("snapshot %v", ids)
	}
	if ids, next := read(mark, 10); len(ids) != 0 || next != mark {
		t.Fatalf("nothing new: %v, next %d", ids, next)
	}
	if _, err := b.Advance(t.Context(), central.Change{Kiosk: kiosk, CaseID: one.Item.CaseID, IfVersion: 1, Step: central.Step{Stage: wire.StageAccepted, At: b.at}}); err != nil {
		t.Fatalf("advance: %v", err)
	}
	if ids, next := read(mark, 10); fmt.Sprint(ids) != fmt.Sprint([]string{one.Item.CaseID}) || next <= mark {
		t.Fatalf("after a change: %v, next %d", ids, next)
	}
	// A reader that starts over sees every case once, as it is now, in pages of any size.
	ids, mid := read(0, 1)
	rest, _ := read(mid, 10)
	if fmt.Sprint(append(ids, rest...)) != fmt.Sprint([]string{two.Item.CaseID, one.Item.CaseID}) {
		t.Fatalf("starting over: %v then %v", ids, rest)
	}
	_, _, head, err := b.Feed(t.Context(), kiosk, 1<<40, 10)
	if err != nil || head >= 1<<40 {
		t.Fatalf("beyond the head: %d, %v", head, err)
	}
}

func changedWakes(t *testing.T, b *bench) {
	mine, others := b.Changed(kiosk), b.Changed(central.Kiosk{Hall: "44011", Number: "108"})
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	b.ingest(t, e)
	wait := func(ch <-chan struct{}) {
		t.Helper()
		select {
		case <-ch:
		case <-time.After(10 * time.Second):
			t.Fatal("not woken")
		}
	}
	wait(mine)
	select {
	case <-others:
		t.Error("another kiosk was woken")
	default:
	}
	next := b.Changed(kiosk)
	if _, err := b.Advance(t.Context(), central.Change{Kiosk: kiosk, CaseID: e.Item.CaseID, IfVersion: 1, Step: central.Step{Stage: wire.StageAccepted, At: b.at}}); err != nil {
		t.Fatalf("advance: %v", err)
	}
	wait(next)
}
