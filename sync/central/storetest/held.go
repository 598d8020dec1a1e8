package storetest

import (
	"fmt"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func held(t *testing.T, b *bench) {
	id := newCase()
	open, p2, p3 := entry(kiosk, 1, id, 1, central.EffectOpen), entry(kiosk, 2, id, 2, central.EffectPrint), entry(kiosk, 3, id, 3, central.EffectPrint)
	early := b.ingest(t, p3)[0]
	if early.Status != wire.Held || early.Position == 0 {
		t.Fatalf("third first: %+v", early)
	}
	if o := b.ingest(t, p3)[0]; o.Status != wire.Held || o.Position != early.Position {
		t.Fatalf("third again: %+v", o)
	}
	if o := b.ingest(t, open)[0]; o.Status != wire.Stored {
		t.Fatalf("opening: %+v", o)
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Items != 1 || len(c.Prints) != 0 {
		t.Fatalf("case before the gap is closed: %+v, %v", c, err)
	}
	b.at = b.at.Add(time.Minute)
	if o := b.ingest(t, p2)[0]; o.Status != wire.Stored {
		t.Fatalf("second: %+v", o)
	}
	c, err := b.Case(t.Context(), id)
	if err != nil || c.Items != 3 || len(c.Prints) != 2 {
		t.Fatalf("case: %+v, %v", c, err)
	}
	if o := b.ingest(t, p3)[0]; o.Status != wire.Duplicate || o.Position != early.Position || !o.At.Equal(early.At) {
		t.Fatalf("third after all: %+v", o)
	}
}

func heldInBatch(t *testing.T, b *bench) {
	id := newCase()
	out := b.ingest(t, entry(kiosk, 2, id, 2, central.EffectPrint), entry(kiosk, 1, id, 1, central.EffectOpen))
	if out[0].Status != wire.Stored || out[1].Status != wire.Stored {
		t.Fatalf("outcomes: %+v", out)
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Items != 2 {
		t.Fatalf("case: %+v, %v", c, err)
	}
}

func unknownType(t *testing.T, b *bench) {
	id := newCase()
	out := b.ingest(t, entry(kiosk, 1, id, 1, central.EffectOpen), entry(kiosk, 2, id, 2, central.EffectUnknown),
		entry(kiosk, 3, id, 3, central.EffectPrint), entry(kiosk, 4, "", 0, central.EffectUnknown), entry(kiosk, 5, "", 0, central.EffectNone))
	want := []wire.Status{wire.Stored, wire.Held, wire.Held, wire.Held, wire.Stored}
	for i := range want {
		if out[i].Status != want[i] || out[i].Position != uint64(i+1) {
			t.Errorf("item %d: %+v, want %s", i+1, out[i], want[i])
		}
	}
	if n, err := b.Through(t.Context(), item.Source{Hall: "44011", Kiosk: "107", Incarnation: "01"}.String()); err != nil || n != 5 {
		t.Errorf("through %d, %v: a held item is there and does not count as missing", n, err)
	}
}

// A central that was brought up to date takes up what its former version held.
func understoodLater(t *testing.T, b *bench) {
	id := newCase()
	open, odd, late := entry(kiosk, 1, id, 1, central.EffectOpen), entry(kiosk, 2, id, 2, central.EffectUnknown), entry(kiosk, 3, id, 3, central.EffectPrint)
	alone := entry(kiosk, 4, "", 0, central.EffectUnknown)
	before := b.ingest(t, open, odd, late, alone)
	b.reopen(t)
	unknown, err := b.Unknown(t.Context(), 0, 10)
	if err != nil || len(unknown) != 2 || unknown[0].Entry.Digest != odd.Digest || unknown[1].Entry.Digest != alone.Digest {
		t.Fatalf("unknown: %+v, %v", unknown, err)
	}
	if rest, err := b.Unknown(t.Context(), unknown[0].Position, 1); err != nil || len(rest) != 1 || rest[0].Position != unknown[1].Position {
		t.Fatalf("unknown after the first: %+v, %v", rest, err)
	}
	if o := b.ingest(t, odd)[0]; o.Status != wire.Held {
		t.Fatalf("still unknown: %+v", o)
	}
	_, mark, _, err := b.Feed(t.Context(), kiosk, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	woken := b.Changed(kiosk)
	odd.Effect, odd.Print = central.EffectPrint, &central.Print{Outcome: "printed"}
	alone.Effect = central.EffectNone
	b.at = b.at.Add(time.Hour)
	after := b.ingest(t, odd, alone)
	for i, was := range []central.Outcome{before[1], before[3]} {
		if after[i].Status != wire.Duplicate || after[i].Position != was.Position || !after[i].At.Equal(was.At) {
			t.Errorf("understood: %+v, was %+v", after[i], was)
		}
	}
	select {
	case <-woken:
	default:
		t.Error("nobody was woken")
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Items != 3 || len(c.Prints) != 2 {
		t.Errorf("case: %+v, %v", c, err)
	}
	row, err := b.Row(t.Context(), odd.Item.Source, odd.Item.ID)
	if err != nil || !row.Applied || row.Entry.Effect != central.EffectPrint || row.Entry.Item.Digest() != odd.Digest {
		t.Errorf("row: %+v, %v", row, err)
	}
	if rest, err := b.Unknown(t.Context(), 0, 10); err != nil || len(rest) != 0 {
		t.Errorf("still unknown: %+v, %v", rest, err)
	}
	want := map[uint64]bool{before[1].Position: true, before[2].Position: true, before[3].Position: true}
	for _, p := range released(t, b, mark) {
		if !want[p] {
			t.Errorf("position %d was released", p)
		}
		delete(want, p)
	}
	if len(want) != 0 {
		t.Errorf("not released: %v", want)
	}
	// Once is enough.
	_, mark, head, err := b.Feed(t.Context(), kiosk, mark, 10)
	if err != nil || mark != head {
		t.Fatalf("feed: %d of %d, %v", mark, head, err)
	}
	b.ingest(t, odd, alone)
	if again := released(t, b, mark); len(again) != 0 {
		t.Errorf("released again: %v", again)
	}
}

// released reads the positions of the rows in the feed after mark.
func released(t *testing.T, b *bench, mark uint64) []uint64 {
	t.Helper()
	list, _, _, err := b.Feed(t.Context(), kiosk, mark, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []uint64
	for _, e := range list {
		if e.Row != nil {
			if !e.Row.Applied {
				t.Errorf("position %d is in the feed and not applied", e.Row.Position)
			}
			out = append(out, e.Row.Position)
		}
	}
	return out
}

// Whoever was told that an item is held is told when it has taken effect, and nobody else.
func heldIsReleased(t *testing.T, b *bench) {
	id := newCase()
	third := b.ingest(t, entry(kiosk, 3, id, 3, central.EffectPrint))[0]
	// The second is held too, but its sender hears in the same answer that it has taken effect.
	out := b.ingest(t, entry(kiosk, 2, id, 2, central.EffectPrint), entry(kiosk, 1, id, 1, central.EffectOpen))
	if out[0].Status != wire.Stored || out[1].Status != wire.Stored {
		t.Fatalf("outcomes: %+v", out)
	}
	if got := released(t, b, 0); fmt.Sprint(got) != fmt.Sprint([]uint64{third.Position}) {
		t.Errorf("released %v, want %d", got, third.Position)
	}
	if list, _, _, err := b.Feed(t.Context(), otherKiosk, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("another kiosk's feed: %+v, %v", list, err)
	}
}
