package ui

import (
	"image/color"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// choices covers the screen with settings: groups of large options, of which one each is chosen.
type choices struct {
	kit     *widget.Kit
	box     *fyne.Container
	card    *widget.Card
	heading *widget.Text
	groups  *fyne.Container
	pool    []*choiceGroup
	scroll  *widget.Scroll
	close   *widget.Button
	open    bool
}

// choiceGroup is one question with its options.
type choiceGroup struct {
	box     *fyne.Container
	title   *widget.Text
	options *fyne.Container
}

func newChoices(kit *widget.Kit) *choices {
	c := &choices{
		kit: kit, heading: widget.NewText(), groups: &fyne.Container{Layout: layout.Column{Gap: 36}}, close: widget.NewButton(kit),
	}
	c.scroll = widget.NewScroll(kit, c.groups)
	c.card = widget.NewCard(kit, 0, c.heading, c.scroll, c.close).Arrange(choicesLayout{})
	c.card.Inset = 48
	scrim := widget.NewPad(kit, func(p theme.Palette) color.NRGBA { return p.Scrim })
	c.box = &fyne.Container{Layout: c, Objects: []fyne.CanvasObject{scrim, c.card}}
	c.box.Hide()
	return c
}

// show opens the panel for v, or closes and empties it.
func (c *choices) show(v *kiosk.ChoicePanel, s theme.Scale) {
	if v == nil {
		if c.open {
			c.open = false
			c.fill(kiosk.ChoicePanel{}, s)
			c.scroll.Reset()
			c.box.Hide()
		}
		return
	}
	c.fill(*v, s)
	if !c.open {
		c.open = true
		c.kit.Hand.Cancel()
		c.box.Show()
	}
}

func (c *choices) fill(v kiosk.ChoicePanel, s theme.Scale) {
	c.heading.Set(v.Heading, widget.Style{Size: s.Heading, Bold: true, Color: c.kit.Palette.Text, Narrow: true})
	for len(c.pool) < len(v.Groups) {
		g := &choiceGroup{title: widget.NewText(), options: &fyne.Container{}}
		g.box = &fyne.Container{Layout: layout.Column{Gap: 16}, Objects: []fyne.CanvasObject{g.title, g.options}}
		c.pool = append(c.pool, g)
		c.groups.Objects = append(c.groups.Objects, g.box)
	}
	for i, g := range c.pool {
		if i >= len(v.Groups) {
			c.fillGroup(g, kiosk.ChoiceGroup{}, s)
			g.box.Hide()
			continue
		}
		g.box.Show()
		c.fillGroup(g, v.Groups[i], s)
	}
	c.close.Set(widget.Face{Kind: widget.Primary, Button: v.Close, Scale: s})
}

func (c *choices) fillGroup(g *choiceGroup, v kiosk.ChoiceGroup, s theme.Scale) {
	g.title.Set(v.Title, widget.Style{Size: s.Body, Color: c.kit.Palette.Text2, Narrow: true})
	least := float32(theme.Tile)
	widget.List(g.options, len(v.Options), func() *widget.Button { return widget.NewButton(c.kit) }, func(i int, b *widget.Button) {
		o := v.Options[i]
		face := widget.Face{Kind: widget.Option, Chosen: o.Chosen, Button: kiosk.Button{Label: o.Label, Intent: o.Intent}, Scale: s}
		if z, ok := o.Intent.(kiosk.Size); ok {
			face.Scale = theme.Sized(z.To) // each size of text is shown in itself
		}
		b.Set(face)
		least = max(least, b.Wish()+40) // and room for the tick
	})
	g.options.Layout = layout.Grid{Gap: theme.Gap + 4, MinWidth: least, Max: 4}
}

// Layout puts the card in the middle; objects are scrim and card.
func (c *choices) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	layout.Place(objects[0], 0, 0, size.Width, size.Height)
	w := min(size.Width-2*theme.Margin, 1240)
	most := size.Height - 2*theme.Margin
	if reach := c.kit.Reach(size); reach > 0 {
		most = size.Height - theme.Margin - reach
	}
	placePanel(c.kit, c.card, size, w, min(most, c.card.HeightFor(w)))
}

// MinSize is nothing, so that the window never grows.
func (c *choices) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// choicesLayout puts heading and button at the ends and gives the rest to the groups between them.
type choicesLayout struct{}

const choicesGap = 36

func (choicesLayout) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	var h float32
	for _, o := range objects {
		h += layout.Height(o, width)
	}
	return h + 2*choicesGap
}

func (choicesLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	top, bottom := layout.Height(objects[0], size.Width), layout.Height(objects[2], size.Width)
	layout.Place(objects[0], 0, 0, size.Width, top)
	layout.Place(objects[1], 0, top+choicesGap, size.Width, max(0, size.Height-top-bottom-2*choicesGap))
	layout.Place(objects[2], 0, size.Height-bottom, size.Width, bottom)
}

func (choicesLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
