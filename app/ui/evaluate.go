package ui

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// evaluate asks for one of five levels. To send and to skip have buttons of one size, so that nobody feels bound.
type evaluate struct {
	*page
	kit     *widget.Kit
	box     *fyne.Container
	levels  *fyne.Container
	title   *widget.Text
	reasons *fyne.Container
	why     *fyne.Container // title and reasons
	parts   *fyne.Container
	picture *widget.Picture
	thanks  *widget.Notice
	asked   bool // whether the reasons are shown
	reveal  bool // whether they have only just come
}

func newEvaluate(kit *widget.Kit) *evaluate {
	e := &evaluate{
		kit: kit, levels: &fyne.Container{}, title: widget.NewText(), reasons: &fyne.Container{},
		picture: widget.NewPicture(kit, nil), thanks: widget.NewNotice(kit),
	}
	e.why = &fyne.Container{Layout: layout.Column{Gap: 20}, Objects: []fyne.CanvasObject{e.title, e.reasons}}
	e.parts = &fyne.Container{Layout: layout.Column{Gap: 32}, Objects: []fyne.CanvasObject{e.levels, e.why, e.picture}}
	e.page = newPage(kit, pageConfig{main: []fyne.CanvasObject{e.parts}, side: []fyne.CanvasObject{e.thanks}})
	e.box = &fyne.Container{Layout: e, Objects: e.page.box.Objects}
	return e
}

func (e *evaluate) show(v kiosk.Evaluate, s theme.Scale) {
	e.page.show(v.Heading, v.Help, v.Send, v.Skip, s)
	e.levels.Layout = faces{least: s.Button * 5}
	if s.Body > theme.Normal().Body {
		e.levels.Layout = faces{least: 290} // below each other in portrait, for large text
	}
	widget.List(e.levels, len(v.Levels), func() *widget.Level { return widget.NewLevel(e.kit) }, func(i int, l *widget.Level) {
		l.Set(v.Levels[i], s)
	})
	e.title.Set(v.ReasonsTitle, widget.Style{Size: s.Large, Bold: true, Color: e.kit.Palette.Text, Narrow: true})
	var wishes []float32
	widget.List(e.reasons, len(v.Reasons), func() *widget.Button { return widget.NewButton(e.kit) }, func(i int, b *widget.Button) {
		o := v.Reasons[i]
		b.Set(widget.Face{Kind: widget.Check, Chosen: o.Chosen, Button: kiosk.Button{Label: o.Label, Intent: o.Intent}, Scale: s})
		wishes = append(wishes, b.Wish())
	})
	e.reasons.Layout = layout.Grid{Gap: 16, MinWidth: min(optionWidth(wishes, s), 440), Max: 3}
	e.reveal = len(v.Reasons) > 0 && !e.asked
	e.asked = len(v.Reasons) > 0
	if e.asked {
		e.why.Show()
	} else {
		e.title.Reset()
		e.why.Hide()
	}
	e.thanks.Set(v.Thanks, s.Body)
	if v.Thanks.Text != "" {
		e.picture.Set("mood-happy", e.kit.Palette.Action, 320)
		e.picture.Show()
	} else {
		e.picture.Hide()
	}
}

// settled brings the reasons into sight when they have just come, so that nobody misses them.
func (e *evaluate) settled() {
	if e.reveal {
		e.reveal = false
		e.scroll.Reveal(e.why)
	}
}

func (e *evaluate) reset() {
	e.page.reset()
	e.asked, e.reveal = false, false
	widget.List(e.levels, 0, func() *widget.Level { return widget.NewLevel(e.kit) }, nil)
	widget.List(e.reasons, 0, func() *widget.Button { return widget.NewButton(e.kit) }, nil)
	e.title.Reset()
	e.thanks.Reset()
}

func (e *evaluate) object() fyne.CanvasObject { return e.box }

// Layout is that of a page whose two buttons have one size.
func (e *evaluate) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	const m = theme.Margin
	w := size.Width - 2*m
	bw := min(520, (w-theme.Space)/2)
	skip, send := e.back.Visible(), e.next.Visible()
	if skip != send && w < flowWide {
		bw = w // the only way on
	}
	bottom, h := size.Height-32, float32(0)
	if skip {
		h = e.back.HeightFor(bw)
	}
	if send {
		h = max(h, e.next.HeightFor(bw))
	}
	layout.Place(e.back, m, bottom-h, bw, h)
	layout.Place(e.next, m+w-bw, bottom-h, bw, h)
	bottom -= h + pageGap
	if h := layout.Height(e.side, w); h > 0 {
		layout.Place(e.side, m, bottom-h, w, h)
		bottom -= h + pageGap
	}
	y := e.lead(m, w)
	layout.Place(e.scroll, m, y, w, max(0, bottom-y))
}

// MinSize is nothing, so that the window never grows.
func (e *evaluate) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// faces sets levels side by side where each has the least width, else below each other.
type faces struct{ least float32 }

func (f faces) of(objects []fyne.CanvasObject, width float32) layout.Measurer {
	if n := float32(len(layout.Shown(objects))); n*(f.least+theme.Gap)-theme.Gap <= width {
		return layout.Row{Gap: theme.Gap}
	}
	return layout.Column{Gap: theme.Gap}
}

func (f faces) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	return f.of(objects, width).HeightFor(objects, width)
}

// StretchOf is what the levels make use of.
func (f faces) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	if s, ok := f.of(objects, width).(interface {
		StretchOf([]fyne.CanvasObject, float32) float32
	}); ok {
		return s.StretchOf(objects, width)
	}
	return 0
}

func (f faces) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.of(objects, size.Width).Layout(objects, size)
}

func (f faces) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
