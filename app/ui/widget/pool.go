package widget

import "fyne.io/fyne/v2"

// Resetter can be emptied.
type Resetter interface {
	fyne.CanvasObject
	Reset()
}

// List fills box with n objects of one type: it makes the missing ones, shows and sets the first n, and empties the rest.
func List[T Resetter](box *fyne.Container, n int, make func() T, set func(int, T)) {
	for len(box.Objects) < n {
		box.Objects = append(box.Objects, make())
	}
	for i, o := range box.Objects {
		t := o.(T) // a box holds what make returns and nothing else
		if i < n {
			show(t, true)
			set(i, t)
			continue
		}
		t.Reset()
		show(t, false)
	}
	show(box, n > 0)
}
