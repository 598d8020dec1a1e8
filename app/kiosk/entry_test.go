package kiosk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"onedoor/app/kiosk"
)

// households goes to the page of a form that asks for members of the family.
func households(t *testing.T, box kiosk.Outbox) *hall {
	t.Helper()
	h := equipped(t, box, nil)
	h.begins("household-move")
	h.picks("reason=house", "alone=together")
	h.send(kiosk.Next{}, kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{})
	h.place("target", "6 号")
	h.writes("deed", "0123456")
	h.send(kiosk.Next{})
	if f := now[kiosk.Form](h); f.Fields[0].Kind != kiosk.FieldGroup || f.Fields[0].Add.Intent == nil || len(f.Fields[0].Entries) != 0 {
		t.Fatalf("the page asks %+v", f.Fields)
	}
	return h
}

// member fills in the entry that is open. Nobody has such a number: its region does not exist.
func (h *hall) member(n, letters string) {
	h.Helper()
	ids := asked(now[kiosk.Form](h))
	if !slices.Equal(ids, []string{"family." + n + ".name", "family." + n + ".relation", "family." + n + ".number"}) {
		h.Fatalf("the entry asks %v", ids)
	}
	h.writes(ids[0], letters)
	h.send(kiosk.Done{})
	h.picks(ids[1] + "=child")
	h.writes(ids[2], "990101190001010018")
}

func entries(f kiosk.Form) []string {
	var all []string
	for _, e := range f.Fields[0].Entries {
		all = append(all, e.Title)
	}
	return all
}

// TestMembersOfAFamily: one is added, filled in, judged, changed and taken out; whoever begins one and goes back has none.
func TestMembersOfAFamily(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := households(t, box)
	h.send(kiosk.Next{})
	if f := now[kiosk.Form](h); f.Errors == "" || !strings.Contains(f.Fields[0].Error, "至少") {
		t.Errorf("with nobody it says %q and %q", f.Errors, f.Fields[0].Error)
	}
	h.send(kiosk.AddEntry{Field: "family"})
	f := now[kiosk.Form](h)
	if f.Next.Label != "这一位填好了" || !f.Fields[0].Focused || f.Errors != "" {
		t.Errorf("a fresh entry is %+v", f)
	}
	h.types("wang")
	h.send(kiosk.Back{})
	if f := now[kiosk.Form](h); len(f.Fields[0].Entries) != 0 || f.Keypad.Compose != "" {
		t.Errorf("after going back there are %v", entries(f))
	}
	h.send(kiosk.AddEntry{Field: "family"})
	if f := h.field("family.0.name"); f.Value != "" || f.Compose != "" {
		t.Errorf("a fresh name is %q and %q", f.Value, f.Compose)
	}
	h.send(kiosk.Next{})
	if f := now[kiosk.Form](h); f.Errors == "" || f.Fields[0].Error == "" || f.Fields[1].Error == "" || f.Fields[2].Error == "" {
		t.Errorf("an empty entry is judged %+v", f)
	}
	h.member("0", "wangxiaoming")
	h.send(kiosk.Erase{})
	h.types("6") // a slip in the check digit
	h.send(kiosk.Next{})
	if f := now[kiosk.Form](h); !strings.Contains(f.Fields[2].Error, "有一位不对") {
		t.Errorf("of a wrong check digit it says %q", f.Fields[2].Error)
	}
	h.send(kiosk.Erase{})
	h.types("8")
	h.send(kiosk.Next{})
	if got := entries(now[kiosk.Form](h)); !slices.Equal(got, []string{"王晓明"}) {
		t.Fatalf("the family is %v", got)
	}
	for n, letters := range map[string]string{"1": "lisi"} {
		h.send(kiosk.AddEntry{Field: "family"})
		h.member(n, letters)
		h.send(kiosk.Next{})
	}
	h.send(kiosk.AddEntry{Field: "family"})
	h.member("2", "zhaowu")
	h.send(kiosk.Next{})
	before := entries(now[kiosk.Form](h))
	if len(before) != 3 || before[0] != "王晓明" {
		t.Fatalf("the family is %v", before)
	}

	h.send(kiosk.EditEntry{Field: "family", N: 1})
	if f := h.field("family.1.name"); f.Value != before[1] {
		t.Errorf("changing the second shows %q", f.Value)
	}
	h.picks("family.1.relation=spouse")
	h.send(kiosk.Back{}) // an entry that was there stays, as it was changed
	if f := now[kiosk.Form](h); !slices.Equal(entries(f), before) || !strings.Contains(f.Fields[0].Entries[1].Text, "丈夫或妻子") {
		t.Errorf("the family is %+v", f.Fields[0].Entries)
	}
	h.send(kiosk.DropEntry{Field: "family", N: 0}, kiosk.DropEntry{Field: "family", N: 7}, kiosk.DropEntry{Field: "family", N: -1})
	if got := entries(now[kiosk.Form](h)); !slices.Equal(got, before[1:]) {
		t.Errorf("without the first the family is %v, want %v", got, before[1:])
	}
	h.send(kiosk.Next{})
	r := now[kiosk.Review](h)
	if last := r.Groups[len(r.Groups)-1]; len(last.Rows) != 2 || !strings.Contains(last.Rows[0].Value, before[1]) {
		t.Errorf("the review ends with %+v", last)
	}
	h.send(kiosk.Confirm{}, scrawl(), kiosk.Confirm{})
	h.wait("the receipt", printed)
	var sent struct {
		Form struct {
			Family []map[string]string `json:"family"`
		} `json:"form"`
	}
	if err := json.Unmarshal(<-box.seen, &sent); err != nil {
		t.Fatal(err)
	}
	want := []map[string]string{{"name": before[1], "relation": "spouse", "number": "990101190001010018"}, {"name": before[2], "relation": "child", "number": "990101190001010018"}}
	if got, _ := json.Marshal(sent.Form.Family); string(got) != mustJSON(t, want) {
		t.Errorf("handed in: %s", got)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAFamilyHasAnEnd: when there are as many as the form takes, no more are offered.
func TestAFamilyHasAnEnd(t *testing.T) {
	box, _ := newOutbox(t)
	h := households(t, box)
	for n := range 8 {
		h.send(kiosk.AddEntry{Field: "family"})
		h.member(string(rune('0'+n)), "wang")
		h.send(kiosk.Next{})
	}
	f := now[kiosk.Form](h)
	if len(f.Fields[0].Entries) != 8 || f.Fields[0].Add.Intent != nil {
		t.Errorf("%d entries, and one more is %+v", len(f.Fields[0].Entries), f.Fields[0].Add)
	}
	h.send(kiosk.AddEntry{Field: "family"})
	if f := now[kiosk.Form](h); asked(f)[0] != "family" {
		t.Errorf("asks %v", asked(f))
	}
}

// TestU1TapsBesideAnEntry: while one is open, what belongs to the list behind it does nothing.
func TestU1TapsBesideAnEntry(t *testing.T) {
	box, _ := newOutbox(t)
	h := households(t, box)
	h.send(kiosk.AddEntry{Field: "family"})
	h.member("0", "wang")
	h.send(kiosk.Next{}, kiosk.AddEntry{Field: "family"}, kiosk.DropEntry{Field: "family", N: 0}, kiosk.AddEntry{Field: "family"}, kiosk.EditEntry{Field: "family"})
	h.member("1", "li")
	h.send(kiosk.Elder{}, kiosk.Next{})
	if f := now[kiosk.Form](h); !slices.Equal(entries(f), []string{"王", "李"}) {
		t.Errorf("the family is %v", entries(f))
	}
}
