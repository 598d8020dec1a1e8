package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
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
	Check                 // one of several answers that may all be true, with a box to tick
	Chip                  // one of a row of narrowings
	Eye                   // shows what is masked: icon only
	KeyPlain              // a key of the keypad
	KeyQuiet              // a function key
	KeyAction             // the coloured key
	Tab                   // a mode of the keypad
	Word                  // a candidate above the keys
	ToolKind              // a tool of the bottom strip: icon above word
	Page                  // paging of a scroll: icon only
)

// Face is what a button shows and means.
type Face struct {
	Kind   Kind
	Button kiosk.Button
	Icon   string
	Chosen bool // an option that is the answer, a setting that is on
	Roomy  bool // an option that has a page to itself: it grows as far as looks like one
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
	fitted float32 // size of a tool's label that fits its place; 0 before it has one
}

// NewButton returns an empty, hidden button.
func NewButton(kit *Kit) *Button {
	b := &Button{kit: kit, ground: box(theme.RadiusBox), icon: NewIcon(), label: NewText()}
	b.hand = kit.Hand
	b.parts = []fyne.CanvasObject{b.ground, b.icon, b.label}
	b.arrange, b.height, b.look, b.dressed = b.place, b.need, func(bool) { b.dress() }, b.dress
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
	b.face, b.fitted = f, 0
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

// looks are the colours of a button.
type looks struct {
	fill, edge, ink, tint color.Color
	width                 float32
	bold                  bool
}

// dress sets colours and label for the present state.
func (b *Button) dress() {
	l := b.looks()
	paint(b.ground, l.fill, l.edge, l.width)
	b.icon.Set(b.symbol(), l.tint)
	label := b.face.Button.Label
	if b.iconOnly() {
		label = ""
	}
	align := fyne.TextAlignCenter
	if b.face.Kind == Check {
		align = fyne.TextAlignLeading
	}
	b.label.Set(label, Style{Size: b.size(), Bold: l.bold, Color: l.ink, Align: align, Narrow: true})
}

func (b *Button) looks() looks {
	p := b.kit.Palette
	l := looks{fill: p.Surface, edge: p.Line, ink: p.Text, width: p.Stroke, bold: true}
	switch b.face.Kind {
	case Primary, Hero, KeyAction:
		l.fill, l.edge, l.ink = p.Action, p.Action, p.OnAction
	case Option, Check:
		l.bold = b.face.Chosen
		if b.face.Chosen {
			l.fill, l.edge, l.width = p.ActionSoft, p.Action, 4
		}
	case Chip, Tab:
		l.bold = b.face.Chosen
		if b.face.Chosen {
			l.fill, l.edge, l.ink = p.Action, p.Action, p.OnAction
		}
	case KeyPlain, Word:
		l.bold, l.width = false, b.kit.edged()
	case KeyQuiet:
		l.bold, l.width, l.fill = false, b.kit.edged(), p.Ground
	case ToolKind:
		l.bold, l.width = b.face.Chosen, b.kit.edged()
		if b.face.Chosen {
			l.fill, l.edge, l.ink = p.Action, p.Action, p.OnAction
		}
	case Page:
		l.ink = p.Action
	case Eye, Small:
		l.ink, l.bold = p.Badge, false
	}
	if b.face.Button.Off {
		l.fill, l.edge, l.ink = p.Ground, p.Rule, p.Off
		switch b.face.Kind {
		case ToolKind:
			l.fill, l.ink = p.Surface, p.Faint
		case Page:
			l.ink = p.Faint
		}
	}
	l.tint = l.ink
	if b.face.Chosen && (b.face.Kind == Option || b.face.Kind == Check) {
		l.tint = p.Action
	}
	if b.down {
		l.fill, l.edge, l.ink, l.tint = p.ActionPress, p.ActionPress, p.OnPress, p.OnPress
	}
	if l.width == 0 {
		l.edge = color.Transparent
	}
	return l
}

// symbol is the name of the icon: that of the face, or what tells that an answer is chosen.
func (b *Button) symbol() string {
	switch {
	case b.face.Icon != "":
		return b.face.Icon
	case b.face.Kind == Check && b.face.Chosen:
		return "checkbox"
	case b.face.Kind == Check:
		return "square"
	case b.face.Kind == Tab:
		return ""
	case b.face.Chosen:
		return "check"
	}
	return ""
}

// iconOnly is for keys and paging, whose label is only their name.
func (b *Button) iconOnly() bool {
	if b.face.Icon == "" {
		return false
	}
	switch b.face.Kind {
	case KeyPlain, KeyQuiet, KeyAction, Page, Eye:
		return true
	}
	return false
}
