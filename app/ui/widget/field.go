package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Field is one question: label, box with the answer or options to pick from, note, and what is wrong. Pressing anywhere
// on it makes it the one that is typed into.
type Field struct {
	Tap
	kit         *Kit
	label, note *Text
	box         *canvas.Rectangle
	value       *Text
	caret       *canvas.Rectangle
	lock        *Icon
	options     *fyne.Container
	alert       *Icon
	wrong       *Text
	field       kiosk.Field
	scale       theme.Scale
}

// NewField returns an empty field.
func NewField(kit *Kit) *Field {
	f := &Field{
		kit: kit, label: NewText(), note: NewText(), box: box(8), value: NewText(), caret: box(1), lock: NewIcon(),
		options: &fyne.Container{}, alert: NewIcon(), wrong: NewText(),
	}
	f.hand = kit.Hand
	f.parts = []fyne.CanvasObject{f.label, f.box, f.lock, f.value, f.caret, f.note, f.options, f.alert, f.wrong}
	f.arrange, f.height, f.look = f.place, f.need, func(bool) { f.dress() }
	f.ExtendBaseWidget(f)
	return f
}

// Set shows the field.
func (f *Field) Set(v kiosk.Field, s theme.Scale) {
	f.setButton(kiosk.Button{Label: v.Label, Intent: v.Focus})
	f.field, f.scale = v, s
	f.dress()
	least := s.Button * 6
	for _, o := range v.Options {
		least = max(least, s.Button*float32(len([]rune(o.Label)))*0.5+100)
	}
	f.options.Layout = layout.Grid{Gap: theme.Gap + 4, MinWidth: least, Max: 3}
	List(f.options, len(v.Options), func() *Button { return NewButton(f.kit) }, func(i int, b *Button) {
		o := v.Options[i]
		b.Set(Face{Kind: Option, Chosen: o.Chosen, Button: kiosk.Button{Label: o.Label, Intent: o.Intent}, Scale: s})
	})
}

// Reset empties the field.
func (f *Field) Reset() {
	f.setButton(kiosk.Button{})
	f.field = kiosk.Field{}
	for _, t := range []*Text{f.label, f.note, f.value, f.wrong} {
		t.Reset()
	}
	f.alert.Set("", f.kit.Palette.Stop)
	f.lock.Set("", f.kit.Palette.Text2)
	List(f.options, 0, func() *Button { return NewButton(f.kit) }, nil)
}

// Focused reports whether the keypad types into this field.
func (f *Field) Focused() bool { return f.field.Focused }

func (f *Field) choice() bool { return f.field.Kind == kiosk.FieldChoice }

func (f *Field) dress() {
	p, s, v := f.kit.Palette, f.scale, f.field
	fill, edge, width := p.Surface, p.Line, float32(2)
	switch {
	case v.Kind == kiosk.FieldFixed:
		fill, edge, width = p.ActionSoft, p.ActionSoft, 0
	case v.Error != "":
		edge, width = p.Stop, 4
	case v.Focused:
		edge, width = p.Action, 4
	}
	if v.Focused {
		width = 5
	}
	if f.down {
		fill, edge, width = p.ActionSoft, p.ActionPress, 5
	}
	show(f.box, !f.choice())
	paint(f.box, fill, edge, width)
	f.label.Set(v.Label, Style{Size: s.Body, Color: p.Text2, Bold: false, Narrow: true})
	text, ink := v.Value, p.Text
	if text == "" {
		text, ink = v.Hint, p.Text2
	}
	if f.choice() {
		text = ""
	}
	f.value.Set(text, Style{Size: s.Button, Color: ink, Narrow: true})
	f.note.Set(v.Note, Style{Size: s.Small, Color: p.Text2, Narrow: true})
	lock := ""
	if v.Kind == kiosk.FieldFixed {
		lock = "id"
	}
	f.lock.Set(lock, p.Text2)
	alert := ""
	if v.Error != "" {
		alert = "alert-circle"
	}
	f.alert.Set(alert, p.Stop)
	f.wrong.Set(v.Error, Style{Size: s.Small, Color: p.Stop, Narrow: true})
	show(f.caret, v.Focused && !f.choice())
	paint(f.caret, p.Action, p.Action, 0)
}

const (
	fieldPad = 24
	fieldBox = 88
	labelGap = 8
)

// noteWidth is the width of the note with its symbol.
func (f *Field) noteWidth() float32 {
	if f.choice() || !f.note.Visible() {
		return 0
	}
	w := f.note.Width() + 4
	if f.lock.Visible() {
		w += f.scale.Small*1.3 + 10
	}
	return w
}

// inside reports whether the note has room beside the value in the box; else it stands on the line of the label.
func (f *Field) inside(width float32) bool {
	return width >= 840 && f.scale.Body < 40
}

func (f *Field) labelWidth(width float32) float32 {
	if n := f.noteWidth(); n > 0 && !f.inside(width) {
		return width - n - 20
	}
	return width
}

func (f *Field) valueWidth(width float32) float32 {
	w := width - 2*fieldPad
	if n := f.noteWidth(); n > 0 && f.inside(width) {
		w -= n + 20
	}
	return w
}

func (f *Field) boxHeight(width float32) float32 {
	w := f.valueWidth(width)
	return max(fieldBox, layout.Height(f.value, w)+28, f.scale.Button*1.25+40)
}

func (f *Field) need(width float32) float32 {
	h := layout.Height(f.label, f.labelWidth(width)) + labelGap
	if f.choice() {
		h += layout.Height(f.options, width)
	} else {
		h += f.boxHeight(width)
	}
	if f.wrong.Visible() {
		h += 8 + layout.Height(f.wrong, width-f.scale.Small*1.3-10)
	}
	return h
}

// Stretch returns the most height that a field makes use of.
func (f *Field) Stretch(width float32) float32 { return f.need(width) + 28 }

func (f *Field) place(size fyne.Size) {
	w := size.Width
	extra := max(0, size.Height-f.need(w))
	lw := f.labelWidth(w)
	y := layout.Height(f.label, lw)
	layout.Place(f.label, 0, 0, lw, y)
	y += labelGap
	if f.choice() {
		h := layout.Height(f.options, w) + min(extra, fieldBox/4)
		layout.Place(f.options, 0, y, w, h)
		y += h
	} else {
		h := f.boxHeight(w) + extra
		layout.Place(f.box, 0, y, w, h)
		vw := f.valueWidth(w)
		vh := layout.Height(f.value, vw)
		layout.Place(f.value, fieldPad, y+(h-vh)/2, vw, vh)
		f.placeCaret(y, h, vh)
		f.placeNote(w, y, h)
		y += h
	}
	if f.wrong.Visible() {
		icon := f.scale.Small * 1.3
		ww := w - icon - 10
		layout.Place(f.alert, 0, y+8, icon, icon)
		layout.Place(f.wrong, icon+10, y+8, ww, layout.Height(f.wrong, ww))
	}
}

// placeNote puts symbol and note at the right end, in the box or on the label's line.
func (f *Field) placeNote(width, y, h float32) {
	n := f.noteWidth()
	if n == 0 {
		return
	}
	icon := f.scale.Small * 1.3
	nw := f.note.Width() + 4
	nh := layout.Height(f.note, nw)
	x, mid := width-fieldPad-n, y+h/2
	if !f.inside(width) {
		x, mid = width-n, nh/2
	}
	if f.lock.Visible() {
		layout.Place(f.lock, x, mid-icon/2, icon, icon)
		x += icon + 10
	}
	layout.Place(f.note, x, mid-nh/2, nw, nh)
}

// placeCaret stands after the last character typed; it does not blink, because that would redraw the screen for ever.
func (f *Field) placeCaret(y, h, vh float32) {
	ch := f.scale.Button * 1.25
	x, cy := float32(fieldPad), y+(h-ch)/2
	if f.field.Value != "" {
		n := len(f.value.lines)
		for n > 0 && f.value.lines[n-1].Text == "" {
			n--
		}
		if n > 0 {
			x += f.value.measure(f.value.lines[n-1].Text) + 4
		}
		cy = y + (h+vh)/2 - ch
	} else {
		x -= 8
	}
	layout.Place(f.caret, x, cy, 4, ch)
}
