package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// staffSignIn takes the number and the PIN of staff from the keypad.
type staffSignIn struct {
	*typing
	fields  *fyne.Container
	trouble *widget.Notice
}

func newStaffSignIn(kit *widget.Kit) *staffSignIn {
	t := &staffSignIn{fields: &fyne.Container{Layout: layout.Column{Gap: theme.Space}}, trouble: widget.NewNotice(kit)}
	t.typing = newTyping(kit, pageConfig{main: []fyne.CanvasObject{t.fields, t.trouble}})
	return t
}

func (t *staffSignIn) show(v kiosk.StaffSignIn, s theme.Scale) {
	t.page.show(v.Heading, v.Help, v.Next, v.Back, s)
	widget.List(t.fields, len(v.Fields), func() *widget.Field { return widget.NewField(t.kit) }, func(i int, f *widget.Field) {
		f.Set(v.Fields[i], s)
	})
	t.trouble.Set(v.Trouble, s.Body)
	t.keypad.Set(v.Keypad, s)
}

func (t *staffSignIn) reset() {
	t.typing.reset()
	widget.List(t.fields, 0, func() *widget.Field { return widget.NewField(t.kit) }, nil)
	t.trouble.Reset()
}
