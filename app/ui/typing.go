package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// typing is a page with a keypad: below the action bar in portrait, at the right hand in landscape.
type typing struct {
	*page
	box    *fyne.Container
	keypad *widget.Keypad
	rest   *widget.Picture // stands where the keypad will be, in landscape
	rests  bool            // whether that place is kept while nothing is typed
}

func newTyping(kit *widget.Kit, c pageConfig) *typing {
	t := &typing{page: newPage(kit, c), keypad: widget.NewKeypad(kit), rest: widget.NewPicture(kit, nil)}
	t.box = &fyne.Container{Layout: t, Objects: append(t.page.box.Objects, t.rest, t.keypad)}
	return t
}

func (t *typing) reset() {
	t.page.reset()
	t.keypad.Reset()
}

func (t *typing) object() fyne.CanvasObject { return t.box }

const (
	typingWide  = 820 // width of the keypad in landscape
	typingRoom  = 400 // what should be left for the content
	typingCramp = 240 // with less, the sentence below the heading is left out
)

// Layout composes the page for the orientation it finds.
func (t *typing) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	t.head.Brief(false)
	if !t.keypad.Visible() && !t.rests {
		t.rest.Hide()
		t.head.Brief(size.Height-t.content(size.Width-2*theme.Margin)-theme.ActionBar-2*pageGap < typingRoom)
		t.page.Layout(nil, size)
		return
	}
	if layout.Landscape(size) {
		t.layoutLandscape(size)
		return
	}
	t.rest.Hide()
	low := float32(0)
	if t.keypad.Visible() {
		low = t.keypadHigh(size)
		t.keypad.Round(0)
		layout.Place(t.keypad, 0, size.Height-low, size.Width, low)
		low -= 8
	}
	t.page.Layout(nil, fyne.NewSize(size.Width, size.Height-low))
}

// keypadHigh is the height of the keypad in portrait: lower keys rather than no field in sight.
func (t *typing) keypadHigh(size fyne.Size) float32 {
	w := size.Width - 2*theme.Margin
	room := func() float32 {
		return size.Height - t.content(w) - layout.Height(t.side, w) - (theme.ActionBar + 2*pageGap)
	}
	want, least := t.keypad.HeightFor(size.Width), t.keypad.Least()
	high := max(least, min(want, room()-typingRoom))
	if room()-high < typingCramp {
		t.head.Brief(true)
		high = max(least, min(want, room()-typingRoom))
	}
	return high
}

func (t *typing) layoutLandscape(size fyne.Size) {
	const m = theme.Margin
	right := float32(typingWide)
	left := size.Width - 3*m - right
	x := 2*m + left
	top := t.lead(m, left)
	layout.Place(t.scroll, m, top, left, size.Height-top-32)
	bottom := t.actions(x, size.Height-32, right)
	if h := layout.Height(t.side, right); h > 0 {
		layout.Place(t.side, x, bottom-h, right, h)
		bottom -= h + 24
	}
	high := bottom - pageTop
	if t.keypad.Visible() {
		want := min(high, t.keypad.Stretch(right))
		t.keypad.Round(theme.RadiusCard)
		layout.Place(t.keypad, x, bottom-want, right, want)
		high = 0
	}
	if high < 160 {
		t.rest.Hide()
		return
	}
	t.rest.Show()
	layout.Place(t.rest, x, pageTop, right, high)
}

// MinSize is nothing, so that the window never grows.
func (t *typing) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
