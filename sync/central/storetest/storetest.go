// Package storetest is the contract of central.Store as tests. Every store passes Suite.
package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Suite runs all tests. open opens the store that lives in dir, making it when there is none; the suite closes it and
// may open the same dir again.
func Suite(t *testing.T, open func(t *testing.T, dir string) central.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"StoredOnceWhateverHappens", storedOnce},
		{"ConcurrentIngestOfOneItem", concurrentIngest},
		{"ConflictsAreKeptAside", conflicts},
		{"HeldUntilThePredecessorComes", held},
		{"HeldInsideOneBatch", heldInBatch},
		{"UnknownTypeIsHeld", unknownType},
		{"AnotherKioskCanNotTouchACase", foreignKiosk},
		{"AnotherSourceCanNotBurnAnID", foreignID},
		{"UnknownTypeIsUnderstoodLater", understoodLater},
		{"HeldIsReleasedInTheFeed", heldIsReleased},
		{"DoubleReceiptNumberKeepsBoth", doubleReceipt},
		{"ThroughSkipsNothing", through},
		{"AllOrNothing", allOrNothing},
		{"LargestBatch", largestBatch},
		{"AdvanceAndVersions", advanceVersions},
		{"CasesNewestFirst", casesOrder},
		{"FeedOrderAndSnapshot", feedOrder},
		{"ChangedWakes", changedWakes},
		{"EnrolmentCodes", enrolmentCodes},
		{"ConcurrentEnrolment", concurrentEnrolment},
		{"SessionsStayEnded", sessions},
		{"CloseWaitsForReaders", closeWithReaders},
		{"ReopenKeepsEverything", reopen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := &bench{dir: t.TempDir(), open: open, at: time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)}
			b.Store = open(t, b.dir)
			t.Cleanup(func() {
				if err := b.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			tt.run(t, b)
		})
	}
}

type bench struct {
	central.Store
	dir  string
	open func(*testing.T, string) central.Store
	at   time.Time
}

func (b *bench) reopen(t *testing.T) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	b.Store = b.open(t, b.dir)
}

func (b *bench) ingest(t *testing.T, entries ...central.Entry) []central.Outcome {
	t.Helper()
	out, err := b.Ingest(t.Context(), b.at, entries)
	if err != nil {
		t.Fatalf("ingest: %v", err)
	}
	if len(out) != len(entries) {
		t.Fatalf("ingest gave %d outcomes for %d entries", len(out), len(entries))
	}
	return out
}

func (b *bench) enrol(t *testing.T, k central.Kiosk) central.Device {
	t.Helper()
	handle := item.NewID(b.at)
	code := central.EnrolCode{Handle: handle, SecretHash: "secret", Kiosk: k, HallName: "河源大厅", Expires: b.at.Add(time.Minute)}
	if err := b.SaveCode(t.Context(), b.at, code); err != nil {
		t.Fatalf("save code: %v", err)
	}
	key := make([]byte, 32)
	rand.Read(key)
	dev, err := b.Enrol(t.Context(), central.EnrolRequest{Handle: handle, SecretHash: "secret", Suite: "s", SignPublic: key, At: b.at, MaxTries: 5})
	if err != nil {
		t.Fatalf("enrol: %v", err)
	}
	return dev
}

var kiosk = central.Kiosk{Hall: "44011", Number: "107"}

// entry makes item seq of a kiosk, which is caseSeq of a case.
func entry(k central.Kiosk, seq uint64, caseID string, caseSeq uint32, effect central.Effect) central.Entry {
	data := make([]byte, 64)
	rand.Read(data)
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	e := central.Entry{Device: 1, Effect: effect, Item: item.Item{
		SpecVersion: item.SpecVersion, ID: item.NewID(now), Source: item.Source{Hall: k.Hall, Kiosk: k.Number, Incarnation: "01"}.String(),
		Type: item.TypeSubmission, Time: item.FormatTime(now), Sequence: item.FormatSequence(seq), Prev: item.Genesis,
		Suite: "s", SealKey: "a", SignKey: "b", DataType: item.ContentType, Data: data, Signature: []byte("sig"),
	}}
	if caseID != "" {
		e.Item.CaseID, e.Item.CaseSeq = caseID, item.FormatCaseSeq(caseSeq)
	}
	switch effect {
	case central.EffectOpen:
		e.Item.ReceiptNo = fmt.Sprintf("%s%s01%06d0000", k.Hall, k.Number, seq)
		e.Item.TrackHash = fmt.Sprintf("%064x", seq)
		e.Facts = &central.Facts{ServiceID: "jzz", Title: central.Text{"zh-Hans": "居住证签注"}}
	case central.EffectPrint:
		e.Item.Type = item.TypePrint
		e.Print = &central.Print{Outcome: "printed"}
	}
	e.Digest = e.Item.Digest()
	return e
}

func newCase() string { return item.NewID(time.Unix(1_790_000_000, 0)) }

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

var otherKiosk = central.Kiosk{Hall: "44011", Number: "108"}

// A case is its kiosk's own: whatever another kiosk sends under its id is set aside, and neither case is touched.
func foreignKiosk(t *testing.T, b *bench) {
	id := newCase()
	e := entry(kiosk, 1, id, 1, central.EffectOpen)
	b.ingest(t, e)
	for i, foreign := range []central.Entry{
		entry(otherKiosk, 1, id, 2, central.EffectPrint), entry(otherKiosk, 1, id, 1, central.EffectOpen), entry(otherKiosk, 2, id, 7, central.EffectUnknown),
	} {
		if o := b.ingest(t, foreign)[0]; o.Status != wire.Conflict || o.Why == "" {
			t.Errorf("foreign item %d: %+v", i, o)
		}
	}
	c, err := b.Case(t.Context(), id)
	if err != nil || c.Items != 1 || len(c.Prints) != 0 || c.Kiosk != kiosk || c.ItemID != e.Item.ID {
		t.Errorf("case: %+v, %v", c, err)
	}
	if _, total, err := b.Cases(t.Context(), 0, 10); err != nil || total != 1 {
		t.Errorf("%d cases, %v", total, err)
	}
	change := central.Change{Kiosk: otherKiosk, CaseID: id, IfVersion: 1, Step: central.Step{Stage: wire.StageAccepted, At: b.at}}
	if _, err := b.Advance(t.Context(), change); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("advance in the other kiosk's name: %v", err)
	}
	// One that came before the case was opened waits in vain, and does not keep the owner out.
	id = newCase()
	if o := b.ingest(t, entry(otherKiosk, 1, id, 2, central.EffectPrint))[0]; o.Status != wire.Held {
		t.Errorf("before the case: %+v", o)
	}
	early := entry(otherKiosk, 2, id, 1, central.EffectUnknown)
	b.ingest(t, early)
	if o := b.ingest(t, entry(kiosk, 2, id, 1, central.EffectOpen))[0]; o.Status != wire.Stored {
		t.Errorf("the owner: %+v", o)
	}
	early.Effect = central.EffectOpen
	if o := b.ingest(t, early)[0]; o.Status != wire.Held || o.Alarm == "" {
		t.Errorf("understood after the owner came: %+v", o)
	}
	if c, err := b.Case(t.Context(), id); err != nil || c.Kiosk != kiosk || c.Items != 1 {
		t.Errorf("the owner's case: %+v, %v", c, err)
	}
}

// An id is its source's own: nobody can use up another's ids by guessing or overhearing them.
func foreignID(t *testing.T, b *bench) {
	mine := entry(kiosk, 1, newCase(), 1, central.EffectOpen)
	foreign := entry(otherKiosk, 1, "", 0, central.EffectNone)
	foreign.Item.ID = mine.Item.ID
	foreign.Digest = foreign.Item.Digest()
	out := b.ingest(t, foreign, mine)
	if out[0].Status != wire.Stored || out[1].Status != wire.Stored {
		t.Fatalf("the same id from two sources: %+v", out)
	}
	for _, e := range []central.Entry{foreign, mine} {
		row, err := b.Row(t.Context(), e.Item.Source, e.Item.ID)
		if err != nil || row.Entry.Digest != e.Digest {
			t.Errorf("row of %s: %+v, %v", e.Item.Source, row, err)
		}
	}
	if _, err := b.Row(t.Context(), "urn:hall:44011:109:01", mine.Item.ID); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("row of a third source: %v", err)
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

func enrolmentCodes(t *testing.T, b *bench) {
	ctx := t.Context()
	code := central.EnrolCode{Handle: "7K", SecretHash: "right", Kiosk: kiosk, HallName: "大厅", Expires: b.at.Add(15 * time.Minute)}
	if err := b.SaveCode(ctx, b.at, code); err != nil {
		t.Fatalf("save: %v", err)
	}
	if err := b.SaveCode(ctx, b.at, code); !errors.Is(err, central.ErrExists) {
		t.Fatalf("same handle again: %v", err)
	}
	req := central.EnrolRequest{Handle: "7K", SecretHash: "right", Suite: "s", SignPublic: []byte("key a"), At: b.at, MaxTries: 5}
	with := func(f func(*central.EnrolRequest)) central.EnrolRequest {
		r := req
		f(&r)
		return r
	}
	for name, r := range map[string]central.EnrolRequest{
		"unknown": with(func(r *central.EnrolRequest) { r.Handle = "ZZ" }),
		"wrong":   with(func(r *central.EnrolRequest) { r.SecretHash = "wrong" }),
		"expired": with(func(r *central.EnrolRequest) { r.At = code.Expires }),
	} {
		if _, err := b.Enrol(ctx, r); !errors.Is(err, central.ErrCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dev, err := b.Enrol(ctx, req)
	if err != nil || dev.Number != 1 || dev.Incarnation != "01" || dev.HallName != "大厅" || dev.Kiosk != kiosk {
		t.Fatalf("enrol: %+v, %v", dev, err)
	}
	late := with(func(r *central.EnrolRequest) { r.At = code.Expires.Add(time.Hour) })
	for range 6 { // wrong guesses after it was used change nothing
		if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.SecretHash = "wrong" })); !errors.Is(err, central.ErrCode) {
			t.Errorf("wrong after use: %v", err)
		}
	}
	for _, r := range []central.EnrolRequest{req, late} {
		if again, err := b.Enrol(ctx, r); err != nil || again.Number != dev.Number {
			t.Errorf("same key again: %+v, %v", again, err)
		}
	}
	if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.SignPublic = []byte("key b") })); !errors.Is(err, central.ErrCode) {
		t.Errorf("used by another key: %v", err)
	}
	if d, err := b.Device(ctx, dev.Source().String()); err != nil || string(d.SignPublic) != "key a" {
		t.Errorf("device: %+v, %v", d, err)
	}
	if d, err := b.DeviceByNumber(ctx, 1); err != nil || d.Source() != dev.Source() {
		t.Errorf("by number: %+v, %v", d, err)
	}
	if _, err := b.DeviceByNumber(ctx, 2); !errors.Is(err, central.ErrNotFound) {
		t.Errorf("unknown number: %v", err)
	}
	if d := b.enrol(t, kiosk); d.Incarnation != "02" || d.Number != 2 {
		t.Errorf("second incarnation: %+v", d)
	}

	code.Handle = "8K"
	if err := b.SaveCode(ctx, b.at, code); err != nil {
		t.Fatalf("save: %v", err)
	}
	for range 5 {
		if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.Handle, r.SecretHash = "8K", "wrong" })); !errors.Is(err, central.ErrCode) {
			t.Fatalf("wrong: %v", err)
		}
	}
	if _, err := b.Enrol(ctx, with(func(r *central.EnrolRequest) { r.Handle = "8K" })); !errors.Is(err, central.ErrCode) {
		t.Errorf("right after five wrong: %v", err)
	}
}

func concurrentEnrolment(t *testing.T, b *bench) {
	code := central.EnrolCode{Handle: "7K", SecretHash: "right", Kiosk: kiosk, Expires: b.at.Add(time.Minute)}
	if err := b.SaveCode(t.Context(), b.at, code); err != nil {
		t.Fatalf("save: %v", err)
	}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = b.Enrol(t.Context(), central.EnrolRequest{Handle: "7K", SecretHash: "right", SignPublic: []byte{byte(i)}, At: b.at, MaxTries: 5})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, central.ErrCode) {
			t.Errorf("enrol: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("one code enrolled %d devices", won)
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
