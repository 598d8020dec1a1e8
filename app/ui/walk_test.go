package ui

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/catalog"
	"onedoor/app/kiosk"
	"onedoor/app/text"
)

// TestWalk goes over every state of the tours in every look: all of it fits, what is pressed is large enough and apart,
// every text stands out from what is behind it, and there is a way on.
func TestWalk(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.String(), func(t *testing.T) {
			b := setup(t, l.size)
			for _, s := range l.states(t) {
				b.ui.Show(l.of(s.view))
				for _, fault := range append(append(b.faults(), b.pale()...), b.stuck(s.view)...) {
					t.Errorf("%s: %s", s.name, fault)
				}
			}
		})
	}
}

// TestWalkOfEveryService goes through every form of the catalogue: what a department writes must fit as well.
func TestWalkOfEveryService(t *testing.T) {
	shared, err := hallware()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range languages {
		for _, elder := range []bool{false, true} {
			var seen []sample
			for _, svc := range shared.Catalogue.Services {
				seen = append(seen, visit(t, lang, elder, func(v *visitor) { v.appliesFor(svc) })...)
			}
			if len(seen) < 5*len(shared.Catalogue.Services) {
				t.Errorf("only %d screens", len(seen))
			}
			for _, size := range sizes() {
				b := setup(t, size)
				for _, s := range seen {
					b.ui.Show(s.view)
					for _, fault := range append(b.faults(), b.pale()...) {
						t.Errorf("%v %v, elder %v, %s: %s", lang, size, elder, s.name, fault)
					}
				}
			}
		}
	}
}

// appliesFor lays a card down and goes to the review of a service.
func (v *visitor) appliesFor(svc *catalog.Service) {
	v.lays()
	v.applies(svc.ID)
}

// paleFrom is the least contrast of text that can be pressed or read; what is off for now may have less, as WCAG has it.
const (
	paleFrom = 6.5
	paleOff  = 3
)

// pale lists the texts in sight that do not stand out enough from what is painted behind them.
func (b *bench) pale() []string {
	type ground struct {
		rect
		fill color.Color
	}
	var grounds []ground
	off := map[string]bool{}
	for _, g := range b.ui.Targets() {
		if !g.Enabled {
			off[g.Label] = true
		}
	}
	for _, tool := range b.ui.frame.tools.Objects {
		if t, ok := tool.(interface{ Button() kiosk.Button }); ok && t.Button().Off {
			off[t.Button().Label] = true
		}
	}
	var out []string
	b.ui.walk(func(o fyne.CanvasObject, r rect) {
		switch o := o.(type) {
		case *canvas.Rectangle:
			if _, _, _, a := o.FillColor.RGBA(); a == 0xffff {
				grounds = append(grounds, ground{r, o.FillColor})
			}
		case *canvas.Text:
			if o.Text == "" || r.w <= 0 || r.h <= 0 {
				return
			}
			x, y := r.x+r.w/2, r.y+r.h/2
			var behind color.Color = color.White
			for _, g := range grounds { // the last one is uppermost
				if x >= g.x && x <= g.x+g.w && y >= g.y && y <= g.y+g.h {
					behind = g.fill
				}
			}
			least := paleFrom
			if off[o.Text] {
				least = paleOff
			}
			if c := contrast(o.Color, behind); c < least {
				out = append(out, fmt.Sprintf("text %q has a contrast of %.1f", o.Text, c))
			}
		}
	})
	return out
}

// contrast is that of WCAG 2.2.
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	part := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

// stuck tells when a screen offers no way on or back, but for the tools that change how it looks. While a case is saved or
// printed there is none, and after the goodbye the kiosk itself goes on.
func (b *bench) stuck(v kiosk.View) []string {
	switch s := v.Screen.(type) {
	case kiosk.Accepting, kiosk.Goodbye, kiosk.OutOfService, kiosk.Cleaning:
		return nil
	case kiosk.Accepted:
		if s.Printing {
			return nil
		}
	}
	for _, g := range b.ui.Targets() {
		switch g.Intent.(type) {
		case kiosk.Next, kiosk.Back, kiosk.Confirm, kiosk.Leave, kiosk.Stay, kiosk.Start, kiosk.Abandon, kiosk.ChooseFrom:
			if g.Enabled {
				return nil
			}
		case kiosk.Help, kiosk.Settings:
			if v.Frame.Help != nil || v.Frame.Choices != nil {
				return nil
			}
		}
	}
	return []string{"there is no way on and none back"}
}

// TestHomeIsSeenWhole: what the hall offers, and at least three of the services that most people come for, are in sight
// without paging.
func TestHomeIsSeenWhole(t *testing.T) {
	for _, l := range looks() {
		if l.low || l.text > 0 {
			continue
		}
		b := setup(t, l.size)
		for _, s := range l.states(t) {
			if s.name != "menu" && s.name != "menu-known" {
				continue
			}
			b.ui.Show(l.of(s.view))
			errands, services := 0, 0
			for _, g := range b.ui.Targets() {
				switch g.Intent.(type) {
				case kiosk.Open:
					errands++
				case kiosk.Choice:
					if !b.cut(g) {
						services++
					}
				}
			}
			menu := s.view.Screen.(kiosk.Menu)
			if errands != len(menu.Tiles)+1 || services < min(3, len(menu.Services)) {
				t.Errorf("%s %s: %d errands and %d services are in sight", l, s.name, errands, services)
			}
		}
	}
}

// TestEveryWordIsEnglish: whoever reads English only meets no Chinese but names of people and places, what is typed, and
// what is said to staff.
func TestEveryWordIsEnglish(t *testing.T) {
	chinese := func(r rune) bool { return unicode.Is(unicode.Han, r) }
	for _, elder := range []bool{false, true} {
		b := setup(t, portrait)
		for _, s := range toured(t, text.English, elder) {
			if _, list := s.view.Screen.(kiosk.List); list || s.view.Frame.Choices != nil {
				continue // names of places, and the languages in themselves
			}
			b.ui.Show(s.view)
			names := strings.Join(named(s.view), "")
			for _, line := range b.ui.Texts() {
				if strings.ContainsFunc(line, chinese) && !strings.Contains(names, line) && line != "语言 Language" {
					t.Errorf("%s: %q", s.name, line)
				}
			}
		}
	}
}

// named are the texts of a view that are nobody's to translate.
func named(v kiosk.View) []string {
	all := []string{v.Frame.Hall}
	switch s := v.Screen.(type) {
	case kiosk.Form:
		for _, f := range s.Fields {
			all = append(all, f.Value+f.Compose)
			for _, e := range f.Entries {
				all = append(all, e.Title, e.Text)
			}
		}
		for _, c := range s.Keypad.Candidates {
			all = append(all, c.Label)
		}
		for _, row := range s.Keypad.Rows {
			for _, k := range row {
				if _, types := k.Intent.(kiosk.Type); types {
					all = append(all, k.Label)
				}
			}
		}
	case kiosk.Review:
		for _, g := range s.Groups {
			for _, r := range g.Rows {
				all = append(all, r.Value)
			}
		}
	case kiosk.Choose:
		for _, c := range s.Keypad.Candidates {
			all = append(all, c.Label)
		}
	case kiosk.Menu:
		all = append(all, s.Heading, s.Trouble.Staff)
	case kiosk.CaseList:
		all = append(all, s.Heading)
	case kiosk.Attract:
		all = append(all, s.Trouble.Staff)
	case kiosk.OutOfService:
		all = append(all, s.Staff)
	case kiosk.Identify:
		all = append(all, s.Trouble.Staff)
	case kiosk.Accepted:
		all = append(all, s.Receipt.Staff)
	case kiosk.Staff:
		all = append(all, s.Who+" · "+s.Until)
		for _, c := range s.Cards {
			for _, b := range c.Buttons {
				if a, ok := b.Intent.(kiosk.Act); ok && a.ID == "language" {
					all = append(all, b.Label)
				}
			}
		}
	}
	return all
}
