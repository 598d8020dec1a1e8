package outbox

import (
	"context"
	"errors"
	"testing"
	"time"

	"onedoor/sync/wire"
)

func roster(epoch string, version uint64) *wire.Roster {
	return &wire.Roster{Hall: "11010", Epoch: epoch, Version: version, Members: []wire.Member{{ID: "wang-li", Name: "王丽", Role: "attendant"}}}
}

func mark(epoch string, version uint64, at time.Time) *wire.RosterMark {
	return &wire.RosterMark{Hall: "11010", Epoch: epoch, Version: version, At: at.Format(time.RFC3339)}
}

func (b *bench) page(u FeedUpdate) {
	b.t.Helper()
	if err := b.ApplyFeed(context.Background(), u); err != nil {
		b.t.Fatalf("apply feed: %v", err)
	}
}

func (b *bench) wantRoster(epoch string, version uint64, confirmed time.Time) {
	b.t.Helper()
	v, err := b.Roster()
	if err != nil || v.Roster.Epoch != epoch || v.Roster.Version != version || !v.Confirmed.Equal(confirmed) {
		b.t.Errorf("roster %+v, %v; want version %d of %s, confirmed %s", v, err, version, epoch, confirmed)
	}
}

func TestRosterGivesWayToANewerOne(t *testing.T) {
	b := setup(t)
	b.wantRoster("", 0, time.Time{})
	at := start.Add(time.Minute)
	b.page(FeedUpdate{Epoch: "e1", Cursor: "c1", Roster: roster("e1", 2), Mark: mark("e1", 2, at)})
	b.wantRoster("e1", 2, start)
	select {
	case <-b.RosterChanges():
	default:
		t.Error("nobody is told")
	}
	*b.now = start.Add(time.Hour)
	b.page(FeedUpdate{Epoch: "e1", Cursor: "c2", Roster: roster("e1", 1), Mark: mark("e1", 1, at.Add(time.Hour))}) // an older one
	b.page(FeedUpdate{Epoch: "e1", Cursor: "c2", Mark: mark("e1", 2, at)})                                         // a word that was said before
	b.wantRoster("e1", 2, start)
	select {
	case <-b.RosterChanges():
		t.Error("told of a change that is none")
	default:
	}
	b.page(FeedUpdate{Epoch: "e1", Cursor: "c2", Mark: mark("e1", 2, at.Add(time.Second))})
	b.wantRoster("e1", 2, start.Add(time.Hour))
	b.reopen()
	b.wantRoster("e1", 2, start.Add(time.Hour))
	b.page(FeedUpdate{Epoch: "e2", Cursor: "d1", Roster: roster("e2", 1)}) // central was restored
	if v, err := b.Roster(); err != nil || v.Roster.Epoch != "e2" {
		t.Errorf("of another ledger: %+v, %v", v, err)
	}
}

func TestRosterAndCursorAreOneWrite(t *testing.T) {
	b := setup(t)
	b.page(FeedUpdate{Epoch: "e1", Cursor: "c1", Roster: roster("e1", 1)})
	b.makeBrittle().set(errors.New("input/output error"), false)
	if err := b.ApplyFeed(context.Background(), FeedUpdate{Epoch: "e1", Cursor: "c2", Roster: roster("e1", 2)}); !errors.Is(err, ErrStopped) {
		t.Fatalf("apply over a broken write: %v", err)
	}
	b.reopen()
	b.wantRoster("e1", 1, time.Time{})
	if c, err := b.Cursor(); err != nil || c != "c1" {
		t.Errorf("cursor %q, %v", c, err)
	}
}

// A kiosk whose former program passed over the roster reads the feed from its start once more, and not again and again.
func TestRosterThatWasPassedOverIsFetched(t *testing.T) {
	b := setup(t)
	b.page(FeedUpdate{Epoch: "e1", Cursor: "c9", Mark: mark("e1", 3, start)})
	for i, want := range []string{"", "c9"} {
		if c, err := b.Cursor(); err != nil || c != want {
			t.Errorf("cursor at try %d: %q, %v", i, c, err)
		}
		b.page(FeedUpdate{Epoch: "e1", Cursor: "c9", Mark: mark("e1", 3, start.Add(time.Minute))})
	}
}

func TestDamagedRosterIsFetchedAgain(t *testing.T) {
	b := setup(t)
	b.page(FeedUpdate{Epoch: "e1", Cursor: "c1", Roster: roster("e1", 1)})
	if err := b.store.write([]change{{[]byte(keyRoster), []byte("{")}}); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	b.wantRoster("", 0, time.Time{})
	if c, err := b.Cursor(); err != nil || c != "" {
		t.Errorf("cursor %q, %v", c, err)
	}
}
