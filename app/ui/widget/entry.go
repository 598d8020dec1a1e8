package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Entry is one of a repeating group: its title and text, what is wrong with it, and the buttons to change it and to take
// it out.
type Entry struct {
	Base
	kit           *Kit
	ground        *canvas.Rectangle
	title, text   *Text
	alert         *Icon
	wrong         *Text
	edit, dismiss *Button
	bad           bool
	scale         theme.Scale
}

// NewEntry returns an empty entry.
func NewEntry(kit *Kit) *Entry {
	e := &Entry{
		kit: kit, ground: box(theme.RadiusBox), title: NewText(), text: NewText(), alert: NewIcon(), wrong: NewText(),
		edit: NewButton(kit), dismiss: NewButton(kit),
	}
	e.parts = []fyne.CanvasObject{e.ground, e.title, e.text, e.alert, e.wrong, e.edit, e.dismiss}
	e.arrange, e.height = e.place, e.need
	e.ExtendBaseWidget(e)
	return e
}

// Set shows the entry.
func (e *Entry) Set(v kiosk.Entry, s theme.Scale) {
	p := e.kit.Palette
	e.scale, e.bad = s, v.Error != ""
	edge, width, alert := p.Line, p.Stroke, ""
	if e.bad {
		edge, width, alert = p.Stop, 4, "alert-circle"
	}
	paint(e.ground, p.Surface, edge, width)
	e.title.Set(v.Title, Style{Size: s.Button, Bold: true, Color: p.Text, Narrow: true})
	e.text.Set(v.Text, Style{Size: s.Body, Color: p.Text2})
	e.alert.Set(alert, p.Stop)
	e.wrong.Set(v.Error, Style{Size: s.Small, Color: p.Stop, Narrow: true})
	e.edit.Set(Face{Kind: Small, Icon: "pencil", Button: v.Edit, Scale: s})
	e.dismiss.Set(Face{Kind: Small, Icon: "trash", Button: v.Dismiss, Scale: s})
}

// Reset empties the entry.
func (e *Entry) Reset() {
	for _, t := range []*Text{e.title, e.text, e.wrong} {
		t.Reset()
	}
	e.edit.Reset()
	e.dismiss.Reset()
}

const (
	entryPad   = 24
	entryWords = 400 // narrower words have the buttons below them
)

// buttons returns the width of the two buttons and of the room that they take.
func (e *Entry) buttons() (edit, dismiss, all float32) {
	if e.edit.Visible() {
		edit = max(140, e.edit.Wish())
		all += edit + theme.Gap
	}
	if e.dismiss.Visible() {
		dismiss = max(140, e.dismiss.Wish())
		all += dismiss + theme.Gap
	}
	return edit, dismiss, all
}

// words returns the width of the words, and whether the buttons stand beside them.
func (e *Entry) words(width float32) (float32, bool) {
	inner := width - 2*entryPad
	_, _, all := e.buttons()
	if inner-all < entryWords && all > 0 {
		return inner, false
	}
	return inner - all, true
}

func (e *Entry) wordsHeight(w float32) float32 {
	h := layout.Height(e.title, w) + layout.Height(e.text, w)
	if e.bad {
		h += 8 + layout.Height(e.wrong, w-e.scale.Small*1.3-10)
	}
	return h
}

func (e *Entry) need(width float32) float32 {
	w, beside := e.words(width)
	h := e.wordsHeight(w)
	switch _, _, all := e.buttons(); {
	case all == 0:
	case beside:
		h = max(h, theme.Button)
	default:
		h += 16 + theme.Button
	}
	return h + 2*entryPad
}

func (e *Entry) place(size fyne.Size) {
	e.ground.Resize(size)
	w, beside := e.words(size.Width)
	words := e.wordsHeight(w)
	y := float32(entryPad)
	if beside {
		y = (size.Height - words) / 2
	}
	top := y
	h := layout.Height(e.title, w)
	layout.Place(e.title, entryPad, y, w, h)
	y += h
	h = layout.Height(e.text, w)
	layout.Place(e.text, entryPad, y, w, h)
	y += h + 8
	icon := e.scale.Small * 1.3
	layout.Place(e.alert, entryPad, y, icon, icon)
	layout.Place(e.wrong, entryPad+icon+10, y, w-icon-10, layout.Height(e.wrong, w-icon-10))
	edit, dismiss, _ := e.buttons()
	x, by := size.Width-entryPad-dismiss, (size.Height-theme.Button)/2
	if !beside {
		by = top + words + 16
	}
	layout.Place(e.dismiss, x, by, dismiss, theme.Button)
	if dismiss > 0 {
		x -= theme.Gap
	}
	layout.Place(e.edit, x-edit, by, edit, theme.Button)
}
