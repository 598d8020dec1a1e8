package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// accepted says which truth holds, with the number large and the code to scan.
type accepted struct {
	*page
	kit                       *widget.Kit
	label, number             *widget.Text
	qr                        *widget.QR
	qrTitle, qrText           *widget.Text
	numberCard                *widget.Card
	track                     *widget.Track
	trackCard                 *widget.Card
	nextTitle, lead, nextText *widget.Text
	nextCard                  *widget.Card
	receipt                   *widget.Notice
	box                       *fyne.Container
	left, right               *fyne.Container // columns; the second is empty in portrait
	more                      *widget.Scroll
}

func newAccepted(kit *widget.Kit) *accepted {
	a := &accepted{
		kit: kit, label: widget.NewText(), number: widget.NewText(), qr: widget.NewQR(), qrTitle: widget.NewText(), qrText: widget.NewText(),
		track: widget.NewTrack(kit), nextTitle: widget.NewText(), lead: widget.NewText(), nextText: widget.NewText(), receipt: widget.NewNotice(kit),
	}
	words := &fyne.Container{Layout: layout.Column{Gap: 10, Middle: true}, Objects: []fyne.CanvasObject{a.qrTitle, a.qrText}}
	code := &fyne.Container{Layout: beside{side: theme.QR, gap: 32}, Objects: []fyne.CanvasObject{a.qr, words}}
	number := &fyne.Container{Layout: layout.Column{Gap: 4}, Objects: []fyne.CanvasObject{a.label, a.number}}
	a.numberCard = widget.NewCard(kit, 24, number, code).Most(820)
	a.trackCard = widget.NewCard(kit, 0, a.track).Most(210)
	a.nextCard = widget.NewCard(kit, 8, a.nextTitle, a.lead, a.nextText).Most(420)
	a.left = &fyne.Container{Layout: layout.Column{Gap: theme.Space}}
	a.right = &fyne.Container{Layout: layout.Column{Gap: theme.Space}}
	a.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{a.left}, side: []fyne.CanvasObject{a.receipt}})
	a.more = widget.NewScroll(kit, a.right)
	a.box = &fyne.Container{Layout: a, Objects: append(a.page.box.Objects, a.more)}
	return a
}

func (a *accepted) show(v kiosk.Accepted, s theme.Scale) {
	p := a.kit.Palette
	second := v.Again
	if second.Label == "" {
		second = v.Rate
	}
	a.page.show(v.Heading, v.Help, v.Leave, second, s)
	a.head.Icon("circle-check", p.OK, 128)
	caption := widget.Style{Size: s.Body, Color: p.Text2}
	a.label.Set(v.NumberLabel, caption)
	a.number.Set(v.Number, widget.Style{Size: s.Number, Bold: true, Color: p.Text, Narrow: true})
	a.qr.Set(v.QR)
	a.qrTitle.Set(v.QRTitle, widget.Style{Size: s.Large, Bold: true, Color: p.Text, Narrow: true})
	a.qrText.Set(v.QRText, caption)
	a.track.Set(v.Track, s)
	a.trackCard.Settle()
	a.nextTitle.Set(v.NextTitle, caption)
	a.lead.Set(v.NextLead, widget.Style{Size: s.Large - 4, Bold: true, Color: p.Text, Narrow: true})
	a.nextText.Set(v.NextText, caption)
	a.nextCard.Settle()
	a.receipt.Set(v.Receipt, s.Body)
	if v.Printing {
		a.receipt.Symbol("printer")
	}
}

func (a *accepted) reset() {
	a.page.reset()
	a.more.Reset()
	for _, t := range []*widget.Text{a.label, a.number, a.qrTitle, a.qrText, a.nextTitle, a.lead, a.nextText} {
		t.Reset()
	}
	a.qr.Reset()
	a.track.Reset()
	a.receipt.Reset()
}

func (a *accepted) object() fyne.CanvasObject { return a.box }

// Layout stacks everything in portrait. In landscape the number and its code are on the left, and on the right what
// happens next, with the way out at the hand.
func (a *accepted) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if !layout.Landscape(size) {
		a.left.Objects = []fyne.CanvasObject{a.numberCard, a.trackCard, a.nextCard}
		a.right.Objects = nil
		a.more.Hide()
		a.head.Brief(false)
		a.page.Layout(nil, size)
		return
	}
	a.left.Objects = []fyne.CanvasObject{a.numberCard}
	a.right.Objects = []fyne.CanvasObject{a.trackCard, a.nextCard}
	a.more.Show()
	const m = theme.Margin
	w := size.Width - 3*m
	left := max(920, w*0.57)
	right := w - left
	x := 2*m + left
	y := float32(pageTop)
	a.head.Brief(false)
	room := size.Height - 32 - y - pageGap
	if need := a.numberCard.HeightFor(left); need <= room { // what can be copied comes before what explains it
		a.head.Brief(a.head.HeightFor(left)+need > room)
	}
	head := a.head.HeightFor(left)
	layout.Place(a.head, m, y, left, head)
	layout.Place(a.scroll, m, y+head+pageGap, left, size.Height-32-y-head-pageGap)
	bottom := a.actions(x, size.Height-32, right)
	if h := layout.Height(a.side, right); h > 0 {
		layout.Place(a.side, x, bottom-h, right, h)
		bottom -= h + theme.Space
	}
	layout.Place(a.more, x, y, right, bottom-y)
}

// MinSize is nothing, so that the window never grows.
func (a *accepted) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// beside puts a square object left and another one right of it.
type beside struct{ side, gap float32 }

func (b beside) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	if !objects[0].Visible() {
		return layout.Height(objects[1], width)
	}
	return max(b.side, layout.Height(objects[1], width-b.side-b.gap+theme.Space))
}

func (b beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := b.side + b.gap - theme.Space
	if !objects[0].Visible() {
		x = 0
	}
	layout.Place(objects[0], -theme.Space, (size.Height-b.side)/2, b.side, b.side) // its white margin hangs over the edge
	layout.Place(objects[1], x, 0, size.Width-x, size.Height)
}

func (beside) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
