package storetest

import (
	"fmt"
	"testing"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// whose makes the item that opens a case of a holder.
func whose(k central.Kiosk, seq uint64, h central.Holder) central.Entry {
	e := entry(k, seq, newCase(), 1, central.EffectOpen)
	e.Holder = h
	return e
}

// caseIDs is the ids of cases, and of the items that open some.
func caseIDs(cases []central.Case) (ids []string) {
	for i := range cases {
		ids = append(ids, cases[i].ID)
	}
	return ids
}

func (b *bench) of(t *testing.T, h central.Holder, limit int, want ...central.Entry) {
	t.Helper()
	var ids []string
	for _, e := range want {
		ids = append(ids, e.Item.CaseID)
	}
	got, err := b.CasesOf(t.Context(), h, limit)
	if err != nil || fmt.Sprint(caseIDs(got)) != fmt.Sprint(ids) {
		t.Errorf("cases of %q: %v, %v; want %v", h, caseIDs(got), err, ids)
	}
}

// A holder's cases are found wherever they were opened, as they are now and the newest first, and nobody else's with them.
func casesOfHolders(t *testing.T, b *bench) {
	const zhang, li = "zhangzhangzhangzhangzh", "lililililililililililil"
	first, others, nobodys := whose(kiosk, 1, zhang), whose(kiosk, 2, li), whose(kiosk, 3, "")
	elsewhere := whose(otherKiosk, 1, zhang)
	// The hall has staff, who are no cases.
	if _, err := b.SaveRoster(t.Context(), central.RosterChange{Hall: kiosk.Hall, Members: []wire.Member{{ID: "wang-li", Name: "王丽", Role: "attendant"}}, At: b.at}); err != nil {
		t.Fatal(err)
	}
	if left, err := b.Unindexed(t.Context(), 10); err != nil || len(left) > 0 {
		t.Errorf("nobody has looked whose these are: %v, %v", caseIDs(left), err)
	}
	b.ingest(t, first, others, nobodys, elsewhere)
	b.of(t, zhang, 10, elsewhere, first)
	b.of(t, zhang, 1, elsewhere)
	b.of(t, li, 10, others)
	b.of(t, "", 10)
	b.of(t, "zhang", 10) // not what another begins with
	b.of(t, "x' OR 1=1\x00\xff", 10)

	// What is held is no case yet, and becomes one when it is understood.
	odd := whose(kiosk, 4, zhang)
	odd.Effect, odd.Facts, odd.Holder = central.EffectUnknown, nil, ""
	b.ingest(t, odd)
	b.of(t, zhang, 10, elsewhere, first)
	known := odd
	known.Effect, known.Facts, known.Holder = central.EffectOpen, first.Facts, zhang
	b.ingest(t, known)
	b.of(t, zhang, 10, odd, elsewhere, first)

	// A second submission in a case does not make it somebody else's.
	second := entry(kiosk, 5, first.Item.CaseID, 2, central.EffectOpen)
	second.Holder = li
	b.ingest(t, second)
	b.of(t, li, 10, others)

	if _, err := b.Advance(t.Context(), central.Change{Kiosk: kiosk, CaseID: first.Item.CaseID, IfVersion: 1, Step: central.Step{Stage: wire.StageReturned, At: b.at}}); err != nil {
		t.Fatal(err)
	}
	b.reopen(t)
	b.of(t, zhang, 10, odd, elsewhere, first)
	got, err := b.CasesOf(t.Context(), zhang, 10)
	if err != nil || got[2].Stage != wire.StageReturned || got[2].Facts.ServiceID != "jzz" {
		t.Errorf("the moved case is %+v, %v", got[2], err)
	}
	if left, err := b.Unindexed(t.Context(), 10); err != nil || len(left) != 0 {
		t.Errorf("%d cases are said to be unindexed, %v", len(left), err)
	}
}

// Cases that a former version left are given their holders one by one, once.
func casesOfBefore(t *testing.T, b *bench) {
	const zhang, li = "zhangzhangzhangzhangzh", "lililililililililililil"
	var old []central.Entry
	for seq := uint64(1); seq <= 4; seq++ {
		old = append(old, whose(kiosk, seq, ""))
	}
	b.ingest(t, old...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.age(t, b.dir)
	b.Store = b.open(t, b.dir)
	fresh := whose(kiosk, 5, zhang)
	b.ingest(t, fresh)
	left, err := b.Unindexed(t.Context(), 3)
	if err != nil || fmt.Sprint(caseIDs(left)) != fmt.Sprint([]string{old[0].Item.CaseID, old[1].Item.CaseID, old[2].Item.CaseID}) {
		t.Fatalf("unindexed are %v, %v", caseIDs(left), err)
	}
	c, err := b.Case(t.Context(), fresh.Item.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	found := []central.Holding{{Position: left[0].Position, Holder: zhang}, {Position: left[1].Position}, {Position: 999, Holder: li}, {Position: c.Position, Holder: li}}
	for range 2 { // the second time nothing is left to do
		if err := b.Indexed(t.Context(), found); err != nil {
			t.Fatal(err)
		}
		b.of(t, zhang, 10, fresh, old[0])
		b.of(t, li, 10)
	}
	if err := b.Indexed(t.Context(), []central.Holding{{Position: left[0].Position, Holder: li}}); err != nil {
		t.Fatal(err)
	}
	b.of(t, li, 10)
	b.reopen(t)
	left, err = b.Unindexed(t.Context(), 10)
	if err != nil || fmt.Sprint(caseIDs(left)) != fmt.Sprint([]string{old[2].Item.CaseID, old[3].Item.CaseID}) {
		t.Fatalf("after a restart unindexed are %v, %v", caseIDs(left), err)
	}
	if err := b.Indexed(t.Context(), []central.Holding{{Position: left[0].Position, Holder: li}, {Position: left[1].Position, Holder: zhang}}); err != nil {
		t.Fatal(err)
	}
	b.of(t, zhang, 10, fresh, old[3], old[0])
	if left, err := b.Unindexed(t.Context(), 10); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", caseIDs(left), err)
	}
	if err := b.Indexed(t.Context(), nil); err != nil {
		t.Errorf("nothing found: %v", err)
	}
}
