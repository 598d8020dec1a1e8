package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// goodbye reminds of what to take along.
type goodbye struct {
	*page
	kit       *widget.Kit
	reminders *fyne.Container
}

func newGoodbye(kit *widget.Kit) *goodbye {
	g := &goodbye{kit: kit, reminders: &fyne.Container{Layout: layout.Column{Gap: theme.Space, Middle: true}}}
	g.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{g.reminders}, beside: true})
	return g
}

func (g *goodbye) show(v kiosk.Goodbye, s theme.Scale) {
	g.page.show(v.Heading, v.Help, kiosk.Button{}, kiosk.Button{}, s)
	widget.List(g.reminders, len(v.Reminders), func() *widget.Step { return widget.NewStep(g.kit) }, func(i int, w *widget.Step) {
		w.Most(600)
		w.Set(v.Reminders[i].Icon, 0, v.Reminders[i].Text, s)
	})
}

func (g *goodbye) reset() {
	g.page.reset()
	widget.List(g.reminders, 0, func() *widget.Step { return widget.NewStep(g.kit) }, nil)
}

func (g *goodbye) object() fyne.CanvasObject { return g.box }
