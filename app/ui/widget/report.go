package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Report is a card of the staff side: what it is about and how that stands on the first line, facts below, and what can be
// done at the foot. Whoever reads it stands close, so that its words are those of notices for staff.
type Report struct {
	Base
	kit     *Kit
	ground  *canvas.Rectangle
	side    *canvas.Rectangle // the tone, once more, at the left edge
	icon    *Icon
	title   *Text
	state   *Text
	sign    *Icon
	facts   *fyne.Container
	buttons *fyne.Container
	size    float32
}

// NewReport returns an empty, hidden card.
func NewReport(kit *Kit) *Report {
	r := &Report{
		kit: kit, ground: box(theme.RadiusCard), side: box(4), icon: NewIcon(), title: NewText(), state: NewText(), sign: NewIcon(),
		facts: &fyne.Container{Layout: layout.Column{Gap: 4}}, buttons: &fyne.Container{Layout: layout.Wrap{Gap: theme.Gap, Least: 2 * theme.Button}},
	}
	r.dressed = func() { kit.sheet(r.ground) }
	r.dressed()
	r.parts = []fyne.CanvasObject{r.ground, r.side, r.icon, r.title, r.sign, r.state, r.facts, r.buttons}
	r.arrange, r.height = r.place, r.need
	r.ExtendBaseWidget(r)
	r.Hide()
	return r
}

// Set shows the card.
func (r *Report) Set(v kiosk.StaffCard, s theme.Scale) {
	p := r.kit.Palette
	r.size = s.Body
	sign, ink := ToneLook(p, v.Tone)
	edge := ink
	if v.Tone == kiosk.Neutral {
		edge = color.Color(p.Rule)
	}
	paint(r.side, edge, edge, 0)
	r.icon.Set(v.Icon, p.Action)
	show(r.icon, v.Icon != "")
	r.title.Set(v.Title, Style{Size: s.Button, Bold: true, Color: p.Text, Narrow: true})
	if v.State == "" {
		sign = ""
	}
	r.sign.Set(sign, ink)
	show(r.sign, sign != "")
	r.state.Set(v.State, Style{Size: s.Body, Bold: true, Color: ink, Narrow: true})
	List(r.facts, len(v.Lines), NewText, func(i int, t *Text) {
		t.Set(v.Lines[i], Style{Size: s.Small, Color: p.Text2, Narrow: true})
	})
	List(r.buttons, len(v.Buttons), func() *Button { return NewButton(r.kit) }, func(i int, b *Button) {
		b.Set(Face{Kind: Small, Button: v.Buttons[i], Scale: s})
	})
	show(r, v.Title != "")
	r.Rearrange()
}

// Reset empties the card.
func (r *Report) Reset() {
	r.icon.Set("", color.Transparent)
	r.sign.Set("", color.Transparent)
	r.title.Reset()
	r.state.Reset()
	List(r.facts, 0, NewText, nil)
	List(r.buttons, 0, func() *Button { return NewButton(r.kit) }, nil)
	show(r, false)
}

const (
	reportPad  = 24
	reportSide = 8 // width of the edge in the colour of the tone
	reportGap  = 14
)

// head returns the widths of title and state, whether the state stands below the title, and the height of both.
func (r *Report) head(width float32) (title, state float32, below bool, high float32) {
	w := width - 2*reportPad - reportSide
	if r.icon.Visible() {
		w -= r.size*1.6 + reportGap
	}
	if !r.state.Visible() {
		return w, 0, false, max(layout.Height(r.title, w), r.mark())
	}
	state = r.state.Width() + 4
	title = w - state - r.mark() - 8 - theme.Space
	if title < min(r.title.Width()+4, w*0.45) {
		state = w - r.mark() - 8
		return w, state, true, max(layout.Height(r.title, w), r.mark()) + 6 + max(layout.Height(r.state, state), r.mark())
	}
	return title, state, false, max(layout.Height(r.title, title), r.mark())
}

// mark is the size of the symbol before the state.
func (r *Report) mark() float32 { return r.size * 1.25 }

func (r *Report) need(width float32) float32 {
	_, _, _, h := r.head(width)
	w := width - 2*reportPad - reportSide
	if f := layout.Height(r.facts, w); f > 0 {
		h += reportGap + f
	}
	if b := layout.Height(r.buttons, w); b > 0 {
		h += reportGap + b
	}
	return h + 2*reportPad
}

func (r *Report) place(size fyne.Size) {
	r.ground.Resize(size)
	layout.Place(r.side, 0, theme.RadiusCard, reportSide, max(0, size.Height-2*theme.RadiusCard))
	const left = reportPad + reportSide
	w := size.Width - 2*reportPad - reportSide
	title, state, below, high := r.head(size.Width)
	x, y := float32(left), float32(reportPad)
	th := layout.Height(r.title, title)
	first := max(th, r.mark())
	if r.icon.Visible() {
		side := r.size * 1.6
		layout.Place(r.icon, x, y+(first-side)/2, side, side)
		x += side + reportGap
	}
	layout.Place(r.title, x, y+(first-th)/2, title, th)
	sh := layout.Height(r.state, state)
	sx, sy := left+w-state, y+(first-sh)/2
	if below {
		sx, sy = x+r.mark()+8, y+first+6
	}
	layout.Place(r.state, sx, sy, state, sh)
	layout.Place(r.sign, sx-8-r.mark(), sy+(r.state.lineHeight()-r.mark())/2, r.mark(), r.mark())
	y += high
	if f := layout.Height(r.facts, w); f > 0 {
		y += reportGap
		layout.Place(r.facts, left, y, w, f)
	}
	if b := layout.Height(r.buttons, w); b > 0 { // at the foot, in one line with those of the card beside
		layout.Place(r.buttons, left, size.Height-reportPad-b, w, b)
	}
}
