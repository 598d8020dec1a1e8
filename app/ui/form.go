package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// form is one page of questions.
type form struct {
	*typing
	errors *widget.Notice
	fields *fyne.Container
}

func newForm(kit *widget.Kit) *form {
	f := &form{errors: widget.NewNotice(kit), fields: &fyne.Container{Layout: layout.Column{Gap: 28}}}
	f.typing = newTyping(kit, pageConfig{main: []fyne.CanvasObject{f.fields}, side: []fyne.CanvasObject{f.errors}})
	f.rests = true
	return f
}

func (f *form) show(v kiosk.Form, s theme.Scale) {
	heading, help := v.Heading, v.Help
	f.part = v.Progress // one question after the other under the same heading
	if v.Progress != "" {
		help = strings.TrimSpace(v.Progress + "\n" + v.Help)
	}
	alone := v.Progress != "" && len(v.Fields) == 1
	if alone { // then the question is what the page asks, and needs no second line
		heading, help = v.Fields[0].Label, v.Progress+" · "+v.Heading
	}
	f.page.show(heading, help, v.Next, v.Back, s)
	f.errors.Set(kiosk.Notice{Tone: kiosk.Stop, Text: v.Errors}, s.Body)
	f.rest.Set("attract-screen", f.kit.Palette.Rule, 360)
	widget.List(f.fields, len(v.Fields), func() *widget.Field { return widget.NewField(f.kit) }, func(i int, w *widget.Field) {
		w.Alone(alone)
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
	f.typing.reset()
	f.errors.Reset()
	widget.List(f.fields, 0, func() *widget.Field { return widget.NewField(f.kit) }, nil)
}
