package kiosk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"onedoor/app/kiosk"
	"onedoor/device"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// numbered opens a kiosk whose reader is gone, and goes to the page for the number.
func numbered(t *testing.T, box kiosk.Outbox) *hall {
	t.Helper()
	h := open(t, box, nil)
	h.reader.set(device.Status{State: device.StateDisconnected, Problem: device.ProblemUnplugged, Since: time.Now()})
	screen[kiosk.Attract](h)
	h.ask()
	return h
}

// ask goes from the attract screen to the page for the number.
func (h *hall) ask() {
	h.Helper()
	h.send(kiosk.Start{}, kiosk.Choice{Service: "residence-permit"}, kiosk.Choice{Service: "old-age-allowance"})
	if g := screen[kiosk.Guide](h); g.Heading != "高龄津贴申领" {
		h.Errorf("the guide is of %q", g.Heading)
	}
	h.send(kiosk.Next{})
	screen[kiosk.Identify](h)
	h.send(kiosk.TypeNumber{})
	screen[kiosk.Form](h)
}

func (h *hall) types(s string) {
	for _, r := range s {
		h.send(kiosk.Type{Text: string(r)})
	}
}

// payloads keeps the plain payloads that a real outbox seals.
type payloads struct {
	kiosk.Outbox
	seen chan []byte
}

func (p *payloads) Accept(ctx context.Context, d outbox.Draft) (outbox.Accepted, error) {
	if d.Type == item.TypeSubmission {
		p.seen <- append([]byte(nil), d.Payload...)
	}
	return p.Outbox.Accept(ctx, d)
}

// TestATypedNumber: without a reader a service that allows it is applied for with a typed number; screen, paper and
// payload say that no card was read.
func TestATypedNumber(t *testing.T) {
	real, _ := newOutbox(t)
	box := &payloads{real, make(chan []byte, 4)}
	h := numbered(t, box)
	h.types("110101190001010014")
	h.wait("the whole number", func(v kiosk.View) bool {
		f, ok := v.Screen.(kiosk.Form)
		return ok && f.Fields[0].Value == "110101 19000101 0014"
	})
	h.send(kiosk.Next{})
	if c := screen[kiosk.Check](h); !strings.Contains(c.Items[0].Note, "没有刷卡") || c.Items[0].Fixed {
		t.Errorf("the checklist says of the card %+v", c.Items[0])
	}
	h.send(kiosk.Next{})
	form := screen[kiosk.Form](h)
	if len(form.Fields) != 2 || form.Fields[0].Note != "您刚才输入的" || strings.Contains(form.Fields[0].Value, "19000101") {
		t.Errorf("the form shows %+v", form.Fields)
	}
	h.send(typed("phone", "13800138000")...)
	h.send(kiosk.Next{}, kiosk.Pick{Field: "contact", Value: "self"})
	h.send(typed("card", "A12345678")...)
	h.send(typed("resident", "19991101")...)
	h.send(kiosk.Next{})
	if r := screen[kiosk.Review](h); !strings.Contains(r.Groups[0].Title, "您输入的") {
		t.Errorf("the review begins with %+v", r.Groups[0])
	}
	h.send(kiosk.Confirm{})
	if a := h.wait("the receipt", printed).Screen.(kiosk.Accepted); !strings.Contains(a.NextText, "部门会核对") {
		t.Errorf("the end says %q", a.NextText)
	}
	var sent struct {
		Applicant map[string]string `json:"applicant"`
		Form      map[string]string `json:"form"`
	}
	if err := json.Unmarshal(<-box.seen, &sent); err != nil {
		t.Fatal(err)
	}
	if a := sent.Applicant; a["card_kind"] != "typed" || a["number"] != "110101190001010014" || a["name"] != "" {
		t.Errorf("applicant %v", a)
	}
	if _, ok := sent.Form["name"]; ok || sent.Form["number"] != "110101190001010014" {
		t.Errorf("form %v", sent.Form)
	}
	paper := fmt.Sprintf("%+v", h.paper.printed()[0])
	if !strings.Contains(paper, "没有读卡") || !strings.Contains(paper, "1***************14") || strings.Contains(paper, "19000101") {
		t.Errorf("the paper is %s", paper)
	}
}

// TestImpossibleNumbers: what can not be a citizen's number goes no further, and can be mended.
func TestImpossibleNumbers(t *testing.T) {
	for name, c := range map[string]struct{ typed, shown string }{
		"check character":          {"110101190001010015", "110101 19000101 0015"},
		"too short":                {"11010119000101001", "110101 19000101 001"},
		"no such day":              {"110101190013010015", "110101 19001301 0015"},
		"X where none can be":      {"X1101", "1101"},
		"more than there is space": {"1101011900010100159", "110101 19000101 0015"},
	} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := numbered(t, box)
			h.types(c.typed)
			h.send(kiosk.Next{})
			v := h.wait("the complaint", func(v kiosk.View) bool { f, ok := v.Screen.(kiosk.Form); return ok && f.Errors != "" })
			if f := v.Screen.(kiosk.Form).Fields[0]; f.Value != c.shown || f.Error == "" {
				t.Errorf("shows %q with %q", f.Value, f.Error)
			}
			h.send(kiosk.Clear{})
			h.types("11010119000101001")
			h.types("4")
			h.send(kiosk.Next{})
			screen[kiosk.Check](h)
		})
	}
}

// TestANumberIsForgotten: whoever goes back, or lays a card down after all, leaves no number behind.
func TestANumberIsForgotten(t *testing.T) {
	t.Run("back", func(t *testing.T) {
		box, _ := newOutbox(t)
		h := numbered(t, box)
		h.types("110101")
		h.send(kiosk.Back{})
		screen[kiosk.Identify](h)
		h.send(kiosk.TypeNumber{})
		if f := screen[kiosk.Form](h); f.Fields[0].Value != "" {
			t.Errorf("shows %q", f.Fields[0].Value)
		}
	})
	t.Run("a card after all", func(t *testing.T) {
		box, _ := newOutbox(t)
		h := numbered(t, box)
		h.types("110101")
		h.reader.set(device.Status{State: device.StateReady})
		h.lay(card())
		if c := screen[kiosk.Check](h); !c.Items[0].Fixed {
			t.Errorf("the checklist says of the card %+v", c.Items[0])
		}
		h.send(kiosk.Home{})
		if m := h.known(); !strings.Contains(m.Heading, "张*三") {
			t.Errorf("greets with %q", m.Heading)
		}
	})
	t.Run("leaving", func(t *testing.T) {
		box, _ := newOutbox(t)
		h := numbered(t, box)
		h.types("110101190001010014")
		h.send(kiosk.Next{})
		screen[kiosk.Check](h)
		h.send(kiosk.Home{})
		h.known()
		h.send(kiosk.Back{})
		screen[kiosk.Goodbye](h)
		h.send(kiosk.Start{})
		screen[kiosk.Attract](h)
		h.ask()
		if f := h.seen[len(h.seen)-1].Screen.(kiosk.Form); f.Fields[0].Value != "" {
			t.Errorf("the next citizen sees %q", f.Fields[0].Value)
		}
	})
}

// TestNoTypingBesideAWorkingReader: a card that can be read is read.
func TestNoTypingBesideAWorkingReader(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Choice{Service: "old-age-allowance"}, kiosk.Next{}, kiosk.TypeNumber{}, kiosk.Language{To: "en"})
	v := h.wait("English", func(v kiosk.View) bool { return v.Frame.Link.Text == "Offline for now, still open" })
	if i, ok := v.Screen.(kiosk.Identify); !ok || i.Next.Intent != nil {
		t.Errorf("typing is open on %#v", v.Screen)
	}
}
