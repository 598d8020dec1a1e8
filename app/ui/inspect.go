package ui

import (
	"fmt"
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/widget"
)

// Target is something on the screen that can be pressed, in units from the top left corner of the content. A part
// scrolled out of sight is not in the rectangle.
type Target struct {
	ID         string // from the intent: "Start", "Choice:residence-permit", "Pick:housing:rent"; "Page:up" for paging
	Label      string
	X, Y, W, H float32
	Intent     kiosk.Intent // nil for paging
	Enabled    bool

	object fyne.CanvasObject
}

// Center is where a finger presses the target.
func (t Target) Center() fyne.Position { return fyne.NewPos(t.X+t.W/2, t.Y+t.H/2) }

// Targets lists what can be pressed now, from back to front. Below an open panel there is nothing to press.
func (u *UI) Targets() []Target {
	var out []Target
	u.walk(func(o fyne.CanvasObject, r rect) {
		if pad, ok := o.(*widget.Ink); ok && r.w > 0 && r.h > 0 {
			out = append(out, Target{ID: "Ink", X: r.x, Y: r.y, W: r.w, H: r.h, Enabled: true, object: pad})
			return
		}
		t, ok := o.(interface {
			Button() kiosk.Button
			Live() bool
		})
		if !ok || r.w <= 0 || r.h <= 0 {
			return
		}
		if _, area := o.(*widget.Area); area {
			return // the whole ground; its button is listed
		}
		b := t.Button()
		id := ID(b.Intent)
		if b.Intent == nil {
			if !t.Live() && b.Label != "up" && b.Label != "down" {
				return // a field that nobody types into
			}
			id = "Page:" + b.Label
		}
		out = append(out, Target{ID: id, Label: b.Label, X: r.x, Y: r.y, W: r.w, H: r.h, Intent: b.Intent, Enabled: t.Live(), object: o})
	})
	return out
}

// Texts lists every line in sight, from back to front.
func (u *UI) Texts() []string {
	var out []string
	u.walk(func(o fyne.CanvasObject, r rect) {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" && r.w > 0 && r.h > 0 {
			out = append(out, t.Text)
		}
	})
	return out
}

// ID names an intent with its fields, for scripts and tests.
func ID(i kiosk.Intent) string {
	if i == nil {
		return ""
	}
	v := reflect.ValueOf(i)
	parts := []string{v.Type().Name()}
	for n := range v.NumField() {
		parts = append(parts, fmt.Sprint(v.Field(n).Interface()))
	}
	return strings.Join(parts, ":")
}

// rect is the part of an object that is in sight.
type rect struct{ x, y, w, h float32 }

func (r rect) and(o rect) rect {
	x, y := max(r.x, o.x), max(r.y, o.y)
	return rect{x, y, min(r.x+r.w, o.x+o.w) - x, min(r.y+r.h, o.y+o.h) - y}
}

// walk visits what is shown; an open panel hides the rest.
func (u *UI) walk(visit func(fyne.CanvasObject, rect)) {
	root := u.frame.root()
	size := root.Size()
	walk(root, fyne.Position{}, rect{0, 0, size.Width, size.Height}, visit)
}

func walk(o fyne.CanvasObject, at fyne.Position, clip rect, visit func(fyne.CanvasObject, rect)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	r := rect{at.X, at.Y, o.Size().Width, o.Size().Height}.and(clip)
	visit(o, r)
	if _, clips := o.(fyne.Scrollable); clips {
		clip = r
	}
	for _, c := range layout.Children(o) {
		walk(c, at, clip, visit)
	}
}
