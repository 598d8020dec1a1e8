package ui

import (
	"fmt"
	"image"
	"reflect"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// TestKeysNeverMove: whatever the letters stand for, every key stays where the finger expects it.
func TestKeysNeverMove(t *testing.T) {
	for _, size := range []fyne.Size{portrait, landscape} {
		b := setup(t, size)
		b.ui.Show(shown(t, false, "form-pinyin-empty"))
		before := map[string][4]float32{}
		for _, g := range b.ui.Targets() {
			if _, key := g.Intent.(kiosk.Type); key {
				before[g.ID] = [4]float32{g.X, g.Y, g.W, g.H}
			}
		}
		if len(before) < 30 {
			t.Fatalf("only %d keys", len(before))
		}
		for _, name := range []string{"form-pinyin", "form-pinyin-long"} {
			b.ui.Show(shown(t, false, name))
			for id, want := range before {
				g := b.target(t, id)
				if got := [4]float32{g.X, g.Y, g.W, g.H}; got != want {
					t.Errorf("%s: %s is at %v, before at %v", name, id, got, want)
				}
			}
		}
	}
}

// TestEveryCandidateIsReached: those that do not fit are paged through on the screen, then the kiosk is asked for more.
func TestEveryCandidateIsReached(t *testing.T) {
	for _, size := range []fyne.Size{portrait, landscape} {
		b := setup(t, size)
		view := shown(t, false, "form-pinyin-long")
		b.ui.Show(view)
		f := &finger{root: b.ui.Content()}
		var seen []string
		for range 10 {
			var more Target
			for _, g := range b.ui.Targets() {
				if _, word := g.Intent.(kiosk.Take); word {
					seen = append(seen, g.ID)
				}
				if g.ID == "Page:chevron-right" || g.ID == "Turn:1" {
					more = g
				}
			}
			f.tap(more, 0, 0)
			if sent := b.take(); sent != nil {
				if !reflect.DeepEqual(sent, []kiosk.Intent{kiosk.Turn{By: 1}}) {
					t.Errorf("at the end sent %v", sent)
				}
				break
			}
		}
		var want []string
		for i := range view.Screen.(kiosk.Form).Keypad.Candidates {
			want = append(want, fmt.Sprintf("Take:%d", i))
		}
		if !reflect.DeepEqual(seen, want) {
			t.Errorf("saw %v, want each once in order", seen)
		}
		f.tap(b.target(t, "Page:chevron-left"), 0, 0)
		if b.take() != nil || len(b.ui.Targets()) == 0 {
			t.Error("going back on the screen asked the kiosk")
		}
	}
}

// pad finds the pad to write on that is in sight.
func (b *bench) pad(t *testing.T) (*widget.Ink, rect) {
	t.Helper()
	var found *widget.Ink
	var at rect
	b.ui.walk(func(o fyne.CanvasObject, r rect) {
		switch v := o.(type) {
		case *widget.Ink:
			found, at = v, r
		case widget.SignPad:
			found, at = v.Ink, r
		}
	})
	if found == nil {
		t.Fatal("no pad in sight")
	}
	return found, at
}

// dark counts the pixels of the ink's colour in a part of the screen.
func dark(picture image.Image, r rect) int {
	n := 0
	ink := theme.Light().Text
	for y := int(r.y) + 6; y < int(r.y+r.h)-6; y++ {
		for x := int(r.x) + 6; x < int(r.x+r.w)-6; x++ {
			if c, _, _, _ := picture.At(x, y).RGBA(); uint8(c>>8) == ink.R {
				n++
			}
		}
	}
	return n
}

func TestWritingSendsStrokesAndKeepsThemUntilTheyAreTaken(t *testing.T) {
	b := setup(t, portrait)
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	b.ui.kit.Now = func() time.Time { now = now.Add(7 * time.Millisecond); return now }
	view := shown(t, false, "form-ink")
	show := func(strokes int) {
		form := view.Screen.(kiosk.Form)
		ink := *form.Keypad.Ink
		ink.Hint, ink.Drawing = "", strokes
		form.Keypad.Ink = &ink
		b.ui.Show(kiosk.View{Frame: view.Frame, Screen: form})
	}
	show(0)
	pad, r := b.pad(t)
	empty := dark(b.window.Canvas().Capture(), r)
	f := &finger{root: b.ui.Content()}
	f.press(r.x+100, r.y+60)
	for range 20 {
		f.move(10, 0)
	}
	b.ui.Show(view) // the clock goes on while she writes
	f.move(0, -400) // off the pad
	f.lift()
	sent := b.take()
	if len(sent) != 1 {
		t.Fatalf("sent %v, want one stroke", sent)
	}
	stroke := sent[0].(kiosk.Write).Stroke
	scale := 1000 / r.w
	first, last := stroke[0], stroke[len(stroke)-1]
	if first.At != 0 && first.At > 20 || last.At <= first.At {
		t.Errorf("times %d to %d", first.At, last.At)
	}
	if want := int(100*scale + 0.5); first.X != want {
		t.Errorf("begins at %d, want %d", first.X, want)
	}
	if want := int(300*scale + 0.5); last.X != want || last.Y != 0 {
		t.Errorf("ends at %d, %d, want %d, 0: points stay on the pad", last.X, last.Y, want)
	}
	drawn := dark(b.window.Canvas().Capture(), r)
	if drawn-empty < 1500 {
		t.Errorf("only %d pixels of ink", drawn-empty)
	}
	show(0) // made before the kiosk had the stroke
	show(1)
	if pad.Empty() || dark(b.window.Canvas().Capture(), r) < drawn {
		t.Error("the stroke is gone before it was taken")
	}
	show(0)
	if !pad.Empty() || dark(b.window.Canvas().Capture(), r) > empty {
		t.Error("the pad was not cleared")
	}
	f.press(r.x+50, r.y+50)
	f.lift() // only a dot
	if got := b.take(); len(got) != 1 || len(got[0].(kiosk.Write).Stroke) != 1 {
		t.Errorf("a dot sent %v", got)
	}
	now = now.Add(time.Second)
	show(0) // taken and cleared while the screen was busy
	if !pad.Empty() {
		t.Error("a dot that the kiosk has cleared stays")
	}
	f.press(r.x+50, r.y+50)
	f.lift()
	f.tap(b.target(t, "Wipe"), 0, 0)
	show(0) // the view with one stroke was skipped
	if !pad.Empty() {
		t.Error("a dot stays after the pad was wiped")
	}
	f.press(r.x+50, r.y+50)
	b.ui.Show(shown(t, false, "attract"))
	if !pad.Empty() {
		t.Error("what was written is still there on another screen")
	}
}

func TestSignatureKeepsItsShape(t *testing.T) {
	for _, size := range []fyne.Size{portrait, landscape} {
		b := setup(t, size)
		b.ui.Show(shown(t, false, "sign"))
		_, r := b.pad(t)
		if shape := r.w / r.h; shape < 2.9 || shape > 3.1 {
			t.Errorf("the pad is %.0f × %.0f", r.w, r.h)
		}
		f := &finger{root: b.ui.Content()}
		f.press(r.x+r.w/4, r.y+r.h/4)
		for range 30 {
			f.move(r.w/60, r.h/60)
		}
		f.lift()
		stroke := b.take()[0].(kiosk.Write).Stroke
		last := stroke[len(stroke)-1]
		if last.X < 740 || last.X > 760 || last.Y < 240 || last.Y > 262 {
			t.Errorf("a line across ends at %d, %d", last.X, last.Y)
		}
	}
}

func TestRevealAndFocusAreTwoTargets(t *testing.T) {
	b := setup(t, portrait)
	b.ui.Show(shown(t, false, "form-pinyin-empty"))
	f := &finger{root: b.ui.Content()}
	f.tap(b.target(t, "Reveal:phone"), 0, 0)
	f.tap(b.target(t, "Focus:phone"), 0, 0)
	if got, want := b.take(), []kiosk.Intent{kiosk.Reveal{Field: "phone"}, kiosk.Focus{Field: "phone"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}

// BenchmarkInk is one movement of a finger on the pad: what is drawn, not the window.
func BenchmarkInk(b *testing.B) {
	w := setup(b, portrait)
	for _, s := range samples(false) {
		if s.name == "sign" {
			w.ui.Show(s.view)
		}
	}
	var r rect
	w.ui.walk(func(o fyne.CanvasObject, at rect) {
		if _, ok := o.(widget.SignPad); ok {
			r = at
		}
	})
	f := &finger{root: w.ui.Content()}
	w.window.Canvas().Capture()
	f.press(r.x+100, r.y+100)
	i := 0
	for b.Loop() {
		i++
		f.move(float32(i%2*16-8), 3)
		if i%60 == 0 {
			f.lift()
			f.press(r.x+100, r.y+100)
		}
	}
}
