package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// check asks which materials are at hand, and says what follows when some are not.
type check struct {
	*page
	kit     *widget.Kit
	box     *fyne.Container
	items   *fyne.Container
	parts   *fyne.Container // all that scrolls
	missing *widget.Notice
	print   *widget.Button
}

func newCheck(kit *widget.Kit) *check {
	c := &check{
		kit: kit, items: &fyne.Container{Layout: layout.Column{Gap: 16}}, missing: widget.NewNotice(kit), print: widget.NewButton(kit),
	}
	c.parts = &fyne.Container{Layout: layout.Column{Gap: 16}, Objects: []fyne.CanvasObject{c.items}}
	c.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{c.parts}, gap: 16, side: []fyne.CanvasObject{c.missing}})
	c.box = &fyne.Container{Layout: c, Objects: append(slices.Clip(c.page.box.Objects), c.print)}
	return c
}

func (c *check) show(v kiosk.Check, s theme.Scale) {
	c.page.show(v.Heading, v.Help, v.Next, v.Back, s)
	widget.List(c.items, len(v.Items), func() *widget.Tick { return widget.NewTick(c.kit) }, func(i int, t *widget.Tick) {
		t.Set(v.Items[i], s)
	})
	c.missing.Set(v.Missing, s.Body)
	c.print.Set(widget.Face{Kind: widget.Secondary, Icon: "printer", Button: v.Print, Scale: s})
}

func (c *check) reset() {
	c.page.reset()
	widget.List(c.items, 0, func() *widget.Tick { return widget.NewTick(c.kit) }, nil)
	c.missing.Reset()
	c.print.Reset()
}

func (c *check) object() fyne.CanvasObject { return c.box }

// Layout is that of a page in portrait; the way to print stands between the other two buttons where all three have room,
// else above them. In landscape the materials are at the right, and everything else at the left.
func (c *check) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	const m = theme.Margin
	w := size.Width - 2*m
	c.parts.Objects = []fyne.CanvasObject{c.items}
	parts := c.page.box.Objects
	spare := w - 2*theme.Space - c.back.Wish() - c.print.Wish() - c.next.Wish()
	if layout.Landscape(size) || spare < 0 || !c.print.Visible() {
		c.side.Objects, c.box.Objects = []fyne.CanvasObject{c.missing, c.print}, parts
		if layout.Landscape(size) {
			c.layoutLandscape(size)
		} else {
			c.page.Layout(nil, size)
		}
		return
	}
	c.side.Objects, c.box.Objects = []fyne.CanvasObject{c.missing}, append(slices.Clone(parts), c.print)
	c.page.Layout(nil, size)
	h := max(c.back.Size().Height, c.next.Size().Height)
	x, y := float32(m), c.next.Position().Y
	for _, b := range []*widget.Button{c.back, c.print, c.next} {
		bw := b.Wish() + spare/3
		layout.Place(b, x, y, bw, h)
		x += bw + theme.Space
	}
}

func (c *check) layoutLandscape(size fyne.Size) {
	const m = theme.Margin
	left := (size.Width - 3*m) * 0.46
	right := size.Width - 3*m - left
	layout.Place(c.scroll, 2*m+left, pageTop, right, size.Height-pageTop-32)
	bottom := c.actions(m, size.Height-32, left)
	y, h := c.lead(m, left), layout.Height(c.side, left)
	if y+h > bottom { // in the largest text what follows stands below the materials
		c.parts.Objects = []fyne.CanvasObject{c.items, c.missing}
		c.side.Objects = []fyne.CanvasObject{c.print}
		h = layout.Height(c.side, left)
	}
	layout.Place(c.side, m, bottom-h, left, h)
}

// MinSize is nothing, so that the window never grows.
func (c *check) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
