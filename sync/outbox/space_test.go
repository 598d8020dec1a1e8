package outbox

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/sync/wire"
)

// TestD6NoAcceptanceOnAFullMedium: below the gate nothing new is taken, and it is said before anyone starts; what waits goes
// on, and with room again so does everything.
func TestD6NoAcceptanceOnAFullMedium(t *testing.T) {
	b := setup(t)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	var room atomic.Int64
	room.Store(1 << 30)
	b.cfg.Free = func(string) (int64, error) { return room.Load(), nil }
	b.open()
	first := submission()
	was := b.accept(first)
	room.Store(DefaultMinFree - 1)
	if _, err := b.Accept(context.Background(), submission()); !errors.Is(err, ErrNoSpace) {
		t.Errorf("accept: %v", err)
	}
	if err := b.Err(); !errors.Is(err, ErrNoSpace) {
		t.Errorf("err: %v", err)
	}
	if again := b.accept(first); again != was {
		t.Errorf("what is in already is answered with %+v, was %+v", again, was)
	}
	b.settle(was.ID, wire.Stored, wire.TierCentral)
	room.Store(DefaultMinFree / 8)
	if err := b.Begin(context.Background(), []string{was.ID}); err != nil {
		t.Errorf("nothing to write, yet: %v", err)
	}
	if err := b.ApplyFeed(context.Background(), FeedUpdate{Epoch: "e", Cursor: "c"}); !errors.Is(err, ErrNoSpace) {
		t.Errorf("feed on a full medium: %v", err)
	}
	room.Store(1 << 30)
	if err := b.ApplyFeed(context.Background(), FeedUpdate{Epoch: "e", Cursor: "c"}); err != nil {
		t.Error(err)
	}
	if a := b.accept(submission()); a.Sequence != 2 {
		t.Errorf("with room again: %+v", a)
	}
}

// TestBallast: it is there while there is room, and given up to open on a full medium.
func TestBallast(t *testing.T) {
	b := setup(t)
	path := filepath.Join(b.cfg.Dir, ballastName)
	if info, err := os.Stat(path); err != nil || info.Size() != DefaultBallast {
		t.Fatalf("no ballast: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.cfg.Free = func(string) (int64, error) { return 0, nil }
	if _, err := Open(b.cfg); !errors.Is(err, ErrNoSpace) {
		t.Errorf("open with no room at all: %v", err)
	}
	b.cfg.Free = func(string) (int64, error) { return DefaultMinFree / 2, nil }
	b.open()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the ballast is still there: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.cfg.Free = nil
	b.open()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("it did not come back: %v", err)
	}
}

// TestLimitsRefuseBeforeSpaceRunsOut: each limit refuses new work, and ends when central has taken some.
func TestLimitsRefuseBeforeSpaceRunsOut(t *testing.T) {
	for name, c := range map[string]struct {
		limits Limits
		later  time.Duration
		which  error
	}{
		"items":   {Limits{Items: 2}, 0, ErrFull},
		"bytes":   {Limits{Bytes: 1000}, 0, ErrFull},
		"age":     {Limits{Age: time.Hour}, 2 * time.Hour, ErrTooOld},
		"silence": {Limits{Silence: time.Hour}, 2 * time.Hour, ErrSilent},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.cfg.Limits = c.limits
			b.reopen()
			if err := b.ApplyFeed(context.Background(), FeedUpdate{Epoch: "e", Cursor: "c"}); err != nil {
				t.Fatal(err)
			}
			one, two := b.accept(submission()), b.accept(submission())
			*b.now = b.now.Add(c.later)
			if c.later > 0 { // the clock alone closes nothing: K1
				b.accept(submission())
				b.pass(c.later / 2)
			}
			if _, err := b.Accept(context.Background(), submission()); !errors.Is(err, ErrFull) {
				t.Fatalf("accept: %v", err)
			}
			if err := b.Err(); !errors.Is(err, ErrFull) || !errors.Is(err, c.which) {
				t.Errorf("err: %v", err)
			}
			b.settle(one.ID, wire.Stored, wire.TierCentral)
			b.settle(two.ID, wire.Stored, wire.TierCentral)
			if c.later == 0 {
				b.accept(submission())
			}
		})
	}
}

// pass lets the outbox live through so much time.
func (b *bench) pass(d time.Duration) {
	b.writeMu.Lock()
	defer b.writeMu.Unlock()
	b.live(0)
	b.live(d)
}

// TestSilenceIsRemembered: a restart does not make the upstream heard of.
func TestSilenceIsRemembered(t *testing.T) {
	b := setup(t)
	b.cfg.Limits.Silence = time.Hour
	if err := b.ApplyFeed(context.Background(), FeedUpdate{Epoch: "e", Cursor: "c"}); err != nil {
		t.Fatal(err)
	}
	b.accept(submission())
	b.pass(2 * time.Hour)
	b.reopen()
	*b.now = b.now.Add(2 * time.Hour)
	if _, err := b.Accept(context.Background(), submission()); !errors.Is(err, ErrFull) {
		t.Errorf("accept: %v", err)
	}
}

// TestPurgeErasesWholeFiles: what central has is erased after the delay, file by file; numbers go on, receipts are still
// known, and what central lacks stays.
func TestPurgeErasesWholeFiles(t *testing.T) {
	b := setup(t)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.cfg.fileSize = 16 << 10
	b.cfg.Dir = t.TempDir()
	b.open()
	var all []Accepted
	for range 40 {
		all = append(all, b.accept(submission()))
	}
	for _, a := range all[:30] {
		b.settle(a.ID, wire.Stored, wire.TierCentral)
	}
	if n, err := b.Purge(t.Context(), start); n != 0 || err != nil {
		t.Errorf("before the delay %d went, %v", n, err)
	}
	n, err := b.Purge(t.Context(), start.Add(time.Minute))
	if err != nil || n < 15 || n > 30 {
		t.Fatalf("%d items went, %v", n, err)
	}
	canary := []byte(all[0].ID)
	files, err := filepath.Glob(filepath.Join(b.cfg.Dir, journalName, "*.journal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil || bytes.Contains(raw, canary) {
			t.Errorf("%s still holds the first item, %v", f, err)
		}
	}
	check := func() {
		t.Helper()
		e, err := b.ByReceipt(all[0].ReceiptNo)
		if err != nil || e.State != StatePurged || e.Item.ID != all[0].ID || e.Item.Data != nil {
			t.Errorf("the receipt of an erased item: %+v, %v", e, err)
		}
		if again := b.accept(Draft{ID: all[0].ID, Type: "cn.onedoor.submission.v1"}); again.Sequence != 1 {
			t.Errorf("an erased item accepted again is %+v", again)
		}
		if due := b.dueIDs(); len(due) != 10 || due[0] != all[30].ID {
			t.Errorf("due are %v", due)
		}
		if err := b.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}
	check()
	b.reopen()
	if d := b.Damage(); len(d) != 0 {
		t.Errorf("damage %+v", d)
	}
	check()
	if err := errors.Join(b.Close(), os.RemoveAll(filepath.Join(b.cfg.Dir, queueName))); err != nil {
		t.Fatal(err)
	}
	b.open()
	if a := b.accept(submission()); a.Sequence != 41 {
		t.Errorf("after losing the queue as well the next is %+v", a)
	}
}
