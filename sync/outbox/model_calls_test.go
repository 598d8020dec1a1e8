package outbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"pgregory.net/rapid"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func (m *model) take(rt *rapid.T, d Draft) {
	a, err := m.b.Accept(context.Background(), d)
	if err != nil {
		rt.Fatalf("accept: %v", err)
	}
	if a.Sequence != uint64(len(m.items))+1 || d.Numbered != (a.ReceiptNo != "") || m.numbers[a.ReceiptNo] || !a.At.Equal(*m.b.now) {
		rt.Fatalf("item %d accepted as %+v", len(m.items)+1, a)
	}
	if a.ReceiptNo != "" {
		m.numbers[a.ReceiptNo] = true
	}
	m.items = append(m.items, &known{accepted: a, kind: d.Type, caseID: d.CaseID, state: StateAccepted, lastObserved: StateAccepted})
}

func (m *model) accept(rt *rapid.T) {
	d := rapid.SampledFrom([]Draft{submission(), printed(""), {Type: "cn.onedoor.evaluation.v1"}, {Type: "cn.onedoor.withdrawal.v1"},
		{Type: item.TypeHealth}}).Draw(rt, "draft")
	d.ID, d.CaseID = newID(), ""
	if d.Type != item.TypeHealth {
		d.CaseID = rapid.SampledFrom(append([]string{""}, m.cases...)).Draw(rt, "case")
	}
	m.take(rt, d)
}

// acceptCase is a visit: submission, print and evaluation of a new case.
func (m *model) acceptCase(rt *rapid.T) {
	s := submission()
	m.take(rt, s)
	m.take(rt, printed(s.CaseID))
	m.take(rt, Draft{ID: newID(), Type: "cn.onedoor.evaluation.v1", CaseID: s.CaseID, Payload: []byte("{}")})
	m.cases = append(m.cases, s.CaseID)
}

func (m *model) pick(rt *rapid.T) *known {
	if len(m.items) == 0 {
		rt.Skip("empty")
	}
	few := m.items[:min(len(m.items), 4)] // these come by more than once
	return rapid.OneOf(rapid.SampledFrom(few), rapid.SampledFrom(m.items)).Draw(rt, "item")
}

// some picks up to three different items.
func (m *model) some(rt *rapid.T) (items []*known, ids []string) {
	for range rapid.IntRange(1, 3).Draw(rt, "how many") {
		if k := m.pick(rt); !slices.Contains(items, k) {
			items, ids = append(items, k), append(ids, k.accepted.ID)
		}
	}
	return items, ids
}

func (m *model) acceptAgain(rt *rapid.T) {
	k := m.pick(rt)
	a, err := m.b.Accept(context.Background(), Draft{ID: k.accepted.ID, Type: item.TypeHealth, Numbered: true})
	if err != nil || a.Sequence != k.accepted.Sequence || a.ReceiptNo != k.accepted.ReceiptNo || !a.At.Equal(k.accepted.At) {
		rt.Fatalf("accepted again as %+v, %v; was %+v", a, err, k.accepted)
	}
}

// send is what the engine does: begin what is due.
func (m *model) send(rt *rapid.T) {
	due, err := m.b.Due(*m.b.now, rapid.IntRange(0, 4).Draw(rt, "limit"))
	if err != nil {
		rt.Fatal(err)
	}
	var ids []string
	for _, e := range due {
		k := m.items[e.Sequence-1]
		k.state, k.attempts = StateSending, k.attempts+1
		ids = append(ids, e.Item.ID)
	}
	if err := m.b.Begin(context.Background(), ids); err != nil {
		rt.Fatal(err)
	}
}

// begin picks at random, so also what is not due.
func (m *model) begin(rt *rapid.T) {
	items, ids := m.some(rt)
	if err := m.b.Begin(context.Background(), ids); err != nil {
		rt.Fatal(err)
	}
	for _, k := range items {
		if k.state == StateAccepted || k.state == StateSending {
			k.state, k.attempts = StateSending, k.attempts+1
		}
	}
}

// answers are what an upstream can say, and the state that each means.
var answers = []struct {
	status wire.Status
	tier   wire.Tier
	to     State
}{
	{wire.Stored, wire.TierCentral, StateStoredCentral}, {wire.Duplicate, wire.TierCentral, StateStoredCentral},
	{wire.Stored, wire.TierEdge, StateStoredEdge}, {wire.Held, wire.TierEdge, StateHeld},
	{wire.Rejected, "", StateRejected}, {wire.Conflict, "", StateConflict},
}

func (m *model) ack(rt *rapid.T, k *known, status wire.Status, tier wire.Tier, epoch string) *wire.Ack {
	if tier == "" {
		return nil
	}
	if status == wire.Duplicate {
		status = wire.Stored
	}
	a := &wire.Ack{Source: kiosk.String(), Sequence: item.FormatSequence(k.accepted.Sequence), ID: k.accepted.ID, Digest: k.digest, Status: status,
		Tier: tier, Epoch: epoch, Position: 7, At: item.FormatTime(start), Key: "up-1"}
	if err := a.Sign(item.Default(), m.b.keys.upPriv); err != nil {
		rt.Fatal(err)
	}
	return a
}

func (m *model) settle(rt *rapid.T) {
	items, _ := m.some(rt)
	m.answer(rt, items)
}

// settleEnded answers once more what an upstream has.
func (m *model) settleEnded(rt *rapid.T) {
	var had []*known
	for _, k := range m.items {
		if k.acked {
			had = append(had, k)
		}
	}
	if len(had) == 0 {
		rt.Skip("none")
	}
	m.answer(rt, []*known{rapid.SampledFrom(had).Draw(rt, "item")})
}

func (m *model) answer(rt *rapid.T, items []*known) {
	epoch := rapid.SampledFrom([]string{"e1", "e2"}).Draw(rt, "epoch")
	var all []Settlement
	for _, k := range items {
		a := rapid.SampledFrom(answers).Draw(rt, "answer")
		all = append(all, Settlement{ID: k.accepted.ID, Status: a.status, Ack: m.ack(rt, k, a.status, a.tier, epoch), Reason: "r"})
		if slices.Contains(edges[k.state], a.to) && !back(k.state, a.to) {
			k.state, k.next = a.to, time.Time{}
			if a.tier != "" {
				k.acked, k.epoch = true, epoch
			}
		}
	}
	if err := m.b.Settle(context.Background(), all); err != nil {
		rt.Fatal(err)
	}
}

// settleWrongly gives a good settlement and one with an ack for other bytes: neither counts.
func (m *model) settleWrongly(rt *rapid.T) {
	good, bad := m.pick(rt), m.pick(rt)
	if good == bad {
		rt.Skip("needs two")
	}
	ack := m.ack(rt, bad, wire.Stored, wire.TierCentral, "e1")
	switch rapid.SampledFrom([]string{"none", "digest", "id", "sequence", "source", "status"}).Draw(rt, "wrong") {
	case "none":
		ack = nil
	case "digest":
		ack.Digest = good.digest
	case "id":
		ack.ID = good.accepted.ID
	case "sequence":
		ack.Sequence = item.FormatSequence(good.accepted.Sequence)
	case "source":
		ack.Source = "urn:hall:11010:107:01"
	case "status":
		ack.Status = wire.Held
	}
	err := m.b.Settle(context.Background(), []Settlement{
		{ID: good.accepted.ID, Status: wire.Stored, Ack: m.ack(rt, good, wire.Stored, wire.TierCentral, "e1")},
		{ID: bad.accepted.ID, Status: wire.Stored, Ack: ack}})
	if !errors.Is(err, ErrAck) {
		rt.Fatalf("settled with %+v: %v", ack, err)
	}
}

func (m *model) deferSome(rt *rapid.T) {
	items, ids := m.some(rt)
	until := m.b.now.Add(time.Duration(rapid.IntRange(-30, 90).Draw(rt, "minutes")) * time.Minute)
	if err := m.b.Defer(context.Background(), ids, until, rapid.SampledFrom([]string{"", "r"}).Draw(rt, "reason")); err != nil {
		rt.Fatal(err)
	}
	if latest := m.b.now.Add(time.Hour); until.After(latest) {
		until = latest
	}
	for _, k := range items {
		if k.state == StateAccepted || k.state == StateSending {
			k.state, k.next = StateAccepted, until
		}
	}
}

func (m *model) release(rt *rapid.T) {
	items, ids := m.some(rt)
	if err := m.b.Release(context.Background(), ids); err != nil {
		rt.Fatal(err)
	}
	for _, k := range items {
		if k.state == StateRejected || k.state == StateConflict {
			k.state, k.next = StateAccepted, time.Time{}
		}
	}
}

func (m *model) void(rt *rapid.T) {
	items, ids := m.some(rt)
	if err := m.b.Void(context.Background(), ids, "by hand"); err != nil {
		rt.Fatal(err)
	}
	for _, k := range items {
		if k.state == StateRejected || k.state == StateConflict {
			k.state = StateVoid
		}
	}
}

func (m *model) resend(rt *rapid.T) {
	items, ids := m.some(rt)
	epoch := rapid.SampledFrom([]string{"e1", "e2"}).Draw(rt, "epoch")
	if err := m.b.Resend(context.Background(), ids, epoch); err != nil {
		rt.Fatal(err)
	}
	for _, k := range items {
		if (k.state == StateHeld || k.state == StateStoredEdge || k.state == StateStoredCentral) && k.epoch != epoch {
			k.state, k.next = StateAccepted, time.Time{}
		}
	}
}

func (m *model) clock(rt *rapid.T) {
	now := *m.b.now
	*m.b.now = rapid.SampledFrom([]time.Time{now.Add(20 * time.Minute), now.Add(-time.Hour), now.AddDate(10, 0, 0), now.AddDate(-10, 0, 0),
		time.Unix(0, 0).UTC(), start}).Draw(rt, "now")
}
