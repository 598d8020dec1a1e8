package layout

import "fyne.io/fyne/v2"

// Flow is an object whose height follows from its width.
type Flow interface {
	HeightFor(width float32) float32
}

// Measurer is a layout whose container's height follows from its width.
type Measurer interface {
	fyne.Layout
	HeightFor(objects []fyne.CanvasObject, width float32) float32
}

// Stretcher is an object that may be given more height than it needs. Stretch returns the most that it makes use of
// at width.
type Stretcher interface {
	Stretch(width float32) float32
}

// Holder is an object that arranges children of its own.
type Holder interface {
	Children() []fyne.CanvasObject
	Rearrange()
}

// Height returns the height that o needs at width.
func Height(o fyne.CanvasObject, width float32) float32 {
	switch v := o.(type) {
	case Flow:
		return v.HeightFor(width)
	case *fyne.Container:
		if m, ok := v.Layout.(Measurer); ok {
			return m.HeightFor(v.Objects, width)
		}
	}
	return o.MinSize().Height
}

// StretchOf returns the most height that o makes use of, or 0 when it wants only what it needs.
func StretchOf(o fyne.CanvasObject, width float32) float32 {
	switch v := o.(type) {
	case Stretcher:
		return v.Stretch(width)
	case *fyne.Container:
		if s, ok := v.Layout.(interface {
			StretchOf([]fyne.CanvasObject, float32) float32
		}); ok {
			return s.StretchOf(v.Objects, width)
		}
	}
	return 0
}

// Children returns what o holds, or nil.
func Children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch v := o.(type) {
	case Holder:
		return v.Children()
	case *fyne.Container:
		return v.Objects
	}
	return nil
}

// Apply arranges everything below o again, top down, after texts changed. Fyne itself arranges only what changes size.
func Apply(o fyne.CanvasObject) {
	if !o.Visible() {
		return
	}
	switch v := o.(type) {
	case Holder:
		v.Rearrange()
	case *fyne.Container:
		if v.Layout != nil {
			v.Layout.Layout(v.Objects, v.Size())
		}
	}
	for _, c := range Children(o) {
		Apply(c)
	}
}

// Place gives o its position and size.
func Place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// Shown returns the visible ones of objects.
func Shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o.Visible() {
			out = append(out, o)
		}
	}
	return out
}
