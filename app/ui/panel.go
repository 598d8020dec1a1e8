package ui

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// panel covers the screen with a question: the idle warning, or the help that was asked for.
type panel struct {
	kit           *widget.Kit
	box           *fyne.Container
	card          *widget.Card
	count         *widget.Text
	heading, text *widget.Text
	stay, leave   *widget.Button
	open          bool
}

func newPanel(kit *widget.Kit) *panel {
	p := &panel{
		kit: kit, count: widget.NewText(), heading: widget.NewText(), text: widget.NewText(),
		stay: widget.NewButton(kit), leave: widget.NewButton(kit),
	}
	buttons := &fyne.Container{
		Layout:  layout.Row{Gap: theme.Space, Weights: []float32{1, 1.5}},
		Objects: []fyne.CanvasObject{p.leave, p.stay},
	}
	gap := &fyne.Container{Layout: spacer(16)}
	p.card = widget.NewCard(kit, 16, p.count, p.heading, p.text, gap, buttons)
	p.card.Inset = 56
	scrim := widget.NewPad(kit, func(p theme.Palette) color.NRGBA { return p.Scrim })
	p.box = &fyne.Container{Layout: p, Objects: []fyne.CanvasObject{scrim, p.card}}
	p.box.Hide()
	return p
}

// show opens the panel for the warning, else for the help, else closes it.
func (p *panel) show(v kiosk.Frame, s theme.Scale) {
	switch {
	case v.Warning != nil:
		w := v.Warning
		count := ""
		if w.Seconds > 0 {
			count = strconv.Itoa(w.Seconds)
		}
		p.set(count, w.Heading, w.Text, w.Stay, w.Leave, s)
	case v.Help != nil:
		main, other := v.Help.Close, v.Help.Call
		if other.Label != "" && !v.Help.Calling {
			main, other = other, main // what most people came for
		}
		p.set("", v.Help.Heading, v.Help.Text, main, other, s)
	case p.open:
		p.set("", "", "", kiosk.Button{}, kiosk.Button{}, s)
	}
	open := v.Warning != nil || v.Help != nil
	if open == p.open {
		return
	}
	p.open = open
	if open {
		p.kit.Hand.Cancel()
		p.box.Show()
	} else {
		p.box.Hide()
	}
}

func (p *panel) set(count, heading, text string, stay, leave kiosk.Button, s theme.Scale) {
	c := p.kit.Palette
	p.count.Set(count, widget.Style{Size: 120, Bold: true, Color: c.Action, Narrow: true})
	p.heading.Set(heading, widget.Style{Size: s.Heading, Bold: true, Color: c.Text, Narrow: true})
	p.text.Set(text, widget.Style{Size: max(32, s.Body), Color: c.Text2})
	p.stay.Set(widget.Face{Kind: widget.Primary, Button: stay, Scale: s})
	p.leave.Set(widget.Face{Kind: widget.Secondary, Button: leave, Scale: s})
}

// Layout puts the card in the middle; objects are scrim and card.
func (p *panel) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	layout.Place(objects[0], 0, 0, size.Width, size.Height)
	w := min(size.Width-2*theme.Margin, 960)
	placePanel(p.kit, p.card, size, w, p.card.HeightFor(w))
}

// placePanel puts a card in the middle of the screen, or low enough that its buttons can be reached.
func placePanel(kit *widget.Kit, card fyne.CanvasObject, size fyne.Size, w, h float32) {
	y := (size.Height - h) / 2
	if reach := kit.Reach(size); reach > 0 {
		y = min(max(y, reach), size.Height-theme.Margin-h)
	}
	layout.Place(card, (size.Width-w)/2, y, w, h)
}

// MinSize is nothing, so that the window never grows.
func (p *panel) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
