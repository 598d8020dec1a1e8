package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestDueOrdersByClassThenSequence(t *testing.T) {
	b := setup(t)
	health := b.accept(Draft{ID: newID(), Type: item.TypeHealth, Payload: []byte("{}")}).ID
	rated := b.accept(Draft{ID: newID(), Type: "cn.onedoor.evaluation.v1", Payload: []byte("{}")}).ID
	first := b.accept(submission()).ID
	withdrawn := b.accept(Draft{ID: newID(), Type: "cn.onedoor.withdrawal.v1", CaseID: newID(), Payload: []byte("{}")}).ID
	second := b.accept(submission()).ID
	want := []string{first, withdrawn, second, rated, health}
	if got := b.dueIDs(); !slices.Equal(got, want) {
		t.Errorf("due %v, want %v", got, want)
	}
	if got, err := b.Due(start, 2); err != nil || len(got) != 2 || got[1].Item.ID != withdrawn {
		t.Errorf("due with a limit: %v, %v", got, err)
	}
	b.reopen()
	if got := b.dueIDs(); !slices.Equal(got, want) {
		t.Errorf("due after reopening %v, want %v", got, want)
	}
}

func TestItemsOfACaseWaitForTheirPredecessor(t *testing.T) {
	for _, status := range []wire.Status{wire.Stored, wire.Duplicate, wire.Held} {
		t.Run(string(status), func(t *testing.T) {
			b := setup(t)
			a := b.accept(submission())
			p := b.accept(printed(a.CaseID))
			other := b.accept(submission())
			if got := b.dueIDs(); !slices.Equal(got, []string{a.ID, other.ID}) {
				t.Fatalf("due %v", got)
			}
			if err := b.Begin(context.Background(), []string{a.ID}); err != nil {
				t.Fatal(err)
			}
			if got := b.dueIDs(); !slices.Equal(got, []string{other.ID}) {
				t.Fatalf("due while the first is sent %v", got)
			}
			b.settle(a.ID, status, wire.TierEdge)
			if got := b.dueIDs(); !slices.Equal(got, []string{other.ID, p.ID}) {
				t.Errorf("due after it %v", got)
			}
		})
	}
}

// A refused or waiting case never delays another: I5, I16.
func TestStuckCaseDelaysNoOther(t *testing.T) {
	b := setup(t)
	refused, odd, late := b.accept(submission()), b.accept(submission()), b.accept(submission())
	for _, a := range []Accepted{refused, odd, late} {
		b.accept(printed(a.CaseID))
	}
	free := b.accept(submission())
	b.settle(refused.ID, wire.Rejected, "")
	b.settle(odd.ID, wire.Conflict, "")
	if err := b.Defer(context.Background(), []string{late.ID}, start.Add(time.Minute), "later"); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if got := b.dueIDs(); !slices.Equal(got, []string{free.ID}) {
			t.Errorf("due %v, want only %s", got, free.ID)
		}
		for id, want := range map[string]State{refused.ID: StateRejected, odd.ID: StateConflict, late.ID: StateAccepted} {
			if e := b.get(id); e.State != want || e.LastError == "" {
				t.Errorf("state %s (%s), want %s", e.State, e.LastError, want)
			}
		}
	}
	check()
	b.reopen()
	check()
	*b.now = start.Add(time.Minute)
	if got := b.dueIDs(); !slices.Equal(got, []string{late.ID, free.ID}) {
		t.Errorf("due a minute later %v", got)
	}
	if err := b.Release(context.Background(), []string{refused.ID, odd.ID, free.ID}); err != nil {
		t.Fatal(err)
	}
	if got := b.dueIDs(); !slices.Equal(got, []string{refused.ID, odd.ID, late.ID, free.ID}) {
		t.Errorf("due after release %v", got)
	}
}

func TestSendingIsWaitingAgainAfterARestart(t *testing.T) {
	b := setup(t)
	id := b.accept(submission()).ID
	if err := b.Begin(context.Background(), []string{id}); err != nil {
		t.Fatal(err)
	}
	if e := b.get(id); e.State != StateSending || e.Attempts != 1 || len(b.due()) != 0 {
		t.Fatalf("entry %+v", e)
	}
	b.reopen()
	if e := b.get(id); e.State != StateAccepted || e.Attempts != 1 || len(b.due()) != 1 {
		t.Errorf("after a restart %+v", e)
	}
}

// Next times persist, are capped, and a clock that is set back delays nothing for long: I20, K1.
func TestDeferAndTheClock(t *testing.T) {
	b := setup(t)
	id := b.accept(submission()).ID
	if err := b.Defer(context.Background(), []string{id}, start.AddDate(10, 0, 0), "later"); err != nil {
		t.Fatal(err)
	}
	if e := b.get(id); !e.Next.Equal(start.Add(MaxDefer)) || e.LastError != "later" {
		t.Errorf("deferred to %v (%s)", e.Next, e.LastError)
	}
	b.reopen()
	if len(b.due()) != 0 {
		t.Error("due at once after reopening")
	}
	for _, jump := range []time.Time{start.AddDate(-10, 0, 0), start.Add(MaxDefer), start.AddDate(10, 0, 0)} {
		*b.now = jump
		if len(b.due()) != 1 {
			t.Errorf("not due at %v", jump)
		}
	}
	if err := b.Defer(context.Background(), []string{id}, time.Time{}, ""); err != nil {
		t.Fatal(err)
	}
	if e := b.get(id); !e.Next.IsZero() || e.LastError != "later" {
		t.Errorf("put back as %+v", e)
	}
}

func TestSettleNeedsAnAckForTheseBytes(t *testing.T) {
	b := setup(t)
	a, other := b.accept(submission()), b.accept(submission())
	good := b.ack(b.get(a.ID).Item, wire.Stored, wire.TierCentral)
	spoil := func(change func(*wire.Ack)) *wire.Ack { c := *good; change(&c); return &c }
	for name, ack := range map[string]*wire.Ack{
		"none":     nil,
		"another":  b.ack(b.get(other.ID).Item, wire.Stored, wire.TierCentral),
		"digest":   spoil(func(a *wire.Ack) { a.Digest = item.Digest{}.String() }),
		"source":   spoil(func(a *wire.Ack) { a.Source = "urn:hall:11010:108:02" }),
		"sequence": spoil(func(a *wire.Ack) { a.Sequence = item.FormatSequence(2) }),
		"held":     spoil(func(a *wire.Ack) { a.Status = wire.Held }),
		"silent":   spoil(func(a *wire.Ack) { a.Status = "" }),
	} {
		err := b.Settle(context.Background(), []Settlement{
			{ID: other.ID, Status: wire.Rejected, Reason: "must not happen either"}, {ID: a.ID, Status: wire.Stored, Ack: ack}})
		if !errors.Is(err, ErrAck) {
			t.Errorf("settled with %s: %v", name, err)
		}
	}
	if err := b.Settle(context.Background(), []Settlement{{ID: a.ID, Status: wire.Retry, Ack: good}}); err == nil {
		t.Error("settled with retry")
	}
	if err := b.Settle(context.Background(), []Settlement{{ID: newID(), Status: wire.Rejected}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("settled an unknown item: %v", err)
	}
	if got := b.dueIDs(); !slices.Equal(got, []string{a.ID, other.ID}) {
		t.Errorf("due %v", got)
	}
}

func TestCentralsAckIsTheEndAndIsKept(t *testing.T) {
	b := setup(t)
	id := b.accept(submission()).ID
	b.settle(id, wire.Held, wire.TierEdge)
	if e := b.get(id); e.State != StateHeld || len(b.due()) != 0 {
		t.Fatalf("held as %+v", e)
	}
	b.settle(id, wire.Stored, wire.TierEdge)
	if e := b.get(id); e.State != StateStoredEdge {
		t.Fatalf("stored at the edge as %s", e.State)
	}
	b.settle(id, wire.Held, wire.TierEdge) // late, and less than is known
	b.settle(id, wire.Stored, wire.TierCentral)
	for _, status := range []wire.Status{wire.Rejected, wire.Conflict, wire.Held, wire.Duplicate} {
		b.settle(id, status, wire.TierEdge)
	}
	if err := b.Defer(context.Background(), []string{id}, start, "no"); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	e := b.get(id)
	if e.State != StateStoredCentral || e.Ack == nil || e.LastError != "" {
		t.Fatalf("at the end %+v", e)
	}
	if err := e.Ack.Verify(e.Item, item.Default(), b.keys.upPub); err != nil {
		t.Errorf("the ack that was kept: %v", err)
	}
	if s := b.Stats(); s.ByState[StateStoredCentral] != 1 || s.Waiting != 0 || s.Bytes != 0 || !s.Oldest.IsZero() {
		t.Errorf("stats %+v", s)
	}
}

// An outage is no refusal: only answers count, and only in a row for one reason.
func TestRefusalsAreCountedApartFromAttempts(t *testing.T) {
	b := setup(t)
	id := b.accept(submission()).ID
	want := func(attempts, refusals int) {
		t.Helper()
		if e := b.get(id); e.Attempts != attempts || e.Refusals != refusals {
			t.Errorf("%d attempts and %d refusals, want %d and %d", e.Attempts, e.Refusals, attempts, refusals)
		}
	}
	try := func(reason string) {
		t.Helper()
		if err := errors.Join(b.Begin(context.Background(), []string{id}), b.Defer(context.Background(), []string{id}, time.Time{}, reason)); err != nil {
			t.Fatal(err)
		}
	}
	for range 40 {
		try("")
	}
	want(40, 0)
	try("unreadable")
	try("")
	try("unreadable")
	want(43, 2)
	b.reopen()
	want(43, 2)
	try("later")
	want(44, 1)
	b.settle(id, wire.Rejected, "")
	if err := b.Release(context.Background(), []string{id}); err != nil {
		t.Fatal(err)
	}
	want(44, 0) // a person's word gives it all its tries again
}

// A ledger restored from a backup has another epoch; what only the old one is known to hold can be sent again.
func TestResendInAnotherEpoch(t *testing.T) {
	b := setup(t)
	stored, held, waiting, dead := b.accept(submission()), b.accept(submission()), b.accept(submission()), b.accept(submission())
	after := b.accept(printed(stored.CaseID))
	b.settle(stored.ID, wire.Stored, wire.TierCentral) // of epoch e1
	b.settle(after.ID, wire.Stored, wire.TierCentral)
	b.settle(held.ID, wire.Held, wire.TierCentral)
	b.settle(dead.ID, wire.Rejected, "")
	all := []string{stored.ID, held.ID, waiting.ID, dead.ID, after.ID}
	resend := func(epoch string) {
		t.Helper()
		if err := b.Resend(context.Background(), all, epoch); err != nil {
			t.Fatal(err)
		}
	}
	resend("e1")
	if got := b.dueIDs(); !slices.Equal(got, []string{waiting.ID}) {
		t.Errorf("due in the same epoch %v", got)
	}
	if err := b.Resend(context.Background(), all, ""); err == nil {
		t.Error("resent for no epoch")
	}
	<-b.Changes()
	resend("e2")
	<-b.Changes()
	b.reopen()
	if got := b.dueIDs(); !slices.Equal(got, []string{stored.ID, held.ID, waiting.ID}) { // the print waits for its case
		t.Errorf("due in another epoch %v", got)
	}
	if e := b.get(stored.ID); e.Ack == nil || e.Epoch != "e1" || e.Ack.Epoch != "e1" {
		t.Errorf("the old ack is evidence still: %+v", e)
	}
	s := b.Stats()
	if s.Waiting != 4 || s.ByState[StateStoredCentral] != 0 || s.ByState[StateRejected] != 1 {
		t.Errorf("stats %+v", s)
	}
	again := b.ack(b.get(stored.ID).Item, wire.Stored, wire.TierCentral)
	again.Epoch = "e2"
	if err := b.Settle(context.Background(), []Settlement{{ID: stored.ID, Status: wire.Duplicate, Ack: again}}); err != nil {
		t.Fatal(err)
	}
	resend("e2")
	if e := b.get(stored.ID); e.State != StateStoredCentral || e.Epoch != "e2" {
		t.Errorf("stored again as %+v", e)
	}
}

func TestStats(t *testing.T) {
	b := setup(t)
	if s := b.Stats(); s.Waiting != 0 || s.LastSequence != 0 || len(s.ByState) != 0 || s.Stopped != nil {
		t.Errorf("stats of a new outbox %+v", s)
	}
	first := b.accept(submission())
	*b.now = start.Add(time.Hour)
	second := b.accept(submission())
	size := int64(b.get(first.ID).Size + b.get(second.ID).Size)
	if s := b.Stats(); s.Waiting != 2 || !s.Oldest.Equal(start) || s.Bytes != size || s.LastSequence != 2 {
		t.Errorf("stats %+v, want %d bytes", s, size)
	}
	b.settle(first.ID, wire.Stored, wire.TierCentral)
	if s := b.Stats(); s.Waiting != 1 || !s.Oldest.Equal(start.Add(time.Hour)) || s.Bytes != int64(b.get(second.ID).Size) {
		t.Errorf("stats %+v", s)
	}
}

func TestReasonsAreClippedBetweenCharacters(t *testing.T) {
	for n := range 4 {
		s := clip(strings.Repeat("x", n) + strings.Repeat("件", 100))
		if len(s) > maxReason || len(s) < maxReason-3 || !utf8.ValidString(s) {
			t.Errorf("clipped to %d bytes, valid %v", len(s), utf8.ValidString(s))
		}
	}
}

// The index against a plain list as the model, through every kind of change and reopening.
func TestQueueAgainstAModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := &bench{t: t, keys: newKeys(t), now: new(start)}
		dir := t.TempDir()
		b.cfg = Config{Dir: dir, Source: kiosk, Now: func() time.Time { return *b.now },
			Sealer:     item.Sealer{Suite: item.Default(), SealKey: "s", SealPublic: b.keys.sealPub, SignKey: "k", SignPriv: b.keys.signPriv},
			CaseNumber: func(n uint32) (string, error) { return fmt.Sprintf("%020d", n), nil }}
		b.open()
		defer func() { b.Close() }()
		type entry struct {
			id, caseID string
			class      class
			state      State
			next       time.Time
		}
		var model []*entry
		caseIDs := []string{newID(), newID(), newID()}
		pick := func(rt *rapid.T) *entry {
			if len(model) == 0 {
				rt.Skip("empty")
			}
			return rapid.SampledFrom(model).Draw(rt, "entry")
		}
		settle := func(rt *rapid.T, status wire.Status, tier wire.Tier, to State) {
			e := pick(rt)
			b.settle(e.id, status, tier)
			if e.state.canBecome(to) {
				e.state, e.next = to, time.Time{}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"accept": func(rt *rapid.T) {
				d := rapid.SampledFrom([]Draft{submission(), printed(""), {ID: newID(), Type: item.TypeHealth}}).Draw(rt, "draft")
				d.ID = newID()
				d.CaseID = ""
				if classOf(d.Type) != classHealth {
					d.CaseID = rapid.SampledFrom(caseIDs).Draw(rt, "case")
				}
				b.accept(d)
				model = append(model, &entry{id: d.ID, caseID: d.CaseID, class: classOf(d.Type), state: StateAccepted})
			},
			"begin": func(rt *rapid.T) {
				e := pick(rt)
				if err := b.Begin(context.Background(), []string{e.id}); err != nil {
					rt.Fatal(err)
				}
				if e.state.waiting() {
					e.state = StateSending
				}
			},
			"defer": func(rt *rapid.T) {
				e := pick(rt)
				until := b.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "minutes")) * time.Minute)
				if err := b.Defer(context.Background(), []string{e.id}, until, "r"); err != nil {
					rt.Fatal(err)
				}
				if e.state.waiting() {
					e.state, e.next = StateAccepted, until
					if limit := b.now.Add(MaxDefer); until.After(limit) {
						e.next = limit
					}
				}
			},
			"central":  func(rt *rapid.T) { settle(rt, wire.Stored, wire.TierCentral, StateStoredCentral) },
			"edge":     func(rt *rapid.T) { settle(rt, wire.Stored, wire.TierEdge, StateStoredEdge) },
			"held":     func(rt *rapid.T) { settle(rt, wire.Held, wire.TierCentral, StateHeld) },
			"rejected": func(rt *rapid.T) { settle(rt, wire.Rejected, "", StateRejected) },
			"release": func(rt *rapid.T) {
				e := pick(rt)
				if err := b.Release(context.Background(), []string{e.id}); err != nil {
					rt.Fatal(err)
				}
				if e.state == StateRejected || e.state == StateConflict {
					e.state, e.next = StateAccepted, time.Time{}
				}
			},
			"time": func(rt *rapid.T) { *b.now = b.now.Add(20 * time.Minute) },
			"reopen": func(rt *rapid.T) {
				b.reopen()
				for _, e := range model {
					if e.state == StateSending {
						e.state = StateAccepted
					}
				}
			},
			"": func(rt *rapid.T) {
				var want []string
				for c := range classes {
					for _, e := range model {
						if e.class == c && e.state == StateAccepted && !blockedBy(model, e, func(m *entry) (string, State) { return m.caseID, m.state }) &&
							!e.next.After(*b.now) {
							want = append(want, e.id)
						}
					}
				}
				if got := b.dueIDs(); !slices.Equal(got, want) {
					rt.Fatalf("due %v, want %v", got, want)
				}
				waiting := 0
				for _, e := range model {
					if e.state.waiting() {
						waiting++
					}
				}
				if s := b.Stats(); s.Waiting != waiting || s.LastSequence != uint64(len(model)) {
					rt.Fatalf("stats %+v, want %d waiting of %d", s, waiting, len(model))
				}
			},
		})
	})
}

func blockedBy[E comparable](model []E, e E, of func(E) (string, State)) bool {
	id, _ := of(e)
	for _, earlier := range model {
		if earlier == e {
			return false
		}
		if c, s := of(earlier); id != "" && c == id && s.blocks() {
			return true
		}
	}
	return false
}

// TestByTrack: what a receipt's code stands for is found again, also after a restart.
func TestByTrack(t *testing.T) {
	b := setup(t)
	d := submission()
	d.TrackHash = strings.Repeat("5d", 32)
	b.accept(submission())
	b.accept(d)
	b.reopen()
	got, err := b.ByTrack(d.TrackHash)
	if err != nil || got.Item.ID != d.ID {
		t.Errorf("got %+v, %v; want item %s", got, err, d.ID)
	}
	if _, err := b.ByTrack(strings.Repeat("00", 32)); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown code: %v", err)
	}
}
