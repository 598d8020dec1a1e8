package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// choose offers the services as tiles.
type choose struct {
	*page
	kit   *widget.Kit
	tiles *fyne.Container
}

func newChoose(kit *widget.Kit) *choose {
	c := &choose{kit: kit, tiles: &fyne.Container{Layout: layout.Grid{Gap: theme.Space, MinWidth: 720, Max: 2}}}
	c.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{c.tiles}})
	return c
}

func (c *choose) show(v kiosk.Choose, s theme.Scale) {
	c.page.show(v.Heading, v.Help, kiosk.Button{}, v.Back, s)
	widget.List(c.tiles, len(v.Services), func() *widget.Tile { return widget.NewTile(c.kit) }, func(i int, t *widget.Tile) {
		t.Set(v.Services[i], s)
	})
}

func (c *choose) reset() {
	c.page.reset()
	widget.List(c.tiles, 0, func() *widget.Tile { return widget.NewTile(c.kit) }, nil)
}

func (c *choose) object() fyne.CanvasObject { return c.box }
