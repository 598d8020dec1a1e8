package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// frame is what stands around every screen: the strip above, the tools below (at the right in landscape), and the panel
// that covers all of it.
type frame struct {
	kit    *widget.Kit
	strip  *widget.Strip
	bar    *widget.Pad
	tools  *fyne.Container
	screen *fyne.Container // the screens, over each other
	panel  *panel
	box    *fyne.Container
}

func newFrame(kit *widget.Kit, screens []fyne.CanvasObject) *frame {
	f := &frame{
		kit: kit, strip: widget.NewStrip(kit), tools: &fyne.Container{Layout: toolbar{}},
		screen: &fyne.Container{Layout: layout.Layer{}, Objects: screens}, panel: newPanel(kit),
	}
	ground := widget.NewPad(kit, widget.Fill(kit.Palette.Ground))
	f.bar = widget.NewPad(kit, widget.Fill(kit.Palette.Surface))
	f.box = &fyne.Container{Layout: f, Objects: []fyne.CanvasObject{ground, f.screen, f.strip, f.bar, f.tools, f.panel.box}}
	return f
}

func (f *frame) show(v kiosk.Frame, s theme.Scale) {
	f.strip.Set(v)
	widget.List(f.tools, len(v.Tools), func() *widget.Button { return widget.NewButton(f.kit) }, func(i int, b *widget.Button) {
		t := v.Tools[i]
		b.Set(widget.Face{
			Kind: widget.ToolKind, Icon: t.Icon, Button: kiosk.Button{Label: t.Label, Intent: t.Intent, Off: t.Off}, Scale: s,
		})
	})
	f.panel.show(v, s)
}

const (
	toolHigh = 116 // height of the tools below, portrait
	toolWide = 176 // width of the tools at the right, landscape
)

// Layout puts every part at its place; objects are in the order of newFrame.
func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w, h := size.Width, size.Height
	layout.Place(objects[0], 0, 0, w, h)
	layout.Place(f.panel.box, 0, 0, w, h)
	if layout.Landscape(size) {
		top := float32(widget.StripLow)
		layout.Place(f.strip, 0, 0, w, top)
		layout.Place(f.bar, w-toolWide, top, toolWide, h-top)
		layout.Place(f.tools, w-toolWide, top, toolWide, h-top)
		layout.Place(f.screen, 0, top, w-toolWide, h-top)
		return
	}
	top := float32(widget.StripHigh)
	layout.Place(f.strip, 0, 0, w, top)
	layout.Place(f.bar, 0, h-toolHigh, w, toolHigh)
	layout.Place(f.tools, 0, h-toolHigh, w, toolHigh)
	layout.Place(f.screen, 0, top, w, h-top-toolHigh)
}

// MinSize is nothing, so that the window never grows.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// toolbar shares a row or a column among the tools.
type toolbar struct{}

func (toolbar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := layout.Shown(objects)
	n := float32(len(shown))
	if n == 0 {
		return
	}
	const pad = 8
	if layout.Landscape(size) {
		w := (size.Width - pad*2 - theme.Gap*(n-1)) / n
		for i, o := range shown {
			layout.Place(o, pad+float32(i)*(w+theme.Gap), pad, w, size.Height-2*pad)
		}
		return
	}
	h := min(180, (size.Height-pad*2-theme.Gap*(n-1))/n)
	top := (size.Height - n*h - (n-1)*theme.Gap) / 2
	for i, o := range shown {
		layout.Place(o, pad, top+float32(i)*(h+theme.Gap), size.Width-2*pad, h)
	}
}

func (toolbar) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

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
	scrim := widget.NewPad(kit, widget.Fill(kit.Palette.Scrim))
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
		p.set("", v.Help.Heading, v.Help.Text, v.Help.Close, kiosk.Button{}, s)
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
	h := p.card.HeightFor(w)
	layout.Place(p.card, (size.Width-w)/2, (size.Height-h)/2, w, h)
}

// MinSize is nothing, so that the window never grows.
func (p *panel) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// spacer is a container of a fixed height.
type spacer float32

func (s spacer) HeightFor([]fyne.CanvasObject, float32) float32 { return float32(s) }
func (spacer) Layout([]fyne.CanvasObject, fyne.Size)            {}
func (spacer) MinSize([]fyne.CanvasObject) fyne.Size            { return fyne.Size{} }
