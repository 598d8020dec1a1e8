package ui

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// TestEverythingFits shows every state in every variant: no text wider than its box, nothing outside the screen, no two
// targets over each other or too close, none too small.
func TestEverythingFits(t *testing.T) {
	for _, v := range append(variants(), settings()...) {
		t.Run(v.String(), func(t *testing.T) {
			b := setup(t, v.size)
			for _, s := range samples(v.english) {
				b.ui.Show(v.of(s.view))
				for _, fault := range b.faults() {
					t.Errorf("%s: %s", s.name, fault)
				}
			}
		})
	}
}

func (b *bench) faults() []string {
	var out []string
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	size := b.ui.Content().Size()
	texts := 0
	whole := rect{-1e6, -1e6, 2e6, 2e6}
	walk(b.ui.Content(), fyne.Position{}, whole, func(o fyne.CanvasObject, r rect) {
		text, ok := o.(*canvas.Text)
		if !ok || text.Text == "" {
			return
		}
		texts++
		need := fyne.MeasureText(text.Text, text.TextSize, text.TextStyle).Width
		if need > text.Size().Width+1 {
			fault("text %q needs %.0f, its box has %.0f", text.Text, need, text.Size().Width)
		}
		if text.TextSize < theme.Normal().Small {
			fault("text %q is %.0f high, less than the smallest", text.Text, text.TextSize)
		}
		if strings.ContainsRune(text.Text, '\uFFFD') {
			fault("text %q holds a replacement character", text.Text)
		}
	})
	walk(b.ui.Content(), fyne.Position{}, rect{0, 0, size.Width, size.Height}, func(o fyne.CanvasObject, r rect) {
		text, ok := o.(*canvas.Text)
		if !ok || text.Text == "" {
			return
		}
		if w := text.Size().Width; r.h > 0 && r.w < w-1 {
			fault("text %q is cut off at the side: %.0f of %.0f in sight", text.Text, r.w, w)
		}
	})
	out = append(out, b.overlaps()...)
	if texts == 0 {
		fault("no text at all")
	}
	return append(out, b.targetFaults(size)...)
}

// overlaps lists texts in sight that are drawn over each other.
func (b *bench) overlaps() []string {
	type ink struct {
		text string
		rect
	}
	var inks []ink
	b.ui.walk(func(o fyne.CanvasObject, r rect) {
		text, ok := o.(*canvas.Text)
		if !ok || text.Text == "" || r.h <= 0 {
			return
		}
		w := fyne.MeasureText(text.Text, text.TextSize, text.TextStyle).Width
		x := r.x
		switch text.Alignment {
		case fyne.TextAlignCenter:
			x += (text.Size().Width - w) / 2
		case fyne.TextAlignTrailing:
			x += text.Size().Width - w
		}
		// the middle part of the line box, where the characters are
		full := rect{x, r.y + r.h/2 - text.TextSize*0.45, w, text.TextSize * 0.9}
		inks = append(inks, ink{text.Text, full.and(r)})
	})
	var out []string
	for i, a := range inks {
		for _, c := range inks[i+1:] {
			if o := a.and(c.rect); o.w > 1 && o.h > 1 {
				out = append(out, fmt.Sprintf("text %q lies over %q", a.text, c.text))
			}
		}
	}
	return out
}

func (b *bench) targetFaults(size fyne.Size) []string {
	var out []string
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	targets := b.ui.Targets()
	for i, g := range targets {
		if g.X < 0 || g.Y < 0 || g.X+g.W > size.Width || g.Y+g.H > size.Height {
			fault("%s is outside the screen: %+v", g.ID, g)
		}
		if reach := b.ui.kit.Reach(size); g.Y < reach-0.5 {
			fault("%s begins at %.0f, above what a wheelchair user reaches", g.ID, g.Y)
		}
		if least := leastSide(g); !b.cut(g) && (g.W < least-0.5 || g.H < least-0.5) {
			fault("%s is %.0f × %.0f, less than %.0f", g.ID, g.W, g.H, least)
		}
		for _, o := range targets[i+1:] {
			if holds(g.object, o.object) {
				continue // the eye of a field that can be pressed itself
			}
			gap := max(max(g.X-(o.X+o.W), o.X-(g.X+g.W)), max(g.Y-(o.Y+o.H), o.Y-(g.Y+g.H)))
			if gap < 0 {
				fault("%s lies over %s", g.ID, o.ID)
			} else if gap < theme.Gap-0.5 && !b.cut(g) && !b.cut(o) {
				fault("%s is %.1f from %s", g.ID, gap, o.ID)
			}
		}
	}
	return out
}

// cut reports whether a target is partly scrolled out of sight: then its rectangle is what is left of it.
func (b *bench) cut(g Target) bool {
	full := Target{}
	walk(b.ui.Content(), fyne.Position{}, rect{-1e6, -1e6, 2e6, 2e6}, func(o fyne.CanvasObject, r rect) {
		t, ok := o.(interface{ Button() kiosk.Button })
		if ok && g.Intent != nil && t.Button().Intent == g.Intent {
			full.H = max(full.H, o.Size().Height)
		}
	})
	return full.H > g.H+0.5
}

// holds reports whether o is somewhere below root.
func holds(root, o fyne.CanvasObject) bool {
	for _, c := range layout.Children(root) {
		if c == o || holds(c, o) {
			return true
		}
	}
	return false
}

// leastSide is the smallest side of a target by what it means, in units.
func leastSide(g Target) float32 {
	if strings.HasPrefix(g.ID, "Page:chevron") {
		return theme.Key // of candidates
	}
	switch g.Intent.(type) {
	case kiosk.KeyMode, kiosk.Take:
		return theme.Key
	case kiosk.Choice:
		return theme.Tile
	case kiosk.Type, kiosk.Erase, kiosk.Clear, kiosk.Done, kiosk.Wipe, kiosk.Turn:
		return theme.KeyLeast
	case kiosk.Next, kiosk.Back, kiosk.Confirm, kiosk.Leave, kiosk.Stay, kiosk.Start:
		return 96
	}
	return theme.Button
}

// TestActionBarIsAtHandHeight: in portrait the action bar stands directly above the tools.
func TestActionBarIsAtHandHeight(t *testing.T) {
	b := setup(t, portrait)
	for _, name := range []string{"guide", "form", "review", "accepted"} {
		b.ui.Show(shown(t, false, name))
		var lowest float32
		for _, g := range b.ui.Targets() {
			switch g.Intent.(type) {
			case kiosk.Next, kiosk.Confirm, kiosk.Leave:
				lowest = g.Y + g.H
			}
		}
		if tools := b.target(t, "Help").Y; tools-lowest > 60 || lowest == 0 {
			t.Errorf("%s: action bar ends at %.0f, the tools begin at %.0f", name, lowest, tools)
		}
	}
}

// TestToolsNeverMove: home and help are always at the same place.
func TestToolsNeverMove(t *testing.T) {
	for _, size := range []fyne.Size{portrait, landscape} {
		b := setup(t, size)
		var first *Target
		for _, s := range samples(false) {
			b.ui.Show(s.view)
			if f := s.view.Frame; f.Warning != nil || f.Help != nil || f.Choices != nil || f.Staff != "" {
				continue
			}
			for text := range theme.Sizes {
				b.ui.Show(variant{text: text, low: text == 1}.of(s.view))
				g := b.target(t, "Help")
				if first == nil {
					first = &g
				}
				if g.X != first.X || g.Y != first.Y || g.W != first.W || g.H != first.H {
					t.Errorf("%s: help is at %+v, before at %+v", s.name, g, *first)
				}
			}
		}
	}
}

func TestFocusedFieldIsInSight(t *testing.T) {
	for _, v := range variants() {
		b := setup(t, v.size)
		for _, name := range []string{"form-phone", "form-text", "form-errors"} {
			view := shown(t, v.english, name)
			view.Frame.Elder = v.elder
			b.ui.Show(view)
			for _, f := range view.Screen.(kiosk.Form).Fields {
				if f.Focused && b.cut(b.target(t, ID(f.Focus))) {
					t.Errorf("%s %s: the field that is typed into is not wholly in sight", v, name)
				}
			}
		}
	}
}
