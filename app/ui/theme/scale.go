package theme

import "onedoor/app/kiosk"

// Sizes in Fyne units; one unit is 0.25 mm on glass.
const (
	Tile       = 160 // smallest side of a tile, 40 mm
	Button     = 80  // smallest side of a button, 20 mm
	ActionBar  = 104 // height of the buttons of the action bar, 26 mm
	Key        = 72  // smallest side of a key, 18 mm
	KeyLeast   = 64  // the same where a screen has no room for more, 16 mm
	Gap        = 12  // smallest space between two targets, 3 mm
	Space      = 24  // between cards and blocks
	Inset      = 32  // inside a card
	Margin     = 48  // around a page
	RadiusCard = 16
	RadiusBox  = 12
	Slop       = 24  // how far a finger may slip and still mean what it pressed, 6 mm
	Reach      = 0.4 // part of a portrait screen that a wheelchair user does not reach, from above
	Ring       = 6   // width of the ring around what a key would press
	QR         = 336 // side of a code with its white margin; a version 3 code itself is then 65 mm
)

// Scale is the size of every kind of text, in units, so that large text is a value and not a second set of screens.
type Scale struct {
	Display float32 // the greeting of the attract screen
	Heading float32
	Large   float32
	Button  float32
	Body    float32
	Small   float32 // the smallest text there is
	Number  float32 // what people copy or read aloud
	Strip   float32 // the strip above and the tools, which have a fixed place
}

// Normal is for standing readers at 50 cm: a capital of body text is 5.1 mm high.
func Normal() Scale {
	return Scale{Display: 76, Heading: 56, Large: 40, Button: 32, Body: 28, Small: 26, Number: 64, Strip: 26}
}

// Larger is between normal and large text.
func Larger() Scale {
	return Scale{Display: 80, Heading: 60, Large: 44, Button: 36, Body: 34, Small: 30, Number: 64, Strip: 28}
}

// Elder is large text: a capital of body text is 7.3 mm high.
func Elder() Scale {
	return Scale{Display: 84, Heading: 64, Large: 48, Button: 40, Body: 40, Small: 34, Number: 60, Strip: 30}
}

// Largest is for people who see little: a capital of body text is 8.4 mm high.
func Largest() Scale {
	return Scale{Display: 92, Heading: 70, Large: 54, Button: 46, Body: 46, Small: 40, Number: 60, Strip: 32}
}

// Sizes is how many sizes of text there are.
const Sizes = 4

// Sized returns the scale of a size, 0 (normal) to 3 (the largest); what lies outside is the nearest of them.
func Sized(size int) Scale {
	switch {
	case size <= 0:
		return Normal()
	case size == 1:
		return Larger()
	case size == 2:
		return Elder()
	}
	return Largest()
}

// For returns the scale that a frame asks for; elder mode is at least size 2.
func For(f kiosk.Frame) Scale {
	if f.Elder {
		return Sized(max(2, f.Size))
	}
	return Sized(f.Size)
}
