package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// message is what the screens share that say one thing: large words and a picture, facts for staff below.
type message struct {
	*page
	kit     *widget.Kit
	picture *widget.Picture
	facts   *fyne.Container
	card    *widget.Card
}

func newMessage(kit *widget.Kit, more ...fyne.CanvasObject) *message {
	m := &message{kit: kit, picture: widget.NewPicture(kit, nil), facts: &fyne.Container{Layout: layout.Column{Gap: 4}}}
	m.card = widget.NewCard(kit, 0, m.facts)
	m.page = newPage(kit, pageConfig{
		main: append([]fyne.CanvasObject{m.picture}, more...), side: []fyne.CanvasObject{m.card}, beside: true,
	})
	return m
}

// fact shows lines of facts, leaving empty ones away.
func (m *message) fact(s theme.Scale, lines ...string) {
	var said []string
	for _, l := range lines {
		if l != "" {
			said = append(said, l)
		}
	}
	widget.List(m.facts, len(said), widget.NewText, func(i int, t *widget.Text) {
		t.Set(said[i], widget.Style{Size: s.Body, Color: m.kit.Palette.Text})
	})
	m.card.Settle()
}

func (m *message) reset() {
	m.page.reset()
	widget.List(m.facts, 0, widget.NewText, nil)
	m.card.Settle()
}

func (m *message) object() fyne.CanvasObject { return m.box }
