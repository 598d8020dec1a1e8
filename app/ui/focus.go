package ui

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/widget"
)

// focus is for people who use a pad of four keys, or two switches, instead of the glass: it walks what can be pressed
// now in reading order, with a ring around the one that a key would press. A touch hides the ring.
type focus struct {
	ui    *UI
	on    bool
	at    stop   // where the ring is
	key   string // what it means
	where string // the screen, and the part of it
}

// stop is a place to stop at. Pads to write on and paging are none: content comes into sight by itself.
type stop struct {
	object  pressable
	scroll  *widget.Scroll // that it lies in; nil outside
	r       rect           // from the corner of the content, also of what is scrolled out of sight
	pressed string         // what a press means, by name
}

// pressable is a widget that a key can press.
type pressable interface {
	fyne.CanvasObject
	Button() kiosk.Button
	Live() bool
	Press()
}

// Key does what a key of the pad means: Tab, Right and Down go on, Left and Up go back, Return, Enter and Space press. It
// reports whether the key means anything. It belongs to Fyne's goroutine.
func (u *UI) Key(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyTab, fyne.KeyRight, fyne.KeyDown:
		u.focus.next()
	case fyne.KeyLeft, fyne.KeyUp:
		u.focus.previous()
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		u.focus.press()
	default:
		return false
	}
	return true
}

// Ring names what the ring is around, as Target.ID does; empty when there is no ring.
func (u *UI) Ring() string {
	if !u.focus.on || !u.frame.ring.Visible() {
		return ""
	}
	return u.focus.key
}

func (f *focus) next()     { f.move(1) }
func (f *focus) previous() { f.move(-1) }

// press presses what the ring is around; without a ring it shows one first, so that nobody presses what she does not see.
func (f *focus) press() {
	if !f.on {
		f.move(0)
		return
	}
	if f.at.object.Live() {
		f.at.object.Press()
	}
}

// hide takes the ring away.
func (f *focus) hide() {
	f.on = false
	f.ui.frame.ring.Hide()
}

// reset forgets where the ring was.
func (f *focus) reset() {
	f.hide()
	f.at, f.key, f.where = stop{}, "", ""
}

// move goes by n stops, round at both ends; from nowhere it goes to the first.
func (f *focus) move(n int) {
	f.ui.kit.Hand.Cancel()
	f.ui.send(kiosk.Touch{})
	stops := f.stops()
	if len(stops) == 0 {
		f.hide()
		return
	}
	i := f.find(stops)
	switch {
	case !f.on && i >= 0: // back where she was
	case i < 0:
		i = 0
		if n < 0 {
			i = len(stops) - 1
		}
	default:
		i = (i + n + len(stops)) % len(stops)
	}
	f.on = true
	f.take(stops[i])
}

// follow keeps the ring on its target after the screen was shown anew. On another screen, or another part of it, it
// begins at the start: a second press of the same key must not answer what was not read yet.
func (f *focus) follow() {
	where := f.ui.name
	if p, ok := f.ui.current.(interface{ heading() string }); ok {
		where += "\n" + p.heading()
	}
	if where != f.where {
		f.where, f.at, f.key = where, stop{}, ""
	}
	if !f.on {
		return
	}
	stops := f.stops()
	if len(stops) == 0 {
		f.ui.frame.ring.Hide()
		return
	}
	f.take(stops[max(0, f.find(stops))])
}

// find returns the stop that the ring is at, by what it means, or else by the widget, or -1.
func (f *focus) find(stops []stop) int {
	if f.key == "" {
		return -1
	}
	if i := slices.IndexFunc(stops, func(s stop) bool { return s.pressed == f.key }); i >= 0 {
		return i
	}
	return slices.IndexFunc(stops, func(s stop) bool { return s.object == f.at.object })
}

// take brings a stop into sight and draws the ring around it.
func (f *focus) take(s stop) {
	f.at, f.key = s, s.pressed
	if s.scroll != nil {
		s.scroll.Reveal(s.object)
	}
	for _, again := range f.stops() { // where it is now
		if again.object == s.object {
			f.at = again
		}
	}
	r := f.at.r
	if v := f.at.scroll; v != nil {
		r = r.and(f.place(v))
	}
	f.ui.frame.ring.Around(r.x, r.y, r.w, r.h, f.ui.frame.box.Size())
}

// place is where an object is in sight.
func (f *focus) place(o fyne.CanvasObject) (found rect) {
	f.ui.walk(func(c fyne.CanvasObject, r rect) {
		if c == o {
			found = r
		}
	})
	return found
}

// block is what is read as a whole: a scroll, the keypad, or a single target.
type block struct {
	r     rect
	stops []stop
}

// stops lists what can be pressed now in reading order, block by block; the tools come last.
func (f *focus) stops() []stop {
	var blocks []block
	root := f.ui.frame.root()
	f.collect(root, root.Position(), nil, -1, &blocks)
	slices.SortFunc(blocks, func(a, b block) int { return cmp.Compare(a.r.y, b.r.y) })
	inOrder(blocks, func(b block) rect { return b.r })
	var out, tools []stop
	for _, b := range blocks {
		slices.SortFunc(b.stops, func(x, y stop) int { return cmp.Compare(x.r.y, y.r.y) })
		inOrder(b.stops, func(s stop) rect { return s.r })
		for _, s := range b.stops {
			if slices.Contains(f.ui.frame.tools.Objects, fyne.CanvasObject(s.object)) {
				tools = append(tools, s)
				continue
			}
			out = append(out, s)
		}
	}
	return append(out, tools...)
}

// collect walks as the eye does, but also what is scrolled out of sight. within is the block that it is in, or -1.
func (f *focus) collect(o fyne.CanvasObject, at fyne.Position, scroll *widget.Scroll, within int, out *[]block) {
	if !o.Visible() {
		return
	}
	r := rect{at.X, at.Y, o.Size().Width, o.Size().Height}
	switch v := o.(type) {
	case *widget.Area:
		return
	case *widget.Scroll:
		*out = append(*out, block{r: r})
		f.collect(v.Content(), at.SubtractXY(0, v.Offset()), v, len(*out)-1, out)
		return
	case *widget.Keypad:
		*out = append(*out, block{r: r})
		within = len(*out) - 1
	case pressable:
		if v.Live() && r.w > 0 && r.h > 0 {
			s := stop{object: v, scroll: scroll, r: r, pressed: ID(v.Button().Intent)}
			if s.pressed == "" {
				s.pressed = "Page:" + v.Button().Label
			}
			if within < 0 {
				*out = append(*out, block{r: r})
				(*out)[len(*out)-1].stops = []stop{s}
			} else {
				(*out)[within].stops = append((*out)[within].stops, s)
			}
		}
	}
	for _, c := range layout.Children(o) {
		f.collect(c, at.Add(c.Position()), scroll, within, out)
	}
}

// inOrder sorts what is sorted by y into lines, each from left to right. Whatever begins within the upper half of the
// first of a line, or soon below its top where that is tall, stands on the same line.
func inOrder[T any](all []T, of func(T) rect) {
	for i := 0; i < len(all); {
		first := of(all[i])
		limit := first.y + min(first.h/2, 60)
		n := i + 1
		for n < len(all) && of(all[n]).y < limit {
			n++
		}
		slices.SortStableFunc(all[i:n], func(a, b T) int { return cmp.Compare(of(a).x, of(b).x) })
		i = n
	}
}
