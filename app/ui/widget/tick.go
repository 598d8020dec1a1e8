package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Tick is one thing to have at hand, with a box for the tick at its left. The whole row can be pressed.
type Tick struct {
	Tap
	kit         *Kit
	ground, box *canvas.Rectangle
	mark        *Icon
	name, note  *Text
	item        kiosk.CheckItem
	scale       theme.Scale
}

// NewTick returns an empty row.
func NewTick(kit *Kit) *Tick {
	t := &Tick{kit: kit, ground: box(theme.RadiusCard), box: box(theme.RadiusBox), mark: NewIcon(), name: NewText(), note: NewText()}
	t.hand = kit.Hand
	t.parts = []fyne.CanvasObject{t.ground, t.box, t.mark, t.name, t.note}
	t.arrange, t.height, t.look, t.dressed = t.place, t.need, func(bool) { t.dress() }, t.dress
	t.ExtendBaseWidget(t)
	return t
}

// Set shows the row.
func (t *Tick) Set(v kiosk.CheckItem, s theme.Scale) {
	t.setButton(kiosk.Button{Label: v.Name, Intent: v.Tick, Off: v.Fixed})
	t.item, t.scale = v, s
	t.dress()
}

// Reset empties the row.
func (t *Tick) Reset() {
	t.setButton(kiosk.Button{})
	t.item = kiosk.CheckItem{}
	t.name.Reset()
	t.note.Reset()
	t.mark.Set("", t.kit.Palette.Action)
}

func (t *Tick) dress() {
	p, s := t.kit.Palette, t.scale
	fill, edge, width, name, note := p.Surface, p.Line, p.Stroke, p.Text, p.Text2
	inner, rim, ink := p.Surface, p.Line, p.OnAction
	switch {
	case t.item.Fixed:
		fill, edge, name, note = p.Ground, p.Rule, p.Off, p.Off
		inner, rim, ink = p.Rule, p.Rule, p.Off
	case t.item.Have:
		fill, edge, width = p.ActionSoft, p.Action, 4
		inner, rim = p.Action, p.Action
	}
	if t.down {
		fill, edge, name, note = p.ActionPress, p.ActionPress, p.OnPress, p.OnPress
		inner, rim, ink = p.ActionPress, p.OnPress, p.OnPress
	}
	paint(t.ground, fill, edge, width)
	paint(t.box, inner, rim, 4)
	mark := ""
	if t.item.Have || t.item.Fixed {
		mark = "check"
	}
	t.mark.Set(mark, ink)
	t.name.Set(t.item.Name, Style{Size: s.Button, Bold: true, Color: name, Narrow: true})
	t.note.Set(t.item.Note, Style{Size: s.Body, Color: note, Narrow: true})
}

const (
	tickPad = 28
	tickBox = 64
	tickGap = 28
)

func (t *Tick) words(width float32) float32 { return width - 2*tickPad - tickBox - tickGap }

func (t *Tick) heights(width float32) (name, note, sum float32) {
	w := t.words(width)
	name, note = layout.Height(t.name, w), layout.Height(t.note, w)
	sum = name + note
	if note > 0 {
		sum += 6
	}
	return name, note, sum
}

func (t *Tick) need(width float32) float32 {
	_, _, sum := t.heights(width)
	return max(120, sum+2*24)
}

// Stretch returns the most height that a row makes use of.
func (t *Tick) Stretch(width float32) float32 { return t.need(width) + 32 }

func (t *Tick) place(size fyne.Size) {
	t.ground.Resize(size)
	layout.Place(t.box, tickPad, (size.Height-tickBox)/2, tickBox, tickBox)
	layout.Place(t.mark, tickPad+8, (size.Height-tickBox)/2+8, tickBox-16, tickBox-16)
	w := t.words(size.Width)
	name, note, sum := t.heights(size.Width)
	y := (size.Height - sum) / 2
	layout.Place(t.name, tickPad+tickBox+tickGap, y, w, name)
	layout.Place(t.note, tickPad+tickBox+tickGap, y+name+6, w, note)
}
