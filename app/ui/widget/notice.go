package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Notice is a sentence with a symbol and a colour for its weight, and below it a smaller line for staff.
type Notice struct {
	Base
	kit    *Kit
	ground *canvas.Rectangle
	icon   *Icon
	text   *Text
	staff  *Text
	icons  float32
}

// NewNotice returns an empty, hidden notice.
func NewNotice(kit *Kit) *Notice {
	n := &Notice{kit: kit, ground: box(theme.RadiusBox), icon: NewIcon(), text: NewText(), staff: NewText()}
	n.parts = []fyne.CanvasObject{n.ground, n.icon, n.text, n.staff}
	n.arrange, n.height = n.place, n.need
	n.ExtendBaseWidget(n)
	n.Hide()
	return n
}

// Set shows the notice; one without words is hidden.
func (n *Notice) Set(v kiosk.Notice, size float32) {
	p := n.kit.Palette
	name, ink := ToneLook(p, v.Tone)
	paint(n.ground, p.Surface, ink, p.Stroke)
	n.icon.Set(name, ink)
	n.icons = size * 1.5
	n.text.Set(v.Text, Style{Size: size, Color: p.Text})
	n.staff.Set(v.Staff, Style{Size: staffSize, Color: p.Text2, Narrow: true})
	if v.Text == "" {
		n.icons = staffSize * 1.5
		paint(n.ground, p.Ground, p.Line, 1)
	}
	show(n, v.Text != "" || v.Staff != "")
}

// Symbol replaces the symbol of the tone, until the next Set.
func (n *Notice) Symbol(name string) { n.icon.Set(name, n.icon.tint) }

// Reset empties the notice.
func (n *Notice) Reset() {
	n.text.Reset()
	n.staff.Reset()
	show(n, false)
}

// ToneLook returns the icon and the colour of a tone.
func ToneLook(p theme.Palette, t kiosk.Tone) (string, colour) {
	switch t {
	case kiosk.Good:
		return "circle-check", p.OK
	case kiosk.Caution:
		return "alert-triangle", p.Warn
	case kiosk.Stop:
		return "alert-circle", p.Stop
	}
	return "info-circle", p.Text2
}

const (
	noticePad = 24
	staffSize = 26 // whoever mends a kiosk stands close
	staffGap  = 12
)

func (n *Notice) need(width float32) float32 {
	text, staff, gap := n.heights(width)
	return max(n.icons, text+gap+staff) + 2*20
}

// heights of the two parts, and of what is between them.
func (n *Notice) heights(width float32) (text, staff, gap float32) {
	w := width - 2*noticePad - n.icons - 16
	text, staff = layout.Height(n.text, w), layout.Height(n.staff, w)
	if text > 0 && staff > 0 {
		gap = staffGap
	}
	return text, staff, gap
}

func (n *Notice) place(size fyne.Size) {
	n.ground.Resize(size)
	x, w := noticePad+n.icons+16, size.Width-2*noticePad-n.icons-16
	text, staff, gap := n.heights(size.Width)
	y := (size.Height - text - gap - staff) / 2
	layout.Place(n.text, x, y, w, text)
	layout.Place(n.staff, x, y+text+gap, w, staff)
	at := (size.Height - n.icons) / 2
	if gap > 0 { // the symbol belongs to the sentence
		at = y + (text-n.icons)/2
	}
	layout.Place(n.icon, noticePad, max(20, at), n.icons, n.icons)
}
