package kiosk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"onedoor/app/kiosk"
)

// living goes to a page that asks for an address.
func living(t *testing.T, box kiosk.Outbox) *hall {
	t.Helper()
	h := equipped(t, box, nil)
	h.begins("medical-elsewhere")
	h.picks("kind=living")
	h.send(kiosk.Next{}, kiosk.Next{})
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{})
	return h
}

// goes chooses a place by its name and gives the list.
func (h *hall) goes(name string) {
	h.Helper()
	l := now[kiosk.List](h)
	for _, o := range l.Options {
		if o.Label == name {
			h.send(o.Intent)
			return
		}
	}
	h.Fatalf("%s is not among %d places of %q", name, len(l.Options), l.Path)
}

// TestAnAddressIsChosenStepByStep: down to the street, back up without losing the way, and changed later without writing the
// house again.
func TestAnAddressIsChosenStepByStep(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := living(t, box)
	h.send(h.field("place").Focus)
	l := now[kiosk.List](h)
	if l.Heading != "请选省" || l.Path != "" || len(l.Options) < 31 {
		t.Fatalf("begins with %q, %d places", l.Heading, len(l.Options))
	}
	h.goes("广东省")
	if l := now[kiosk.List](h); l.Heading != "请选市" || l.Path != "广东省" {
		t.Errorf("then %q of %q", l.Heading, l.Path)
	}
	h.goes("广州市")
	h.goes("番禺区")
	if l := now[kiosk.List](h); l.Heading != "请选街道或乡镇" || l.Path != "广东省 › 广州市 › 番禺区" {
		t.Errorf("then %q of %q", l.Heading, l.Path)
	}
	h.send(kiosk.Back{})
	if l := now[kiosk.List](h); l.Heading != "请选区县" || l.Path != "广东省 › 广州市" {
		t.Errorf("one step back is %q of %q", l.Heading, l.Path)
	}
	h.send(kiosk.ChooseFrom{Option: "110101"}, kiosk.ChooseFrom{Option: ""}, kiosk.Next{}) // not among these
	now[kiosk.List](h)
	h.send(kiosk.Back{}, kiosk.Back{})
	if l := now[kiosk.List](h); l.Heading != "请选省" {
		t.Errorf("at the top it is %q", l.Heading)
	}
	h.send(kiosk.Back{})
	if f := h.field("place"); f.Value != "" {
		t.Errorf("backed out with %q", f.Value)
	}

	h.send(kiosk.Focus{Field: "place"})
	h.goes("北京市")
	if l := now[kiosk.List](h); l.Heading != "请选区县" {
		t.Errorf("a municipality leads to %q", l.Heading)
	}
	h.goes("东城区")
	h.goes("东华门街道")
	f := now[kiosk.Form](h)
	if ids := asked(f); ids[0] != "place" || ids[1] != "place/rest" || !f.Fields[1].Focused || f.Fields[0].Value != "北京市东城区东华门街道" {
		t.Fatalf("chosen: %+v", f.Fields[:2])
	}
	h.send(kiosk.Done{}, kiosk.Next{})
	if f := h.field("place"); !strings.Contains(f.Error, "门牌") {
		t.Errorf("without a house it says %q", f.Error)
	}
	h.send(kiosk.Focus{Field: "place/rest"}, kiosk.KeyMode{To: kiosk.ModeDigits})
	h.types("6-1")
	h.writes("from", "20270101")
	h.send(kiosk.Next{})
	r := now[kiosk.Review](h)
	if got := r.Groups[len(r.Groups)-1].Rows[0].Value; got != "北京市东城区东华门街道 6-1" {
		t.Errorf("the review shows %q", got)
	}

	h.send(r.Groups[len(r.Groups)-1].Edit.Intent, kiosk.Focus{Field: "place"})
	h.goes("广东省")
	h.send(kiosk.Back{}, kiosk.Back{}) // thought better of it
	if f := now[kiosk.Form](h); f.Fields[0].Value != "北京市东城区东华门街道" || f.Fields[1].Value != "6-1" {
		t.Errorf("backing out leaves %+v", f.Fields[:2])
	}
	h.send(kiosk.Focus{Field: "place"}, kiosk.Next{}) // nothing is wrong, but a place is being chosen
	h.goes("上海市")
	h.goes("黄浦区")
	h.send(now[kiosk.List](h).Options[0].Intent)
	if f := now[kiosk.Form](h); !strings.HasPrefix(f.Fields[0].Value, "上海市黄浦区") || f.Fields[1].Value != "6-1" {
		t.Errorf("changed to %+v", f.Fields[:2])
	}
	h.send(kiosk.Next{})
	now[kiosk.Review](h)
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	var sent struct {
		Form map[string]any `json:"form"`
	}
	if err := json.Unmarshal(<-box.seen, &sent); err != nil {
		t.Fatal(err)
	}
	if got, _ := sent.Form["place"].(string); !strings.HasPrefix(got, "310101") || !strings.HasSuffix(got, " 6-1") {
		t.Errorf("handed in: %q", got)
	}
	for k := range sent.Form {
		if strings.Contains(k, "/") {
			t.Errorf("%s is handed in", k)
		}
	}
}

// TestElderModeInTheMidstOfAnAddress: the list stays, and what is chosen goes to its question.
func TestElderModeInTheMidstOfAnAddress(t *testing.T) {
	box, _ := newOutbox(t)
	h := living(t, box)
	h.send(kiosk.Focus{Field: "place"})
	h.goes("北京市")
	h.send(kiosk.Elder{})
	if l := now[kiosk.List](h); l.Path != "北京市" {
		t.Errorf("the way is %q", l.Path)
	}
	h.goes("东城区")
	h.goes("东华门街道")
	if ids := asked(now[kiosk.Form](h)); !slices.Equal(ids, []string{"place", "place/rest"}) {
		t.Errorf("asks %v", ids)
	}
}
