package kiosk_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
)

// TestMaskedValuesAreShownForAMoment: a touch shows what the card holds, one value at a time, and five seconds later it is masked
// again, on the form and on the review. Time is the bubble's.
func TestMaskedValuesAreShownForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &slowBox{brokenBox: &brokenBox{}}, nil)
		h.patience = time.Minute
		h.begins("residence-permit")
		h.send(kiosk.Next{})
		f := now[kiosk.Form](h)
		if f.Fields[0].Value != "张*三" || f.Fields[1].Value != "1***************14" || strings.Contains(f.Fields[2].Value, "东华门") {
			t.Fatalf("the form shows %+v", f.Fields[:3])
		}
		value := func(n int) string { return now[kiosk.Form](h).Fields[n].Value }
		moment := func(what string, shown func(kiosk.View) string, full string) {
			t.Helper()
			began := time.Now()
			h.wait("masking of "+what, func(v kiosk.View) bool { return shown(v) != "" && shown(v) != full })
			if stood := time.Since(began); stood < 4*time.Second || stood > 7*time.Second {
				t.Errorf("%s was shown for %v", what, stood)
			}
		}
		h.send(f.Fields[1].Reveal)
		if got := value(1); got != "110101190001010014" {
			t.Errorf("after the touch the number is %q", got)
		}
		moment("the number", func(v kiosk.View) string { return v.Screen.(kiosk.Form).Fields[1].Value }, "110101190001010014")
		h.send(f.Fields[0].Reveal, f.Fields[2].Reveal, kiosk.Reveal{Field: "nonsense"}, f.Fields[2].Reveal)
		if value(0) != "张*三" || value(2) != "北京市东城区东华门大街2号" {
			t.Errorf("after touching name and address they are %q and %q", value(0), value(2))
		}
		moment("the address", func(v kiosk.View) string { return v.Screen.(kiosk.Form).Fields[2].Value }, "北京市东城区东华门大街2号")

		h.writes("phone", "13800138000")
		h.send(kiosk.Next{}, kiosk.Pick{Field: "housing", Value: "owned"})
		h.writes("room", "502")
		h.writes("since", "19991101")
		h.send(kiosk.Next{})
		row := now[kiosk.Review](h).Groups[0].Rows[1]
		h.send(row.Reveal)
		if got := now[kiosk.Review](h).Groups[0].Rows[1].Value; row.Value == got || got != "110101190001010014" {
			t.Errorf("on the review %q becomes %q", row.Value, got)
		}
		moment("the number on the review", func(v kiosk.View) string { return v.Screen.(kiosk.Review).Groups[0].Rows[1].Value }, "110101190001010014")
		h.send(row.Reveal, kiosk.Home{}, kiosk.Abandon{})
		screen[kiosk.Goodbye](h)
	})
}

// TestI10NothingIsRevealedToTheNext: a value that was shown as the visit ended is masked for whoever comes within its moment.
func TestI10NothingIsRevealedToTheNext(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.begins("residence-permit")
	h.send(kiosk.Next{}, kiosk.Reveal{Field: "name"})
	now[kiosk.Form](h)
	h.send(kiosk.Abandon{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	h.begins("residence-permit")
	h.send(kiosk.Next{})
	if f := h.field("name"); f.Value != "张*三" {
		t.Errorf("the next visitor sees %q", f.Value)
	}
}
