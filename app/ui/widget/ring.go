package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Ring is drawn around what a key would press. It takes no touches.
type Ring struct {
	Base
	edge *canvas.Rectangle
}

const ringGap = 4 // of ground between the ring and its target, so that it never melts into it

// NewRing returns a hidden ring.
func NewRing(kit *Kit) *Ring {
	r := &Ring{edge: box(theme.RadiusBox + ringGap + theme.Ring)}
	r.parts = []fyne.CanvasObject{r.edge}
	r.arrange = func(size fyne.Size) { r.edge.Resize(size) }
	r.dressed = func() { paint(r.edge, color.Transparent, kit.Palette.Focus, theme.Ring) }
	r.dressed()
	r.ExtendBaseWidget(r)
	r.Hide()
	return r
}

// Around shows the ring around a rectangle, in units, wholly on a screen of the given size.
func (r *Ring) Around(x, y, w, h float32, screen fyne.Size) {
	const out = ringGap + theme.Ring
	left, top := max(0, x-out), max(0, y-out)
	layout.Place(r, left, top, min(screen.Width, x+w+out)-left, min(screen.Height, y+h+out)-top)
	show(r, true)
}
