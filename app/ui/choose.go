package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// choose offers the services as tiles, with a field to search and chips to narrow them where there are many.
type choose struct {
	*typing
	search   *widget.Search
	groups   *fyne.Container
	tiles    *fyne.Container
	empty    *widget.Notice
	narrowed string // by what the tiles were chosen, to begin each choice at its top
}

func newChoose(kit *widget.Kit) *choose {
	c := &choose{
		search: widget.NewSearch(kit), groups: &fyne.Container{Layout: layout.Wrap{Gap: theme.Gap, Least: theme.Tile * 0.7}},
		tiles: &fyne.Container{Layout: layout.Grid{Gap: theme.Space, MinWidth: 720, Max: 2}}, empty: widget.NewNotice(kit),
	}
	c.typing = newTyping(kit, pageConfig{top: []fyne.CanvasObject{c.search}, main: []fyne.CanvasObject{c.groups, c.empty, c.tiles}})
	return c
}

// manyServices is from how many on the tiles are small.
const manyServices = 9

func (c *choose) show(v kiosk.Choose, s theme.Scale) {
	c.page.show(v.Heading, v.Help, kiosk.Button{}, v.Back, s)
	c.search.Set(v.Query, s)
	groups, typed := v.Groups, len(v.Keypad.Rows) > 0 || v.Keypad.Ink != nil
	if typed {
		groups = nil // who searches needs the room for what is found
	}
	narrowed := v.Query.Value
	widget.List(c.groups, len(groups), func() *widget.Button { return widget.NewButton(c.kit) }, func(i int, b *widget.Button) {
		g := groups[i]
		b.Set(widget.Face{Kind: widget.Chip, Chosen: g.Chosen, Button: kiosk.Button{Label: g.Label, Intent: g.Intent}, Scale: s})
		if g.Chosen {
			narrowed += "\n" + g.Label
		}
	})
	if narrowed != c.narrowed {
		c.narrowed = narrowed
		c.scroll.Reset()
	}
	c.empty.Set(v.Empty, s.Body)
	widget.List(c.tiles, len(v.Services), func() *widget.Tile { return widget.NewTile(c.kit) }, func(i int, t *widget.Tile) {
		t.Compact(typed || len(v.Services) >= manyServices)
		t.Set(v.Services[i], s)
	})
	c.keypad.Set(v.Keypad, s)
}

func (c *choose) reset() {
	c.typing.reset()
	c.narrowed = ""
	c.search.Reset()
	c.empty.Reset()
	widget.List(c.groups, 0, func() *widget.Button { return widget.NewButton(c.kit) }, nil)
	widget.List(c.tiles, 0, func() *widget.Tile { return widget.NewTile(c.kit) }, nil)
}
