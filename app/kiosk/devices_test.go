package kiosk_test

import (
	"strings"
	"testing"
	"time"

	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/sync/engine"
)

// TestWhatEachDeviceStateSays: for every cause that a device can have, the citizen is told what still works, and staff the
// code, since when, and the likely cause.
func TestWhatEachDeviceStateSays(t *testing.T) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	say := texts.In(text.Chinese)
	began := time.Now().Add(-49 * time.Hour)
	set := map[health.Device]func(*hall, device.Status){
		health.CardReader:     func(h *hall, s device.Status) { h.reader.set(s) },
		health.ReceiptPrinter: func(h *hall, s device.Status) { h.paper.set(s) },
		health.CodeScanner:    func(h *hall, s device.Status) { h.codes.set(s) },
	}
	for _, d := range health.Devices() {
		for _, cause := range health.Causes(d) {
			t.Run(string(d)+" "+string(cause), func(t *testing.T) {
				t.Parallel()
				box, _ := newOutbox(t)
				h := open(t, box, nil)
				h.link.set(engine.Status{Link: engine.Online})
				h.wait("the attract screen", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Attract); return ok && a.Trouble.Staff == "" })
				state := device.StateProblem
				if cause == device.ProblemPaperLow {
					state = device.StateReady
				}
				set[d](h, device.Status{State: state, Problem: cause, Since: began})
				v := h.wait("the note", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Attract); return ok && a.Trouble.Staff != "" })
				got := v.Screen.(kiosk.Attract).Trouble
				p, _ := health.KindOf(health.CodeOf(d, cause))
				for _, want := range []string{string(p.Code), text.Stamp(began), say.T(p.Cause()), say.T(p.Remedy())} {
					if !strings.Contains(got.Staff, want) {
						t.Errorf("staff read %q, want %q in it", got.Staff, want)
					}
				}
				want, tone := "仍可办理", kiosk.Caution
				switch {
				case d == health.CardReader:
					want, tone = "高龄津贴申领可以输入身份证号办理", kiosk.Stop
				case d == health.CodeScanner || cause == device.ProblemPaperLow:
					want, tone = "", kiosk.Neutral
				}
				if !strings.Contains(got.Text, want) || got.Tone != tone || (want == "") != (got.Text == "") {
					t.Errorf("citizens read %q in tone %d, want %q in %d", got.Text, got.Tone, want, tone)
				}
			})
		}
	}
}

// TestR11CardsThatCannotServe: a card that no service takes is refused with the reason, and wiped.
func TestR11CardsThatCannotServe(t *testing.T) {
	expired := card()
	expired.ValidTo = []byte("20200101")
	foreign := card()
	foreign.Kind, foreign.Address = cardreader.Foreigner2023, nil
	for name, c := range map[string]struct {
		card *cardreader.Card
		want string
	}{"expired": {expired, "过有效期"}, "another kind": {foreign, "人工窗口"}} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := open(t, box, func(c *kiosk.Config) {
				for _, s := range c.Catalogue.Services {
					s.Identity.Expired = false
				}
			})
			screen[kiosk.Attract](h)
			h.lay(c.card)
			v := h.wait("the reason", func(v kiosk.View) bool { i, ok := v.Screen.(kiosk.Menu); return ok && i.Trouble.Tone == kiosk.Caution })
			if got := v.Screen.(kiosk.Menu).Trouble.Text; !strings.Contains(got, c.want) {
				t.Errorf("says %q", got)
			}
			if len(c.card.Name) != 0 {
				t.Error("the refused card was not wiped")
			}
		})
	}
}

// TestEachServiceJudgesTheCard: a card that one service takes shows the others with the reason, and they can not be opened.
func TestEachServiceJudgesTheCard(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	screen[kiosk.Attract](h)
	expired := card()
	expired.ValidTo = []byte("20200101")
	h.lay(expired)
	got := h.known()
	for _, s := range got.Services {
		switch s.Title {
		case "居住证签注":
			if !s.Off || !strings.Contains(s.Badge, "过期") {
				t.Errorf("%s says %q, off %v", s.Title, s.Badge, s.Off)
			}
		case "高龄津贴申领":
			if s.Off {
				t.Errorf("%s is off: %q", s.Title, s.Badge)
			}
		}
	}
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Choice{Service: "old-age-allowance"})
	if g := screen[kiosk.Guide](h); g.Heading != "高龄津贴申领" {
		t.Errorf("the guide is of %q", g.Heading)
	}
}

func TestReaderTroubleIsSaidBeforeAnyoneStarts(t *testing.T) {
	for name, typed := range map[string]bool{"a service takes a typed number": true, "none does": false} {
		t.Run(name, func(t *testing.T) {
			box, _ := newOutbox(t)
			h := open(t, box, func(c *kiosk.Config) {
				for _, s := range c.Catalogue.Services {
					s.Identity.Typed = s.Identity.Typed && typed
				}
			})
			h.reader.set(device.Status{State: device.StateDisconnected, Problem: device.ProblemNoPort, Since: time.Now()})
			h.wait("the notice", func(v kiosk.View) bool {
				a, ok := v.Screen.(kiosk.Attract)
				return ok && a.Trouble.Tone == kiosk.Stop && strings.Contains(a.Trouble.Text, "输入身份证号") == typed
			})
			h.send(kiosk.Start{})
			for _, s := range screen[kiosk.Menu](h).Services {
				if open := typed && s.Title == "高龄津贴申领"; s.Off == open || strings.Contains(s.Badge, "读卡器不能用") == open {
					t.Errorf("%s says %q, off %v", s.Title, s.Badge, s.Off)
				}
			}
			if !typed {
				return
			}
			h.send(kiosk.Choice{Service: "old-age-allowance"}, kiosk.Next{})
			got := screen[kiosk.Identify](h)
			if got.Phase != kiosk.ReaderMissing || !strings.Contains(got.Help, "人工窗口") || !strings.Contains(got.Trouble.Staff, "READER-NO-PORT") {
				t.Errorf("identify says %v %q, and to staff %q", got.Phase, got.Help, got.Trouble.Staff)
			}
			if (got.Next.Intent != nil) != typed {
				t.Errorf("typing is offered as %+v", got.Next)
			}
		})
	}
}

// TestPrinterTroubleLeavesTheVisit: without a printer the case is accepted, the number stands on the screen, staff read why.
func TestPrinterTroubleLeavesTheVisit(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.paper.set(device.Status{State: device.StateProblem, Problem: device.ProblemCoverOpen, Since: time.Now()})
	h.paper.result = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemCoverOpen}
	h.fill()
	h.send(kiosk.Confirm{})
	got := h.wait("the outcome", printed).Screen.(kiosk.Accepted)
	if len(got.Number) < 20 || !strings.Contains(got.Receipt.Text, "盖没有关好") || !strings.Contains(got.Receipt.Staff, "PRINTER-COVER-OPEN") {
		t.Errorf("number %q, notice %+v", got.Number, got.Receipt)
	}
}
