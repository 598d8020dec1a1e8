package widget

import (
	"fyne.io/fyne/v2"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Head is the heading of a screen and the sentence below it, with a picture before them where there is one.
type Head struct {
	Base
	kit     *Kit
	icon    *Icon
	heading *Text
	help    *Text
	picture float32
	brief   bool // only the heading, for want of room
}

// NewHead returns an empty head.
func NewHead(kit *Kit) *Head {
	h := &Head{kit: kit, icon: NewIcon(), heading: NewText(), help: NewText()}
	h.parts = []fyne.CanvasObject{h.icon, h.heading, h.help}
	h.arrange, h.height = h.place, h.need
	h.ExtendBaseWidget(h)
	return h
}

// Set shows heading and help.
func (h *Head) Set(heading, help string, s theme.Scale) {
	h.heading.Set(heading, Style{Size: s.Heading, Bold: true, Color: h.kit.Palette.Text, Narrow: true})
	h.help.Set(help, Style{Size: max(30, s.Body), Color: h.kit.Palette.Text2})
	h.Brief(h.brief)
}

// Brief leaves the sentence below the heading out, or shows it again.
func (h *Head) Brief(on bool) {
	h.brief = on
	show(h.help, !on && h.help.text != "")
}

// Icon shows a picture of the given height before the words.
func (h *Head) Icon(name string, c colour, size float32) {
	h.icon.Set(name, c)
	h.picture = size
}

// Reset empties the head.
func (h *Head) Reset() {
	h.heading.Reset()
	h.help.Reset()
}

func (h *Head) left() float32 {
	if h.icon.Visible() {
		return h.picture + 28
	}
	return 0
}

func (h *Head) need(width float32) float32 {
	w := width - h.left()
	need := layout.Height(h.heading, w)
	if h.help.Visible() {
		need += layout.Height(h.help, w) + 8
	}
	if h.icon.Visible() {
		need = max(need, h.picture)
	}
	return need
}

func (h *Head) place(size fyne.Size) {
	x := h.left()
	w := size.Width - x
	hh := layout.Height(h.heading, w)
	lh := float32(0)
	if h.help.Visible() {
		lh = layout.Height(h.help, w)
	}
	y := (size.Height - hh - lh - 8) / 2
	if x == 0 || !h.help.Visible() {
		y = max(0, y)
	}
	layout.Place(h.heading, x, y, w, hh)
	layout.Place(h.help, x, y+hh+8, w, lh)
	layout.Place(h.icon, 0, (size.Height-h.picture)/2, h.picture, h.picture)
}
