// Package widget holds the kiosk's own widgets. They exist because Fyne's lose the tap of a finger that slips by two
// pixels inside a scroll, do not scroll with the finger, and break Chinese lines before a full stop.
//
// Guarantees: a press shows at once and acts on release within the slop, exactly once, or not at all; every widget has a
// Reset after which no text of the former visit is left in any of its objects; a widget shows what it was given and
// decides nothing. All of it belongs to Fyne's own goroutine.
package widget
