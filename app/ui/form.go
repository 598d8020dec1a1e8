package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// form is one page of questions with the keypad: below the action bar in portrait, at the right hand in landscape.
type form struct {
	*page
	kit    *widget.Kit
	box    *fyne.Container
	errors *widget.Notice
	fields *fyne.Container
	keypad *widget.Keypad
	rest   *widget.Picture // stands where the keypad will be, in landscape
}

func newForm(kit *widget.Kit) *form {
	f := &form{
		kit: kit, errors: widget.NewNotice(kit), fields: &fyne.Container{Layout: layout.Column{Gap: 28}},
		keypad: widget.NewKeypad(kit), rest: widget.NewPicture(kit, nil),
	}
	f.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{f.fields}})
	f.side.Objects = []fyne.CanvasObject{f.errors}
	f.box = &fyne.Container{Layout: f, Objects: []fyne.CanvasObject{f.head, f.scroll, f.side, f.rest, f.back, f.next, f.keypad}}
	return f
}

func (f *form) show(v kiosk.Form, s theme.Scale) {
	f.page.show(v.Heading, v.Help, v.Next, v.Back, s)
	f.errors.Set(kiosk.Notice{Tone: kiosk.Stop, Text: v.Errors}, s.Body)
	f.rest.Set("attract-screen", f.kit.Palette.Rule, 360)
	widget.List(f.fields, len(v.Fields), func() *widget.Field { return widget.NewField(f.kit) }, func(i int, w *widget.Field) {
		w.Set(v.Fields[i], s)
	})
	f.keypad.Set(v.Keypad, s)
}

// settled brings the field that is typed into into sight, once everything has its place.
func (f *form) settled() {
	for _, o := range layout.Shown(f.fields.Objects) {
		w, ok := o.(*widget.Field)
		if !ok || !w.Focused() {
			continue
		}
		f.scroll.Reveal(w)
		return
	}
}

func (f *form) reset() {
	f.page.reset()
	f.errors.Reset()
	widget.List(f.fields, 0, func() *widget.Field { return widget.NewField(f.kit) }, nil)
	f.keypad.Reset()
}

func (f *form) object() fyne.CanvasObject { return f.box }

// Layout composes the form for the orientation it finds.
func (f *form) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	if layout.Landscape(size) {
		f.layoutLandscape(size)
		return
	}
	f.rest.Hide()
	low := float32(0)
	if f.keypad.Visible() {
		low = f.keypad.HeightFor(size.Width)
		f.keypad.Round(0)
		layout.Place(f.keypad, 0, size.Height-low, size.Width, low)
		low -= 8
	}
	f.page.Layout(nil, fyne.NewSize(size.Width, size.Height-low))
}

func (f *form) layoutLandscape(size fyne.Size) {
	const m = theme.Margin
	right := float32(820)
	left := size.Width - 3*m - right
	x := 2*m + left
	top := float32(pageTop)
	if h := f.head.HeightFor(left); h > 0 {
		layout.Place(f.head, m, top, left, h)
		top += h + pageGap
	}
	layout.Place(f.scroll, m, top, left, size.Height-top-32)
	bottom := f.actions(x, size.Height-32, right)
	if h := layout.Height(f.side, right); h > 0 {
		layout.Place(f.side, x, bottom-h, right, h)
		bottom -= h + 24
	}
	high := bottom - pageTop
	if f.keypad.Visible() {
		want := min(high, f.keypad.Stretch(right))
		f.keypad.Round(theme.RadiusCard)
		layout.Place(f.keypad, x, bottom-want, right, want)
		high -= want + 24
	}
	if high < 160 || f.keypad.Visible() {
		high = 0
	}
	if high > 0 {
		f.rest.Show()
		layout.Place(f.rest, x, pageTop, right, high)
	} else {
		f.rest.Hide()
	}
}

// MinSize is nothing, so that the window never grows.
func (f *form) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
