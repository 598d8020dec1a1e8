package widget

import (
	"image/color"

	"fyne.io/fyne/v2/canvas"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
)

// Target is a place to hit with a finger: a ring with a cross, which fills when it was hit.
type Target struct {
	Tap
	kit    *Kit
	ground *canvas.Rectangle
	icon   *Icon
	hit    bool
}

// NewTarget returns a target that means nothing yet.
func NewTarget(kit *Kit) *Target {
	t := &Target{kit: kit, ground: box(0), icon: NewIcon()}
	t.hand = kit.Hand
	t.parts = []fyne.CanvasObject{t.ground, t.icon}
	t.arrange, t.look, t.dressed = t.place, func(bool) { t.dress() }, t.dress
	t.ExtendBaseWidget(t)
	return t
}

// Set makes a hit mean intent, and shows whether there was one.
func (t *Target) Set(label string, intent kiosk.Intent, hit bool) {
	t.setButton(kiosk.Button{Label: label, Intent: intent})
	t.hit = hit
	t.dress()
}

// Reset empties the target.
func (t *Target) Reset() { t.Set("", nil, false) }

func (t *Target) dress() {
	p := t.kit.Palette
	var fill, edge, ink color.Color = p.Surface, p.Line, p.Text2
	symbol := "plus"
	if t.hit {
		fill, edge, ink, symbol = p.OK, p.OK, p.OnAction, "check"
	}
	if t.down {
		fill, edge, ink = p.ActionPress, p.ActionPress, p.OnPress
	}
	paint(t.ground, fill, edge, 4)
	t.icon.Set(symbol, ink)
}

func (t *Target) place(size fyne.Size) {
	t.ground.Resize(size)
	if radius := size.Height / 2; t.ground.CornerRadius != radius {
		t.ground.CornerRadius = radius
		t.ground.Refresh()
	}
	side := size.Height * 0.5
	layout.Place(t.icon, (size.Width-side)/2, (size.Height-side)/2, side, side)
}
