package ui

import (
	"fmt"
	"image/color"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// keys presses keys of the pad.
func (b *bench) keys(names ...fyne.KeyName) {
	for _, n := range names {
		b.ui.Key(n)
	}
}

// round walks once round with a key and returns what the ring was around.
func (b *bench) round(t *testing.T, name fyne.KeyName) []string {
	t.Helper()
	var out []string
	for range 200 {
		b.ui.Key(name)
		if len(out) > 0 && b.ui.focus.key == out[0] {
			return out
		}
		out = append(out, b.ui.focus.key)
	}
	t.Fatalf("never came round: %v", out)
	return nil
}

// TestKeysReachEverything: the walk stops at everything that can be pressed, also out of sight, once, and each stop is
// wholly in sight with the ring around it.
func TestKeysReachEverything(t *testing.T) {
	for _, v := range []variant{{size: portrait}, {size: landscape, english: true, elder: true}, {size: portrait, low: true}} {
		b := setup(t, v.size)
		for _, s := range everything(t, v.english) {
			b.ui.Reset()
			b.ui.Show(v.of(s.view))
			if len(b.ui.focus.stops()) == 0 {
				continue // nothing can be pressed, while a case is saved for instance
			}
			want := map[string]bool{}
			for _, g := range b.ui.Targets() {
				if g.Enabled && g.ID != "Page:up" && g.ID != "Page:down" && g.ID != "Ink" { // those have another way
					want[g.ID] = true
				}
			}
			seen := map[string]bool{}
			for _, id := range b.round(t, fyne.KeyTab) {
				seen[id] = true
			}
			for id := range want {
				if !seen[id] {
					t.Errorf("%s %s: no key reaches %s", v, s.name, id)
				}
			}
		}
	}
}

func TestRingIsAroundWhatIsPressed(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "choose-groups"))
	for range 40 {
		b.ui.Key(fyne.KeyDown)
		g := b.target(t, b.ui.Ring())
		if b.cut(g) {
			t.Errorf("%s is not wholly in sight", g.ID)
		}
		ring := b.ui.frame.ring
		around := rect{g.X - 10, g.Y - 10, g.W + 20, g.H + 20}.and(rect{0, 0, portrait.Width, portrait.Height})
		got := rect{ring.Position().X, ring.Position().Y, ring.Size().Width, ring.Size().Height}
		if common := around.and(got); !ring.Visible() || common.w*common.h < around.w*around.h-1 || common.w*common.h < got.w*got.h-1 {
			t.Errorf("%s at %+v, the ring at %v %v", g.ID, g, ring.Position(), ring.Size())
		}
		b.take()
		b.ui.Key(fyne.KeyReturn)
		if got := b.take(); !reflect.DeepEqual(got, []kiosk.Intent{g.Intent}) {
			t.Errorf("Return on %s sent %v", g.ID, got)
		}
	}
	b.ui.focus.hide()
	if got := b.ui.Ring(); got != "" {
		t.Errorf("a ring around %s that nobody sees", got)
	}
}

func TestKeysWalkInReadingOrder(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "form-phone"))
	want := []string{
		"Focus:phone", "Focus:since", "Pick:housing:rent", "Pick:housing:own", "Pick:housing:dorm", "Back", "Next",
		"Type:1", "Type:2", "Type:3", "Erase", "Type:4", "Type:5", "Type:6", "Clear", "Type:7", "Type:8", "Type:9", "Type:0", "Done",
		"Home", "Settings:language", "Settings:display", ID(kiosk.Speak{}), "Help",
	}
	if got := b.round(t, fyne.KeyRight); !reflect.DeepEqual(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	b.keys(fyne.KeyLeft, fyne.KeyUp)
	if b.ui.focus.key != ID(kiosk.Speak{}) {
		t.Errorf("two back is %s", b.ui.focus.key)
	}
	if b.ui.Key(fyne.KeyF5) {
		t.Error("F5 means something")
	}
}

func TestRingStaysWhileTheScreenIsShownAnew(t *testing.T) {
	b := setup(t, portrait)
	view := shown(t, false, "form-phone")
	b.ui.Show(view)
	b.ui.Key(fyne.KeyReturn)
	if got := b.take(); got != nil {
		t.Errorf("Return pressed %v before anything was seen", got)
	}
	b.keys(fyne.KeyTab, fyne.KeyTab)
	at := b.ui.focus.key
	view.Frame.Clock = "14:27"
	b.ui.Show(view)
	if b.ui.focus.key != at || !b.ui.frame.ring.Visible() {
		t.Errorf("the ring went from %s to %s", at, b.ui.focus.key)
	}
	b.ui.Show(shown(t, false, "warning"))
	for _, id := range b.round(t, fyne.KeyTab) {
		if id != "Home" && id != "Stay" {
			t.Errorf("the ring is below the panel, at %s", id)
		}
	}
	b.ui.Show(view)
	for b.ui.focus.key != "Next" {
		b.ui.Key(fyne.KeyTab)
	}
	other := view.Screen.(kiosk.Form)
	other.Heading = "another page, also with a Next"
	b.ui.Show(kiosk.View{Frame: view.Frame, Screen: other})
	if b.ui.focus.key == "Next" || !b.ui.frame.ring.Visible() {
		t.Errorf("on the next page the ring is at %s", b.ui.focus.key)
	}
	f := &finger{root: b.ui.Content()}
	f.press(20, 300)
	f.lift()
	if b.ui.frame.ring.Visible() {
		t.Error("the ring stays after a touch")
	}
}

// colours collects every colour that is drawn.
func colours(o fyne.CanvasObject, at fyne.Position, out map[color.NRGBA]string) {
	if !o.Visible() {
		return
	}
	add := func(c color.Color) {
		if n, ok := c.(color.NRGBA); ok && n.A > 0 {
			out[n] = fmt.Sprintf("%T", o)
		}
	}
	switch v := o.(type) {
	case *canvas.Text:
		if v.Text != "" {
			add(v.Color)
		}
	case *canvas.Rectangle:
		add(v.FillColor)
		if v.StrokeWidth > 0 {
			add(v.StrokeColor)
		}
	}
	for _, c := range layout.Children(o) {
		colours(c, at, out)
	}
}

func allOf(p theme.Palette) map[color.NRGBA]bool {
	out := map[color.NRGBA]bool{}
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		if c, ok := v.Field(i).Interface().(color.NRGBA); ok {
			out[c] = true
		}
	}
	return out
}

// TestPaletteChangesEverywhere: after a change to high contrast and back nothing has a colour of the other palette.
func TestPaletteChangesEverywhere(t *testing.T) {
	b := setup(t, portrait)
	for _, s := range everything(t, false) {
		b.ui.Show(s.view)
		for _, contrast := range []bool{true, false} {
			s.view.Frame.Contrast = contrast
			b.ui.Show(s.view)
			known := allOf(theme.Colours(s.view.Frame))
			got := map[color.NRGBA]string{}
			colours(b.ui.Content(), fyne.Position{}, got)
			for c, what := range got {
				if !known[c] {
					t.Errorf("%s, contrast %v: %s has %v, which is not in the palette", s.name, contrast, what, c)
				}
			}
		}
	}
}

// BenchmarkPalette is a change to high contrast and back, with every widget of a long form.
func BenchmarkPalette(b *testing.B) {
	w := setup(b, portrait)
	var view kiosk.View
	for _, s := range samples(false) {
		if s.name == "form-text" {
			view = s.view
		}
	}
	for b.Loop() {
		view.Frame.Contrast = !view.Frame.Contrast
		w.ui.Show(view)
	}
}
