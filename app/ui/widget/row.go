package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Row is a label and its value, side by side where there is room, with a note below the value.
type Row struct {
	Base
	kit                *Kit
	label, value, note *Text
	rule               *canvas.Rectangle
	eye                *Button
	first              bool
	size               float32
}

// NewRow returns an empty row.
func NewRow(kit *Kit) *Row {
	r := &Row{kit: kit, label: NewText(), value: NewText(), note: NewText(), rule: box(0), eye: NewButton(kit)}
	r.dressed = func() { paint(r.rule, kit.Palette.Rule, kit.Palette.Rule, 0) }
	r.dressed()
	r.parts = []fyne.CanvasObject{r.rule, r.label, r.value, r.note, r.eye}
	r.arrange, r.height = r.place, r.need
	r.ExtendBaseWidget(r)
	return r
}

// Set shows the row; first leaves the rule above it away.
func (r *Row) Set(v kiosk.Row, first bool, s theme.Scale) {
	p := r.kit.Palette
	r.first, r.size = first, s.Body
	show(r.rule, !first)
	r.label.Set(v.Label, Style{Size: s.Body, Color: p.Text2})
	r.value.Set(v.Value, Style{Size: s.Body, Bold: true, Color: p.Text})
	r.note.Set(v.Note, Style{Size: s.Small, Color: p.Text2})
	reveal := kiosk.Button{}
	if v.Reveal != nil {
		reveal = kiosk.Button{Label: v.Label, Intent: v.Reveal}
	}
	r.eye.Set(Face{Kind: Eye, Icon: "eye", Button: reveal, Scale: s})
}

// Reset empties the row.
func (r *Row) Reset() {
	r.label.Reset()
	r.value.Reset()
	r.note.Reset()
	r.eye.Reset()
}

const rowPad = 14

func (r *Row) columns(width float32) (label, value float32, beside bool) {
	label = width * 0.34
	if width < r.size*15 || r.label.Width() > label*1.9 {
		return width - r.right(), width - r.right(), false
	}
	return label - 16, width - label - r.right(), true
}

// right is the room that the eye takes at the end of the row.
func (r *Row) right() float32 {
	if r.eye.Visible() {
		return theme.Button + theme.Gap
	}
	return 0
}

func (r *Row) words(width float32) float32 {
	lw, vw, beside := r.columns(width)
	l := layout.Height(r.label, lw)
	v := layout.Height(r.value, vw) + layout.Height(r.note, vw)
	if beside {
		return max(l, v)
	}
	return l + v
}

func (r *Row) need(width float32) float32 {
	h := r.words(width) + 2*rowPad
	if r.eye.Visible() {
		h = max(h, theme.Button+theme.Gap)
	}
	return h
}

// Stretch returns the most height that a row makes use of.
func (r *Row) Stretch(width float32) float32 { return r.need(width) + 64 }

func (r *Row) place(size fyne.Size) {
	lw, vw, beside := r.columns(size.Width)
	layout.Place(r.rule, 0, 0, size.Width, 2)
	top := (size.Height - r.words(size.Width)) / 2
	l, v := layout.Height(r.label, lw), layout.Height(r.value, vw)
	layout.Place(r.label, 0, top, lw, l)
	x, y := size.Width-vw-r.right(), top
	if !beside {
		x, y = 0, top+l
	}
	layout.Place(r.value, x, y, vw, v)
	layout.Place(r.note, x, y+v, vw, layout.Height(r.note, vw))
	layout.Place(r.eye, size.Width-theme.Button, (size.Height-theme.Button)/2, theme.Button, theme.Button)
}
