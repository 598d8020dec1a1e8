package storetest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Fleet has the same batches of several kiosks ingested through every store at once, each store in an order of its own,
// while a reader follows each kiosk's feed. The stores are one ledger: several copies on one database, or one store
// several times. Every item is there once and under one position, every case in its order, and no reader misses a case.
func Fleet(t *testing.T, stores ...central.Store) {
	const cases, length, size = 12, 5, 10
	kiosks := []central.Kiosk{kiosk, otherKiosk, {Hall: "44011", Number: "109"}}
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	var batches [][]central.Entry
	for _, k := range kiosks {
		var all []central.Entry
		for n := range uint64(cases * length) { // the items of its cases one after the other
			caseSeq := uint32(n%length) + 1
			if caseSeq == 1 {
				all = append(all, entry(k, n+1, newCase(), 1, central.EffectOpen))
				continue
			}
			all = append(all, entry(k, n+1, all[n-1].Item.CaseID, caseSeq, central.EffectPrint))
		}
		for len(all) > 0 {
			batches, all = append(batches, all[:size]), all[size:]
		}
	}
	var wg sync.WaitGroup
	for n, s := range stores {
		order := rand.New(rand.NewPCG(1, uint64(n))).Perm(len(batches))
		wg.Go(func() {
			for _, i := range order {
				if _, err := s.Ingest(t.Context(), at, batches[i]); err != nil {
					t.Errorf("store %d: %v", n+1, err)
				}
			}
		})
	}
	for _, k := range kiosks {
		wg.Go(func() { follow(t, stores[len(stores)-1], k, cases) })
	}
	wg.Wait()

	positions := map[uint64]string{}
	for _, batch := range batches {
		for n, s := range stores {
			out, err := s.Ingest(t.Context(), at.Add(time.Hour), batch)
			if err != nil {
				t.Fatalf("store %d: %v", n+1, err)
			}
			for i, o := range out {
				if o.Status != wire.Duplicate || !o.At.Equal(at) {
					t.Errorf("store %d, again: %+v", n+1, o)
				}
				id := batch[i].Item.Source + " " + batch[i].Item.ID
				if was, taken := positions[o.Position]; taken && was != id {
					t.Errorf("position %d is of %s and %s", o.Position, was, id)
				}
				positions[o.Position] = id
			}
		}
	}
	total := uint64(len(kiosks) * cases * length)
	for p := uint64(1); p <= total; p++ {
		if positions[p] == "" {
			t.Errorf("position %d of %d is nobody's", p, total)
		}
	}
	for _, s := range stores {
		list, n, err := s.Cases(t.Context(), 0, 1000)
		if err != nil || n != len(kiosks)*cases || len(list) != n {
			t.Fatalf("%d cases, %d listed, %v", n, len(list), err)
		}
		for _, c := range list {
			if c.Items != length || len(c.Prints) != length-1 {
				t.Errorf("case has %d items and %d prints", c.Items, len(c.Prints))
			}
		}
		for _, k := range kiosks {
			src := item.Source{Hall: k.Hall, Kiosk: k.Number, Incarnation: "01"}.String()
			if through, err := s.Through(t.Context(), src); err != nil || through != cases*length {
				t.Errorf("%s: through %d, %v", src, through, err)
			}
		}
	}
}

// follow reads a kiosk's feed on from where it stands until so many cases have come by, and fails when one does not.
func follow(t *testing.T, s central.Store, k central.Kiosk, cases int) {
	limit := time.NewTimer(60 * time.Second)
	defer limit.Stop()
	seen := map[string]bool{}
	for after := uint64(0); ; {
		woken := s.Changed(k)
		changed, next, head, err := s.Feed(t.Context(), k, after, 3)
		if err != nil || next < after || next > head {
			t.Errorf("feed of %s: after %d, next %d, head %d, %v", k.Number, after, next, head, err)
			return
		}
		after = next
		for _, c := range changed {
			if c.Case != nil {
				seen[c.Case.ID] = true
			}
		}
		if len(seen) == cases {
			return
		}
		if len(changed) > 0 {
			continue
		}
		select {
		case <-woken:
		case <-limit.C:
			t.Errorf("feed of %s: %d of %d cases came by", k.Number, len(seen), cases)
			return
		}
	}
}

// advanceWhilePrinting moves a case on and adds prints to it at once; neither takes the other's change back.
func advanceWhilePrinting(t *testing.T, b *bench) {
	const rounds = 30
	id := newCase()
	b.ingest(t, entry(kiosk, 1, id, 1, central.EffectOpen))
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := range uint64(rounds) {
			if _, err := b.Ingest(t.Context(), b.at, []central.Entry{entry(kiosk, n+2, id, uint32(n+2), central.EffectPrint)}); err != nil {
				t.Errorf("print %d: %v", n+1, err)
			}
		}
	})
	wg.Go(func() {
		for n := range uint64(rounds) {
			change := central.Change{Kiosk: kiosk, CaseID: id, IfVersion: n + 1, Step: central.Step{Stage: wire.StageAccepted, At: b.at}}
			if _, err := b.Advance(t.Context(), change); err != nil {
				t.Errorf("advance %d: %v", n+1, err)
			}
		}
	})
	wg.Wait()
	if c, err := b.Case(t.Context(), id); err != nil || c.Items != rounds+1 || len(c.Prints) != rounds || c.Version != rounds+1 || len(c.Steps) != rounds+1 {
		t.Errorf("case: %d items, %d prints, version %d, %d steps, %v", c.Items, len(c.Prints), c.Version, len(c.Steps), err)
	}
}

func fleet(t *testing.T, b *bench) { Fleet(t, b.Store, b.Store, b.Store) }

// Whatever text comes, it is kept as it is or is not found; it never fails a call for good.
func oddTexts(t *testing.T, b *bench) {
	odd := "a\x00b'\"\\ \u2028 𬱟"
	e := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	e.Item.Subject, e.Item.TrackHash, e.Item.Catalogue = odd, odd, odd
	e.Facts.Title = central.Text{"zh-Hans": odd}
	e.Digest = e.Item.Digest()
	far := entry(kiosk, 1<<63+5, "", 0, central.EffectNone)
	for i, o := range b.ingest(t, e, far) {
		if o.Status != wire.Stored {
			t.Errorf("item %d: %+v", i+1, o)
		}
	}
	row, err := b.Row(t.Context(), e.Item.Source, e.Item.ID)
	if err != nil || row.Entry.Item.Digest() != e.Digest || row.Entry.Facts.Title["zh-Hans"] != odd {
		t.Errorf("row: %+v, %v", row, err)
	}
	if c, err := b.CaseByTrack(t.Context(), 1, odd); err != nil || c.ID != e.Item.CaseID {
		t.Errorf("by track: %+v, %v", c, err)
	}
	if n, err := b.Through(t.Context(), e.Item.Source); err != nil || n != 1 {
		t.Errorf("through %d, %v", n, err)
	}
	for _, text := range []string{odd, "\xff\xfe", "", "12345678901234567\x0090", "12345678901234567\xff90"} {
		_, byRef := b.Case(t.Context(), text)
		_, row := b.Row(t.Context(), text, e.Item.ID)
		_, id := b.Row(t.Context(), e.Item.Source, text)
		_, dev := b.Device(t.Context(), text)
		_, advance := b.Advance(t.Context(), central.Change{Kiosk: kiosk, CaseID: text, IfVersion: 1})
		_, enrol := b.Enrol(t.Context(), central.EnrolRequest{Handle: text, At: b.at, MaxTries: 5})
		got := fmt.Sprint(byRef, row, id, dev, advance, enrol)
		if want := fmt.Sprint(central.ErrNotFound, central.ErrNotFound, central.ErrNotFound, central.ErrNotFound, central.ErrNotFound, central.ErrCode); got != want {
			t.Errorf("%q: %s", text, got)
		}
		if ended, err := b.SessionEnded(t.Context(), text); ended || err != nil {
			t.Errorf("session %q: %v, %v", text, ended, err)
		}
	}
}
