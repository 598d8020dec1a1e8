package theme

import (
	"image/color"

	"onedoor/app/kiosk"
)

// Palette names what a colour is for; no screen names a colour by its value. A palette is a value that can be compared.
type Palette struct {
	Ground      color.NRGBA // the screen
	Surface     color.NRGBA // cards and fields
	Text        color.NRGBA // body and headings
	Text2       color.NRGBA // help and captions
	Line        color.NRGBA // edges of fields and of secondary buttons
	Rule        color.NRGBA // decorative dividers that carry no meaning
	Edge        color.NRGBA // around cards; transparent where the ground parts them
	Action      color.NRGBA // primary button, selected, caret
	ActionPress color.NRGBA // press feedback
	ActionSoft  color.NRGBA // ground of what is chosen or came from the card
	Badge       color.NRGBA // small words on ActionSoft and Surface that can be pressed, or tell of it
	OK          color.NRGBA
	Warn        color.NRGBA
	Stop        color.NRGBA
	OnAction    color.NRGBA // words on Action
	OnPress     color.NRGBA // words on ActionPress
	Off         color.NRGBA // words on what can not be pressed now
	Faint       color.NRGBA // tools and paging that can not be pressed now
	Focus       color.NRGBA // the ring around what a key would press
	Scrim       color.NRGBA // over the screen, below a panel
	Stroke      float32     // width of an edge that parts a target from the ground, in units
}

// Colours returns the palette for the settings of a frame: high contrast before everything, since somebody asked for it.
func Colours(f kiosk.Frame) Palette {
	switch {
	case f.Contrast:
		return Contrast()
	case f.Dim:
		return Dark()
	}
	return Light()
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
		Badge:       rgb(0x083F78),
		OK:          rgb(0x155C2E),
		Warn:        rgb(0x734B00),
		Stop:        rgb(0xA4261B),
		OnAction:    rgb(0xFFFFFF),
		OnPress:     rgb(0xFFFFFF),
		Off:         rgb(0x44546A),
		Faint:       rgb(0x6B7A8F),
		Focus:       rgb(0x9C1FB0),
		Scrim:       color.NRGBA{R: 0x14, G: 0x20, B: 0x2E, A: 0xB8},
		Stroke:      2,
	}
}

// Contrast is for people who see little: white on black, edges of 3 units around everything, and yellow for the one
// thing that can be touched next.
func Contrast() Palette {
	white := rgb(0xFFFFFF)
	return Palette{
		Ground:      rgb(0x000000),
		Surface:     rgb(0x000000),
		Text:        white,
		Text2:       white,
		Line:        white,
		Rule:        rgb(0x585858),
		Edge:        white,
		Action:      rgb(0xFFE45C),
		ActionPress: white,
		ActionSoft:  rgb(0x000000),
		Badge:       rgb(0xFFE45C),
		OK:          white,
		Warn:        white,
		Stop:        white,
		OnAction:    rgb(0x000000),
		OnPress:     rgb(0x000000),
		Off:         rgb(0xB8B8B8),
		Faint:       rgb(0x8C8C8C),
		Focus:       rgb(0x3FE0FF),
		Scrim:       color.NRGBA{A: 0xD8},
		Stroke:      3,
	}
}

// Dark is for the attract screen in a dark hall, so that it does not light up the room. It keeps the contrasts of Light.
func Dark() Palette {
	return Palette{
		Ground:      rgb(0x0E141B),
		Surface:     rgb(0x18212B),
		Text:        rgb(0xDCE3EB),
		Text2:       rgb(0xB4C0CD),
		Line:        rgb(0x7E8DA0),
		Rule:        rgb(0x2C3947),
		Action:      rgb(0x6BA3DC),
		ActionPress: rgb(0xC6DFF8),
		ActionSoft:  rgb(0x1B2B3C),
		Badge:       rgb(0xC6DFF8),
		OK:          rgb(0x7FD49B),
		Warn:        rgb(0xE8BE6A),
		Stop:        rgb(0xF2B0A8),
		OnAction:    rgb(0x04101D),
		OnPress:     rgb(0x0B1A2A),
		Off:         rgb(0xB4C0CD),
		Faint:       rgb(0x7E8DA0),
		Focus:       rgb(0xF08CFF),
		Scrim:       color.NRGBA{A: 0xC8},
		Stroke:      2,
	}
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}
