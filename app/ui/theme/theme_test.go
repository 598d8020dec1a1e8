package theme

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
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

func TestContrast(t *testing.T) {
	p := Light()
	for _, c := range []struct {
		name    string
		ink, on color.NRGBA
		least   float64
	}{
		{"text on ground", p.Text, p.Ground, 7},
		{"text on surface", p.Text, p.Surface, 7},
		{"text on action-soft", p.Text, p.ActionSoft, 7},
		{"text-2 on ground", p.Text2, p.Ground, 7},
		{"text-2 on surface", p.Text2, p.Surface, 7},
		{"words on action", p.OnAction, p.Action, 7},
		{"words on action-press", p.OnAction, p.ActionPress, 7},
		{"badge on action-soft", p.ActionPress, p.ActionSoft, 7},
		{"stop on surface", p.Stop, p.Surface, 7},
		{"ok on surface", p.OK, p.Surface, 7},
		{"warn on surface", p.Warn, p.Surface, 7},
		{"text-2 on action-soft", p.Text2, p.ActionSoft, 6.5},
		{"stop on ground", p.Stop, p.Ground, 6.5},
		{"line on surface", p.Line, p.Surface, 3},
		{"line on ground", p.Line, p.Ground, 3},
		{"action on action-soft", p.Action, p.ActionSoft, 3},
	} {
		if got := contrast(c.ink, c.on); got < c.least {
			t.Errorf("%s has %.2f:1, want %.1f:1", c.name, got, c.least)
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
	n, e := For(false), For(true)
	if e.Body < 40 || e.Button < 40 || n.Small < 26 || n.Number < 48 || e.Number < 48 {
		t.Errorf("sizes %+v and %+v", n, e)
	}
}
