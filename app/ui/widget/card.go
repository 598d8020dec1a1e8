package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Card is a white sheet with a column of objects on it. It is hidden when nothing on it is shown.
type Card struct {
	Base
	ground  *canvas.Rectangle
	content *fyne.Container
	Inset   float32
	most    float32
}

// NewCard returns a card with objects below each other, gap apart.
func NewCard(kit *Kit, gap float32, objects ...fyne.CanvasObject) *Card {
	c := &Card{ground: box(theme.RadiusCard), Inset: theme.Inset}
	c.content = &fyne.Container{Layout: layout.Column{Gap: gap, Middle: true}, Objects: objects}
	c.dressed = func() { kit.sheet(c.ground) }
	c.dressed()
	c.parts = []fyne.CanvasObject{c.ground, c.content}
	c.arrange, c.height = c.place, c.need
	c.ExtendBaseWidget(c)
	return c
}

// Arrange replaces the column by another layout.
func (c *Card) Arrange(l layout.Measurer) *Card {
	c.content.Layout = l
	return c
}

// Most lets the card grow up to height when there is room.
func (c *Card) Most(height float32) *Card {
	c.most = height
	return c
}

// Stretch returns the most height that the card makes use of.
func (c *Card) Stretch(width float32) float32 {
	if s := layout.StretchOf(c.content, width-2*c.Inset); s > 0 {
		return max(c.most, s+2*c.Inset)
	}
	return c.most
}

// Settle shows the card when something on it is shown.
func (c *Card) Settle() {
	show(c, len(layout.Shown(c.content.Objects)) > 0)
}

func (c *Card) need(width float32) float32 {
	return layout.Height(c.content, width-2*c.Inset) + 2*c.Inset
}

func (c *Card) place(size fyne.Size) {
	c.ground.Resize(size)
	layout.Place(c.content, c.Inset, c.Inset, size.Width-2*c.Inset, size.Height-2*c.Inset)
}
