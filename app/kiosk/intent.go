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
	// Edit goes from the review back to a page of the form.
	Edit struct{ Page int }
	// Confirm hands the form in.
	Confirm struct{}
	// Again asks for the receipt once more.
	Again struct{}
	// Leave ends the visit after the receipt.
	Leave struct{}
)

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
