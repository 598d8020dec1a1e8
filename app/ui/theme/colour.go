package theme

import "image/color"

// Palette names what a colour is for; no screen names a colour by its value.
type Palette struct {
	Ground      color.NRGBA // the screen
	Surface     color.NRGBA // cards and fields
	Text        color.NRGBA // body and headings
	Text2       color.NRGBA // help and captions
	Line        color.NRGBA // edges of fields and of secondary buttons
	Rule        color.NRGBA // decorative dividers that carry no meaning
	Action      color.NRGBA // primary button, selected, focus
	ActionPress color.NRGBA // press feedback
	ActionSoft  color.NRGBA // ground of what is chosen or came from the card
	OK          color.NRGBA
	Warn        color.NRGBA
	Stop        color.NRGBA
	OnAction    color.NRGBA // words on Action and ActionPress
	Scrim       color.NRGBA // over the screen, below a panel
}

// Light is the palette of a lit hall. Words have a contrast of 7:1 and more on every ground they stand on.
func Light() Palette {
	return Palette{
		Ground:      rgb(0xF4F6F9),
		Surface:     rgb(0xFFFFFF),
		Text:        rgb(0x14202E),
		Text2:       rgb(0x44546A),
		Line:        rgb(0x6B7A8F),
		Rule:        rgb(0xD3DAE3),
		Action:      rgb(0x0B57A4),
		ActionPress: rgb(0x083F78),
		ActionSoft:  rgb(0xE3EEF9),
		OK:          rgb(0x155C2E),
		Warn:        rgb(0x734B00),
		Stop:        rgb(0xA4261B),
		OnAction:    rgb(0xFFFFFF),
		Scrim:       color.NRGBA{R: 0x14, G: 0x20, B: 0x2E, A: 0xB8},
	}
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}
