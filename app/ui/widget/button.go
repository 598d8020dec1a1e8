package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Kind is what a button looks like.
type Kind uint8

// The kinds of buttons.
const (
	Primary   Kind = iota // the one thing to do on a screen
	Secondary             // everything beside it
	Hero                  // the start of a visit, larger than any other
	Small                 // a small secondary action beside what it acts on
	Option                // one answer of a choice
	KeyPlain              // a key of the keypad
	KeyQuiet              // a function key
	KeyAction             // the coloured key
	ToolKind              // a tool of the bottom strip: icon above word
	Page                  // paging of a scroll: icon only
)

// Face is what a button shows and means.
type Face struct {
	Kind   Kind
	Button kiosk.Button
	Icon   string
	Chosen bool // an option that is the answer
	Scale  theme.Scale
}

// Button is a label, with or without an icon, that can be pressed.
type Button struct {
	Tap
	kit    *Kit
	ground *canvas.Rectangle
	icon   *Icon
	label  *Text
	face   Face
}

// NewButton returns an empty, hidden button.
func NewButton(kit *Kit) *Button {
	b := &Button{kit: kit, ground: box(theme.RadiusBox), icon: NewIcon(), label: NewText()}
	b.hand = kit.Hand
	b.parts = []fyne.CanvasObject{b.ground, b.icon, b.label}
	b.arrange, b.height, b.look = b.place, b.need, func(bool) { b.dress() }
	b.ExtendBaseWidget(b)
	b.Hide()
	return b
}

// Set replaces what the button shows and means. A button without a label is hidden.
func (b *Button) Set(f Face) {
	if b.face == f {
		return
	}
	b.setButton(f.Button)
	b.face = f
	show(b, f.Button.Label != "")
	b.dress()
	b.Rearrange()
}

// Reset empties the button.
func (b *Button) Reset() {
	b.setButton(kiosk.Button{})
	b.face = Face{}
	b.label.Reset()
	b.icon.Set("", color.Transparent)
	show(b, false)
}

// Chosen reports whether the button is a chosen option.
func (b *Button) Chosen() bool { return b.face.Chosen }

func (b *Button) size() float32 {
	s := b.face.Scale
	switch b.face.Kind {
	case ToolKind:
		return theme.Normal().Small // the strip stays as it is in large text, so that it is always in the same place
	case KeyPlain, KeyAction, KeyQuiet:
		if len([]rune(b.face.Button.Label)) <= 1 {
			return 40
		}
		if b.face.Kind == KeyAction {
			return s.Button
		}
		return theme.Normal().Button
	case Hero:
		return s.Large * 1.15
	case Small:
		return s.Body
	}
	return s.Button
}

// dress sets colours and label for the present state.
func (b *Button) dress() {
	p := b.kit.Palette
	fill, edge, ink, width, bold := p.Surface, p.Line, p.Text, float32(2), true
	switch b.face.Kind {
	case Primary, Hero, KeyAction:
		fill, edge, ink = p.Action, p.Action, p.OnAction
	case Option:
		bold = b.face.Chosen
		if b.face.Chosen {
			fill, edge, width = p.ActionSoft, p.Action, 4
		}
	case KeyPlain:
		bold, width = false, 0
	case KeyQuiet:
		bold, width, fill = false, 0, p.Ground
	case ToolKind:
		bold, width = false, 0
	case Page:
		ink = p.Action
	case Small:
		ink, bold = p.ActionPress, false
	}
	if b.face.Button.Off {
		fill, ink = p.Ground, p.Text2
		if b.face.Kind == ToolKind {
			fill = p.Surface
		}
		if b.face.Kind == Page || b.face.Kind == ToolKind {
			ink = p.Line
			edge = p.Rule
		}
	}
	if b.down {
		fill, edge, ink = p.ActionPress, p.ActionPress, p.OnAction
	}
	var stroke color.Color = edge
	if width == 0 {
		stroke = color.Transparent
	}
	paint(b.ground, fill, stroke, width)
	name := b.face.Icon
	if b.face.Chosen && name == "" {
		name = "check"
	}
	tint := ink
	if b.face.Chosen && !b.down {
		tint = p.Action
	}
	b.icon.Set(name, tint)
	label := b.face.Button.Label
	if b.iconOnly() {
		label = ""
	}
	b.label.Set(label, Style{Size: b.size(), Bold: bold, Color: ink, Align: fyne.TextAlignCenter, Narrow: true})
}

// iconOnly is for keys and paging, whose label is only their name.
func (b *Button) iconOnly() bool {
	if b.face.Icon == "" {
		return false
	}
	switch b.face.Kind {
	case KeyPlain, KeyQuiet, KeyAction, Page:
		return true
	}
	return false
}

func (b *Button) least() float32 {
	switch b.face.Kind {
	case Primary, Secondary:
		return theme.ActionBar
	case Hero:
		return 176
	case Option:
		return 88
	case KeyPlain, KeyQuiet, KeyAction:
		return theme.Key
	}
	return theme.Button
}

// Stretch returns the most height that a button makes use of: only an option grows with its field.
func (b *Button) Stretch(width float32) float32 {
	if b.face.Kind == Option {
		return b.need(width) + 24
	}
	return 0
}

const (
	buttonPad = 20
	iconGap   = 12
)

func (b *Button) iconSize() float32 {
	switch {
	case b.face.Kind == ToolKind:
		return 38
	case b.face.Kind == Page:
		return 48
	case b.iconOnly():
		return 44
	}
	return b.size() * 1.15
}

// Wish returns the width at which the label stays on one line.
func (b *Button) Wish() float32 {
	w := b.label.Width() + 2*buttonPad + 8
	if b.icon.Visible() && b.face.Kind != ToolKind {
		w += b.iconSize() + iconGap
	}
	return w
}

func (b *Button) labelWidth(width float32) float32 {
	w := width - 2*buttonPad
	if b.face.Kind == ToolKind || b.face.Kind == KeyPlain || b.face.Kind == KeyQuiet || b.face.Kind == KeyAction {
		return width - 8
	}
	if b.icon.Visible() {
		w -= b.iconSize() + iconGap
	}
	return w
}

func (b *Button) need(width float32) float32 {
	return max(b.least(), layout.Height(b.label, b.labelWidth(width))+2*12)
}

func (b *Button) place(size fyne.Size) {
	b.ground.Resize(size)
	icon := b.iconSize()
	if b.face.Kind == ToolKind {
		lh := layout.Height(b.label, size.Width-8)
		top := (size.Height - icon - 4 - lh) / 2
		layout.Place(b.icon, (size.Width-icon)/2, top, icon, icon)
		layout.Place(b.label, 4, top+icon+4, size.Width-8, lh)
		return
	}
	if b.iconOnly() {
		layout.Place(b.icon, (size.Width-icon)/2, (size.Height-icon)/2, icon, icon)
		return
	}
	w := b.labelWidth(size.Width)
	lh := layout.Height(b.label, w)
	if !b.icon.Visible() {
		layout.Place(b.label, (size.Width-w)/2, (size.Height-lh)/2, w, lh)
		return
	}
	tw := min(w, b.label.Width()+2)
	left := (size.Width - tw - iconGap - icon) / 2
	layout.Place(b.icon, left, (size.Height-icon)/2, icon, icon)
	layout.Place(b.label, left+icon+iconGap, (size.Height-lh)/2, tw, lh)
}
