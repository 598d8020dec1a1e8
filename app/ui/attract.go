package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// attract invites: a greeting, the three things that a visit takes, and one large button. A touch anywhere starts too.
type attract struct {
	kit     *widget.Kit
	box     *fyne.Container
	area    *widget.Area
	words   *fyne.Container
	hello   *widget.Text
	lead    *widget.Text
	trouble *widget.Notice
	steps   *fyne.Container
	start   *widget.Button
}

// pictures are the drawings of the three steps, in order.
var pictures = [3]string{"attract-card", "attract-screen", "attract-paper"}

func newAttract(kit *widget.Kit) *attract {
	a := &attract{
		kit: kit, area: widget.NewArea(kit), hello: widget.NewText(), lead: widget.NewText(),
		trouble: widget.NewNotice(kit), start: widget.NewButton(kit),
		steps: &fyne.Container{Layout: layout.Column{Gap: theme.Space}},
	}
	a.words = &fyne.Container{Layout: layout.Column{Gap: 16}, Objects: []fyne.CanvasObject{a.hello, a.lead}}
	a.box = &fyne.Container{Layout: a, Objects: []fyne.CanvasObject{a.area, a.words, a.steps, a.trouble, a.start}}
	return a
}

func (a *attract) show(v kiosk.Attract, s theme.Scale) {
	p := a.kit.Palette
	a.area.Set(v.Start)
	a.hello.Set(v.Greeting, widget.Style{Size: s.Display, Bold: true, Color: p.Text, Narrow: true})
	a.lead.Set(v.Lead, widget.Style{Size: max(36, s.Body), Color: p.Text2})
	a.trouble.Set(v.Trouble, s.Body)
	widget.List(a.steps, len(v.Steps), func() *widget.Step { return widget.NewStep(a.kit) }, func(i int, w *widget.Step) {
		w.Set(pictures[i], i+1, v.Steps[i], s)
	})
	a.start.Set(widget.Face{Kind: widget.Hero, Icon: "hand-finger", Button: v.Start, Scale: s})
}

func (a *attract) reset() {
	a.area.Reset()
	a.hello.Reset()
	a.lead.Reset()
	a.trouble.Reset()
	widget.List(a.steps, 0, func() *widget.Step { return widget.NewStep(a.kit) }, nil)
	a.start.Reset()
}

func (a *attract) object() fyne.CanvasObject { return a.box }

// Layout puts words above steps above the button in portrait; in landscape words and button left, steps right.
func (a *attract) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	const m = theme.Margin
	layout.Place(a.area, 0, 0, size.Width, size.Height)
	w := size.Width - 2*m
	if layout.Landscape(size) {
		left := (size.Width - 3*m) * 0.45
		right := size.Width - 3*m - left
		layout.Place(a.steps, 2*m+left, m, right, size.Height-2*m)
		bottom := a.lower(m, size.Height-m, left)
		a.lead.Show()
		if a.lead.Value() == "" || layout.Height(a.words, left) > bottom-m { // what is wrong comes before what is inviting
			a.lead.Hide()
		}
		words := layout.Height(a.words, left)
		layout.Place(a.words, m, max(m, (bottom-words)*0.46), left, words)
		return
	}
	if a.lead.Value() != "" {
		a.lead.Show()
	}
	bottom := a.lower(m, size.Height-m, w)
	words := layout.Height(a.words, w)
	layout.Place(a.words, m, 64, w, words)
	y := 64 + words + 48
	layout.Place(a.steps, m, y, w, bottom-y)
}

// lower places button and notice above bottom and returns where the rest must end.
func (a *attract) lower(x, bottom, w float32) float32 {
	if a.start.Visible() {
		h := a.start.HeightFor(w)
		layout.Place(a.start, x, bottom-h, w, h)
		bottom -= h + 32
	}
	if a.trouble.Visible() {
		h := layout.Height(a.trouble, w)
		layout.Place(a.trouble, x, bottom-h, w, h)
		bottom -= h + 32
	}
	return bottom
}

// MinSize is nothing, so that the window never grows.
func (a *attract) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
