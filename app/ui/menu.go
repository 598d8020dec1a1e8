package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// menu is home: what the hall offers in large tiles, a way to search, and what most people come for.
type menu struct {
	*page
	kit      *widget.Kit
	box      *fyne.Container
	tiles    *fyne.Container
	finder   *widget.Search
	title    *widget.Text
	services *fyne.Container
	popular  *fyne.Container // title and services
	parts    *fyne.Container // all that scrolls
	trouble  *widget.Notice
}

func newMenu(kit *widget.Kit) *menu {
	m := &menu{
		kit: kit, tiles: &fyne.Container{}, finder: widget.NewSearch(kit), title: widget.NewText(),
		services: &fyne.Container{}, trouble: widget.NewNotice(kit),
	}
	m.popular = &fyne.Container{Layout: layout.Column{Gap: 12}, Objects: []fyne.CanvasObject{m.title, m.services}}
	m.parts = &fyne.Container{Layout: layout.Column{Gap: menuGap}, Objects: []fyne.CanvasObject{m.tiles, m.finder, m.popular}}
	m.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{m.parts}, side: []fyne.CanvasObject{m.trouble}})
	m.box = &fyne.Container{Layout: m, Objects: m.page.box.Objects}
	return m
}

const menuGap = 24

func (m *menu) show(v kiosk.Menu, s theme.Scale) {
	m.page.show(v.Heading, v.Help, kiosk.Button{}, v.Back, s)
	large := s.Body > theme.Larger().Body
	m.tiles.Layout = errands{single: large, three: s.Body <= theme.Normal().Body}
	widget.List(m.tiles, len(v.Tiles), func() *widget.Errand { return widget.NewErrand(m.kit) }, func(i int, e *widget.Errand) {
		weight := widget.Plain
		if i == 0 {
			weight = widget.Lead
		}
		e.Set(v.Tiles[i], weight, s)
	})
	m.finder.Set(kiosk.Query{Hint: v.Search.Label, Focus: v.Search.Intent}, s)
	m.title.Set(v.Popular, widget.Style{Size: s.Large - 4, Bold: true, Color: m.kit.Palette.Text, Narrow: true})
	m.services.Layout = common{single: large}
	widget.List(m.services, len(v.Services), func() *widget.Errand { return widget.NewErrand(m.kit) }, func(i int, e *widget.Errand) {
		e.Set(v.Services[i], widget.Line, s)
	})
	if len(v.Services) > 0 {
		m.popular.Show()
	} else {
		m.title.Reset()
		m.popular.Hide()
	}
	m.trouble.Set(v.Trouble, s.Body)
}

func (m *menu) reset() {
	m.page.reset()
	widget.List(m.tiles, 0, func() *widget.Errand { return widget.NewErrand(m.kit) }, nil)
	widget.List(m.services, 0, func() *widget.Errand { return widget.NewErrand(m.kit) }, nil)
	m.finder.Reset()
	m.title.Reset()
	m.trouble.Reset()
}

func (m *menu) object() fyne.CanvasObject { return m.box }

// Layout stacks everything in portrait. In landscape the way to search and what is wrong stand beside the way back, so
// that all the rest is in sight at once.
func (m *menu) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	if !layout.Landscape(size) {
		m.parts.Objects = []fyne.CanvasObject{m.tiles, m.finder, m.popular}
		m.side.Objects = []fyne.CanvasObject{m.trouble}
		m.box.Objects = m.page.box.Objects
		m.head.Brief(false)
		m.page.Layout(nil, size)
		return
	}
	m.parts.Objects = []fyne.CanvasObject{m.tiles, m.popular}
	m.side.Objects = nil
	m.box.Objects = append(slices.Clip(m.page.box.Objects), m.finder, m.trouble)
	const x, back = theme.Margin, 320
	w := size.Width - 2*x
	find, said := w-back-theme.Space, float32(0)
	if m.trouble.Visible() {
		said = find
		if m.finder.Visible() {
			find = max(460, find*0.36)
			said -= find + theme.Space
		}
	}
	low := max(m.back.HeightFor(back), m.finder.HeightFor(find), layout.Height(m.trouble, said))
	bottom := size.Height - 32 - low
	layout.Place(m.back, x, bottom, back, low)
	layout.Place(m.finder, x+back+theme.Space, bottom, find, low)
	layout.Place(m.trouble, x+w-said, bottom, said, low)
	m.head.Brief(false)
	m.head.Brief(m.content(w)+layout.Height(m.parts, w) > bottom-pageGap) // what is offered goes before what is said of it
	y := m.lead(x, w)
	layout.Place(m.scroll, x, y, w, max(0, bottom-pageGap-y))
}

// MinSize is nothing, so that the window never grows.
func (m *menu) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
