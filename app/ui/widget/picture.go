package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Picture is one large drawing in the middle of a card, with room below it for one object.
type Picture struct {
	Base
	kit    *Kit
	ground *canvas.Rectangle
	disc   *canvas.Rectangle // behind a small symbol; a drawing needs none
	icon   *Icon
	below  fyne.CanvasObject
	most   float32
}

// NewPicture returns an empty picture; below may be nil.
func NewPicture(kit *Kit, below fyne.CanvasObject) *Picture {
	c := &Picture{kit: kit, ground: box(theme.RadiusCard), disc: box(0), icon: NewIcon(), below: below, most: 560}
	c.dressed = func() { kit.sheet(c.ground) }
	c.dressed()
	c.parts = []fyne.CanvasObject{c.ground, c.disc, c.icon}
	if below != nil {
		c.parts = append(c.parts, below)
	}
	c.arrange = c.place
	c.height = func(float32) float32 { return 300 }
	c.ExtendBaseWidget(c)
	return c
}

// Set shows a drawing, at most most units high.
func (c *Picture) Set(name string, tint colour, most float32) {
	c.most = most
	c.icon.Set(name, tint)
	p := c.kit.Palette
	soft := p.Ground
	if tint == p.Action {
		soft = p.ActionSoft
	}
	paint(c.disc, soft, soft, 0)
	show(c.disc, !strings.HasPrefix(name, "attract-"))
}

// Stretch returns the most height that the picture makes use of.
func (c *Picture) Stretch(float32) float32 { return 2000 }

func (c *Picture) place(size fyne.Size) {
	c.ground.Resize(size)
	room := size.Height
	low := float32(0)
	if c.below != nil && c.below.Visible() {
		low = layout.Height(c.below, size.Width*0.7) + 48
	}
	side := min(c.most, room-low-80, size.Width*0.8)
	y := (room - side - low) / 2
	layout.Place(c.icon, (size.Width-size.Width*0.8)/2, y, size.Width*0.8, side)
	if round := min(side*1.7, size.Height-40, size.Width-40); c.disc.Visible() {
		if c.disc.CornerRadius != round/2 {
			c.disc.CornerRadius = round / 2
			c.disc.Refresh()
		}
		layout.Place(c.disc, (size.Width-round)/2, y+(side-round)/2, round, round)
	}
	if low > 0 {
		layout.Place(c.below, size.Width*0.15, y+side+48, size.Width*0.7, low-48)
	}
}

// Area is an invisible ground that can be pressed anywhere.
type Area struct{ Tap }

// NewArea returns an area that does nothing yet.
func NewArea(kit *Kit) *Area {
	a := &Area{}
	a.hand = kit.Hand
	a.look = func(bool) {}
	a.ExtendBaseWidget(a)
	return a
}

// Set makes a press on the area mean b.
func (a *Area) Set(b kiosk.Button) { a.setButton(b) }

// Reset makes a press on the area mean nothing.
func (a *Area) Reset() { a.setButton(kiosk.Button{}) }
