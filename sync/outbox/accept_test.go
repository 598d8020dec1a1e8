package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"golang.org/x/text/encoding/simplifiedchinese"

	"onedoor/sync/item"
)

func TestAcceptGivesNumbersAndASealedItem(t *testing.T) {
	b := setup(t)
	d := submission()
	a := b.accept(d)
	if a.ID != d.ID || a.CaseID != d.CaseID || a.ReceiptNo != "11010107020000018343" || a.Sequence != 1 || !a.At.Equal(start) {
		t.Fatalf("accepted %+v", a)
	}
	p := b.accept(printed(d.CaseID))
	if p.ReceiptNo != "" || p.Sequence != 2 {
		t.Fatalf("print accepted as %+v", p)
	}
	e := b.get(d.ID)
	if err := item.Verify(e.Item, item.Default(), b.keys.signPub); err != nil {
		t.Fatalf("item does not verify: %v", err)
	}
	plain, err := item.Open(e.Item, item.Default(), b.keys.sealPriv)
	if err != nil || !bytes.Equal(plain, d.Payload) {
		t.Fatalf("payload %q, %v", plain, err)
	}
	if e.Item.Prev != item.Genesis || e.Item.CaseSeq != "000001" || e.Item.ReceiptNo != a.ReceiptNo || e.State != StateAccepted {
		t.Errorf("first item %+v in state %s", e.Item, e.State)
	}
	second := b.get(p.ID).Item
	if second.Prev != e.Item.Digest().String() || second.CaseSeq != "000002" {
		t.Errorf("second item has prev %s and case sequence %s", second.Prev, second.CaseSeq)
	}
	if byNo, err := b.ByReceipt(a.ReceiptNo); err != nil || byNo.Item.ID != d.ID {
		t.Errorf("by receipt: %v, %v", byNo.Item, err)
	}
}

func TestAcceptIsIdempotentByID(t *testing.T) {
	b := setup(t)
	d := submission()
	first := b.accept(d)
	d.Payload, d.CaseID = []byte("other"), newID() // a second tap, whatever it carries
	if again := b.accept(d); again != first {
		t.Errorf("second accept gave %+v, want %+v", again, first)
	}
	b.reopen()
	if again := b.accept(d); again != first {
		t.Errorf("accept after reopening gave %+v, want %+v", again, first)
	}
	b.settle(d.ID, "stored", "central") // leaves the memory index
	b.reopen()
	if again := b.accept(d); again != first {
		t.Errorf("accept after delivery gave %+v, want %+v", again, first)
	}
	if s := b.Stats(); s.LastSequence != 1 {
		t.Errorf("last sequence %d, want 1", s.LastSequence)
	}
}

func TestConcurrentAcceptsKeepChainsContiguous(t *testing.T) {
	b := setup(t)
	const writers, each = 16, 12
	shared := newID() // a case that all write to
	var wg sync.WaitGroup
	var mu sync.Mutex
	numbers := map[string]bool{}
	for range writers {
		wg.Go(func() {
			for i := range each {
				d := submission()
				if i%3 == 0 {
					d.CaseID = shared
				}
				a, err := b.Accept(context.Background(), d)
				twice, err2 := b.Accept(context.Background(), d)
				if err != nil || err2 != nil || a != twice {
					t.Errorf("accept %+v, %v; again %+v, %v", a, err, twice, err2)
					return
				}
				mu.Lock()
				if numbers[a.ReceiptNo] {
					t.Errorf("number %s given out twice", a.ReceiptNo)
				}
				numbers[a.ReceiptNo] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	check := func() {
		t.Helper()
		b.rest() // or the states of the last are still on their way
		if err := b.Verify(context.Background()); err != nil {
			t.Fatal(err)
		}
		if s := b.Stats(); s.LastSequence != writers*each || s.Waiting != writers*each {
			t.Fatalf("stats %+v", s)
		}
		inCase := 0
		for seq := uint64(1); seq <= writers*each; seq++ {
			_, it, err := b.readAt(seq)
			if err != nil {
				t.Fatal(err)
			}
			if it.CaseID == shared {
				inCase++
				if it.CaseSeq != item.FormatCaseSeq(uint32(inCase)) {
					t.Fatalf("case sequence %s, want %d", it.CaseSeq, inCase)
				}
			}
		}
	}
	check()
	b.reopen()
	check()
	if a := b.accept(submission()); a.Sequence != writers*each+1 || numbers[a.ReceiptNo] {
		t.Errorf("after reopening %+v", a)
	}
}

// A copy of the directory taken between two calls, while the outbox is open, is as whole as the outbox. Kills in the midst
// of calls are TestNothingAcknowledgedIsLostByKills.
func TestCopyTakenWhileOpenIsWhole(t *testing.T) {
	b := setup(t)
	var accepted []Accepted
	for i := range 6 {
		accepted = append(accepted, b.accept(submission()))
		switch i {
		case 2:
			if err := b.Begin(context.Background(), []string{accepted[0].ID, accepted[1].ID}); err != nil {
				t.Fatal(err)
			}
		case 3:
			b.settle(accepted[0].ID, "stored", "central")
		}
		left := b.cfg
		left.Dir = t.TempDir()
		copyDir(t, b.cfg.Dir, left.Dir)
		o, err := Open(left)
		if err != nil {
			t.Fatalf("open copy %d: %v", i, err)
		}
		for _, a := range accepted {
			e, err := o.Get(a.ID)
			if err != nil || e.Item.ReceiptNo != a.ReceiptNo || e.State == StateSending {
				t.Errorf("copy %d: %+v, %v", i, e, err)
			}
		}
		if err := o.Verify(context.Background()); err != nil {
			t.Error(err)
		}
		if next, err := o.Accept(context.Background(), submission()); err != nil || next.Sequence != uint64(i+2) {
			t.Errorf("copy %d: next %+v, %v", i, next, err)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFailedWriteStopsUntilReopened(t *testing.T) {
	for _, reached := range []bool{false, true} { // whether the medium has the write after all
		t.Run(fmt.Sprint("reached=", reached), func(t *testing.T) {
			b := setup(t)
			before := b.accept(submission())
			s := b.makeBrittle()
			broken := errors.New("input/output error")
			s.set(broken, reached)
			d := submission()
			if _, err := b.Accept(context.Background(), d); !errors.Is(err, ErrStopped) || !errors.Is(err, broken) {
				t.Fatalf("accept over a broken write: %v", err)
			}
			s.set(nil, false)
			calls := map[string]func() error{
				"accept":  func() error { _, err := b.Accept(context.Background(), submission()); return err },
				"again":   func() error { _, err := b.Accept(context.Background(), d); return err },
				"due":     func() error { _, err := b.Due(start, 1); return err },
				"get":     func() error { _, err := b.Get(d.ID); return err },
				"receipt": func() error { _, err := b.ByReceipt(before.ReceiptNo); return err },
				"settle":  func() error { return b.Settle(context.Background(), nil) },
				"begin":   func() error { return b.Begin(context.Background(), []string{before.ID}) },
				"defer":   func() error { return b.Defer(context.Background(), []string{before.ID}, start, "") },
				"feed":    func() error { return b.ApplyFeed(context.Background(), FeedUpdate{}) },
				"case":    func() error { _, err := b.Case(before.CaseID); return err },
				"verify":  func() error { return b.Verify(context.Background()) },
			}
			for name, call := range calls {
				if err := call(); !errors.Is(err, ErrStopped) {
					t.Errorf("%s after the failure: %v", name, err)
				}
			}
			if b.Stats().Stopped == nil {
				t.Error("stats do not tell of the failure")
			}
			b.reopen()
			_, err := b.Get(d.ID)
			if reached != (err == nil) {
				t.Errorf("after reopening: %v", err)
			}
			a := b.accept(d)
			if a.Sequence != 2 || b.get(before.ID).Item.ReceiptNo != before.ReceiptNo {
				t.Errorf("after reopening accepted %+v", a)
			}
			if err := b.Verify(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAcceptOverASlowDiskIsUndecidedNotLost(t *testing.T) {
	b := setup(t)
	s := b.makeBrittle()
	s.block = make(chan struct{})
	d := submission()
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { _, err := b.Accept(ctx, d); result <- err }()
	cancel() // before or while it is written
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Fatalf("accept: %v", err)
	}
	go func() { _, err := b.Accept(context.Background(), d); result <- err }()
	close(s.block)
	if err := <-result; err != nil {
		t.Fatalf("accept again: %v", err)
	}
	if got := b.Stats().LastSequence; got != 1 {
		t.Errorf("last sequence %d, want 1", got)
	}
}

func TestAcceptRefusesWhatWouldNotTravel(t *testing.T) {
	b := setup(t)
	big := submission()
	big.Payload = make([]byte, item.MaxPayload+1)
	large := submission()
	large.Payload = randomBytes(64 << 10)
	for name, d := range map[string]Draft{"payload": big, "item": large} {
		if _, err := b.Accept(context.Background(), d); !errors.Is(err, ErrTooLarge) {
			t.Errorf("too large %s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Draft){
		"id": func(d *Draft) { d.ID = "7" }, "case": func(d *Draft) { d.CaseID = "x" }, "type": func(d *Draft) { d.Type = "" },
		"subject": func(d *Draft) { d.Subject = "\xff" },
	} {
		d := submission()
		change(&d)
		if _, err := b.Accept(context.Background(), d); !errors.Is(err, item.ErrInvalid) {
			t.Errorf("bad %s: %v", name, err)
		}
	}
	// What was refused took no number.
	if a := b.accept(submission()); a.Sequence != 1 || !strings.HasPrefix(a.ReceiptNo, "1101010702000001") {
		t.Errorf("first accepted is %+v", a)
	}
}

func TestNumbersAreNeverReused(t *testing.T) {
	b := setup(t)
	first := b.accept(submission())
	b.cfg.CaseNumber = func(uint32) (string, error) { return first.ReceiptNo, nil }
	b.reopen()
	if a, err := b.Accept(context.Background(), submission()); err == nil {
		t.Fatalf("number given out twice: %+v", a)
	}
	var asked []uint32
	b.cfg.CaseNumber = func(running uint32) (string, error) {
		asked = append(asked, running)
		return fmt.Sprintf("1101010702%06d0000", running), nil
	}
	b.reopen()
	b.accept(printed(first.CaseID))
	b.accept(submission())
	b.accept(submission())
	if !slices.Equal(asked, []uint32{2, 3}) {
		t.Errorf("running numbers %v, want 2 and 3", asked)
	}
}

// No plaintext of a payload may be on the medium, open or closed, in any of the encodings that the product uses: I11.
func TestDirectoryHoldsNoPlaintext(t *testing.T) {
	b := setup(t)
	const name, number = "欧阳一鸣", "110101190001010014"
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(name))
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{"number": []byte(number), "name": []byte(name), "name in GB 18030": gb, "field": []byte("applicant")}
	var ids []string
	for range 20 {
		for _, payload := range [][]byte{
			[]byte(`{"applicant":{"name":"` + name + `","number":"` + number + `"}}`),
			append(append([]byte("applicant "), gb...), number...),
		} {
			d := submission()
			d.Payload = payload
			ids = append(ids, b.accept(d).ID)
		}
	}
	scan := func(when string) {
		t.Helper()
		found := map[string]bool{} // attributes are plain, so the scan must see each item
		err := filepath.WalkDir(b.cfg.Dir, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(e.Name(), "spare") {
				return nil // the journal's spare file comes and goes
			}
			for what, secret := range secrets {
				if bytes.Contains(raw, secret) {
					t.Errorf("%s: %s holds a %s in the clear", when, e.Name(), what)
				}
			}
			for _, id := range ids {
				found[id] = found[id] || bytes.Contains(raw, []byte(id))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if !found[id] {
				t.Fatalf("%s: the scan does not see item %s", when, id)
			}
		}
	}
	scan("open")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	scan("closed")
	b.open()
}

func TestChangesWakesOnceForMany(t *testing.T) {
	b := setup(t)
	for range 3 {
		b.accept(submission())
	}
	<-b.Changes()
	select {
	case <-b.Changes():
		t.Error("second wake-up for the same changes")
	default:
	}
	b.accept(submission())
	<-b.Changes()
}

// B20 of the facts: the store works in a bubble, so long outages can be tested in it.
func TestOutboxWorksInABubble(t *testing.T) {
	cfg := setup(t).cfg
	cfg.Dir = t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Accept(t.Context(), submission()); err != nil {
			t.Fatal(err)
		}
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
