package outbox

import (
	"context"
	"errors"
	"sync"
	"testing"

	"onedoor/sync/wire"
)

func status(caseID string, version uint64, stage wire.Stage) wire.CaseStatus {
	return wire.CaseStatus{CaseID: caseID, ReceiptNo: "11010107020000018343", Version: version, Stage: stage, At: "2026-11-22T10:00:00Z"}
}

func (b *bench) feed(epoch, cursor string, statuses ...wire.CaseStatus) {
	b.t.Helper()
	if err := b.ApplyFeed(context.Background(), FeedUpdate{Epoch: epoch, Cursor: cursor, Statuses: statuses}); err != nil {
		b.t.Fatalf("apply feed: %v", err)
	}
}

func (b *bench) wantStatus(caseID string, version uint64, cursor string) {
	b.t.Helper()
	s, err := b.CaseStatus(caseID)
	if err != nil || s.Version != version {
		b.t.Errorf("status %+v, %v; want version %d", s, err, version)
	}
	if c, err := b.Cursor(); err != nil || c != cursor {
		b.t.Errorf("cursor %q, %v; want %q", c, err, cursor)
	}
}

// Status never runs backwards within an epoch: I6.
func TestFeedVersionsOnlyGrow(t *testing.T) {
	b := setup(t)
	id, other := newID(), newID()
	if _, err := b.CaseStatus(id); !errors.Is(err, ErrNotFound) {
		t.Errorf("status before the feed: %v", err)
	}
	b.feed("e1", "c1", status(id, 1, wire.StageDelivered), status(id, 3, wire.StageReturned), status(id, 2, wire.StageAccepted))
	b.wantStatus(id, 3, "c1")
	b.feed("e1", "c2", status(id, 2, wire.StageAccepted), status(other, 9, wire.StageDone))
	b.wantStatus(id, 3, "c2")
	b.reopen()
	b.wantStatus(id, 3, "c2")
	b.wantStatus(other, 9, "c2")
	if err := b.ResetFeed(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.wantStatus(id, 3, "")
	b.feed("e1", "c1", status(id, 1, wire.StageDelivered)) // the same ledger from its start
	b.wantStatus(id, 3, "c1")
	b.feed("e2", "d1", status(id, 1, wire.StageDelivered)) // a restored ledger begins anew
	b.wantStatus(id, 1, "d1")
}

func TestFeedPageAndCursorAreOneWrite(t *testing.T) {
	b := setup(t)
	id := newID()
	b.feed("e1", "c1", status(id, 1, wire.StageDelivered))
	b.makeBrittle().set(errors.New("input/output error"), false)
	err := b.ApplyFeed(context.Background(), FeedUpdate{Epoch: "e1", Cursor: "c2", Statuses: []wire.CaseStatus{status(id, 2, wire.StageAccepted)}})
	if !errors.Is(err, ErrStopped) {
		t.Fatalf("apply over a broken write: %v", err)
	}
	b.reopen()
	b.wantStatus(id, 1, "c1")
}

// What the feed brought can be brought again: damage to it does not stop the feed.
func TestFeedMendsWhatIsDamagedOfIt(t *testing.T) {
	b := setup(t)
	id := newID()
	b.feed("e1", "c1", status(id, 5, wire.StageReturned))
	if err := b.store.write([]change{{textKey(prefixView, id), []byte("{")}, {[]byte(keyCursor), []byte("{")}}); err != nil {
		t.Fatal(err)
	}
	if c, err := b.Cursor(); err != nil || c != "" {
		t.Errorf("damaged cursor %q, %v", c, err)
	}
	if _, err := b.CaseStatus(id); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged status: %v", err)
	}
	b.feed("e1", "c2", status(id, 2, wire.StageAccepted))
	b.wantStatus(id, 2, "c2")
}

func TestCaseViewTellsTheTruth(t *testing.T) {
	b := setup(t)
	a := b.accept(submission())
	want := func(state State, stage wire.Stage) {
		t.Helper()
		v, err := b.Case(a.CaseID)
		if err != nil || v.State != state || v.Stage() != stage || v.ReceiptNo != a.ReceiptNo {
			t.Errorf("view %+v with stage %q, %v; want %s, %q", v, v.Stage(), err, state, stage)
		}
	}
	want(StateAccepted, "")
	b.settle(a.ID, wire.Stored, wire.TierEdge)
	want(StateStoredEdge, "") // the edge is not central
	b.settle(a.ID, wire.Stored, wire.TierCentral)
	want(StateStoredCentral, wire.StageDelivered)
	b.feed("e1", "c", status(a.CaseID, 2, wire.StageAccepted))
	if v, err := b.Case(a.CaseID); err != nil || v.Stage() != wire.StageAccepted {
		t.Errorf("view %+v, %v", v, err)
	}
	if _, err := b.Case(newID()); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown case: %v", err)
	}
}

func TestWatchGivesTheNewestViewAndNeverBlocks(t *testing.T) {
	b := setup(t)
	d := submission()
	views, cancel := b.Watch(d.CaseID) // before there is anything
	idle, cancelIdle := b.Watch(d.CaseID)
	defer cancelIdle()
	b.accept(d)
	if v := <-views; v.State != StateAccepted {
		t.Errorf("view %+v", v)
	}
	if err := b.Begin(context.Background(), []string{d.ID}); err != nil {
		t.Fatal(err)
	}
	b.settle(d.ID, wire.Stored, wire.TierCentral)
	b.feed("e1", "c", status(d.CaseID, 1, wire.StageDelivered), status(d.CaseID, 2, wire.StageAccepted))
	for name, ch := range map[string]<-chan CaseView{"read": views, "idle": idle} {
		if v := <-ch; v.State != StateStoredCentral || v.Status == nil || v.Status.Version != 2 {
			t.Errorf("%s view %+v", name, v)
		}
		select {
		case v := <-ch:
			t.Errorf("%s gave another view %+v", name, v)
		default:
		}
	}
	cancel()
	cancel()
	if _, open := <-views; open {
		t.Error("open after cancel")
	}
	now, cancelNow := b.Watch(d.CaseID)
	defer cancelNow()
	if v := <-now; v.Stage() != wire.StageAccepted {
		t.Errorf("a late watch begins with %+v", v)
	}
}

func TestWatchersNeverSeeAnOlderViewLater(t *testing.T) {
	b := setup(t)
	a := b.accept(submission())
	views, cancel := b.Watch(a.CaseID)
	var reader, writers sync.WaitGroup
	reader.Go(func() {
		last := uint64(0)
		for v := range views {
			if v.Status == nil {
				continue
			}
			if v.Status.Version < last {
				t.Errorf("version %d after %d", v.Status.Version, last)
			}
			last = v.Status.Version
		}
		if last != 40 {
			t.Errorf("last version seen is %d, want 40", last)
		}
	})
	for w := range 4 {
		writers.Go(func() {
			for i := range 10 {
				b.feed("e1", "c", status(a.CaseID, uint64(10*w+i+1), wire.StageAccepted))
			}
		})
	}
	writers.Wait()
	// The newest view is in the channel or was taken: close it and let the reader drain.
	cancel()
	reader.Wait()
}
