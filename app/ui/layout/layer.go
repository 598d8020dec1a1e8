package layout

import "fyne.io/fyne/v2"

// Layer puts all objects over each other, each filling the whole size.
type Layer struct{}

// Layout fills.
func (Layer) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		Place(o, 0, 0, size.Width, size.Height)
	}
}

// MinSize is nothing; see Column.
func (Layer) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Landscape reports whether a screen of this size is wider than high.
func Landscape(size fyne.Size) bool { return size.Width > size.Height }
