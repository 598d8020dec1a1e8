package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Level is one of the levels of an evaluation: a face above its word, or beside it where there is width for a row.
type Level struct {
	Tap
	kit    *Kit
	ground *canvas.Rectangle
	face   *Icon
	tick   *Icon
	label  *Text
	level  kiosk.Level
	scale  theme.Scale
}

// NewLevel returns an empty level.
func NewLevel(kit *Kit) *Level {
	l := &Level{kit: kit, ground: box(theme.RadiusCard), face: NewIcon(), tick: NewIcon(), label: NewText()}
	l.hand = kit.Hand
	l.parts = []fyne.CanvasObject{l.ground, l.face, l.label, l.tick}
	l.arrange, l.height, l.look, l.dressed = l.place, l.need, func(bool) { l.dress() }, l.dress
	l.ExtendBaseWidget(l)
	return l
}

// Set shows the level.
func (l *Level) Set(v kiosk.Level, s theme.Scale) {
	l.setButton(kiosk.Button{Label: v.Label, Intent: v.Intent})
	l.level, l.scale = v, s
	l.dress()
}

// Reset empties the level.
func (l *Level) Reset() {
	l.setButton(kiosk.Button{})
	l.level = kiosk.Level{}
	l.label.Reset()
	l.face.Set("", l.kit.Palette.Action)
	l.tick.Set("", l.kit.Palette.Action)
}

// Chosen reports whether this is the answer.
func (l *Level) Chosen() bool { return l.level.Chosen }

func (l *Level) dress() {
	p := l.kit.Palette
	fill, edge, width, face, ink := p.Surface, p.Line, p.Stroke, p.Action, p.Text
	tick := ""
	if l.level.Chosen {
		fill, edge, width, tick = p.ActionSoft, p.Action, 5, "circle-check"
	}
	if l.down {
		fill, edge, face, ink = p.ActionPress, p.ActionPress, p.OnPress, p.OnPress
	}
	paint(l.ground, fill, edge, width)
	l.face.Set(l.level.Icon, face)
	l.tick.Set(tick, face)
	size, align := l.scale.Button, fyne.TextAlignCenter
	switch width := l.Size().Width; {
	case l.row(width):
		align = fyne.TextAlignLeading
	case width < levelTight:
		size = l.scale.Body
	}
	l.label.Set(l.level.Label, Style{Size: size, Bold: l.level.Chosen, Color: ink, Align: align, Narrow: true})
}

const (
	levelRow   = 480 // from this width on, the face stands beside its word
	levelTight = 240 // in less, only small words stay whole
	levelFace  = 112
	levelLarge = 144 // of the face where there is height and width for it
	levelMore  = 140 // height that a level with its face above makes use of, beyond its need
	levelPad   = 36
	levelSide  = 72 // of the face in a row
	levelTick  = 40
)

func (l *Level) row(width float32) bool { return width >= levelRow }

func (l *Level) need(width float32) float32 {
	if l.row(width) {
		return max(112, layout.Height(l.label, l.words(width))+2*20)
	}
	return levelPad + levelFace + 16 + layout.Height(l.label, l.words(width)) + levelPad
}

func (l *Level) words(width float32) float32 {
	if l.row(width) {
		return width - 32 - levelSide - 28 - levelTick - 48
	}
	return width - 2*8
}

// Stretch returns the most height that a level makes use of.
func (l *Level) Stretch(width float32) float32 {
	if l.row(width) {
		return 140
	}
	return l.need(width) + levelMore
}

func (l *Level) place(size fyne.Size) {
	l.dress() // the side of the words follows from the width
	l.ground.Resize(size)
	w := l.words(size.Width)
	h := layout.Height(l.label, w)
	if l.row(size.Width) {
		layout.Place(l.face, 32, (size.Height-levelSide)/2, levelSide, levelSide)
		layout.Place(l.label, 32+levelSide+28, (size.Height-h)/2, w, h)
		layout.Place(l.tick, size.Width-32-levelTick, (size.Height-levelTick)/2, levelTick, levelTick)
		return
	}
	// Faces side by side stand in one line, whatever their words need.
	spare := max(0, size.Height-l.need(size.Width))
	face := max(levelFace, min(levelLarge, size.Width-32, levelFace+spare))
	top := levelPad + max(0, spare-(face-levelFace))*0.4
	layout.Place(l.face, (size.Width-face)/2, top, face, face)
	layout.Place(l.label, 8, top+face+16, w, h)
	layout.Place(l.tick, size.Width-levelTick-10, 10, levelTick, levelTick)
}
