package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/ui/layout"
)

// errands sets the first across the page and the others below it: three in one row, others in pairs, of which one left
// over has a row of its own. Where the page is wide, the first stands left of the others.
type errands struct {
	single bool // one in a row, for large text
	three  bool // three have room in one row
}

const errandGap = 20

// split returns the widths of the first and of the others beside it, or of all below each other when second is 0.
func (e errands) split(n int, width float32) (first, second float32) {
	if width < flowWide || n < 2 {
		return width, 0
	}
	first = width * 0.3
	return first, width - first - errandGap
}

func (e errands) pairs() pairs { return pairs{gap: errandGap, single: e.single, three: e.three} }

// beside are those right of the first.
func (e errands) beside() pairs { return pairs{gap: errandGap, three: e.three} }

// HeightFor is the height of all of them.
func (e errands) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	shown := layout.Shown(objects)
	if len(shown) == 0 {
		return 0
	}
	first, second := e.split(len(shown), width)
	h := layout.Height(shown[0], first)
	switch {
	case len(shown) == 1:
		return h
	case second > 0:
		return max(h, e.beside().HeightFor(shown[1:], second))
	}
	return h + errandGap + e.pairs().HeightFor(shown[1:], width)
}

// StretchOf is the most height that they make use of.
func (e errands) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	shown := layout.Shown(objects)
	if len(shown) == 0 {
		return 0
	}
	first, second := e.split(len(shown), width)
	h := layout.StretchOf(shown[0], first)
	switch {
	case len(shown) == 1:
		return h
	case second > 0:
		return max(h, e.beside().StretchOf(shown[1:], second))
	}
	return h + errandGap + e.pairs().StretchOf(shown[1:], width)
}

// Layout places them.
func (e errands) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := layout.Shown(objects)
	if len(shown) == 0 {
		return
	}
	first, second := e.split(len(shown), size.Width)
	switch {
	case len(shown) == 1:
		layout.Place(shown[0], 0, 0, size.Width, size.Height)
		return
	case second > 0:
		layout.Place(shown[0], 0, 0, first, size.Height)
		e.beside().place(shown[1:], first+errandGap, 0, second, size.Height)
		return
	}
	need, most := layout.Height(shown[0], first), layout.StretchOf(shown[0], first)
	spare := max(0, size.Height-e.HeightFor(objects, size.Width))
	h := need + min(max(0, most-need), spare*0.3)
	layout.Place(shown[0], 0, 0, first, h)
	rest := min(size.Height-h-errandGap, e.pairs().StretchOf(shown[1:], size.Width))
	e.pairs().place(shown[1:], 0, h+errandGap, size.Width, rest)
}

// MinSize is nothing, so that the window never grows.
func (errands) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// pairs sets objects two in a row; the last of an odd number spans the row, and three may share one. All rows have one height.
type pairs struct {
	gap    float32
	single bool // one in a row
	three  bool // three have room in one row
}

// row returns how many objects the row that begins with the i-th of n has.
func (p pairs) row(i, n int) int {
	switch {
	case p.single:
		return 1
	case p.three && n == 3:
		return 3
	case i == n-1:
		return 1
	}
	return 2
}

func (p pairs) rows(n int) int {
	rows := 0
	for i := 0; i < n; i += p.row(i, n) {
		rows++
	}
	return rows
}

// most returns the greatest of a measure over the objects at the widths that they will have.
func (p pairs) most(objects []fyne.CanvasObject, width float32, measure func(fyne.CanvasObject, float32) float32) float32 {
	var h float32
	for i := 0; i < len(objects); {
		k := p.row(i, len(objects))
		w := (width - p.gap*float32(k-1)) / float32(k)
		for _, o := range objects[i : i+k] {
			h = max(h, measure(o, w))
		}
		i += k
	}
	n := float32(p.rows(len(objects)))
	return n*(h+p.gap) - p.gap
}

// HeightFor is the height of all rows and gaps.
func (p pairs) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return p.most(layout.Shown(objects), width, layout.Height)
}

// StretchOf is what all rows make use of.
func (p pairs) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	return p.most(layout.Shown(objects), width, layout.StretchOf)
}

// Layout fills row by row.
func (p pairs) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := layout.Shown(objects)
	p.place(shown, 0, 0, size.Width, min(size.Height, p.StretchOf(shown, size.Width)))
}

// MinSize is nothing, so that the window never grows.
func (pairs) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (p pairs) place(objects []fyne.CanvasObject, x, y, width, height float32) {
	n := float32(p.rows(len(objects)))
	h := (height - p.gap*(n-1)) / n
	for i := 0; i < len(objects); {
		k := p.row(i, len(objects))
		w := (width - p.gap*float32(k-1)) / float32(k)
		for j, o := range objects[i : i+k] {
			layout.Place(o, x+float32(j)*(w+p.gap), y, w, h)
		}
		i += k
		y += h + p.gap
	}
}

// common sets the services that most people come for in pairs, in large text below each other, and in one or two rows
// where the page is wide.
type common struct{ single bool }

const commonGap = 16

func (c common) of(objects []fyne.CanvasObject, width float32) layout.Measurer {
	if width < flowWide {
		return pairs{gap: commonGap, single: c.single}
	}
	g := layout.Grid{Gap: commonGap, MinWidth: 380, Max: 4}
	if c.single {
		g.MinWidth = 620
	}
	if n := len(layout.Shown(objects)); n == 3 || n > 4 {
		g.Max = 3
	}
	return g
}

func (c common) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return c.of(objects, width).HeightFor(objects, width)
}

func (c common) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	if s, ok := c.of(objects, width).(interface {
		StretchOf([]fyne.CanvasObject, float32) float32
	}); ok {
		return s.StretchOf(objects, width)
	}
	return 0
}

func (c common) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.of(objects, size.Width).Layout(objects, size)
}

func (common) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
