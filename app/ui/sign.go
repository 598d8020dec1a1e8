package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// sign is a sheet to sign: the statement above, the pad with its line below, as on paper.
type sign struct {
	*page
	kit       *widget.Kit
	box       *fyne.Container
	sheet     *widget.Card
	statement *widget.Text
	pad       widget.SignPad
	clear     *widget.Button
}

func newSign(kit *widget.Kit) *sign {
	g := &sign{kit: kit, statement: widget.NewText(), pad: widget.NewSignPad(kit), clear: widget.NewButton(kit)}
	g.sheet = widget.NewCard(kit, 0, g.statement, g.pad.Ink, g.clear).Arrange(sheet{})
	g.page = newPage(kit, pageConfig{})
	g.box = &fyne.Container{Layout: g, Objects: []fyne.CanvasObject{g.head, g.sheet, g.back, g.next}}
	return g
}

func (g *sign) show(v kiosk.Sign, s theme.Scale) {
	g.page.show(v.Heading, v.Help, v.Next, v.Back, s)
	g.statement.Set(v.Statement, widget.Style{Size: s.Large - 4, Color: g.kit.Palette.Text})
	g.pad.Set(v.Place, v.Drawing, s)
	icon := "eraser"
	if v.Clear.Intent == (kiosk.Unable{}) {
		icon = "hand-finger"
	}
	g.clear.Set(widget.Face{Kind: widget.Small, Icon: icon, Button: v.Clear, Scale: s})
}

func (g *sign) reset() {
	g.page.reset()
	g.statement.Reset()
	g.pad.Reset()
	g.clear.Reset()
}

func (g *sign) object() fyne.CanvasObject { return g.box }

// Layout fills the page with the sheet, so that the pad is at hand height, above the actions; where all that is touched must
// be low, the sheet is no higher than it needs.
func (g *sign) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	const m = theme.Margin
	w := size.Width - 2*m
	bottom := g.actions(m, size.Height-32, w)
	y := g.lead(m, w)
	h := max(0, bottom-y)
	if g.kit.Band > 0 {
		h = min(h, layout.Height(g.sheet, w)+sheetSpare)
	}
	layout.Place(g.sheet, m, bottom-h, w, h)
}

// MinSize is nothing, so that the window never grows.
func (g *sign) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// sheet puts the statement at the top and the pad at the bottom, three times as wide as high. The way to clear the pad
// stands above its right corner, or right of it where the pad leaves room. Objects are statement, pad and button.
type sheet struct{}

const (
	padShape   = 3
	sheetSpare = 120 // white between the statement and the pad
	padGap     = 16
)

func (sheet) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return layout.Height(objects[0], width) + 3*padGap + layout.Height(objects[2], width) + width/padShape
}

// Layout places the three.
func (sheet) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	statement, pad, clear := objects[0], objects[1], objects[2]
	w := size.Width
	top := layout.Height(statement, w)
	layout.Place(statement, 0, 0, w, top)
	bw, bh := float32(160), float32(0)
	if b, ok := clear.(*widget.Button); ok && b.Visible() {
		bw = max(bw, b.Wish())
		bh = layout.Height(b, bw)
	}
	room := size.Height - top - theme.Space
	if beside := w - bw - theme.Space; room-bh-padGap < w/padShape && beside > room {
		pw := min(beside, room*padShape)
		ph := min(room, pw/padShape)
		y := size.Height - ph
		layout.Place(pad, 0, y, pw, ph)
		layout.Place(clear, pw+theme.Space, y, bw, bh)
		return
	}
	ph := min(w/padShape, max(0, room-bh-padGap))
	y := size.Height - ph
	layout.Place(pad, 0, y, w, ph)
	layout.Place(clear, w-bw, y-padGap-bh, bw, bh)
}

func (sheet) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
