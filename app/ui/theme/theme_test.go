package theme

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"onedoor/app/kiosk"
)

// contrast is the contrast ratio of WCAG 2.2.
func contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

// palettes are those that a frame can ask for.
func palettes() map[string]Palette {
	return map[string]Palette{
		"light": Colours(kiosk.Frame{}), "contrast": Colours(kiosk.Frame{Contrast: true, Dim: true}), "dark": Colours(kiosk.Frame{Dim: true}),
	}
}

func TestContrast(t *testing.T) {
	if p := palettes(); p["light"] == p["contrast"] || p["light"] == p["dark"] || p["contrast"] != Contrast() {
		t.Fatal("settings do not choose the palette")
	}
	for name, p := range palettes() {
		for _, c := range []struct {
			name    string
			ink, on color.NRGBA
			least   float64
		}{
			{"text on ground", p.Text, p.Ground, 7},
			{"text on surface", p.Text, p.Surface, 7},
			{"text on action-soft", p.Text, p.ActionSoft, 7},
			{"text on rule", p.Text, p.Rule, 7},
			{"text-2 on ground", p.Text2, p.Ground, 7},
			{"text-2 on surface", p.Text2, p.Surface, 7},
			{"words on action", p.OnAction, p.Action, 7},
			{"words on action-press", p.OnPress, p.ActionPress, 7},
			{"badge on action-soft", p.Badge, p.ActionSoft, 7},
			{"badge on surface", p.Badge, p.Surface, 7},
			{"off on ground", p.Off, p.Ground, 7},
			{"off on surface", p.Off, p.Surface, 7},
			{"stop on surface", p.Stop, p.Surface, 7},
			{"ok on surface", p.OK, p.Surface, 7},
			{"warn on surface", p.Warn, p.Surface, 7},
			{"text-2 on action-soft", p.Text2, p.ActionSoft, 6.5},
			{"stop on ground", p.Stop, p.Ground, 6.5},
			{"line on surface", p.Line, p.Surface, 3},
			{"line on ground", p.Line, p.Ground, 3},
			{"action on action-soft", p.Action, p.ActionSoft, 3},
			{"action on surface", p.Action, p.Surface, 3},
			{"action on ground", p.Action, p.Ground, 3},
			{"faint on ground", p.Faint, p.Ground, 3},
			{"faint on surface", p.Faint, p.Surface, 3},
			{"focus on ground", p.Focus, p.Ground, 3},
			{"focus on surface", p.Focus, p.Surface, 3},
			{"focus on action-soft", p.Focus, p.ActionSoft, 3},
		} {
			if got := contrast(c.ink, c.on); got < c.least {
				t.Errorf("%s: %s has %.2f:1, want %.1f:1", name, c.name, got, c.least)
			}
		}
	}
}

func TestFontsAreTheBundledOnes(t *testing.T) {
	th := New()
	regular, bold := th.Font(fyne.TextStyle{}), th.Font(fyne.TextStyle{Bold: true})
	for _, r := range []fyne.Resource{regular, bold} {
		if string(r.Content()[:4]) != "OTTO" {
			t.Errorf("%s is no OTF with CFF outlines", r.Name())
		}
	}
	if regular == bold {
		t.Error("bold is regular")
	}
	if th.Color(fynetheme.ColorNameHover, fynetheme.VariantLight) != color.Transparent {
		t.Error("a finger leaves hover behind")
	}
}

func TestLargeTextIsLarger(t *testing.T) {
	n, e := For(kiosk.Frame{}), For(kiosk.Frame{Elder: true})
	if e.Body < 40 || e.Button < 40 || n.Small < 26 || n.Number < 48 || e.Number < 48 {
		t.Errorf("sizes %+v and %+v", n, e)
	}
	for i := 1; i < Sizes; i++ {
		a, b := Sized(i-1), Sized(i)
		if b.Body <= a.Body || b.Heading <= a.Heading || b.Button <= a.Button || b.Small <= a.Small || b.Number < 48 {
			t.Errorf("size %d is %+v, no larger than %+v", i, b, a)
		}
	}
	if For(kiosk.Frame{Elder: true, Size: 1}) != Sized(2) || For(kiosk.Frame{Elder: true, Size: 3}) != Sized(3) || Sized(9) != Largest() {
		t.Error("elder mode is at least size 2")
	}
}
