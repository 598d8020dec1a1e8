package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// finger presses, slips and lifts as the window driver reports it: the press goes to what lies below; a movement of two
// units and more is a drag of the scroll below; the release goes to what is dragged, else to what lies below by then.
type finger struct {
	root    fyne.CanvasObject
	at      fyne.Position
	pressed fyne.Position
	dragged fyne.Draggable
}

func (f *finger) press(x, y float32) {
	f.at, f.pressed = fyne.NewPos(x, y), fyne.NewPos(x, y)
	if m := below[desktop.Mouseable](f.root, f.at); m != nil {
		ev := f.event()
		ev.Position = f.at.Subtract(corner(f.root, m))
		m.MouseDown(ev)
	}
}

// corner is where an object's top left corner is in sight.
func corner(root fyne.CanvasObject, m any) (at fyne.Position) {
	size := root.Size()
	walk(root, fyne.Position{}, rect{0, 0, size.Width, size.Height}, func(o fyne.CanvasObject, r rect) {
		if any(o) == m {
			at = fyne.NewPos(r.x, r.y)
		}
	})
	return at
}

func (f *finger) move(dx, dy float32) {
	before := f.at
	f.at = f.at.AddXY(dx, dy)
	d := f.at.Subtract(f.pressed)
	if f.dragged == nil && (d.X >= 2 || d.X <= -2 || d.Y >= 2 || d.Y <= -2) {
		f.dragged = below[fyne.Draggable](f.root, before)
		before = f.pressed
	}
	if f.dragged != nil {
		ev := &fyne.DragEvent{Dragged: fyne.NewDelta(f.at.X-before.X, f.at.Y-before.Y)}
		ev.AbsolutePosition = f.at
		f.dragged.Dragged(ev)
	}
}

func (f *finger) lift() {
	if m, ok := f.dragged.(desktop.Mouseable); ok {
		m.MouseUp(f.event())
	} else if m := below[desktop.Mouseable](f.root, f.at); m != nil {
		m.MouseUp(f.event())
	}
	if f.dragged != nil {
		f.dragged.DragEnd()
	}
	f.dragged = nil
}

func (f *finger) event() *desktop.MouseEvent {
	ev := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	ev.AbsolutePosition = f.at
	return ev
}

// tap presses and lifts at the middle of a target, slipping by dx, dy on the way.
func (f *finger) tap(t Target, dx, dy float32) {
	c := t.Center()
	f.press(c.X, c.Y)
	for range 5 {
		f.move(dx/5, dy/5)
	}
	f.lift()
}

// below returns the topmost object of a kind at a position, as the driver finds it.
func below[T any](root fyne.CanvasObject, at fyne.Position) (found T) {
	size := root.Size()
	walk(root, fyne.Position{}, rect{0, 0, size.Width, size.Height}, func(o fyne.CanvasObject, r rect) {
		if at.X < r.x || at.Y < r.y || at.X >= r.x+r.w || at.Y >= r.y+r.h {
			return
		}
		if t, ok := o.(T); ok {
			found = t
		}
	})
	return found
}
