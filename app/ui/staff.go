package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// staff is one page of what staff find behind the citizen's screens: the sections above, a sentence on the whole, and cards.
type staff struct {
	*typing
	sections *fyne.Container
	summary  *widget.Notice
	query    *widget.Search
	cards    *fyne.Container
	pages    *fyne.Container // the ways to other cards
	earlier  *widget.Button
	later    *widget.Button
	section  string // shown, to begin each at its top
}

func newStaff(kit *widget.Kit) *staff {
	t := &staff{
		sections: &fyne.Container{Layout: layout.Wrap{Gap: theme.Gap, Least: theme.Button * 1.5}}, summary: widget.NewNotice(kit), query: widget.NewSearch(kit),
		cards:   &fyne.Container{Layout: cards{}},
		earlier: widget.NewButton(kit), later: widget.NewButton(kit),
	}
	t.pages = &fyne.Container{Layout: layout.Row{Gap: theme.Space, Weights: []float32{1, 1}}, Objects: []fyne.CanvasObject{t.earlier, t.later}}
	t.typing = newTyping(kit, pageConfig{
		top: []fyne.CanvasObject{t.sections}, main: []fyne.CanvasObject{t.summary, t.query, t.cards, t.pages}, gap: 20,
	})
	return t
}

func (t *staff) show(v kiosk.Staff, s theme.Scale) {
	who := v.Who
	if v.Until != "" {
		who += " · " + v.Until
	}
	t.page.show(v.Heading, who, kiosk.Button{}, v.Back, s)
	section := v.Heading
	widget.List(t.sections, len(v.Sections), func() *widget.Button { return widget.NewButton(t.kit) }, func(i int, b *widget.Button) {
		o := v.Sections[i]
		b.Set(widget.Face{Kind: widget.Chip, Chosen: o.Chosen, Button: kiosk.Button{Label: o.Label, Intent: o.Intent}, Scale: s})
		if o.Chosen {
			section += "\n" + o.Label
		}
	})
	if section != t.section {
		t.section = section
		t.scroll.Reset()
	}
	t.summary.Set(v.Summary, s.Body)
	t.query.Set(v.Query, s)
	widget.List(t.cards, len(v.Cards), func() *widget.Report { return widget.NewReport(t.kit) }, func(i int, r *widget.Report) {
		r.Set(v.Cards[i], s)
	})
	t.earlier.Set(widget.Face{Kind: widget.Secondary, Icon: "chevron-left", Button: v.Earlier, Scale: s})
	t.later.Set(widget.Face{Kind: widget.Secondary, Icon: "chevron-right", Button: v.Later, Scale: s})
	if v.Earlier.Label == "" && v.Later.Label == "" {
		t.pages.Hide()
	} else {
		t.pages.Show()
	}
	t.keypad.Set(v.Keypad, s)
}

func (t *staff) reset() {
	t.typing.reset()
	t.section = ""
	widget.List(t.sections, 0, func() *widget.Button { return widget.NewButton(t.kit) }, nil)
	t.summary.Reset()
	t.query.Reset()
	widget.List(t.cards, 0, func() *widget.Report { return widget.NewReport(t.kit) }, nil)
	t.earlier.Reset()
	t.later.Reset()
}

// cards sets the cards below each other, each as high as it needs, or two abreast of one height.
type cards struct{}

func (cards) of(width float32) layout.Measurer {
	const abreast = 640
	if width < 2*abreast {
		return layout.Column{Gap: theme.Space}
	}
	return layout.Grid{Gap: theme.Space, MinWidth: abreast, Max: 2}
}

func (c cards) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return c.of(width).HeightFor(objects, width)
}

func (c cards) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.of(size.Width).Layout(objects, size)
}

func (cards) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
