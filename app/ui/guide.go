package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// guide says what a service is and what it needs.
type guide struct {
	*page
	kit       *widget.Kit
	facts     *fyne.Container
	factsCard *widget.Card
	title     *widget.Text
	materials *fyne.Container
	card      *widget.Card
}

func newGuide(kit *widget.Kit) *guide {
	g := &guide{
		kit: kit, facts: &fyne.Container{Layout: layout.Column{}}, title: widget.NewText(),
		materials: &fyne.Container{Layout: layout.Column{Gap: 24}},
	}
	g.factsCard = widget.NewCard(kit, 0, g.facts)
	g.card = widget.NewCard(kit, 24, g.title, g.materials)
	g.page = newPage(kit, pageConfig{
		main: []fyne.CanvasObject{g.factsCard}, extra: []fyne.CanvasObject{g.card}, split: [2]float32{1.1, 1},
	})
	return g
}

func (g *guide) show(v kiosk.Guide, s theme.Scale) {
	g.page.show(v.Heading, v.Help, v.Next, v.Back, s)
	widget.List(g.facts, len(v.Facts), func() *widget.Row { return widget.NewRow(g.kit) }, func(i int, r *widget.Row) {
		r.Set(v.Facts[i], i == 0, s)
	})
	g.title.Set(v.MaterialsTitle, widget.Style{Size: s.Large, Bold: true, Color: g.kit.Palette.Text, Narrow: true})
	widget.List(g.materials, len(v.Materials), func() *widget.Material { return widget.NewMaterial(g.kit) }, func(i int, m *widget.Material) {
		m.Set(v.Materials[i], s)
	})
	g.factsCard.Settle()
	g.card.Settle()
}

func (g *guide) reset() {
	g.page.reset()
	g.title.Reset()
	widget.List(g.facts, 0, func() *widget.Row { return widget.NewRow(g.kit) }, nil)
	widget.List(g.materials, 0, func() *widget.Material { return widget.NewMaterial(g.kit) }, nil)
}

func (g *guide) object() fyne.CanvasObject { return g.box }
