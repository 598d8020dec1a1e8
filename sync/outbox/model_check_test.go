package outbox

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"onedoor/sync/item"
)

// check compares everything.
func (m *model) check(rt *rapid.T) {
	m.b.rest()
	list, err := m.b.List(0, len(m.items)+5, func(State) bool { return true })
	if err != nil || len(list) != len(m.items) {
		rt.Fatalf("I1: %d of %d items, %v", len(list), len(m.items), err)
	}
	prev, inCase, count, bytes, oldest := item.Genesis, map[string]uint32{}, map[State]int{}, int64(0), time.Time{}
	for i, e := range list {
		k := m.items[i]
		got, err := m.b.Get(k.accepted.ID)
		if err != nil || got.Sequence != e.Sequence || got.State != e.State {
			rt.Fatalf("I1: item %d is %+v by its ID, %v", i+1, got, err)
		}
		m.checkItem(rt, i, e)
		if e.Item.Prev != prev {
			rt.Fatalf("I13: item %d follows %s, want %s", i+1, e.Item.Prev, prev)
		}
		if prev = e.Item.Digest().String(); k.caseID != "" {
			if inCase[k.caseID]++; e.Item.CaseSeq != item.FormatCaseSeq(inCase[k.caseID]) {
				rt.Fatalf("I5: item %d is %s of its case, want %d", i+1, e.Item.CaseSeq, inCase[k.caseID])
			}
		}
		count[k.state]++
		if k.state == StateAccepted || k.state == StateSending {
			if bytes += int64(k.size); count[StateAccepted]+count[StateSending] == 1 {
				oldest = k.accepted.At
			}
		}
	}
	m.reset = false
	s := m.b.Stats()
	if !maps.Equal(s.ByState, count) || s.Waiting != count[StateAccepted]+count[StateSending] || s.Bytes != bytes || !s.Oldest.Equal(oldest) ||
		s.LastSequence != uint64(len(m.items)) || s.Stopped != nil {
		rt.Fatalf("stats %+v, want %v with %d bytes since %s", s, count, bytes, oldest)
	}
	if err := m.b.Verify(context.Background()); err != nil {
		rt.Fatalf("I13: %v", err)
	}
	m.checkDue(rt)
}

func (m *model) checkItem(rt *rapid.T, i int, e Entry) {
	k := m.items[i]
	if k.digest == "" {
		k.digest, k.size = e.Item.Digest().String(), e.Size
	}
	if e.Sequence != uint64(i)+1 || e.Item.ID != k.accepted.ID || e.Item.ReceiptNo != k.accepted.ReceiptNo || !e.AcceptedAt.Equal(k.accepted.At) ||
		e.Item.CaseID != k.caseID || len(e.Item.Data) == 0 || e.Size != k.size || item.Verify(e.Item, item.Default(), m.b.keys.signPub) != nil {
		rt.Fatalf("I1, I7: item %d is %+v, accepted as %+v", i+1, e, k.accepted)
	}
	if e.Item.Digest().String() != k.digest {
		rt.Fatalf("I4: item %d has other bytes", i+1)
	}
	if e.State != k.state || e.Attempts != k.attempts || !e.Next.Equal(k.next) || (e.Ack != nil) != k.acked || e.Epoch != k.epoch {
		rt.Fatalf("item %d is %+v, want %+v", i+1, e, k)
	}
	switch e.State {
	case StateHeld, StateStoredEdge, StateStoredCentral:
		if e.Ack == nil || e.Ack.Digest != k.digest || e.Ack.ID != k.accepted.ID || e.Ack.Verify(e.Item, item.Default(), m.b.keys.upPub) != nil {
			rt.Fatalf("I3: item %d is %s by %+v", i+1, e.State, e.Ack)
		}
	}
	if e.State != k.lastObserved && !m.reset && !slices.Contains(edges[k.lastObserved], e.State) {
		rt.Fatalf("item %d went from %s to %s", i+1, k.lastObserved, e.State)
	}
	k.lastObserved = e.State
}

// checkDue wants cases first and health last, by sequence, and of a case nothing before what came earlier is taken care of.
func (m *model) checkDue(rt *rapid.T) {
	var want []string
	for _, class := range []string{"cn.onedoor.submission cn.onedoor.withdrawal", "cn.onedoor.print cn.onedoor.evaluation", "cn.onedoor.health"} {
		stuck := map[string]bool{}
		for _, k := range m.items {
			wait := k.next.Sub(*m.b.now)
			ready := k.state == StateAccepted && (wait <= 0 || wait > time.Hour) // further ahead: from a clock that was set back
			if ready && !stuck[k.caseID] && strings.Contains(class, strings.TrimSuffix(string(k.kind), ".v1")) {
				want = append(want, k.accepted.ID)
			}
			switch k.state {
			case StateAccepted, StateSending, StateRejected, StateConflict:
				stuck[k.caseID] = k.caseID != ""
			}
		}
	}
	due, err := m.b.Due(*m.b.now, 1000)
	if err != nil {
		rt.Fatal(err)
	}
	var got []string
	for _, e := range due {
		got = append(got, e.Item.ID)
	}
	if !slices.Equal(got, want) {
		rt.Fatalf("I5: due %v, want %v", got, want)
	}
}
