package kiosk

import "onedoor/app/text"

// Intent is what the citizen wants: the only thing that a screen sends. A screen never decides what follows.
type Intent interface{ intent() }

// The intents. Each screen state carries the ones that it allows.
type (
	// Start begins a visit.
	Start struct{}
	// Next goes on to the next page or state.
	Next struct{}
	// Back goes one page or state back; nothing that was filled in is lost.
	Back struct{}
	// Home leads to the end of the visit; while there is something to lose it asks first.
	Home struct{}
	// Abandon ends the visit and wipes it.
	Abandon struct{}
	// Stay answers the idle warning.
	Stay struct{}
	// Touch is a touch anywhere that does nothing else; it holds off the idle warning.
	Touch struct{}
	// Help opens or closes the help panel.
	Help struct{}
	// Elder switches large text on or off.
	Elder struct{}
	// Language switches the language and keeps everything else.
	Language struct{ To text.Language }
	// Choice picks a service by its id.
	Choice struct{ Service string }
	// TypeNumber types the number of the card that can not be read.
	TypeNumber struct{}
	// Focus makes a field the one that is typed into.
	Focus struct{ Field string }
	// Pick answers a choice field.
	Pick struct{ Field, Value string }
	// Type adds text to the focused field.
	Type struct{ Text string }
	// Erase takes the last character of the focused field away.
	Erase struct{}
	// Clear empties the focused field.
	Clear struct{}
	// Done ends typing into the focused field.
	Done struct{}
	// Edit goes from the review back to a page of the form, or to the Situation.
	Edit struct{ Page int }
	// Confirm hands the form in.
	Confirm struct{}
	// Again asks for the receipt once more, or central for the list of cases.
	Again struct{}
	// Leave ends the visit after the receipt.
	Leave struct{}
	// Open goes from home to one of the things that people come for.
	Open struct{ What Errand }
	// Browse narrows the services to a group; both empty means all.
	Browse struct{ Department, Event string }
	// Tick says that a material is at hand, or is not.
	Tick struct{ Material int }
	// PrintNotice prints the one-time notice of missing materials.
	PrintNotice struct{}
	// Take chooses the candidate with that number on the page shown.
	Take struct{ Candidate int }
	// Turn shows other candidates: 1 the next page, -1 the one before.
	Turn struct{ By int }
	// KeyMode changes the keypad.
	KeyMode struct{ To Mode }
	// Write adds a stroke by finger: to the handwriting pad or to the signature.
	Write struct{ Stroke Stroke }
	// Wipe takes all strokes of the pad away.
	Wipe struct{}
	// Unable confirms by a press what whoever can write signs.
	Unable struct{}
	// ChooseFrom picks an option of a List.
	ChooseFrom struct{ Option string }
	// AddEntry begins one more entry of a repeating group.
	AddEntry struct{ Field string }
	// EditEntry changes one.
	EditEntry struct {
		Field string
		N     int
	}
	// DropEntry takes one out.
	DropEntry struct {
		Field string
		N     int
	}
	// Rate chooses a level of the evaluation, 1 (very bad) to 5.
	Rate struct{ Level int }
	// Reason chooses one of the reasons, or takes it back.
	Reason struct{ ID string }
	// OpenCase shows how far one of the listed cases is, by its number.
	OpenCase struct{ Number string }
	// Reveal shows a masked value for some seconds.
	Reveal struct{ Field string }
	// Settings opens or closes a panel of settings.
	Settings struct{ Of Panel }
	// Size is the size of text, for this visit.
	Size struct{ To int }
	// Contrast is high contrast, for this visit.
	Contrast struct{ On bool }
	// Low puts what is touched in reach of a wheelchair, for this visit.
	Low struct{ On bool }
	// Speak reads the screen aloud, for this visit.
	Speak struct{ On, Cantonese bool } // Cantonese instead of Mandarin
	// Quiet leaves out the sounds, for this visit.
	Quiet struct{ On bool }
)

// Situation is the Page of an Edit that goes to the questions before the materials.
const Situation = -1

// Errand is what somebody comes for.
type Errand string

// The errands of the home screen.
const (
	Apply  Errand = "apply"
	Follow Errand = "progress"
	Guides Errand = "guides"
	Rating Errand = "evaluate"
	Find   Errand = "search"
)

// Mode is a kind of keypad.
type Mode string

// The modes.
const (
	ModePinyin  Mode = "pinyin"
	ModeInk     Mode = "ink"
	ModeLetters Mode = "letters"
	ModeDigits  Mode = "digits"
	ModeSymbols Mode = "symbols"
	ModeRare    Mode = "rare" // by radical and strokes
)

// Panel names a panel of settings.
type Panel string

// The panels.
const (
	PanelNone     Panel = ""
	PanelLanguage Panel = "language"
	PanelDisplay  Panel = "display"
)

// Stroke is the way of a finger from touch to lift. A pad is 1000 units wide; both axes have the same scale, y downwards.
type Stroke []Point

// Point is one place of it, and milliseconds since the pad's first touch.
type Point struct {
	X, Y int
	At   int
}

func (Start) intent()      {}
func (Next) intent()       {}
func (Back) intent()       {}
func (Home) intent()       {}
func (Abandon) intent()    {}
func (Stay) intent()       {}
func (Touch) intent()      {}
func (Help) intent()       {}
func (Elder) intent()      {}
func (Language) intent()   {}
func (Choice) intent()     {}
func (TypeNumber) intent() {}
func (Focus) intent()      {}
func (Pick) intent()       {}
func (Type) intent()       {}
func (Erase) intent()      {}
func (Clear) intent()      {}
func (Done) intent()       {}
func (Edit) intent()       {}
func (Confirm) intent()    {}
func (Again) intent()      {}
func (Leave) intent()      {}

func (Open) intent()        {}
func (Browse) intent()      {}
func (Tick) intent()        {}
func (PrintNotice) intent() {}
func (Take) intent()        {}
func (Turn) intent()        {}
func (KeyMode) intent()     {}
func (Write) intent()       {}
func (Wipe) intent()        {}
func (Unable) intent()      {}
func (ChooseFrom) intent()  {}
func (AddEntry) intent()    {}
func (EditEntry) intent()   {}
func (DropEntry) intent()   {}
func (Rate) intent()        {}
func (Reason) intent()      {}
func (Reveal) intent()      {}
func (OpenCase) intent()    {}
func (Settings) intent()    {}
func (Size) intent()        {}
func (Contrast) intent()    {}
func (Low) intent()         {}
func (Speak) intent()       {}
func (Quiet) intent()       {}
