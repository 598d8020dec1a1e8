package widget

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynewidget "fyne.io/fyne/v2/widget"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Kit is what all widgets of one window share.
type Kit struct {
	Palette theme.Palette
	Hand    *Hand
	Low     bool             // in portrait, all that is touched lies where a wheelchair user reaches it
	Band    float32          // then how far from the top of a screen's own area that begins, in units; else 0
	Now     func() time.Time // for the times of strokes; time.Now when nil
}

// Dress changes the palette and gives everything below root its colours anew, hidden or not. The fonts stay: a change of
// Fyne's theme would parse them again.
func (k *Kit) Dress(root fyne.CanvasObject, p theme.Palette) {
	k.Palette = p
	dress(root)
}

func dress(o fyne.CanvasObject) {
	if d, ok := o.(interface{ Dress() }); ok {
		d.Dress()
	}
	for _, c := range layout.Children(o) {
		dress(c)
	}
}

// Reach returns how far from the top of the whole screen touching begins, in units: 0 unless all has to be low.
func (k *Kit) Reach(size fyne.Size) float32 {
	if !k.Low || layout.Landscape(size) {
		return 0
	}
	return size.Height * theme.Reach
}

// sheet paints a card or another ground that words stand on.
func (k *Kit) sheet(r *canvas.Rectangle) {
	paint(r, k.Palette.Surface, k.Palette.Edge, k.edged())
}

// edged is the width of the edges that only a palette without grounds needs.
func (k *Kit) edged() float32 {
	if k.Palette.Edge.A == 0 {
		return 0
	}
	return k.Palette.Stroke
}

// Base is the common part of the widgets: a list of parts and how to arrange them. The state lives here and not in the
// renderer, because Fyne throws renderers of hidden widgets away.
type Base struct {
	fynewidget.BaseWidget
	parts   []fyne.CanvasObject
	arrange func(fyne.Size)
	height  func(width float32) float32
	dressed func() // takes on the palette; nil when nothing is painted outside Set
}

// Dress takes on the kit's palette.
func (b *Base) Dress() {
	if b.dressed != nil {
		b.dressed()
	}
}

// Children returns the parts.
func (b *Base) Children() []fyne.CanvasObject { return b.parts }

// Rearrange arranges the parts for the present size.
func (b *Base) Rearrange() {
	if b.arrange != nil {
		b.arrange(b.Size())
	}
}

// HeightFor returns the height needed at width.
func (b *Base) HeightFor(width float32) float32 {
	if b.height == nil {
		return 0
	}
	return b.height(width)
}

// CreateRenderer makes Fyne draw the parts.
func (b *Base) CreateRenderer() fyne.WidgetRenderer { return renderer{b} }

type renderer struct{ b *Base }

func (r renderer) Layout(size fyne.Size) {
	if r.b.arrange != nil {
		r.b.arrange(size)
	}
}
func (r renderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r renderer) Objects() []fyne.CanvasObject { return r.b.parts }
func (r renderer) Destroy()                     {}
func (r renderer) Refresh() {
	for _, p := range r.b.parts {
		p.Refresh()
	}
}

var _ layout.Holder = (*Base)(nil)

// show makes o visible or not, without redrawing when it is so already.
func show(o fyne.CanvasObject, visible bool) {
	switch {
	case visible && !o.Visible():
		o.Show()
	case !visible && o.Visible():
		o.Hide()
	}
}

// paint gives r its colours, redrawing only when they changed.
func paint(r *canvas.Rectangle, fill, edge colour, width float32) {
	if r.FillColor == fill && r.StrokeColor == edge && r.StrokeWidth == width {
		return
	}
	r.FillColor, r.StrokeColor, r.StrokeWidth = fill, edge, width
	r.Refresh()
}

func box(radius float32) *canvas.Rectangle {
	return &canvas.Rectangle{CornerRadius: radius}
}
