package kiosk_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/divisions"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/assets"
	places "onedoor/assets/divisions"
	"onedoor/sync/engine"
)

// TestEveryServiceCanBeApplied: a citizen who answers whatever is asked gets through each service of the catalogue to its
// receipt, whatever the answers, in each language and with large text, and never meets a screen without a way on.
func TestEveryServiceCanBeApplied(t *testing.T) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	services, err := catalog.Load(assets.Catalogue(), texts.Languages())
	if err != nil {
		t.Fatal(err)
	}
	all, err := divisions.Load(places.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, svc := range services.Services {
		for round := range 2 {
			t.Run(svc.ID, func(t *testing.T) {
				dice := rand.New(rand.NewPCG(uint64(round), 5))
				answers := svc.Form.Invent(dice.IntN, map[catalog.CardFact]string{catalog.CardName: "张小三", catalog.CardNumber: "110101190001010014",
					catalog.CardAddress: "北京市东城区东华门大街2号"}, time.Now())
				if faults := svc.Form.Validate(answers, time.Now()); len(faults) > 0 {
					t.Fatalf("invented answers have faults: %v", faults)
				}
				box, _ := newOutbox(t)
				h := open(t, box, func(c *kiosk.Config) { c.Divisions = all })
				screen[kiosk.Attract](h)
				h.lay(card())
				h.known()
				if round == 1 {
					h.send(kiosk.Elder{}, kiosk.Language{To: text.English})
				}
				h.link.set(engine.Status{Link: engine.Online})
				h.send(kiosk.Choice{Service: svc.ID})
				h.apply(svc, answers)
			})
		}
	}
}

// apply answers what is asked until the case is accepted.
func (h *hall) apply(svc *catalog.Service, answers catalog.Answers) {
	h.Helper()
	const most = 200
	var last kiosk.View
	for range most {
		last = h.look()
		switch s := last.Screen.(type) {
		case kiosk.Guide, kiosk.Check:
			h.send(kiosk.Next{})
		case kiosk.Form:
			h.answer(svc, s, answers)
		case kiosk.List:
			h.send(s.Options[0].Intent)
		case kiosk.Review:
			h.send(kiosk.Confirm{})
		case kiosk.Sign:
			if s.Next.Off {
				h.send(kiosk.Write{Stroke: kiosk.Stroke{{X: 100, Y: 100}, {X: 600, Y: 200, At: 300}}})
			} else {
				h.send(kiosk.Confirm{})
			}
		case kiosk.Accepting:
			h.wait("the number", printed)
			return
		case kiosk.Accepted:
			if s.Number == "" {
				h.Error("accepted without a number")
			}
			return
		}
	}
	h.Fatalf("not accepted after %d screens; the last was %#v", most, last.Screen)
}

// look gives the screen as it is when everything sent has been taken in.
func (h *hall) look() kiosk.View {
	h.Helper()
	h.send(kiosk.Help{})
	h.wait("help", func(v kiosk.View) bool { return v.Frame.Help != nil })
	h.send(kiosk.Help{})
	return h.wait("no help", func(v kiosk.View) bool { return v.Frame.Help == nil })
}

// answer fills in one thing that a form asks, or goes on.
func (h *hall) answer(svc *catalog.Service, s kiosk.Form, answers catalog.Answers) {
	h.Helper()
	if s.Errors != "" {
		h.Fatalf("the form complains: %+v", s)
	}
	for _, f := range s.Fields {
		base, part, divided := strings.Cut(f.ID, "/")
		field, _, ok := svc.Form.Field(base)
		if !ok {
			h.Fatalf("an unknown field is asked: %+v", f)
		}
		want, asked := answers[base]
		switch {
		case f.Kind == kiosk.FieldFixed || !asked && field.Input != catalog.InputGroup:
			continue
		case f.Kind == kiosk.FieldList && f.Value == "":
			h.send(f.Focus)
			return
		case divided && part == "rest" && f.Value == "":
			h.send(typed(f.ID, "Jianshe Road 12")...)
			return
		case field.Input == catalog.InputGroup:
			if n := answers.Entries(base); len(f.Entries) < n {
				h.send(f.Add.Intent)
				return
			}
		case f.Kind == kiosk.FieldChoice, f.Kind == kiosk.FieldMulti:
			for i, o := range field.Options {
				wanted := o == want || f.Kind == kiosk.FieldMulti && strings.Contains(","+want+",", ","+o+",")
				if wanted && !f.Options[i].Chosen {
					h.send(f.Options[i].Intent)
					return
				}
			}
		case f.Value == "" || f.Value == f.Hint || strings.Trim(f.Value, "_年月日-/ ") == "":
			h.send(typed(f.ID, strings.ReplaceAll(want, "-", dash(field)))...)
			return
		}
	}
	h.send(s.Next.Intent)
}

// dash is what a hyphen of an answer is typed as.
func dash(f catalog.Field) string {
	if f.Input == catalog.InputDate {
		return ""
	}
	return "-"
}
