package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func storedOnce(t *testing.T, b *bench) {
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	first := b.ingest(t, e)[0]
	if first.Status != wire.Stored || first.Position != 1 || !first.At.Equal(b.at) {
		t.Fatalf("first: %+v", first)
	}
	b.at = b.at.Add(time.Hour)
	for range 3 {
		again := b.ingest(t, e)[0]
		if again.Status != wire.Duplicate || again.Position != first.Position || !again.At.Equal(first.At) {
			t.Fatalf("again: %+v, want the outcome of the first time", again)
		}
	}
	pair := b.ingest(t, e, e)
	if pair[0].Status != wire.Duplicate || pair[1].Status != wire.Duplicate {
		t.Fatalf("twice in one call: %+v", pair)
	}
	if _, total, err := b.Cases(t.Context(), 0, 10); err != nil || total != 1 {
		t.Fatalf("cases: %d, %v", total, err)
	}
	row, err := b.Row(t.Context(), e.Item.Source, e.Item.ID)
	if err != nil || row.Entry.Item.Digest() != e.Digest || !row.Applied {
		t.Fatalf("row: %+v, %v", row, err)
	}
}

func concurrentIngest(t *testing.T, b *bench) {
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	out := make([]central.Outcome, 16)
	errs := make([]error, len(out))
	var wg sync.WaitGroup
	for i := range out {
		wg.Go(func() {
			o, err := b.Ingest(t.Context(), b.at, []central.Entry{e})
			if errs[i] = err; err == nil {
				out[i] = o[0]
			}
		})
	}
	wg.Wait()
	stored := 0
	for i := range out {
		if errs[i] != nil {
			t.Fatalf("ingest: %v", errs[i])
		}
		if out[i].Status == wire.Stored {
			stored++
		} else if out[i].Status != wire.Duplicate {
			t.Errorf("status %s", out[i].Status)
		}
		if out[i].Position != 1 {
			t.Errorf("position %d", out[i].Position)
		}
	}
	if stored != 1 {
		t.Errorf("stored %d times", stored)
	}
}

func conflicts(t *testing.T, b *bench) {
	a := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	b.ingest(t, a)
	sameID := entry(kiosk, 2, newCase(), 1, central.EffectOpen)
	sameID.Item.ID = a.Item.ID
	sameID.Digest = sameID.Item.Digest()
	samePlace := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	sameCaseSeq := entry(kiosk, 3, a.Item.CaseID, 1, central.EffectOpen)
	for i, e := range []central.Entry{sameID, samePlace, sameCaseSeq, sameID} {
		if o := b.ingest(t, e)[0]; o.Status != wire.Conflict || o.Why == "" {
			t.Errorf("conflict %d: %+v", i, o)
		}
	}
	row, err := b.Row(t.Context(), a.Item.Source, a.Item.ID)
	if err != nil || row.Entry.Digest != a.Digest {
		t.Fatalf("the first item was touched: %v", err)
	}
	kept, err := b.Conflicts(t.Context(), 10)
	if err != nil || len(kept) != 3 {
		t.Fatalf("kept aside %d, %v; want 3", len(kept), err)
	}
	found := map[item.Digest]bool{}
	for i := range kept {
		found[kept[i].Digest()] = true
	}
	if !found[sameID.Digest] || !found[samePlace.Digest] || !found[sameCaseSeq.Digest] {
		t.Error("an item that was kept aside is not byte for byte what came")
	}
	if n, err := b.Through(t.Context(), a.Item.Source); err != nil || n != 1 {
		t.Errorf("through %d, %v", n, err)
	}
}

func doubleReceipt(t *testing.T, b *bench) {
	first, number, code := entry(kiosk, 1, newCase(), 1, central.EffectOpen), entry(kiosk, 2, newCase(), 1, central.EffectOpen), entry(kiosk, 3, newCase(), 1, central.EffectOpen)
	number.Item.ReceiptNo = first.Item.ReceiptNo
	number.Digest = number.Item.Digest()
	code.Item.TrackHash = first.Item.TrackHash
	code.Digest = code.Item.Digest()
	for i, o := range b.ingest(t, first, number, code) {
		if o.Status != wire.Stored || (o.Alarm != "") != (i > 0) {
			t.Errorf("item %d: %+v", i+1, o)
		}
	}
	for i, o := range b.ingest(t, first, number, code) {
		if o.Alarm != "" {
			t.Errorf("item %d again: alarm %q", i+1, o.Alarm)
		}
	}
	if c, err := b.Case(t.Context(), first.Item.ReceiptNo); err != nil || c.ID != first.Item.CaseID {
		t.Errorf("by number: %+v, %v", c, err)
	}
	if c, err := b.CaseByTrack(t.Context(), 1, first.Item.TrackHash); err != nil || c.ID != first.Item.CaseID {
		t.Errorf("by code: %+v, %v", c, err)
	}
	for _, e := range []central.Entry{number, code} {
		if c, err := b.Case(t.Context(), e.Item.CaseID); err != nil || c.ItemID != e.Item.ID {
			t.Errorf("a second case is lost: %+v, %v", c, err)
		}
	}
}

func through(t *testing.T, b *bench) {
	source := entry(kiosk, 1, "", 0, central.EffectNone).Item.Source
	for _, step := range []struct{ seq, want uint64 }{{2, 0}, {4, 0}, {1, 2}, {3, 4}, {5, 5}} {
		b.ingest(t, entry(kiosk, step.seq, "", 0, central.EffectNone))
		if n, err := b.Through(t.Context(), source); err != nil || n != step.want {
			t.Errorf("after %d: through %d, %v; want %d", step.seq, n, err, step.want)
		}
	}
}

func allOrNothing(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	if _, err := b.Ingest(ctx, b.at, []central.Entry{e}); err == nil {
		t.Fatal("ingest with an ended context gave no error")
	}
	bad := entry(kiosk, 2, newCase(), 1, central.EffectOpen)
	bad.Item.Source = "not a source"
	if _, err := b.Ingest(t.Context(), b.at, []central.Entry{e, bad}); err == nil {
		t.Fatal("ingest of an entry without a source gave no error")
	}
	if _, err := b.Row(t.Context(), e.Item.Source, e.Item.ID); !errors.Is(err, central.ErrNotFound) {
		t.Fatalf("row after a failed call: %v, want ErrNotFound", err)
	}
}

func largestBatch(t *testing.T, b *bench) {
	id := newCase()
	var entries []central.Entry
	for seq := range uint64(wire.MaxBatchItems) {
		e := entry(kiosk, seq+1, id, uint32(seq+1), central.EffectPrint)
		if seq == 0 {
			e = entry(kiosk, 1, id, 1, central.EffectOpen)
		}
		e.Item.Data = make([]byte, wire.MaxItemBytes)
		rand.Read(e.Item.Data)
		e.Digest = e.Item.Digest()
		entries = append(entries, e)
	}
	for i, o := range b.ingest(t, entries...) {
		if o.Status != wire.Stored || o.Position != uint64(i+1) {
			t.Fatalf("item %d: %+v", i+1, o)
		}
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Items != wire.MaxBatchItems {
		t.Errorf("case: %d items, %v", c.Items, err)
	}
}
