// Package ui shows kiosk.View on the touchscreen with Fyne and sends the citizen's intents back. It decides nothing and
// has no words of its own.
//
// Guarantees: a view replaces everything that was shown before; when a screen is left, every object on it is emptied,
// so that nothing of one visit can be seen in the next; a tap acts once or not at all. Show and everything else here
// belongs to Fyne's own goroutine, except Bridge.Post, which may be called from anywhere.
package ui
