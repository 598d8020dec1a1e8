package layout

import "fyne.io/fyne/v2"

// Wisher is an object that knows the width at which it looks best.
type Wisher interface{ Wish() float32 }

// Wrap sets what is visible side by side, each as wide as it wishes, and begins another row where the next does not fit.
type Wrap struct {
	Gap   float32
	Least float32 // smallest width of an object
}

var _ Measurer = Wrap{}

// each calls place for every visible object with its position and size, and returns the height of all rows.
func (w Wrap) each(objects []fyne.CanvasObject, width float32, place func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	var x, y, high float32
	for _, o := range Shown(objects) {
		wide := w.Least
		if v, ok := o.(Wisher); ok {
			wide = max(wide, v.Wish())
		}
		wide = min(wide, width)
		if x > 0 && x+wide > width+0.5 {
			x, y, high = 0, y+high+w.Gap, 0
		}
		h := Height(o, wide)
		if place != nil {
			place(o, x, y, wide, h)
		}
		x, high = x+wide+w.Gap, max(high, h)
	}
	return y + high
}

// HeightFor is the height of all rows and gaps.
func (w Wrap) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return w.each(objects, width, nil)
}

// Layout fills row by row.
func (w Wrap) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w.each(objects, size.Width, Place)
}

// MinSize is nothing; see Column.
func (w Wrap) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
