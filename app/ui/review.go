package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// review is the whole form on one page, grouped as it was filled in.
type review struct {
	*page
	kit         *widget.Kit
	box         *fyne.Container
	groups      *fyne.Container
	pool        []*group
	declaration *widget.Text
	declared    *widget.Card
}

// group is one card of the review with its own way back.
type group struct {
	card  *widget.Card
	title *widget.Text
	edit  *widget.Button
	rows  *fyne.Container
}

func newGroup(kit *widget.Kit) *group {
	g := &group{title: widget.NewText(), edit: widget.NewButton(kit), rows: &fyne.Container{Layout: layout.Column{}}}
	top := &fyne.Container{Layout: titled{}, Objects: []fyne.CanvasObject{g.title, g.edit}}
	g.card = widget.NewCard(kit, 8, top, g.rows)
	return g
}

func (g *group) reset(kit *widget.Kit) {
	g.title.Reset()
	g.edit.Reset()
	widget.List(g.rows, 0, func() *widget.Row { return widget.NewRow(kit) }, nil)
	g.card.Hide()
}

func newReview(kit *widget.Kit) *review {
	r := &review{kit: kit, groups: &fyne.Container{Layout: layout.Column{Gap: theme.Space}}, declaration: widget.NewText()}
	r.declared = widget.NewCard(kit, 0, r.declaration)
	r.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{r.groups}, side: []fyne.CanvasObject{r.declared}})
	r.box = &fyne.Container{Layout: r, Objects: r.page.box.Objects}
	return r
}

func (r *review) show(v kiosk.Review, s theme.Scale) {
	r.page.show(v.Heading, v.Help, v.Confirm, v.Back, s)
	for len(r.pool) < len(v.Groups) {
		g := newGroup(r.kit)
		r.pool = append(r.pool, g)
		r.groups.Objects = append(r.groups.Objects, g.card)
	}
	for i, g := range r.pool {
		if i >= len(v.Groups) {
			g.reset(r.kit)
			continue
		}
		r.fill(g, v.Groups[i], s)
	}
	r.declaration.Set(v.Declaration, widget.Style{Size: s.Body, Color: r.kit.Palette.Text})
	r.declared.Settle()
}

func (r *review) fill(g *group, v kiosk.Group, s theme.Scale) {
	g.title.Set(v.Title, widget.Style{Size: s.Button, Bold: true, Color: r.kit.Palette.Text, Narrow: true})
	g.edit.Set(widget.Face{Kind: widget.Small, Icon: "pencil", Button: v.Edit, Scale: s})
	widget.List(g.rows, len(v.Rows), func() *widget.Row { return widget.NewRow(r.kit) }, func(i int, w *widget.Row) {
		w.Set(v.Rows[i], false, s)
	})
	g.card.Show()
}

func (r *review) reset() {
	r.page.reset()
	for _, g := range r.pool {
		g.reset(r.kit)
	}
	r.declaration.Reset()
}

func (r *review) object() fyne.CanvasObject { return r.box }

// Layout is that of a page in portrait; in landscape the declaration and the actions stand at the right hand. A declaration
// that has no room below the heading there stands below the answers.
func (r *review) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if !layout.Landscape(size) {
		r.head.Brief(false)
		r.page.Layout(nil, size)
		return
	}
	const m = theme.Margin
	right := float32(600)
	left := size.Width - 3*m - right
	x := 2*m + left
	bottom := size.Height - 32
	for _, b := range []*widget.Button{r.back, r.next} {
		if b.Visible() {
			h := b.HeightFor(right)
			layout.Place(b, x, bottom-h, right, h)
			bottom -= h + 20
		}
	}
	h := layout.Height(r.side, right)
	free := func() float32 { return bottom - h - 8 - pageGap - pageTop - r.head.HeightFor(right) }
	if r.head.Brief(false); free() < 0 {
		r.head.Brief(true)
	}
	low := size.Height - 32 // where the answers end
	if free() < 0 {
		r.head.Brief(false)
		h = layout.Height(r.side, left)
		low -= h
		layout.Place(r.side, m, low, left, h)
		low -= pageGap
	} else {
		layout.Place(r.side, x, bottom-h-8, right, h)
	}
	layout.Place(r.scroll, m, pageTop, left, low-pageTop)
	r.lead(x, right)
}

// MinSize is nothing, so that the window never grows.
func (r *review) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// titled puts a title left and a button right, in the middle of the line.
type titled struct{}

func (titled) widths(objects []fyne.CanvasObject, width float32) (title, button float32) {
	b, ok := objects[1].(*widget.Button)
	if !ok || !b.Visible() {
		return width, 0
	}
	button = max(160, b.Wish())
	return width - button - theme.Space, button
}

func (t titled) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	tw, bw := t.widths(objects, width)
	h := layout.Height(objects[0], tw)
	if bw > 0 {
		h = max(h, layout.Height(objects[1], bw))
	}
	return h
}

func (t titled) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	tw, bw := t.widths(objects, size.Width)
	h := layout.Height(objects[0], tw)
	layout.Place(objects[0], 0, (size.Height-h)/2, tw, h)
	layout.Place(objects[1], size.Width-bw, 0, bw, size.Height)
}

func (titled) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
