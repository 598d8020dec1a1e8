package widget

import (
	"fyne.io/fyne/v2"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

const (
	fieldPad = 24
	fieldBox = 88
	labelGap = 8
	eyeGap   = 8 // between the box and the button in it
	opensBox = 48
)

// noteWidth is the width of the note with its symbol.
func (f *Field) noteWidth() float32 {
	if !f.note.Visible() {
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
	return f.boxed() && width >= 840 && f.scale.Body < 40 && !f.eye.Visible()
}

func (f *Field) labelWidth(width float32) float32 {
	if n := f.noteWidth(); n > 0 && !f.inside(width) {
		return width - n - 20
	}
	return width
}

// right is the room that a button or a symbol takes at the right end of the box.
func (f *Field) right() float32 {
	switch {
	case f.eye.Visible():
		return theme.Button + eyeGap
	case f.opens.Visible():
		return opensBox
	}
	return 0
}

func (f *Field) valueWidth(width float32) float32 {
	w := width - 2*fieldPad - f.right()
	if n := f.noteWidth(); n > 0 && f.inside(width) {
		w -= n + 20
	}
	return w
}

func (f *Field) boxHeight(width float32) float32 {
	w := f.valueWidth(width)
	h := max(fieldBox, layout.Height(f.value, w)+28, f.scale.Button*1.25+40)
	if f.eye.Visible() {
		h = max(h, theme.Button+2*eyeGap)
	}
	return h
}

// body is the height of the answer: the box, the options, or the entries.
func (f *Field) body(width float32) float32 {
	if f.boxed() {
		return f.boxHeight(width)
	}
	h := layout.Height(f.entries, width)
	if f.options.Visible() {
		h += layout.Height(f.options, width)
	}
	if f.add.Visible() {
		if h > 0 {
			h += theme.Gap + 4
		}
		h += f.add.HeightFor(width)
	}
	return h
}

func (f *Field) need(width float32) float32 {
	h := f.top(width) + f.body(width)
	if f.wrong.Visible() {
		h += 8 + layout.Height(f.wrong, width-f.scale.Small*1.3-10)
	}
	return h
}

func (f *Field) labelHeight(width float32) float32 {
	return layout.Height(f.label, f.labelWidth(width))
}

// top is the height of the label and what is on its line, with the gap below.
func (f *Field) top(width float32) float32 {
	h := f.labelHeight(width)
	if f.note.Visible() && !f.inside(width) {
		h = max(h, layout.Height(f.note, f.noteWidth()))
	}
	if h == 0 {
		return 0
	}
	return h + labelGap
}

// Stretch returns the most height that a field makes use of.
func (f *Field) Stretch(width float32) float32 {
	if f.options.Visible() {
		return f.need(width) + max(28, layout.StretchOf(f.options, width)-layout.Height(f.options, width))
	}
	return f.need(width) + 28
}

func (f *Field) place(size fyne.Size) {
	w := size.Width
	if w <= 0 {
		return
	}
	extra := max(0, size.Height-f.need(w))
	y := f.top(w)
	layout.Place(f.label, 0, 0, f.labelWidth(w), f.labelHeight(w))
	if f.boxed() {
		h := f.boxHeight(w) + extra
		f.placeBox(w, y, h)
		f.placeNote(w, y, h)
		y += h
	} else {
		y += f.placeAnswers(w, y, extra)
		f.placeNote(w, 0, 0)
	}
	if f.wrong.Visible() {
		icon := f.scale.Small * 1.3
		ww := w - icon - 10
		layout.Place(f.alert, 0, y+8, icon, icon)
		layout.Place(f.wrong, icon+10, y+8, ww, layout.Height(f.wrong, ww))
	}
}

// placeAnswers sets options, entries and the button for one more below each other and returns their height.
func (f *Field) placeAnswers(w, y, extra float32) float32 {
	top := y
	if f.options.Visible() {
		h := layout.Height(f.options, w)
		if f.alone {
			h += extra
		} else {
			h += min(extra, fieldBox/4)
		}
		layout.Place(f.options, 0, y, w, h)
		y += h
	}
	if f.entries.Visible() {
		h := layout.Height(f.entries, w)
		layout.Place(f.entries, 0, y, w, h)
		y += h
	}
	if f.add.Visible() {
		if y > top {
			y += theme.Gap + 4
		}
		h := f.add.HeightFor(w)
		layout.Place(f.add, 0, y, w, h)
		y += h
	}
	return y - top
}

func (f *Field) placeBox(w, y, h float32) {
	layout.Place(f.box, 0, y, w, h)
	vw := f.valueWidth(w)
	vh := layout.Height(f.value, vw)
	layout.Place(f.value, fieldPad, y+(h-vh)/2, vw, vh)
	f.placeCaret(y, h, vh)
	f.placeMarks(y + (h-vh)/2)
	layout.Place(f.eye, w-theme.Button-eyeGap, y+(h-theme.Button)/2, theme.Button, theme.Button)
	layout.Place(f.opens, w-fieldPad/2-opensBox, y+(h-opensBox)/2, opensBox, opensBox)
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
	x, mid := width-fieldPad-n-f.right(), y+h/2
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
	if f.field.Value+f.field.Compose != "" {
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

// placeMarks underlines the letters that are no words yet; top is that of the value.
func (f *Field) placeMarks(top float32) {
	var lines []string
	for _, l := range f.value.lines {
		if l.Text != "" {
			lines = append(lines, l.Text)
		}
	}
	spans := composed(lines, f.field.Value, f.field.Compose)
	n := 0
	for i, s := range spans {
		if s[0] >= s[1] || n == len(f.marks) {
			continue
		}
		x := f.value.measure(lines[i][:s[0]])
		w := f.value.measure(lines[i]) - x
		layout.Place(f.marks[n], fieldPad+x, top+float32(i+1)*f.value.lineHeight()-2, w, 3)
		show(f.marks[n], true)
		n++
	}
	for ; n < len(f.marks); n++ {
		show(f.marks[n], false)
	}
}
