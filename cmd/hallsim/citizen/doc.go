// Package citizen is a scripted citizen: hands and eyes at a real X11 window.
//
// The hands (Hands) tap with the XTEST extension, so that a program under test cannot tell them from a finger on the
// glass, and take pictures of the screen. The eyes (Eyes) read the kiosk's development inspection, which tells what is on
// the screen and where. A Person joins the two: wait until something is there, then touch it.
//
// Guarantees: every wait ends by its context or by a limit of its own; a finger that was put down is always lifted, also
// when the context ends meanwhile; what stopped a Person from going on is told together with what was on the screen. All
// types may be used from several goroutines; a Hands does one thing at a time.
package citizen
