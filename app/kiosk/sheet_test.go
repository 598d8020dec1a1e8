package kiosk_test

import (
	"slices"
	"strings"
	"testing"

	"onedoor/app/kiosk"
)

// TestElderModeAsksOneThingAtATime: each question has a screen of its own, in the order of the form, and the way back is the
// same.
func TestElderModeAsksOneThingAtATime(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.begins("residence-permit")
	h.send(kiosk.Elder{}, kiosk.Next{})
	want := [][]string{{"name", "number", "address"}, {"phone"}, {"housing"}, {"room"}, {"since"}}
	for i, ids := range want {
		f := now[kiosk.Form](h)
		if got := asked(f); !slices.Equal(got, ids) {
			t.Fatalf("screen %d asks %v, want %v", i, got, ids)
		}
		if !h.seen[len(h.seen)-1].Frame.Elder {
			t.Error("the frame is not large")
		}
		switch ids[0] {
		case "phone":
			h.writes("phone", "13800138000")
		case "housing":
			h.picks("housing=owned")
		case "room":
			h.writes("room", "502")
		case "since":
			h.writes("since", "19991101")
		}
		h.send(kiosk.Next{})
	}
	now[kiosk.Review](h)
	for i := len(want) - 1; i >= 0; i-- {
		h.send(kiosk.Back{})
		if got := asked(now[kiosk.Form](h)); !slices.Equal(got, want[i]) {
			t.Errorf("going back, screen %d asks %v, want %v", i, got, want[i])
		}
	}
	h.send(kiosk.Back{})
	now[kiosk.Check](h)
}

// TestElderModeInTheMidstOfAForm: the question that is being answered stays on the screen, and nothing is lost.
func TestElderModeInTheMidstOfAForm(t *testing.T) {
	box, _ := newOutbox(t)
	h := equipped(t, box, nil)
	h.begins("residence-permit")
	h.send(kiosk.Next{})
	toggle := func(stays string) {
		t.Helper()
		for _, elder := range []bool{true, false} {
			h.send(kiosk.Elder{})
			f := now[kiosk.Form](h)
			if ids := asked(f); !slices.Contains(ids, stays) || (len(ids) == 1) != elder {
				t.Errorf("elder %v: at %s it asks %v", elder, stays, ids)
			}
			for _, one := range f.Fields {
				if one.ID == stays && !one.Focused && one.Focus != nil {
					t.Errorf("elder %v: %s is not typed into any more", elder, stays)
				}
			}
		}
	}
	h.writes("phone", "138001")
	toggle("phone")
	h.types("38000")
	h.send(kiosk.Next{})
	toggle("housing")
	h.send(kiosk.Elder{})
	h.picks("housing=rented")
	h.send(kiosk.Next{})
	h.writes("room", "50")
	h.send(kiosk.Size{To: 1}) // ends elder mode too
	if ids := asked(now[kiosk.Form](h)); !slices.Equal(ids, []string{"housing", "room", "since"}) {
		t.Errorf("the smaller size asks %v", ids)
	}
	toggle("room")
	h.types("2")
	h.writes("since", "1999")
	toggle("since")
	f := now[kiosk.Form](h)
	if !f.Fields[0].Options[0].Chosen || f.Fields[1].Value != "502" || !strings.Contains(f.Fields[2].Value, "1999") {
		t.Errorf("the form has %+v", f.Fields)
	}
	h.types("1101")
	h.send(kiosk.Elder{}, kiosk.Next{})
	r := now[kiosk.Review](h)
	h.send(kiosk.Elder{}, kiosk.Elder{}, r.Groups[1].Edit.Intent)
	if ids := asked(now[kiosk.Form](h)); !slices.Contains(ids, "phone") {
		t.Errorf("mending after a change of mode asks %v", ids)
	}
}

// TestMendingComesStraightBack: from the review to the page that is wrong, and from there to the review.
func TestMendingComesStraightBack(t *testing.T) {
	for name, elder := range map[string]bool{"pages": false, "one thing at a time": true} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := equipped(t, box, nil)
			h.fill()
			if elder {
				h.send(kiosk.Elder{})
			}
			r := now[kiosk.Review](h)
			if len(r.Groups) != 3 || r.Groups[0].Edit.Intent != nil {
				t.Fatalf("the review has %+v", r.Groups)
			}
			h.send(r.Groups[1].Edit.Intent)
			f := now[kiosk.Form](h)
			if !slices.Contains(asked(f), "phone") || f.Next.Label != "改好了，回到核对" {
				t.Errorf("asks %v, and then %q", asked(f), f.Next.Label)
			}
			h.send(kiosk.Focus{Field: "phone"}, kiosk.Clear{})
			h.writes("phone", "139")
			h.send(kiosk.Next{})
			if f := now[kiosk.Form](h); f.Errors == "" || !slices.Contains(asked(f), "phone") {
				t.Errorf("a slip leads to %v with %q", asked(f), f.Errors)
			}
			h.types("00139000")
			h.send(kiosk.Next{})
			if r := now[kiosk.Review](h); r.Groups[1].Rows[0].Value != "139 0013 9000" {
				t.Errorf("the review shows %+v", r.Groups[1])
			}
			h.send(now[kiosk.Review](h).Groups[2].Edit.Intent)
			h.picks("housing=owned")
			h.send(kiosk.Back{}) // as good as going on, when nothing is wrong
			if r := now[kiosk.Review](h); r.Groups[2].Rows[0].Value != "自有住房" && !strings.Contains(r.Groups[2].Rows[0].Value, "自") {
				t.Errorf("the review shows %+v", r.Groups[2])
			}
		})
	}
}

// TestMendingThatAsksMore: an answer that calls for more leads there before it leads back.
func TestMendingThatAsksMore(t *testing.T) {
	for name, elder := range map[string]bool{"pages": false, "one thing at a time": true} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := equipped(t, box, nil)
			h.begins("no-criminal-record")
			h.picks("purpose=other")
			h.send(kiosk.Next{}, kiosk.Next{})
			h.writes("phone", "13800138000")
			h.send(kiosk.Next{})
			h.send(kiosk.KeyMode{To: kiosk.ModeLetters})
			h.writes("use", "A")
			h.writes("copies", "2")
			h.picks("delivery=counter")
			h.send(kiosk.Next{})
			now[kiosk.Review](h)
			if elder {
				h.send(kiosk.Elder{})
			}
			edit := now[kiosk.Review](h).Groups
			h.send(edit[len(edit)-1].Edit.Intent)
			for range 5 { // one thing at a time goes through the page
				if f := now[kiosk.Form](h); slices.Contains(asked(f), "delivery") {
					break
				} else if f.Next.Label != "下一步" {
					t.Errorf("at %v it says %q", asked(f), f.Next.Label)
				}
				h.send(kiosk.Next{})
			}
			h.picks("delivery=post")
			h.send(kiosk.Next{})
			f := now[kiosk.Form](h)
			if ids := asked(f); ids[0] != "post_address" || f.Errors != "" {
				t.Fatalf("asks %v with %q, want the address", ids, f.Errors)
			}
			h.send(kiosk.Next{}) // not without it
			if f := now[kiosk.Form](h); f.Errors == "" || asked(f)[0] != "post_address" {
				t.Errorf("without an address it goes to %v with %q", asked(f), f.Errors)
			}
			h.place("post_address", "6 号")
			if elder {
				h.send(kiosk.Next{})
				if ids := asked(now[kiosk.Form](h)); !slices.Equal(ids, []string{"post_name"}) {
					t.Fatalf("then asks %v", ids)
				}
			}
			h.send(kiosk.Focus{Field: "post_name"}, kiosk.KeyMode{To: kiosk.ModePinyin})
			h.types("wang")
			h.send(kiosk.Next{})
			r := now[kiosk.Review](h)
			last := r.Groups[len(r.Groups)-1]
			if len(last.Rows) != 2 || last.Rows[1].Value != "王" || !strings.HasSuffix(last.Rows[0].Value, "6 号") {
				t.Errorf("the review ends with %+v", last)
			}
		})
	}
}

// place chooses the first place of each step and writes what is below the street.
func (h *hall) place(field, rest string) {
	h.Helper()
	h.send(kiosk.Focus{Field: field})
	for range 6 {
		l, ok := h.look().Screen.(kiosk.List)
		if !ok {
			h.writes(field+"/rest", rest)
			return
		}
		h.send(l.Options[0].Intent)
	}
	h.Fatal("the places have no end")
}
