package kiosk_test

import (
	"fmt"
	"strings"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/app/receipt"
	"onedoor/sync/engine"
)

// tracked hands a case in and gives the machine to the next visitor, who wants to know how far it is. It gives the case as its
// receipt says, the number without blanks.
func tracked(t *testing.T) (h *hall, number string, done kiosk.Accepted) {
	t.Helper()
	box, _ := newOutbox(t)
	h = equipped(t, box, nil)
	h.fill()
	h.send(kiosk.Confirm{})
	done = h.wait("the receipt", printed).Screen.(kiosk.Accepted)
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{})
	screen[kiosk.Menu](h)
	return h, strings.ReplaceAll(done.Number, " ", ""), done
}

// stranger is a number with the right check digits that no machine here gave.
func stranger(t *testing.T) string {
	t.Helper()
	n, err := receipt.Numbers{Hall: "99901", Kiosk: "101", Incarnation: "01"}.Number(42)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestACaseIsFoundByItsNumber: a number that can not be one is told at the number, one that is of elsewhere is told so, and a
// known one shows the truth with the link and without.
func TestACaseIsFoundByItsNumber(t *testing.T) {
	h, number, done := tracked(t)
	h.send(kiosk.Open{What: kiosk.Follow})
	if tr := now[kiosk.Track](h); tr.Scan == "" || tr.Number.Value != "" || tr.Next.Off {
		t.Fatalf("asks %+v", tr)
	}
	wrong := number[:19] + string('0'+(number[19]-'0'+1)%10)
	for _, bad := range []string{"", number[:19], wrong} {
		h.send(kiosk.Clear{})
		h.types(bad)
		h.send(kiosk.Next{})
		if tr := now[kiosk.Track](h); !strings.Contains(tr.Number.Error, "编号不对") || strings.ReplaceAll(tr.Number.Value, " ", "") != bad {
			t.Errorf("%q is shown as %q with %q", bad, tr.Number.Value, tr.Number.Error)
		}
	}
	h.send(kiosk.Erase{})
	if tr := now[kiosk.Track](h); tr.Number.Error != "" || len(strings.ReplaceAll(tr.Number.Value, " ", "")) != 19 {
		t.Errorf("mending shows %+v", tr.Number)
	}
	h.types("xX" + number[19:] + "77") // letters and what is too much are not taken
	if tr := now[kiosk.Track](h); tr.Number.Value != done.Number {
		t.Errorf("the number is %q, want %q", tr.Number.Value, done.Number)
	}
	h.send(kiosk.Next{})
	p := now[kiosk.Progress](h)
	if p.Number != done.Number || p.Service != "居住证签注" || p.Track[0].State != kiosk.Reached || p.Track[1].State != kiosk.Ahead || p.Rate.Intent == nil {
		t.Errorf("shows %+v", p)
	}
	if !strings.Contains(p.Help, "现在离线") || !strings.Contains(p.AsOf, "本机现在离线") {
		t.Errorf("offline it says %q and %q", p.Help, p.AsOf)
	}
	h.link.set(engine.Status{Link: engine.Online})
	h.wait("the link", func(v kiosk.View) bool {
		p, ok := v.Screen.(kiosk.Progress)
		return ok && strings.Contains(p.Help, "正在送往中心") && !strings.Contains(p.AsOf, "离线")
	})
	for _, never := range []string{"张", "13800138000", "110101"} {
		if shown := fmt.Sprintf("%+v", h.look()); strings.Contains(shown, never) {
			t.Errorf("the progress shows %q: %s", never, shown)
		}
	}
}

// TestAnotherNumberIsAnotherCase: what was found before does not answer for a number that is not known here.
func TestAnotherNumberIsAnotherCase(t *testing.T) {
	h, number, done := tracked(t)
	unknown := func() {
		t.Helper()
		h.send(kiosk.Back{})
		for range number {
			h.send(now[kiosk.Track](h).Keypad.Rows[3][2].Intent) // one digit less
		}
		h.types(stranger(t))
		h.send(kiosk.Next{})
		if p := now[kiosk.Progress](h); !strings.Contains(p.Heading, "没有这张回执的记录") || p.Number != "" || p.Service != "" || p.Track != nil || p.Rate.Intent != nil {
			t.Errorf("of a number from elsewhere it shows %+v", p)
		}
		h.send(kiosk.Open{What: kiosk.Rating})
		now[kiosk.Progress](h)
	}
	h.send(kiosk.Open{What: kiosk.Follow})
	h.types(number)
	h.send(kiosk.Next{})
	now[kiosk.Progress](h)
	unknown()
	h.send(kiosk.Home{})
	now[kiosk.Menu](h)
	h.codes.read(done.QR) // on the menu
	if p := screen[kiosk.Progress](h); p.Number != done.Number {
		t.Errorf("the scanned receipt shows %+v", p)
	}
	unknown()
	h.send(kiosk.Back{})
	now[kiosk.Track](h)
	h.codes.read(done.QR)
	if p := h.wait("the scanned one", func(v kiosk.View) bool { p, ok := v.Screen.(kiosk.Progress); return ok && p.Number != "" }).Screen.(kiosk.Progress); p.Number != done.Number {
		t.Errorf("the receipt scanned over the number shows %+v", p)
	}
	h.send(kiosk.Home{}, kiosk.Open{What: kiosk.Follow})
	if tr := now[kiosk.Track](h); tr.Number.Value != "" {
		t.Errorf("a new question begins with %q", tr.Number.Value)
	}
}
