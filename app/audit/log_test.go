package audit

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestEntriesAreChainedAndComeBack(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		b := setup(t, suite)
		b.fill(9)
		b.reopen()
		b.fill(3)
		r := b.wantWhole()
		if r.Entries != 14 || r.First != 1 || r.Last != 14 || r.Checkpoints != 1 || r.Proved != 10 {
			t.Errorf("report: %+v", r)
		}
		e := b.entries()[1]
		want := Entry{Seq: 2, Time: "2026-11-23T01:02:03.000Z", Boot: "b1", Actor: "staff/wang-li", Role: Attendant, Event: KindSignIn, Disposition: Done,
			Detail: AtKiosk, Prev: e.Prev}
		if e != want || e.Prev == item.Genesis {
			t.Errorf("entry: %+v", e)
		}
		if b.entries()[10].Event != KindLogOpened || b.entries()[10].Count != 10 {
			t.Errorf("second opening: %+v", b.entries()[10])
		}
	})
}

func TestOnlyTheClosedListIsLogged(t *testing.T) {
	b := setup(t, item.Default())
	before, _ := b.Head()
	for name, e := range map[string]Event{
		"kind":          {Kind: "sang", Actor: System},
		"no actor":      {Kind: KindStarted},
		"wrong actor":   {Kind: KindStarted, Actor: Citizen},
		"disposition":   {Kind: KindStarted, Actor: System, Disposition: Locked},
		"detail":        {Kind: KindStarted, Actor: System, Detail: "张三"},
		"subject":       {Kind: KindStarted, Actor: System, Subject: OfCase("11010107020000018343")},
		"staff id":      {Kind: KindSignOut, Actor: Staff("110101190001010018", Attendant)},
		"role":          {Kind: KindSignOut, Actor: Staff("wang-li", "king")},
		"case":          {Kind: KindPrinted, Actor: System, Subject: OfCase("110101190001010018")},
		"number":        {Kind: KindHelpAsked, Actor: Citizen, Subject: OfService("110101190001010018")},
		"telephone":     {Kind: KindHelpAsked, Actor: Citizen, Subject: OfService("a13800001234")},
		"name":          {Kind: KindHelpAsked, Actor: Citizen, Subject: OfService("王丽")},
		"line feed":     {Kind: KindHelpAsked, Actor: Citizen, Subject: OfService("a\nb")},
		"no such staff": {Kind: KindUnlocked, Actor: System, Subject: OfStaff("1380000")},
	} {
		if err := b.Record(context.Background(), e); !errors.Is(err, ErrEvent) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "1380000") || strings.Contains(err.Error(), "19000101") {
			t.Errorf("%s: the error repeats it: %v", name, err)
		}
		b.Note(e)
	}
	if after, _ := b.Head(); after != before {
		t.Errorf("%d entries more", after-before)
	}
}

// Every kind can be logged with each of its dispositions, subjects and actors.
func TestEveryKindCanBeLogged(t *testing.T) {
	b := setup(t, item.Default())
	actors := map[actorClass]Actor{actorSystem: System, actorCitizen: Citizen, actorOperator: Operator, actorUnknown: Somebody, actorStaff: Staff("li-wei", Supervisor)}
	subjects := map[string]Subject{"case": OfCase("11010107020000018343"), "item": OfItem("0197c5a4-6d3b-7f00-8000-000000000001"), "service": OfService("residence.permit"),
		"device": OfDevice("printer"), "problem": OfProblem("PRINTER-PAPER-OUT"), "staff": OfStaff("wang-li"), "version": OfVersion("2026.11-3"), "action": OfAction("void")}
	n := 1
	for _, k := range kinds {
		for _, d := range k.dispositions {
			for _, a := range k.actors {
				b.record(Event{Kind: k.Kind, Actor: actors[a], Disposition: d})
				n++
				for _, s := range k.subjects {
					b.record(Event{Kind: k.Kind, Actor: actors[a], Disposition: d, Subject: subjects[s], Detail: Other, Count: 7})
					n++
				}
			}
		}
	}
	if r := b.wantWhole(); r.Entries != uint64(n) || r.Unknown != 0 {
		t.Errorf("report %+v, want %d entries", r, n)
	}
	seen := map[Kind]bool{}
	for _, k := range Kinds() {
		if seen[k] {
			t.Errorf("%s is twice in the list", k)
		}
		seen[k] = true
	}
}

// I19: whoever writes at the same time, the chain holds.
func TestManyWritersKeepTheChain(t *testing.T) {
	b := setup(t, item.Default())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 40 {
				if err := b.Record(context.Background(), Event{Kind: KindSignOut, Actor: Staff("wang-li", Attendant)}); err != nil {
					t.Error(err)
				}
				b.Note(Event{Kind: KindAccepted, Actor: Citizen})
			}
		})
	}
	wg.Wait()
	b.reopen()
	if r := b.wantWhole(); r.Entries != 8*80+2 {
		t.Errorf("%d entries", r.Entries)
	}
}

// late is a context that has ended when it is looked at, and lets something happen just before.
type late struct {
	context.Context
	before func()
}

func (l late) Done() <-chan struct{} {
	l.before()
	return l.Context.Done()
}

// What is on the disk was logged, also when the time for it has run out meanwhile.
func TestWhatIsLoggedIsNoFailure(t *testing.T) {
	b := setup(t, item.Default())
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for range 100 {
		ctx := late{over, b.flush} // what stood before it in the queue has been answered then
		if err := b.Record(ctx, Event{Kind: KindAccepted, Actor: Citizen}); err != nil {
			t.Fatal(err)
		}
	}
}

// I21, D15: a second writer is refused.
func TestOneWriter(t *testing.T) {
	b := setup(t, item.Default())
	if _, err := Open(b.cfg); !errors.Is(err, ErrInUse) {
		t.Errorf("second writer: %v", err)
	}
}

func TestLogOfAnotherSourceIsNotContinued(t *testing.T) {
	b := setup(t, item.Default())
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	cfg := b.cfg
	cfg.Source.Incarnation = "02"
	if _, err := Open(cfg); !errors.Is(err, ErrOtherSource) {
		t.Errorf("open: %v", err)
	}
}

func TestCheckpointsAreMadeAndTravel(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		b := setup(t, suite)
		b.fill(CheckpointEvery + 10)
		b.reopen()
		list, faults, err := readCheckpoints(b.cfg.Dir)
		if err != nil || len(faults) != 0 || len(list) != 2 || list[0].Count != CheckpointEvery || list[1].Count != CheckpointEvery+11 {
			t.Fatalf("checkpoints %+v, %v, %v", list, faults, err)
		}
		if len(b.outbox.drafts) != 2 {
			t.Fatalf("%d checkpoints left", len(b.outbox.drafts))
		}
		for i, d := range b.outbox.drafts {
			var c wire.Checkpoint
			if err := json.Unmarshal(d.Payload, &c); err != nil || d.Type != item.TypeAudit || d.CaseID != "" {
				t.Fatalf("draft: %+v, %v", d, err)
			}
			if err := c.Verify(suite, b.public); err != nil || c.Count != list[i].Count {
				t.Errorf("checkpoint that left: %+v, %v", c, err)
			}
		}
	})
}

// A full outbox does not hold the log up; what waited leaves after the next start, once.
func TestCheckpointsWaitForTheOutbox(t *testing.T) {
	b := setup(t, item.Default())
	b.outbox.fail = errOutbox
	b.fill(2 * CheckpointEvery)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(b.outbox.ids()); n != 0 {
		t.Fatalf("%d left", n)
	}
	b.outbox.fail = nil
	b.open()
	b.reopen()
	ids := b.outbox.ids()
	if len(ids) != 4 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 4 {
		t.Errorf("left: %v", ids)
	}
	if err := os.Remove(filepath.Join(b.cfg.Dir, sentName)); err != nil { // as after a power cut
		t.Fatal(err)
	}
	b.reopen()
	b.reopen()
	if again := b.outbox.ids(); !slices.Equal(again[:4], ids) || len(again) != 6 {
		t.Errorf("handed over again: %d, want the 4 and 2 new ones", len(again))
	}
}

func TestDailyCheckpoint(t *testing.T) {
	b := setup(t, item.Default())
	made := func() int {
		t.Helper()
		list, _, err := readCheckpoints(b.cfg.Dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	b.fill(3)
	b.advance(CheckpointDaily - time.Minute)
	if b.day(); made() != 0 {
		t.Fatalf("%d checkpoints before the day was over", made())
	}
	b.advance(2 * time.Minute)
	b.day()
	if b.day(); made() != 1 {
		t.Errorf("%d checkpoints after a day", made())
	}
}

func TestFilesEndBySizeAndMonth(t *testing.T) {
	b := setup(t, item.Default())
	b.cfg.FileSize = 2000
	b.reopen()
	b.fill(30)
	names, err := entryFiles(b.cfg.Dir)
	if err != nil || len(names) < 3 {
		t.Fatalf("files %v, %v", names, err)
	}
	b.advance(9 * 24 * time.Hour) // December
	b.fill(1)
	after, err := entryFiles(b.cfg.Dir)
	if err != nil || len(after) != len(names)+1 {
		t.Errorf("files in December %v, %v", after, err)
	}
	b.wantWhole()
	b.reopen()
	b.wantWhole()
}

// What is older than Keep goes by whole files. What is left has its anchor, and says that something went. (I19, K1)
func TestOldFilesAreDropped(t *testing.T) {
	b := setup(t, item.Default())
	var certain atomic.Bool
	b.cfg.Certain = certain.Load
	b.cfg.FileSize = 2000
	b.reopen()
	for range 4 {
		b.fill(20)
		b.advance(60 * 24 * time.Hour)
	}
	last, _ := b.Head()
	b.day()
	if first := b.wantWhole().First; first != 1 {
		t.Fatal("dropped by a clock that may be wrong")
	}
	certain.Store(true)
	b.day()
	r := b.wantWhole()
	if r.First == 1 || r.First > 24 || r.Last != last+3 {
		t.Fatalf("report: %+v", r)
	}
	entries := b.entries()
	if e := entries[len(entries)-2]; e.Event != KindLogDropped || e.Count != r.First-1 {
		t.Errorf("last entry: %+v", e)
	}
	if at := entries[0].At(); b.now.Sub(at) > DefaultKeep+2*time.Minute && entries[1].At().Before(b.now.Add(-DefaultKeep)) && r.First > 22 {
		t.Errorf("oldest entry of %s", at)
	}
	b.reopen()
	b.wantWhole()
	if err := os.Remove(filepath.Join(b.cfg.Dir, mustNames(t, b.cfg.Dir)[0])); err != nil { // one file more than was said
		t.Fatal(err)
	}
	if f := b.verify().Finding; f == nil || f.Fault != FaultRemoved || f.From != r.First {
		t.Errorf("a file more is gone: %+v", f)
	}
}

func mustNames(t *testing.T, dir string) []string {
	t.Helper()
	names, err := entryFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// After a failed write nothing is lost that was acknowledged, what was noted meanwhile is counted, and the log goes on. (I19, D10)
func TestFailedWriteIsToldAndMended(t *testing.T) {
	b := setup(t, item.Default())
	b.fill(5)
	if err := b.tail.file.Close(); err != nil { // the writer is idle: its next write fails
		t.Fatal(err)
	}
	err := b.Record(context.Background(), Event{Kind: KindStopped, Actor: System})
	if !errors.Is(err, ErrStopped) || !errors.Is(b.Err(), ErrStopped) {
		t.Fatalf("write into a closed file: %v, then %v", err, b.Err())
	}
	b.fill(1)
	if err := b.Err(); err != nil {
		t.Errorf("after it works again: %v", err)
	}
	if err := b.tail.file.Close(); err != nil {
		t.Fatal(err)
	}
	b.Note(Event{Kind: KindAccepted, Actor: Citizen})
	b.flush()
	b.fill(1)
	b.wantWhole()
	lost := slices.DeleteFunc(b.entries(), func(e Entry) bool { return e.Event != KindLogLost })
	if len(lost) != 1 || lost[0].Count != 1 { // told by the flush, or behind it when the writer took both at once
		t.Errorf("lost: %+v, want one entry", lost)
	}
}
