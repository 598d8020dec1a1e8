package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// cases lists what the holder of a card has going on, as tiles, and says what the list is worth: above it in portrait, at
// its left in landscape, so that it has the whole height there.
type cases struct {
	*page
	kit     *widget.Kit
	box     *fyne.Container
	note    *widget.Notice
	again   *widget.Button
	parts   *fyne.Container // all that scrolls
	tiles   *fyne.Container
	picture *widget.Picture // where there is nothing to list
}

func newCases(kit *widget.Kit) *cases {
	c := &cases{
		kit: kit, note: widget.NewNotice(kit), again: widget.NewButton(kit), picture: widget.NewPicture(kit, nil),
		tiles: &fyne.Container{Layout: layout.Column{Gap: theme.Space}},
	}
	c.parts = &fyne.Container{Layout: layout.Column{Gap: theme.Space}}
	c.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{c.parts}, gap: theme.Space, beside: true})
	c.box = &fyne.Container{Layout: c, Objects: c.page.box.Objects}
	return c
}

func (c *cases) show(v kiosk.CaseList, s theme.Scale) {
	c.page.show(v.Heading, v.Help, v.Next, v.Back, s)
	c.note.Set(v.Note, s.Body)
	c.again.Set(widget.Face{Kind: widget.Secondary, Button: v.Again, Scale: s})
	widget.List(c.tiles, len(v.Cases), func() *widget.Tile { return widget.NewTile(c.kit) }, func(i int, t *widget.Tile) {
		t.Lead()
		t.Set(v.Cases[i], s)
	})
	c.picture.Set("list-search", c.kit.Palette.Action, 320)
	if len(v.Cases) > 0 {
		c.picture.Hide()
	} else {
		c.picture.Show()
	}
}

func (c *cases) reset() {
	c.page.reset()
	c.note.Reset()
	c.again.Reset()
	widget.List(c.tiles, 0, func() *widget.Tile { return widget.NewTile(c.kit) }, nil)
}

func (c *cases) object() fyne.CanvasObject { return c.box }

// Layout puts the words about the list where there is room for them, and in the largest text above the list, scrolled with
// it.
func (c *cases) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	words, list := []fyne.CanvasObject{c.note, c.again}, []fyne.CanvasObject{c.tiles, c.picture}
	c.top.Objects, c.side.Objects, c.parts.Objects = nil, nil, slices.Concat(words, list)
	w, room := size.Width-2*theme.Margin, size.Height*0.4
	into := &c.top.Objects
	if layout.Landscape(size) {
		w, room = (size.Width-3*theme.Margin)*0.46, size.Height*0.5
		into = &c.side.Objects
	}
	if h := layout.Height(&fyne.Container{Layout: c.side.Layout, Objects: words}, w) + c.head.HeightFor(w); h < room {
		*into, c.parts.Objects = words, list
	}
	c.page.Layout(nil, size)
}

// MinSize is nothing, so that the window never grows.
func (c *cases) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
