// Package layout arranges screens from the width down: text wraps, so the height of almost everything follows from its
// width, which Fyne's own layouts can not express. Every layout here is a fyne.Layout that also answers HeightFor.
// Nothing here knows the screen's orientation before Layout is called: a window's size is unknown until it shows.
package layout
