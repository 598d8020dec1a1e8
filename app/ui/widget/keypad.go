package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Keypad is the on-screen keyboard: rows of keys that share the width, each at least 18 mm high.
type Keypad struct {
	Base
	kit    *Kit
	ground *canvas.Rectangle
	keys   *fyne.Container
	rows   [][]kiosk.Key
	pad    float32
}

// NewKeypad returns an empty, hidden keypad.
func NewKeypad(kit *Kit) *Keypad {
	k := &Keypad{kit: kit, ground: box(0), keys: &fyne.Container{}, pad: 24}
	paint(k.ground, kit.Palette.ActionSoft, color.Transparent, 0)
	k.parts = []fyne.CanvasObject{k.ground, k.keys}
	k.arrange, k.height = k.place, k.need
	k.ExtendBaseWidget(k)
	k.Hide()
	return k
}

// Round gives the keypad's ground round corners, for when it does not reach the screen's edges.
func (k *Keypad) Round(radius float32) {
	if k.ground.CornerRadius != radius {
		k.ground.CornerRadius = radius
		k.ground.Refresh()
	}
}

// Set shows the keys.
func (k *Keypad) Set(v kiosk.Keypad, s theme.Scale) {
	k.rows = v.Rows
	var flat []kiosk.Key
	for _, r := range v.Rows {
		flat = append(flat, r...)
	}
	List(k.keys, len(flat), func() *Button { return NewButton(k.kit) }, func(i int, b *Button) {
		key := flat[i]
		kind := KeyPlain
		switch {
		case key.Action:
			kind = KeyAction
		case key.Quiet:
			kind = KeyQuiet
		}
		b.Set(Face{Kind: kind, Icon: key.Icon, Button: kiosk.Button{Label: key.Label, Intent: key.Intent}, Scale: s})
	})
	show(k, len(flat) > 0)
}

// Reset takes all keys away.
func (k *Keypad) Reset() { k.Set(kiosk.Keypad{}, theme.Normal()) }

const keyMost = 140

func (k *Keypad) need(float32) float32 {
	n := float32(len(k.rows))
	if n == 0 {
		return 0
	}
	return n*(88+theme.Gap) - theme.Gap + 2*k.pad
}

// Stretch returns the most height that the keys make use of.
func (k *Keypad) Stretch(float32) float32 {
	n := float32(len(k.rows))
	return n*(keyMost+theme.Gap) - theme.Gap + 2*k.pad
}

func (k *Keypad) place(size fyne.Size) {
	k.ground.Resize(size)
	n := float32(len(k.rows))
	if n == 0 {
		return
	}
	layout.Place(k.keys, k.pad, k.pad, size.Width-2*k.pad, size.Height-2*k.pad)
	inner := k.keys.Size()
	high := (inner.Height - theme.Gap*(n-1)) / n
	unit := k.unit(inner.Width)
	i := 0
	for r, row := range k.rows {
		y := float32(r) * (high + theme.Gap)
		used := span(row, unit)
		x := (inner.Width - used) / 2
		for _, key := range row {
			w := unit*wideOf(key) + theme.Gap*(wideOf(key)-1)
			layout.Place(k.keys.Objects[i], x, y, w, high)
			x += w + theme.Gap
			i++
		}
	}
}

// unit is the width of a key of width 1 with which the widest row fills the width.
func (k *Keypad) unit(width float32) float32 {
	most := float32(1)
	for _, row := range k.rows {
		var n float32
		for _, key := range row {
			n += wideOf(key)
		}
		most = max(most, n)
	}
	return (width - theme.Gap*(most-1)) / most
}

func span(row []kiosk.Key, unit float32) float32 {
	var w float32
	for i, key := range row {
		if i > 0 {
			w += theme.Gap
		}
		w += unit*wideOf(key) + theme.Gap*(wideOf(key)-1)
	}
	return w
}

func wideOf(k kiosk.Key) float32 {
	if k.Wide > 0 {
		return k.Wide
	}
	return 1
}
