package ui

import (
	"fmt"
	"reflect"
	"testing"

	"onedoor/app/kiosk"
)

// shown returns the sample of a name.
func shown(t *testing.T, english bool, name string) kiosk.View {
	t.Helper()
	for _, s := range samples(english) {
		if s.name == name {
			return s.view
		}
	}
	t.Fatalf("no sample %q", name)
	return kiosk.View{}
}

func (b *bench) target(t *testing.T, id string) Target {
	t.Helper()
	for _, g := range b.ui.Targets() {
		if g.ID == id {
			return g
		}
	}
	t.Fatalf("no target %q among %v", id, b.ui.Targets())
	return Target{}
}

func TestEveryTargetSendsItsIntentOnce(t *testing.T) {
	for _, v := range []variant{{size: portrait}, {size: landscape, english: true, elder: true}} {
		t.Run(v.String(), func(t *testing.T) {
			b := setup(t, v.size)
			for _, s := range everything(t, v.english) {
				s.view.Frame.Elder = v.elder
				b.ui.Show(s.view)
				for _, g := range b.ui.Targets() {
					if g.Intent == nil {
						continue
					}
					(&finger{root: b.ui.Content()}).tap(g, 0, 0)
					got := b.take()
					want := []kiosk.Intent{g.Intent}
					if !g.Enabled {
						want = nil
					}
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%s: tap on %s sent %v, want %v", s.name, g.ID, got, want)
					}
				}
			}
		})
	}
}

func TestSlippingFingerInsideScrollTapsOnce(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "choose-many"))
	if !b.ui.screens.choose.scroll.Paging() {
		t.Fatal("eight tiles fit on a portrait screen; the sample must need a scroll")
	}
	tile := b.target(t, "Choice:service-0")
	for _, slip := range [][2]float32{{0, 0}, {2, 0}, {0, 3}, {15, 0}, {0, 15}, {0, -15}, {-10, 11}, {23, 0}} {
		(&finger{root: b.ui.Content()}).tap(tile, slip[0], slip[1])
		if got := b.take(); len(got) != 1 || got[0] != tile.Intent {
			t.Errorf("slip of %v sent %v, want one %v", slip, got, tile.Intent)
		}
		if off := b.ui.screens.choose.scroll.Offset(); off != 0 {
			t.Errorf("slip of %v scrolled by %v", slip, off)
		}
	}
}

func TestSlipFromOneTargetToTheNextMeansTheFirst(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "form-text"))
	key := b.target(t, "Type:q")
	f := &finger{root: b.ui.Content()}
	f.press(key.X+key.W-2, key.Y+key.H/2)
	f.move(18, 0) // now on the next key
	f.lift()
	if got := b.take(); len(got) != 1 || got[0] != (kiosk.Type{Text: "q"}) {
		t.Errorf("sent %v, want q once", got)
	}
}

func TestReleaseFarAwayDoesNothing(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "guide"))
	for _, to := range [][2]float32{{300, 0}, {0, -400}, {30, 30}} {
		(&finger{root: b.ui.Content()}).tap(b.target(t, "Next"), to[0], to[1])
		if got := b.take(); got != nil {
			t.Errorf("released %v away, sent %v", to, got)
		}
	}
}

func TestDragScrollsAndDoesNotTap(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "choose-many"))
	scroll := b.ui.screens.choose.scroll
	f := &finger{root: b.ui.Content()}
	f.tap(b.target(t, "Choice:service-0"), 0, -325)
	if got := b.take(); got != nil {
		t.Errorf("drag sent %v", got)
	}
	if off := scroll.Offset(); off != 301 { // what is past the slop of 24
		t.Errorf("finger went 325 up, content %v, want 301", off)
	}
	f.tap(b.target(t, "Choice:service-1"), 0, 2000)
	if off := scroll.Offset(); off != 0 {
		t.Errorf("content stopped at %v, want the top", off)
	}
}

func TestPagingReachesEverything(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "choose-many"))
	seen := map[string]bool{}
	for range 20 {
		for _, g := range b.ui.Targets() {
			seen[g.ID] = true
		}
		down := b.target(t, "Page:down")
		if !down.Enabled {
			break
		}
		(&finger{root: b.ui.Content()}).tap(down, 0, 0)
	}
	for i := range 6 {
		id := ID(kiosk.Choice{Service: "service-" + string(rune('0'+i))})
		if !seen[id] {
			t.Errorf("%s was never in sight", id)
		}
	}
	if b.target(t, "Page:down").Enabled || !b.target(t, "Page:up").Enabled {
		t.Error("at the end the way down must be off and the way up on")
	}
}

func TestTouchAnywhereStartsAtAttract(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "attract"))
	f := &finger{root: b.ui.Content()}
	f.press(500, 400)
	f.lift()
	if got := b.take(); len(got) != 1 || got[0] != (kiosk.Start{}) {
		t.Errorf("sent %v, want Start", got)
	}
}

func TestEveryTouchTellsThatSomebodyIsThere(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "review"))
	f := &finger{root: b.ui.Content()}
	f.press(20, 300)
	f.lift()
	if len(b.sent) != 1 || b.sent[0] != (kiosk.Touch{}) {
		t.Errorf("sent %v, want one Touch", b.sent)
	}
}

func TestPressIsForgottenWhenTheScreenChanges(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "review"))
	confirm := b.target(t, "Confirm").Center()
	f := &finger{root: b.ui.Content()}
	f.press(confirm.X, confirm.Y)
	b.ui.Show(shown(t, false, "refused")) // has a Confirm at the same place
	f.lift()
	if got := b.take(); got != nil {
		t.Errorf("sent %v from a press on the screen before", got)
	}
}

func TestPressSurvivesTheClock(t *testing.T) {
	b := setup(t, portrait)
	view := shown(t, false, "form-phone")
	b.ui.Show(view)
	key := b.target(t, "Type:7").Center()
	f := &finger{root: b.ui.Content()}
	f.press(key.X, key.Y)
	view.Frame.Clock = "14:27"
	b.ui.Show(view)
	f.lift()
	if got := b.take(); len(got) != 1 || got[0] != (kiosk.Type{Text: "7"}) {
		t.Errorf("sent %v, want 7 once", got)
	}
}

func TestPanelCoversEverything(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "warning"))
	var ids []string
	for _, g := range b.ui.Targets() {
		ids = append(ids, g.ID)
	}
	if want := []string{"Home", "Stay"}; !reflect.DeepEqual(ids, want) {
		t.Errorf("targets %v, want %v", ids, want)
	}
	f := &finger{root: b.ui.Content()}
	f.press(900, 1880) // the help tool, below the panel
	f.lift()
	if got := b.take(); got != nil {
		t.Errorf("a tap through the panel sent %v", got)
	}
	b.ui.Show(shown(t, false, "form"))
	b.target(t, "Next")
}

// TestPressShowsAtOnce: the colour changes on the press, not on the release.
func TestPressShowsAtOnce(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "guide"))
	next := b.target(t, "Next")
	colour := func() string {
		p := b.window.Canvas().Capture().At(int(next.X)+30, int(next.Y)+20)
		r, g, bl, _ := p.RGBA()
		return fmt.Sprintf("%02X%02X%02X", r>>8, g>>8, bl>>8)
	}
	before := colour()
	c := next.Center()
	f := &finger{root: b.ui.Content()}
	f.press(c.X, c.Y)
	pressed := colour()
	f.lift()
	if before != "0B57A4" || pressed != "083F78" || colour() != "0B57A4" {
		t.Errorf("colours %s, pressed %s, lifted %s; want action, action-press, action", before, pressed, colour())
	}
}

// BenchmarkKeystroke is one key typed into a form: the whole view is shown anew.
func BenchmarkKeystroke(b *testing.B) {
	w := setup(b, portrait)
	var views [2]kiosk.View
	for i := range views {
		for _, s := range samples(false) {
			if s.name == "form-text" {
				views[i] = s.view
			}
		}
	}
	form := views[1].Screen.(kiosk.Form)
	form.Fields[4].Value += "B"
	i := 0
	for b.Loop() {
		i++
		w.ui.Show(views[i%2])
	}
}
