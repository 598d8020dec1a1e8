package layout

import "fyne.io/fyne/v2"

// Grid sets what is visible in rows of equal cells: as few rows as cells of MinWidth need, at most Max in each, and no more
// columns than fill them, so that four are two and two where three would fit. All rows are as high as the highest cell and
// share height left over when the cells stretch.
type Grid struct {
	Gap      float32
	MinWidth float32 // narrowest cell
	Max      int     // most columns, 0 for no limit
}

var _ Measurer = Grid{}

func (g Grid) columns(n int, width float32) int {
	cols := max(1, int((width+g.Gap)/(g.MinWidth+g.Gap)))
	if g.Max > 0 {
		cols = min(cols, g.Max)
	}
	cols = max(1, min(cols, n))
	rows := (n + cols - 1) / cols
	return max(1, (n+rows-1)/max(1, rows))
}

func (g Grid) cell(shown []fyne.CanvasObject, width float32) (cols, rows int, w, h float32) {
	cols = g.columns(len(shown), width)
	rows = (len(shown) + cols - 1) / cols
	w = (width - g.Gap*float32(cols-1)) / float32(cols)
	for _, o := range shown {
		h = max(h, Height(o, w))
	}
	return cols, rows, w, h
}

// HeightFor is the height of all rows and gaps.
func (g Grid) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	shown := Shown(objects)
	if len(shown) == 0 {
		return 0
	}
	_, rows, _, h := g.cell(shown, width)
	return float32(rows)*(h+g.Gap) - g.Gap
}

// StretchOf is what all rows make use of.
func (g Grid) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	shown := Shown(objects)
	if len(shown) == 0 {
		return 0
	}
	_, rows, w, _ := g.cell(shown, width)
	var most float32
	for _, o := range shown {
		most = max(most, StretchOf(o, w))
	}
	if most == 0 {
		return 0
	}
	return float32(rows)*(most+g.Gap) - g.Gap
}

// Layout fills row by row.
func (g Grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := Shown(objects)
	if len(shown) == 0 {
		return
	}
	cols, rows, w, h := g.cell(shown, size.Width)
	most := h
	for _, o := range shown {
		most = max(most, StretchOf(o, w))
	}
	h = max(h, min(most, (size.Height-g.Gap*float32(rows-1))/float32(rows)))
	for i, o := range shown {
		Place(o, float32(i%cols)*(w+g.Gap), float32(i/cols)*(h+g.Gap), w, h)
	}
}

// MinSize is nothing; see Column.
func (g Grid) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
