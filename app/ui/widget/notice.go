package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Notice is a sentence with a symbol and a colour for its weight.
type Notice struct {
	Base
	kit    *Kit
	ground *canvas.Rectangle
	icon   *Icon
	text   *Text
	icons  float32
}

// NewNotice returns an empty, hidden notice.
func NewNotice(kit *Kit) *Notice {
	n := &Notice{kit: kit, ground: box(theme.RadiusBox), icon: NewIcon(), text: NewText()}
	n.parts = []fyne.CanvasObject{n.ground, n.icon, n.text}
	n.arrange, n.height = n.place, n.need
	n.ExtendBaseWidget(n)
	n.Hide()
	return n
}

// Set shows the notice; one without words is hidden.
func (n *Notice) Set(v kiosk.Notice, size float32) {
	p := n.kit.Palette
	name, ink := ToneLook(p, v.Tone)
	paint(n.ground, p.Surface, ink, 2)
	n.icon.Set(name, ink)
	n.icons = size * 1.5
	n.text.Set(v.Text, Style{Size: size, Color: p.Text})
	show(n, v.Text != "")
}

// Symbol replaces the symbol of the tone, until the next Set.
func (n *Notice) Symbol(name string) { n.icon.Set(name, n.icon.tint) }

// Reset empties the notice.
func (n *Notice) Reset() {
	n.text.Reset()
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

const noticePad = 24

func (n *Notice) need(width float32) float32 {
	return max(n.icons, layout.Height(n.text, width-2*noticePad-n.icons-16)) + 2*20
}

func (n *Notice) place(size fyne.Size) {
	n.ground.Resize(size)
	w := size.Width - 2*noticePad - n.icons - 16
	h := layout.Height(n.text, w)
	layout.Place(n.icon, noticePad, (size.Height-n.icons)/2, n.icons, n.icons)
	layout.Place(n.text, noticePad+n.icons+16, (size.Height-h)/2, w, h)
}
