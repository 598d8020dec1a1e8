package outbox

import (
	"context"
	"testing"

	"onedoor/sync/wire"
)

// TestVoid: only a dead letter or a conflict can be voided; it is kept, shown, never sent, and holds nobody up, also after a
// restart. What waits can not be voided.
func TestVoid(t *testing.T) {
	b := setup(t)
	d := submission()
	bad, waits := b.accept(d), b.accept(submission())
	later := submission()
	later.CaseID = d.CaseID
	follows := b.accept(later)
	b.settle(bad.ID, wire.Rejected, "")
	if due := b.dueIDs(); len(due) != 1 || due[0] != waits.ID {
		t.Fatalf("behind a dead letter there are due %v", due)
	}
	if err := b.Void(context.Background(), []string{bad.ID, waits.ID}, "the citizen came to the counter"); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if e := b.get(bad.ID); e.State != StateVoid || e.LastError != "the citizen came to the counter" || len(e.Item.Data) == 0 {
			t.Errorf("voided is %+v", e)
		}
		if due := b.dueIDs(); len(due) != 2 || due[0] != waits.ID || due[1] != follows.ID {
			t.Errorf("due %v", due)
		}
		all, err := b.List(0, 10, func(s State) bool { return s == StateVoid })
		if err != nil || len(all) != 1 || all[0].Item.ID != bad.ID {
			t.Errorf("listed %v, %v", all, err)
		}
	}
	check()
	if err := b.Release(context.Background(), []string{bad.ID}); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	check()
}

// TestList: in order, in pieces, and without changing anything.
func TestList(t *testing.T) {
	b := setup(t)
	for range 5 {
		b.accept(submission())
	}
	all := func(State) bool { return true }
	first, err := b.List(0, 3, all)
	if err != nil || len(first) != 3 || first[2].Sequence != 3 {
		t.Fatalf("%v, %v", first, err)
	}
	rest, err := b.List(first[2].Sequence, 10, all)
	if err != nil || len(rest) != 2 || rest[1].Sequence != 5 {
		t.Errorf("%v, %v", rest, err)
	}
}

// TestUnfinished: the same as List says of what is not at central, in order, from memory; what has arrived is not among it.
func TestUnfinished(t *testing.T) {
	b := setup(t)
	var ids []string
	for range 12 {
		ids = append(ids, b.accept(submission()).ID)
	}
	b.settle(ids[0], wire.Stored, wire.TierCentral)
	b.settle(ids[3], wire.Rejected, "")
	b.settle(ids[7], wire.Conflict, "")
	person := func(s State) bool { return s == StateRejected || s == StateConflict }
	check := func() {
		t.Helper()
		for name, keep := range map[string]func(State) bool{"all": func(s State) bool { return s != StateStoredCentral }, "for a person": person, "waiting": State.waiting} {
			for limit := range 14 {
				want, err := b.List(0, limit, keep)
				if err != nil {
					t.Fatal(err)
				}
				got := b.Unfinished(limit, keep)
				if len(got) != len(want) {
					t.Fatalf("%s, %d: %d items, want %d", name, limit, len(got), len(want))
				}
				for i, e := range want {
					if (got[i] != Summary{e.Sequence, e.Item.Type, e.State, e.AcceptedAt, e.Attempts, e.LastError, e.Next}) {
						t.Errorf("%s, %d: item %d is %+v, want %+v", name, limit, i, got[i], e)
					}
				}
			}
		}
	}
	check()
	b.reopen()
	check()
	if got := b.Unfinished(5, func(State) bool { return false }); got != nil {
		t.Errorf("of no state there are %v", got)
	}
}
