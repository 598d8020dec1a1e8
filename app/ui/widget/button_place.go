package widget

import (
	"fyne.io/fyne/v2"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

const (
	buttonPad = 20
	iconGap   = 12
	toolPad   = 4
)

// size is that of the label's text.
func (b *Button) size() float32 {
	s := b.face.Scale
	switch b.face.Kind {
	case ToolKind:
		if b.fitted > 0 {
			return b.fitted
		}
		return max(theme.Normal().Strip, s.Strip)
	case KeyPlain, KeyAction, KeyQuiet:
		if len([]rune(b.face.Button.Label)) <= 1 {
			return 40
		}
		return max(theme.Normal().Button, s.Button)
	case Tab:
		return s.Small
	case Word:
		return max(40, s.Button)
	case Hero:
		return s.Large * 1.15
	case Small, Chip:
		return s.Body
	}
	return s.Button
}

func (b *Button) least() float32 {
	switch b.face.Kind {
	case Primary, Secondary:
		return theme.ActionBar
	case Hero:
		return 176
	case Option, Check:
		return 88
	case KeyPlain, KeyQuiet, KeyAction, Tab, Word:
		return theme.Key
	}
	return theme.Button
}

// Stretch returns the most height that a button makes use of: only an option grows, with its field.
func (b *Button) Stretch(width float32) float32 {
	switch {
	case b.face.Kind != Option && b.face.Kind != Check:
		return 0
	case b.face.Roomy:
		return b.need(width) + 56
	}
	return b.need(width) + 24
}

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

// pad is the room at the left and the right of the label.
func (b *Button) pad() float32 {
	switch b.face.Kind {
	case ToolKind, KeyPlain, KeyQuiet, KeyAction:
		return toolPad
	case Tab:
		return 10
	case Word:
		return 16
	}
	return buttonPad
}

// Wish returns the width at which the label stays on one line, or that of the icon where there is no label.
func (b *Button) Wish() float32 {
	if b.iconOnly() {
		return b.least()
	}
	w := b.label.Width() + 2*b.pad() + 8
	if b.icon.Visible() && b.face.Kind != ToolKind {
		w += b.iconSize() + iconGap
	}
	return w
}

func (b *Button) labelWidth(width float32) float32 {
	w := width - 2*b.pad()
	if b.icon.Visible() && b.face.Kind != ToolKind {
		w -= b.iconSize() + iconGap
	}
	return w
}

func (b *Button) need(width float32) float32 {
	return max(b.least(), layout.Height(b.label, b.labelWidth(width))+2*12)
}

func (b *Button) place(size fyne.Size) {
	b.ground.Resize(size)
	b.round(size)
	icon := b.iconSize()
	switch {
	case b.face.Kind == ToolKind:
		b.placeTool(size)
		return
	case b.iconOnly():
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
	if b.face.Kind == Check { // boxes to tick stand below each other
		left, tw = b.pad()+4, w-4
	}
	layout.Place(b.icon, left, (size.Height-icon)/2, icon, icon)
	layout.Place(b.label, left+icon+iconGap, (size.Height-lh)/2, tw, lh)
}

// round gives a chip round ends.
func (b *Button) round(size fyne.Size) {
	radius := float32(theme.RadiusBox)
	if b.face.Kind == Chip {
		radius = size.Height / 2
	}
	if b.ground.CornerRadius != radius {
		b.ground.CornerRadius = radius
		b.ground.Refresh()
	}
}

// placeTool sets the icon above the word. The strip never grows, so a large label gets the largest size that fits.
func (b *Button) placeTool(size fyne.Size) {
	if size.Width <= 2*toolPad {
		return
	}
	w := size.Width - 2*toolPad
	icon := b.iconSize()
	least := theme.Normal().Strip
	style := b.label.style
	for style.Size = max(least, b.face.Scale.Strip); ; style.Size -= 2 {
		b.label.Set(b.label.text, style)
		lines := b.label.broken(w)
		fits := icon+toolPad+float32(len(lines))*b.label.lineHeight() <= size.Height
		for _, l := range lines {
			fits = fits && b.label.measure(l) <= w
		}
		if whole := len(b.label.text) == 0 || len(lines) == 1; fits && (whole || size.Height > size.Width) || style.Size <= least {
			break
		}
	}
	b.fitted = style.Size
	lh := layout.Height(b.label, w)
	icon = min(icon, size.Height-toolPad-lh)
	top := (size.Height - icon - toolPad - lh) / 2
	layout.Place(b.icon, (size.Width-icon)/2, top, icon, icon)
	layout.Place(b.label, toolPad, top+icon+toolPad, w, lh)
}
