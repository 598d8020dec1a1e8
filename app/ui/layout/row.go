package layout

import "fyne.io/fyne/v2"

// Row sets what is visible side by side, sharing the width by weight; every object gets the row's whole height.
type Row struct {
	Gap     float32
	Weights []float32 // by position among all objects; missing means 1
}

var _ Measurer = Row{}

func (r Row) widths(objects []fyne.CanvasObject, width float32) []float32 {
	var sum float32
	n := 0
	for i, o := range objects {
		if o.Visible() {
			sum += r.weight(i)
			n++
		}
	}
	out := make([]float32, len(objects))
	if n == 0 {
		return out
	}
	free := width - r.Gap*float32(n-1)
	for i, o := range objects {
		if o.Visible() {
			out[i] = free * r.weight(i) / sum
		}
	}
	return out
}

func (r Row) weight(i int) float32 {
	if i < len(r.Weights) {
		return r.Weights[i]
	}
	return 1
}

// HeightFor is the height of the highest.
func (r Row) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	var h float32
	for i, w := range r.widths(objects, width) {
		if objects[i].Visible() {
			h = max(h, Height(objects[i], w))
		}
	}
	return h
}

// StretchOf is the most that any of them makes use of.
func (r Row) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	var s float32
	for i, w := range r.widths(objects, width) {
		if objects[i].Visible() {
			s = max(s, StretchOf(objects[i], w))
		}
	}
	return s
}

// Layout sets side by side.
func (r Row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i, w := range r.widths(objects, size.Width) {
		if !objects[i].Visible() {
			continue
		}
		Place(objects[i], x, 0, w, size.Height)
		x += w + r.Gap
	}
}

// MinSize is nothing; see Column.
func (r Row) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
