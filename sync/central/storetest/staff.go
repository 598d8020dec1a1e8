package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// A roster is in the feed of every kiosk of its hall, once, as it is now, in its place among the cases.
func rosters(t *testing.T, b *bench) {
	ctx := t.Context()
	if _, err := b.Roster(ctx, kiosk.Hall); !errors.Is(err, central.ErrNotFound) {
		t.Fatalf("roster of a hall that has none: %v", err)
	}
	b.enrol(t, kiosk)
	b.enrol(t, otherKiosk)
	b.enrol(t, central.Kiosk{Hall: "44012", Number: "107"})
	first := newCase()
	b.ingest(t, entry(kiosk, 1, first, 1, central.EffectOpen))
	waiting := b.Changed(otherKiosk)
	change := central.RosterChange{Hall: kiosk.Hall, At: b.at, Members: []wire.Member{{ID: "wang-li", Name: "王丽", Role: "attendant", Verifier: "v"}}}
	r, err := b.SaveRoster(ctx, change)
	if err != nil || r.Version != 1 {
		t.Fatalf("save: %+v, %v", r, err)
	}
	select {
	case <-waiting:
	case <-time.After(10 * time.Second):
		t.Error("the hall's other kiosk was not woken")
	}
	second := newCase()
	b.ingest(t, entry(kiosk, 2, second, 1, central.EffectOpen))

	order := func(k central.Kiosk, after uint64, limit int) (got []string, next uint64) {
		t.Helper()
		list, next, _, err := b.Feed(ctx, k, after, limit)
		if err != nil {
			t.Fatalf("feed: %v", err)
		}
		for _, e := range list {
			switch {
			case e.Roster != nil:
				got = append(got, e.Roster.Members[0].Name)
			case e.Case != nil && e.Case.ID == first:
				got = append(got, "first")
			case e.Case != nil && e.Case.ID == second:
				got = append(got, "second")
			}
		}
		return got, next
	}
	same := func(got []string, want ...string) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("feed %v, want %v", got, want)
			return
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("feed %v, want %v", got, want)
			}
		}
	}
	got, _ := order(kiosk, 0, 10)
	same(got, "first", "王丽", "second")
	var paged []string
	for after := uint64(0); ; {
		one, next := order(kiosk, after, 1)
		if len(one) == 0 {
			break
		}
		paged, after = append(paged, one...), next
	}
	same(paged, "first", "王丽", "second")
	got, _ = order(otherKiosk, 0, 10)
	same(got, "王丽")
	got, _ = order(central.Kiosk{Hall: "44012", Number: "107"}, 0, 10)
	same(got)

	if _, err := b.SaveRoster(ctx, change); !errors.Is(err, central.ErrVersion) {
		t.Errorf("save over a version that is not the last: %v", err)
	}
	change.IfVersion, change.Members[0].Revoked = 1, true
	change.Members[0].Name = "王丽二"
	if r, err = b.SaveRoster(ctx, change); err != nil || r.Version != 2 {
		t.Fatalf("second version: %+v, %v", r, err)
	}
	got, _ = order(kiosk, 0, 10)
	same(got, "first", "second", "王丽二")
	b.reopen(t)
	if r, err := b.Roster(ctx, kiosk.Hall); err != nil || r.Version != 2 || !r.Members[0].Revoked || !r.At.Equal(b.at) {
		t.Errorf("after a restart: %+v, %v", r, err)
	}
}

// Of several who change a roster at once each must have seen the change before.
func concurrentRosters(t *testing.T, b *bench) {
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.SaveRoster(t.Context(), central.RosterChange{Hall: kiosk.Hall, At: b.at}) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, central.ErrVersion) {
			t.Errorf("save: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("version 1 was saved %d times", won)
	}
}

// Checkpoints stay, also those that contradict each other, and are listed by count.
func checkpoints(t *testing.T, b *bench) {
	at := func(seq, count uint64, head string) central.Entry {
		e := entry(kiosk, seq, "", 0, central.EffectAudit)
		e.Item.Type = item.TypeAudit
		e.Digest = e.Item.Digest()
		e.Checkpoint = &wire.Checkpoint{Source: e.Item.Source, Count: count, Head: head, Sig: []byte("sig")}
		return e
	}
	first := at(1, 256, "a")
	unknown := at(3, 512, "c")
	later := unknown
	unknown.Effect, unknown.Checkpoint = central.EffectUnknown, nil
	out := b.ingest(t, first, at(2, 256, "b"), unknown, at(4, 700, "d"))
	if out[0].Status != wire.Stored || out[2].Status != wire.Held {
		t.Errorf("outcomes: %+v", out)
	}
	b.ingest(t, first, later) // once more, and one that is understood only now
	source := first.Item.Source
	list, err := b.Checkpoints(t.Context(), source, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []central.CheckpointRow{{Sequence: 1}, {Sequence: 2}, {Sequence: 3}, {Sequence: 4}}
	for i, head := range []string{"a", "b", "c", "d"} {
		if i >= len(list) || list[i].Sequence != want[i].Sequence || list[i].Checkpoint.Head != head || string(list[i].Checkpoint.Sig) != "sig" {
			t.Fatalf("checkpoints: %+v", list)
		}
	}
	if list, err = b.Checkpoints(t.Context(), source, 257, 1); err != nil || len(list) != 1 || list[0].Checkpoint.Count != 512 {
		t.Errorf("from 257 one: %+v, %v", list, err)
	}
	if list, err = b.Checkpoints(t.Context(), "urn:hall:44011:108:01", 0, 10); err != nil || len(list) != 0 {
		t.Errorf("another source's: %+v, %v", list, err)
	}
	b.reopen(t)
	row, err := b.Row(t.Context(), source, first.Item.ID)
	if err != nil || row.Entry.Checkpoint == nil || row.Entry.Checkpoint.Head != "a" {
		t.Errorf("row after a restart: %+v, %v", row.Entry, err)
	}
}
