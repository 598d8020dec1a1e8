package theme

// Sizes in Fyne units; one unit is 0.25 mm on glass.
const (
	Tile       = 160 // smallest side of a tile, 40 mm
	Button     = 80  // smallest side of a button, 20 mm
	ActionBar  = 104 // height of the buttons of the action bar, 26 mm
	Key        = 72  // smallest side of a key, 18 mm
	Gap        = 12  // smallest space between two targets, 3 mm
	Space      = 24  // between cards and blocks
	Inset      = 32  // inside a card
	Margin     = 48  // around a page
	RadiusCard = 16
	RadiusBox  = 12
	Slop       = 24  // how far a finger may slip and still mean what it pressed, 6 mm
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
}

// Normal is for standing readers at 50 cm: a capital of body text is 5.1 mm high.
func Normal() Scale {
	return Scale{Display: 76, Heading: 56, Large: 40, Button: 32, Body: 28, Small: 26, Number: 64}
}

// Elder is large text: a capital of body text is 7.3 mm high.
func Elder() Scale {
	return Scale{Display: 84, Heading: 64, Large: 48, Button: 40, Body: 40, Small: 34, Number: 60}
}

// For returns the scale for large text or normal text.
func For(elder bool) Scale {
	if elder {
		return Elder()
	}
	return Normal()
}
