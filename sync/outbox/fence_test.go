package outbox

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"onedoor/sync/wire"
)

// TestC3AnOldImageIsFenced (I7, I23): upstream has more of this kiosk than it has itself, so its numbers are given out: it accepts
// nothing more, also after a restart, and what waits still goes out.
func TestC3AnOldImageIsFenced(t *testing.T) {
	b := setup(t)
	image := t.TempDir()
	one := b.accept(submission())
	copyDir(t, b.cfg.Dir, image)
	b.accept(submission())
	b.accept(submission())
	old := &bench{t: t, keys: b.keys, cfg: b.cfg, now: b.now}
	old.cfg.Dir = image
	old.open()
	defer func() { old.Close() }()
	if err := old.Meet(context.Background(), 1, false); err != nil || old.Err() != nil {
		t.Fatalf("with nothing amiss: %v, %v", err, old.Err())
	}
	if err := old.Meet(context.Background(), 3, false); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := old.Accept(context.Background(), submission()); !errors.Is(err, ErrFenced) {
			t.Errorf("accept: %v", err)
		}
		if due := old.dueIDs(); len(due) != 1 || due[0] != one.ID {
			t.Errorf("due %v", due)
		}
		old.reopen()
	}
}

// TestC2ACloneIsFenced (D16, I23): of two machines with one identity the one whose items come second is told so by the upstream's
// knowledge, and stops; nothing of either is lost.
func TestC2ACloneIsFenced(t *testing.T) {
	b := setup(t)
	copied := filepath.Join(t.TempDir(), "clone")
	copyDir(t, b.cfg.Dir, copied)
	clone := &bench{t: t, keys: b.keys, cfg: b.cfg, now: b.now}
	clone.cfg.Dir = copied
	clone.open()
	defer func() { clone.Close() }()
	first, second := b.accept(submission()), clone.accept(submission())
	b.settle(first.ID, wire.Stored, wire.TierCentral)
	clone.settle(second.ID, wire.Conflict, "")
	for _, o := range []*bench{b, clone} {
		if err := o.Meet(context.Background(), 1, false); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := clone.Accept(context.Background(), submission()); !errors.Is(err, ErrFenced) {
		t.Errorf("the clone accepts: %v", err)
	}
	b.accept(submission())
	if e := clone.get(second.ID); e.State != StateConflict || len(e.Item.Data) == 0 {
		t.Errorf("what the clone accepted is %+v", e)
	}
}

// TestAConflictOfAnotherKindIsNoFence: an item that is refused although its number is free says nothing of another machine.
func TestAConflictOfAnotherKindIsNoFence(t *testing.T) {
	b := setup(t)
	a := b.accept(submission())
	b.settle(a.ID, wire.Conflict, "")
	if err := b.Meet(context.Background(), 0, false); err != nil {
		t.Fatal(err)
	}
	b.accept(submission())
}

// TestC4AReplacedKioskOnlySends: whoever was replaced uploads and accepts nothing.
func TestC4AReplacedKioskOnlySends(t *testing.T) {
	b := setup(t)
	a := b.accept(submission())
	if err := b.Meet(context.Background(), 0, true); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accept(context.Background(), submission()); !errors.Is(err, ErrFenced) {
		t.Errorf("accept: %v", err)
	}
	if due := b.dueIDs(); len(due) != 1 || due[0] != a.ID {
		t.Errorf("due %v", due)
	}
}
