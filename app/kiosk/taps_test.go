package kiosk_test

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"

	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/sync/engine"
	"onedoor/sync/wire"
)

// TestU1TapsAnywhere: whatever is tapped in whatever order and wherever one begins, what the screens offer and what comes too
// late, nothing breaks, and there is always a way on.
func TestU1TapsAnywhere(t *testing.T) {
	fresh := func(t *testing.T) *hall {
		box, _ := newOutbox(t)
		return equipped(t, box, nil)
	}
	for name, begin := range map[string]func(t *testing.T) *hall{
		"attract": fresh,
		"no reader": func(t *testing.T) *hall {
			h := fresh(t)
			h.reader.set(device.Status{State: device.StateDisconnected})
			return h
		},
		"a name":      naming,
		"an address":  func(t *testing.T) *hall { box, _ := newOutbox(t); return living(t, box) },
		"a family":    func(t *testing.T) *hall { box, _ := newOutbox(t); return households(t, box) },
		"the review":  func(t *testing.T) *hall { h := fresh(t); h.fill(); return h },
		"a signature": func(t *testing.T) *hall { h := fresh(t); h.toSign(); return h },
		"an opinion":  func(t *testing.T) *hall { h := fresh(t); h.rated(); return h },
		"a list of cases": func(t *testing.T) *hall {
			box, _ := newOutbox(t)
			h, c := asking(t, box)
			c.set(func(c *centre) {
				c.answer.Cases = []wire.CaseLine{line("44011107010000010012", "residence-permit", wire.StageReturned, 1), line("44011107010000010013", "nowhere-else", wire.StageDelivered, 2)}
			})
			h.follows()
			h.lay(card())
			h.list("the list", func(l kiosk.CaseList) bool { return len(l.Cases) == 2 })
			return h
		},
		"a number": func(t *testing.T) *hall {
			h, number, _ := tracked(t)
			h.send(kiosk.Open{What: kiosk.Follow})
			h.types(number)
			h.send(kiosk.Next{})
			return h
		},
	} {
		for seed := range uint64(3) {
			t.Run(name+" "+strconv.Itoa(int(seed)), func(t *testing.T) {
				t.Parallel()
				h := begin(t)
				h.tap(rand.New(rand.NewPCG(seed, 11)))
			})
		}
	}
}

// TestU2TheQuestionDoesNotFollow: whoever is asked whether to leave, and hands the form in by a tap that came too late, is not
// asked again over the receipt.
func TestU2TheQuestionDoesNotFollow(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, nil)
	h.fill()
	h.send(kiosk.Home{}, kiosk.Confirm{})
	if v := h.wait("the receipt", printed); v.Frame.Warning != nil {
		t.Errorf("over the receipt stands %+v", v.Frame.Warning)
	}
}

// tap presses what is offered, what was, and what never was.
func (h *hall) tap(dice *rand.Rand) {
	h.Helper()
	h.link.set(engine.Status{Link: engine.Online})
	v := h.after()
	var late []kiosk.Intent
	for range 150 {
		offered := offers(reflect.ValueOf(v), nil)
		if len(offered) == 0 {
			h.Fatalf("%#v offers nothing", v.Screen)
		}
		for range 1 + dice.IntN(3) {
			in := offered[dice.IntN(len(offered))]
			switch dice.IntN(8) {
			case 0:
				in = stray(dice)
			case 1:
				if len(late) > 0 {
					in = late[dice.IntN(len(late))]
				}
			}
			h.send(in)
			late = append(late, in)
		}
		if _, waiting := v.Screen.(kiosk.Identify); waiting || dice.IntN(40) == 0 {
			h.lay(card())
		}
		v = h.after()
	}
}

// after gives the view when everything sent was taken in, panels and elder mode as they are.
func (h *hall) after() kiosk.View {
	h.Helper()
	for _, on := range []bool{true, false, true, false} { // more turns than taps can have made
		h.send(kiosk.Low{On: on})
		h.wait("the mark", func(v kiosk.View) bool { return v.Frame.Low == on })
	}
	return h.seen[len(h.seen)-1]
}

// offers finds what a view offers to be tapped.
func offers(v reflect.Value, all []kiosk.Intent) []kiosk.Intent {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return all
		}
		if in, ok := v.Interface().(kiosk.Intent); ok {
			return append(all, in)
		}
		return offers(v.Elem(), all)
	case reflect.Struct:
		for i := range v.NumField() {
			all = offers(v.Field(i), all)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			all = offers(v.Index(i), all)
		}
	}
	return all
}

// stray is something that the screen may not offer.
func stray(dice *rand.Rand) kiosk.Intent {
	fields := []string{"", "phone", "family", "family.0.name", "family.99.name", "family.0.name/rest", "place", "place/rest", "room/code", "search", "a.b.c", "/"}
	field := fields[dice.IntN(len(fields))]
	n := dice.IntN(12) - 3
	all := []kiosk.Intent{
		kiosk.Start{}, kiosk.Next{}, kiosk.Back{}, kiosk.Home{}, kiosk.Stay{}, kiosk.Touch{}, kiosk.Elder{}, kiosk.TypeNumber{}, kiosk.Confirm{}, kiosk.Again{}, kiosk.Leave{},
		kiosk.Language{To: text.English}, kiosk.Choice{Service: "household-move"}, kiosk.Choice{Service: "nonsense"}, kiosk.Focus{Field: field},
		kiosk.Pick{Field: field, Value: "rented"}, kiosk.Type{Text: "a"}, kiosk.Type{}, kiosk.Type{Text: "单元"}, kiosk.Type{Text: "\xff"}, kiosk.Erase{}, kiosk.Clear{}, kiosk.Done{},
		kiosk.Edit{Page: n}, kiosk.Open{What: "nonsense"}, kiosk.Open{What: kiosk.Rating}, kiosk.Browse{Department: "x"}, kiosk.Tick{Material: n}, kiosk.PrintNotice{},
		kiosk.Take{Candidate: n}, kiosk.Turn{By: n}, kiosk.KeyMode{To: kiosk.ModeRare}, kiosk.KeyMode{To: kiosk.ModeInk}, kiosk.Write{}, scrawl(), kiosk.Wipe{},
		kiosk.ChooseFrom{Option: "110000"}, kiosk.AddEntry{Field: field}, kiosk.EditEntry{Field: field, N: n}, kiosk.DropEntry{Field: field, N: n}, kiosk.Rate{Level: n},
		kiosk.Reason{ID: field}, kiosk.Reveal{Field: field}, kiosk.Settings{Of: kiosk.PanelDisplay}, kiosk.Contrast{On: true}, kiosk.Speak{On: true},
	}
	return all[dice.IntN(len(all))]
}
