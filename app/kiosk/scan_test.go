package kiosk_test

import (
	"strings"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/sync/engine"
	"onedoor/sync/tracking"
)

// TestScanningAReceipt: before a visit a receipt's code shows how far the case is, and nothing of a person.
func TestScanningAReceipt(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.fill()
	h.send(kiosk.Confirm{})
	done := h.wait("the receipt", printed).Screen.(kiosk.Accepted)
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	h.send(kiosk.Start{})
	screen[kiosk.Attract](h)

	code := h.codes.read(done.QR)
	got := screen[kiosk.Progress](h)
	if got.Number != done.Number || got.Service != "居住证签注" || len(got.Track) != 3 || got.Track[1].State != kiosk.Ahead {
		t.Errorf("shows %+v", got)
	}
	if !strings.Contains(got.Help, "现在离线") || !strings.Contains(got.AsOf, "本机现在离线") {
		t.Errorf("says %q and %q", got.Help, got.AsOf)
	}
	h.link.mu.Lock()
	h.link.state = engine.Status{Link: engine.Online}
	h.link.mu.Unlock()
	h.wait("the link", func(v kiosk.View) bool {
		p, ok := v.Screen.(kiosk.Progress)
		return ok && strings.Contains(p.Help, "正在送往中心") && !strings.Contains(p.AsOf, "离线")
	})

	other := tracking.New(2, []byte("another"))
	for text, want := range map[string]string{
		other.URL("https://sx.example.cn"): "没有这张回执的记录",
		strings.ToLower(string(other)):     "没有这张回执的记录",
		"https://example.com/":             "不是收件回执",
		"6901234567892":                    "不是收件回执",
	} {
		h.codes.read(text)
		v := h.wait(want, func(v kiosk.View) bool {
			p, ok := v.Screen.(kiosk.Progress)
			return ok && strings.Contains(p.Heading, want)
		})
		if p := v.Screen.(kiosk.Progress); p.Number != "" || p.Track != nil || p.Help == "" {
			t.Errorf("%s: shows %+v", text, p)
		}
		h.codes.read(done.QR)
		h.wait("the known one", func(v kiosk.View) bool { p, ok := v.Screen.(kiosk.Progress); return ok && p.Number == done.Number })
	}
	h.send(kiosk.Leave{})
	screen[kiosk.Goodbye](h)
	if len(code.Raw) != 0 || len(code.Text) != 0 {
		t.Error("the code was not wiped")
	}
}

// TestACodeMeansNothingInTheMidst: what is scanned while a visit goes on does not lead away from it.
func TestACodeMeansNothingInTheMidst(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.fill()
	h.codes.mu.Lock()
	on := h.codes.on
	h.codes.on = true // a code that was on its way
	h.codes.mu.Unlock()
	if on {
		t.Error("the scanner is on during the review")
	}
	code := h.codes.read(string(tracking.New(1, []byte("key"))))
	h.settle()
	if _, ok := h.seen[len(h.seen)-1].Screen.(kiosk.Review); !ok || len(code.Raw) != 0 {
		t.Errorf("the code led to %T", h.seen[len(h.seen)-1].Screen)
	}
}

// TestScanningAMaterial: the code of a material answers its question; one that does not fit changes nothing and is told.
func TestScanningAMaterial(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.lay(card())
	h.known()
	h.send(kiosk.Choice{Service: "old-age-allowance"}, kiosk.Next{}, kiosk.Next{})
	screen[kiosk.Form](h)
	h.send(typed("phone", "13800138000")...)
	h.send(kiosk.Next{})
	field := func(what string, cond func(kiosk.Field) bool) {
		t.Helper()
		h.wait(what, func(v kiosk.View) bool {
			f, ok := v.Screen.(kiosk.Form)
			if !ok || len(f.Fields) < 2 {
				return false
			}
			return f.Fields[1].ID == "card" && cond(f.Fields[1])
		})
	}
	field("the page", func(f kiosk.Field) bool { return f.Note == "也可以扫码" })
	h.codes.read("a1234567x\r")
	field("the code", func(f kiosk.Field) bool { return f.Value == "A1234567X" && f.Error == "" })
	h.codes.read("https://example.com/pay?id=1")
	field("the complaint", func(f kiosk.Field) bool { return f.Value == "A1234567X" && strings.Contains(f.Error, "扫到的码") })
	h.send(kiosk.Focus{Field: "card"}, kiosk.Erase{})
	field("typing", func(f kiosk.Field) bool { return f.Value == "A1234567" && f.Error == "" })
}
