package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
)

// TestErrandsAreLarge: what the hall offers is at least 40 mm on both sides, in every variant.
func TestErrandsAreLarge(t *testing.T) {
	for _, v := range variants() {
		b := setup(t, v.size)
		for _, name := range []string{"menu", "menu-few", "menu-four"} {
			b.ui.Show(v.of(shown(t, v.english, name)))
			seen := 0
			for _, g := range b.ui.Targets() {
				if o, ok := g.Intent.(kiosk.Open); !ok || o.What == kiosk.Find || b.cut(g) {
					continue
				}
				seen++
				if g.W < theme.Tile || g.H < theme.Tile {
					t.Errorf("%s %s: %s is %.0f × %.0f", v, name, g.ID, g.W, g.H)
				}
			}
			if seen == 0 {
				t.Errorf("%s %s: no errand is wholly in sight", v, name)
			}
		}
	}
}

// TestHomeNeedsNoPaging: in normal text everything that the hall offers is in sight at once.
func TestHomeNeedsNoPaging(t *testing.T) {
	for _, v := range []variant{{size: portrait}, {size: portrait, english: true}, {size: landscape}, {size: landscape, english: true}} {
		b := setup(t, v.size)
		b.ui.Show(shown(t, v.english, "menu"))
		if b.ui.screens.menu.scroll.Paging() {
			t.Errorf("%s: home must be paged", v)
		}
	}
}

// TestWholeRowTicks: a tap anywhere on a material ticks it, and one that is here already can not be unticked.
func TestWholeRowTicks(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "check"))
	row := b.target(t, "Tick:2")
	f := &finger{root: b.ui.Content()}
	for _, x := range []float32{row.X + 4, row.X + row.W/2, row.X + row.W - 4} {
		f.press(x, row.Y+row.H-4)
		f.lift()
		if got := b.take(); len(got) != 1 || got[0] != (kiosk.Tick{Material: 2}) {
			t.Errorf("tap at %.0f sent %v, want the tick", x, got)
		}
	}
	f.press(row.X+40, b.target(t, "Tick:1").Y-60) // the card, above
	f.lift()
	if got := b.take(); got != nil {
		t.Errorf("the fixed row sent %v", got)
	}
}

// place returns where an object that is shown begins.
func (b *bench) place(want fyne.CanvasObject) (at fyne.Position) {
	b.ui.walk(func(o fyne.CanvasObject, r rect) {
		if o == want {
			at = fyne.NewPos(r.x, r.y)
		}
	})
	return at
}

// TestSignature: strokes of the finger are sent, and when the pad is cleared or the screen left, nothing of them stays.
func TestSignature(t *testing.T) {
	b := setup(t, portrait)
	view := shown(t, false, "sign")
	b.ui.Show(view)
	pad := b.ui.screens.sign.pad
	at, size := b.place(pad.Ink), pad.Size()
	if r := size.Width / size.Height; r < 2.9 || r > 3.1 {
		t.Errorf("the pad is %v, want three times as wide as high", size)
	}
	draw := func() kiosk.Write {
		t.Helper()
		f := &finger{root: b.ui.Content()}
		f.press(at.X+size.Width*0.2, at.Y+size.Height*0.5)
		for range 20 {
			f.move(size.Width*0.02, 2)
		}
		f.lift()
		got := b.take()
		if len(got) != 1 {
			t.Fatalf("one stroke sent %d intents", len(got))
		}
		w, ok := got[0].(kiosk.Write)
		if !ok {
			t.Fatalf("a stroke sent %T", got[0])
		}
		return w
	}
	w := draw()
	first, last := w.Stroke[0], w.Stroke[len(w.Stroke)-1]
	if len(w.Stroke) < 15 || first.X < 180 || first.X > 220 || last.X < 560 || last.X > 640 || last.Y <= first.Y {
		t.Errorf("%d points from %v to %v, want the way of the finger", len(w.Stroke), first, last)
	}
	if pad.Empty() {
		t.Error("the pad shows nothing of the stroke")
	}
	drawn := shown(t, false, "sign-drawn")
	b.ui.Show(drawn)
	if pad.Empty() {
		t.Error("a view with strokes took the drawing away")
	}
	(&finger{root: b.ui.Content()}).tap(b.target(t, "Wipe"), 0, 0)
	if got := b.take(); len(got) != 1 || got[0] != (kiosk.Wipe{}) {
		t.Errorf("the way to clear sent %v", got)
	}
	b.ui.Show(view)
	if !pad.Empty() {
		t.Error("after clearing the drawing is still there")
	}
	draw()
	b.ui.Show(shown(t, false, "attract"))
	if !pad.Empty() {
		t.Error("the next visitor would see the signature of the last")
	}
}

// TestSkippingIsAsEasyAsSending: both buttons have one size and stand on one line.
func TestSkippingIsAsEasyAsSending(t *testing.T) {
	for _, v := range variants() {
		b := setup(t, v.size)
		b.ui.Show(v.of(shown(t, v.english, "evaluate-bad")))
		skip, send := b.target(t, "Leave"), b.target(t, "Next")
		if skip.W != send.W || skip.H != send.H || skip.Y != send.Y || skip.X >= send.X {
			t.Errorf("%s: skip is %+v, send is %+v", v, skip, send)
		}
	}
}

// TestReasonsComeIntoSight: whoever chose a bad level sees the question that follows, also where it is below the screen.
func TestReasonsComeIntoSight(t *testing.T) {
	for _, v := range variants() {
		b := setup(t, v.size)
		b.ui.Show(v.of(shown(t, v.english, "evaluate")))
		b.ui.Show(v.of(shown(t, v.english, "evaluate-bad")))
		if g := b.target(t, "Reason:0"); b.cut(g) || g.H <= 0 {
			t.Errorf("%s: the first reason is not in sight: %+v", v, g)
		}
	}
}

// TestListStepBeginsAtItsTop: the next step of the same question is not shown where the last was scrolled to.
func TestListStepBeginsAtItsTop(t *testing.T) {
	b := setup(t, landscape)
	view := shown(t, false, "list")
	b.ui.Show(view)
	scroll := b.ui.screens.list.scroll
	if !scroll.Paging() {
		t.Fatal("34 provinces fit on a landscape screen; the sample must need a scroll")
	}
	(&finger{root: b.ui.Content()}).tap(b.target(t, "Page:down"), 0, 0)
	if scroll.Offset() == 0 {
		t.Fatal("paging did nothing")
	}
	list := view.Screen.(kiosk.List)
	list.Path = "广东省"
	b.ui.Show(kiosk.View{Frame: view.Frame, Screen: list})
	if scroll.Offset() != 0 {
		t.Errorf("the next step begins at %v", scroll.Offset())
	}
}

func TestEveryProvinceIsReached(t *testing.T) {
	for _, v := range []variant{{size: portrait, english: true}, {size: landscape}} {
		b := setup(t, v.size)
		view := shown(t, v.english, "list")
		b.ui.Show(view)
		seen := map[string]bool{}
		for range 20 {
			more := false
			for _, g := range b.ui.Targets() {
				if !b.cut(g) {
					seen[g.ID] = true
				}
				more = more || g.ID == "Page:down" && g.Enabled
			}
			if !more {
				break
			}
			(&finger{root: b.ui.Content()}).tap(b.target(t, "Page:down"), 0, 0)
		}
		for _, o := range view.Screen.(kiosk.List).Options {
			if !seen[ID(o.Intent)] {
				t.Errorf("%s: %s was never in sight", v, o.Label)
			}
		}
	}
}

// TestTrackingNumberIsInSight: while it is typed, with every trouble, the whole number can be read.
func TestTrackingNumberIsInSight(t *testing.T) {
	for _, v := range variants() {
		b := setup(t, v.size)
		for _, name := range []string{"track-typing", "track-trouble"} {
			b.ui.Show(v.of(shown(t, v.english, name)))
			if b.cut(b.target(t, "Focus:number")) {
				t.Errorf("%s %s: the number is not wholly in sight", v, name)
			}
		}
	}
}
