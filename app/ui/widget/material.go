package widget

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Material is one thing to bring: a symbol, its name, and a note.
type Material struct {
	Base
	kit        *Kit
	icon       *Icon
	name, note *Text
	icons      float32
}

// NewMaterial returns an empty material.
func NewMaterial(kit *Kit) *Material {
	m := &Material{kit: kit, icon: NewIcon(), name: NewText(), note: NewText()}
	m.parts = []fyne.CanvasObject{m.icon, m.name, m.note}
	m.arrange, m.height = m.place, m.need
	m.ExtendBaseWidget(m)
	return m
}

// Set shows the material.
func (m *Material) Set(v kiosk.Material, s theme.Scale) {
	p := m.kit.Palette
	m.icons = s.Body * 1.4
	m.icon.Set("file-text", p.Action)
	m.name.Set(v.Name, Style{Size: s.Body, Bold: true, Color: p.Text})
	m.note.Set(v.Note, Style{Size: s.Small, Color: p.Text2})
}

// Reset empties the material.
func (m *Material) Reset() {
	m.name.Reset()
	m.note.Reset()
}

func (m *Material) need(width float32) float32 {
	w := width - m.icons - 20
	return layout.Height(m.name, w) + layout.Height(m.note, w)
}

// Stretch returns the most height that a material makes use of.
func (m *Material) Stretch(width float32) float32 { return m.need(width) + 48 }

func (m *Material) place(size fyne.Size) {
	x := m.icons + 20
	w := size.Width - x
	h := layout.Height(m.name, w)
	layout.Place(m.icon, 0, 0, m.icons, m.icons)
	layout.Place(m.name, x, 0, w, h)
	layout.Place(m.note, x, h, w, layout.Height(m.note, w))
}
