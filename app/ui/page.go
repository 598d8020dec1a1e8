package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// page is the composition that most screens share.
//
// Portrait, from above: head, the fixed top part, the scrolled main and extra parts, the fixed side part, the action bar
// at hand height. When all has to be low, the head stands alone in the upper part of the screen. Landscape, wide: head across, main and extra side by side, action bar. Landscape, beside: words and actions on the
// left, main at full height on the right.
type page struct {
	kit    *widget.Kit
	box    *fyne.Container
	head   *widget.Head
	top    *fyne.Container
	scroll *widget.Scroll
	side   *fyne.Container
	back   *widget.Button
	next   *widget.Button
	beside bool
	title  string // of the part shown, to start each at its top
	part   string // tells parts under the same heading apart
}

// pageConfig says what a page is made of.
type pageConfig struct {
	top    []fyne.CanvasObject // what must stay in sight above main, a search field for instance
	main   []fyne.CanvasObject
	extra  []fyne.CanvasObject // second column in landscape, when not beside
	side   []fyne.CanvasObject // what must stay in sight, a notice for instance
	beside bool
	gap    float32
	split  [2]float32 // widths of main and extra
}

func newPage(kit *widget.Kit, c pageConfig) *page {
	if c.gap == 0 {
		c.gap = theme.Space
	}
	if c.split == [2]float32{} {
		c.split = [2]float32{1, 1}
	}
	main := &fyne.Container{Layout: layout.Column{Gap: c.gap}, Objects: c.main}
	extra := &fyne.Container{Layout: layout.Column{Gap: c.gap}, Objects: c.extra}
	if len(c.extra) == 0 {
		extra.Hide()
	}
	flow := &fyne.Container{Layout: flow{gap: c.gap, split: c.split}, Objects: []fyne.CanvasObject{main, extra}}
	p := &page{
		kit: kit, top: &fyne.Container{Layout: layout.Column{Gap: c.gap}, Objects: c.top}, head: widget.NewHead(kit), scroll: widget.NewScroll(kit, flow), beside: c.beside,
		side: &fyne.Container{Layout: layout.Column{Gap: c.gap}, Objects: c.side},
		back: widget.NewButton(kit), next: widget.NewButton(kit),
	}
	p.box = &fyne.Container{Layout: p, Objects: []fyne.CanvasObject{p.head, p.top, p.scroll, p.side, p.back, p.next}}
	return p
}

// show sets the words and buttons around the content.
func (p *page) show(heading, help string, next, back kiosk.Button, s theme.Scale) {
	if title := heading + p.part; title != p.title {
		p.title = title
		p.scroll.Reset()
	}
	p.head.Set(heading, help, s)
	p.next.Set(widget.Face{Kind: widget.Primary, Button: next, Scale: s})
	p.back.Set(widget.Face{Kind: widget.Secondary, Button: back, Scale: s})
}

// heading tells one part of a screen from the next.
func (p *page) heading() string { return p.title }

func (p *page) reset() {
	p.title, p.part = "", ""
	p.head.Reset()
	p.scroll.Reset()
	p.next.Reset()
	p.back.Reset()
}

const (
	pageTop   = 40
	pageGap   = 28 // between head, content and action bar
	backShare = 0.36
	reachGap  = 8 // what is scrolled is drawn so far above its place
)

// Layout composes the page for the orientation it finds.
func (p *page) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	if p.beside && layout.Landscape(size) {
		p.layoutBeside(size)
		return
	}
	const m = theme.Margin
	w := size.Width - 2*m
	bottom := size.Height - 32
	bottom = p.actions(m, bottom, w)
	y := p.lead(m, w)
	if h := layout.Height(p.side, w); h > 0 {
		layout.Place(p.side, m, bottom-h, w, h)
		bottom -= h + pageGap
	}
	layout.Place(p.scroll, m, y, w, max(0, bottom-y))
}

// content returns where the content begins at width w.
func (p *page) content(w float32) float32 {
	y := float32(pageTop)
	if h := p.head.HeightFor(w); h > 0 {
		y += h + pageGap
	}
	if p.kit.Band > 0 {
		y = max(y, p.kit.Band+reachGap)
	}
	if h := layout.Height(p.top, w); h > 0 {
		y += h + pageGap
	}
	return y
}

// lead places head and top part, w wide, and returns where the content begins.
func (p *page) lead(x, w float32) float32 {
	y, h := float32(pageTop), p.head.HeightFor(w)
	if p.kit.Band > 0 {
		y = max(y, (p.kit.Band-h)*0.4)
	}
	layout.Place(p.head, x, y, w, h)
	y = p.content(w)
	if h := layout.Height(p.top, w); h > 0 {
		layout.Place(p.top, x, y-pageGap-h, w, h)
	}
	return y
}

// actions places the action bar above bottom and returns where the content must end.
func (p *page) actions(x, bottom, w float32) float32 {
	next, back := p.next.Visible(), p.back.Visible()
	if !next && !back {
		return bottom
	}
	bw := (w - theme.Space) * backShare
	nw := w - theme.Space - bw
	if !back {
		nw = w
	}
	if w > 1200 { // a wide bar: buttons as wide as a hand, at its two ends
		bw, nw = 400, 640
	}
	h := float32(0)
	if next {
		h = p.next.HeightFor(nw)
	}
	if back {
		h = max(h, p.back.HeightFor(bw))
	}
	layout.Place(p.back, x, bottom-h, bw, h)
	layout.Place(p.next, x+w-nw, bottom-h, nw, h)
	return bottom - h - pageGap
}

// layoutBeside puts the words left and the main part right.
func (p *page) layoutBeside(size fyne.Size) {
	const m = theme.Margin
	left := (size.Width - 3*m) * 0.46
	right := size.Width - 3*m - left
	layout.Place(p.scroll, 2*m+left, pageTop, right, size.Height-pageTop-32)
	bottom := p.actions(m, size.Height-32, left)
	layout.Place(p.top, m, pageTop, left, layout.Height(p.top, left))
	head, side := p.head.HeightFor(left), layout.Height(p.side, left)
	sum := head + side
	if side > 0 {
		sum += 40
	}
	y := max(pageTop, (bottom-sum)*0.42)
	layout.Place(p.head, m, y, left, head)
	layout.Place(p.side, m, y+head+40, left, side)
}

// MinSize is nothing, so that the window never grows.
func (p *page) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// flow sets two parts side by side where there is width for it, else below each other.
type flow struct {
	gap   float32
	split [2]float32
}

const flowWide = 1100

func (f flow) of(width float32) layout.Measurer {
	if width >= flowWide {
		return layout.Row{Gap: f.gap, Weights: f.split[:]}
	}
	return layout.Column{Gap: f.gap}
}

func (f flow) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return f.of(width).HeightFor(objects, width)
}

func (f flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.of(size.Width).Layout(objects, size)
}

func (f flow) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
