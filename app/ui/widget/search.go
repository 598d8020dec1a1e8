package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Search is a field to search with: a magnifying glass, and what was typed or what can be typed. The whole of it can be
// pressed. It is hidden when it has nothing to say.
type Search struct {
	Tap
	kit    *Kit
	ground *canvas.Rectangle
	icon   *Icon
	value  *Text
	caret  *canvas.Rectangle
	query  kiosk.Query
	scale  theme.Scale
}

// NewSearch returns an empty, hidden field.
func NewSearch(kit *Kit) *Search {
	q := &Search{kit: kit, ground: box(theme.RadiusBox), icon: NewIcon(), value: NewText(), caret: box(1)}
	q.hand = kit.Hand
	q.parts = []fyne.CanvasObject{q.ground, q.icon, q.value, q.caret}
	q.arrange, q.look, q.dressed = q.place, func(bool) { q.dress() }, q.dress
	q.height = func(float32) float32 { return max(96, q.scale.Button*1.25+44) }
	q.ExtendBaseWidget(q)
	q.Hide()
	return q
}

// Set shows the query.
func (q *Search) Set(v kiosk.Query, s theme.Scale) {
	label := v.Hint
	if label == "" {
		label = v.Value
	}
	q.setButton(kiosk.Button{Label: label, Intent: v.Focus})
	q.query, q.scale = v, s
	show(q, v.Value != "" || v.Hint != "" || v.Focus != nil)
	q.dress()
	q.Rearrange()
}

// Reset empties the field.
func (q *Search) Reset() {
	q.setButton(kiosk.Button{})
	q.query = kiosk.Query{}
	q.value.Reset()
	show(q, false)
}

func (q *Search) dress() {
	p := q.kit.Palette
	fill, edge, width := p.Surface, p.Line, p.Stroke
	if q.query.Focused {
		edge, width = p.Action, 5
	}
	if q.down {
		fill, edge, width = p.ActionSoft, p.ActionPress, 5
	}
	paint(q.ground, fill, edge, width)
	paint(q.caret, p.Action, p.Action, 0)
	show(q.caret, q.query.Focused)
	q.icon.Set("search", p.Action)
	text, ink := q.query.Value+q.query.Compose, p.Text
	if text == "" {
		text, ink = q.query.Hint, p.Text2
	}
	q.value.Set(text, Style{Size: q.scale.Button, Color: ink, Narrow: true})
}

func (q *Search) place(size fyne.Size) {
	q.ground.Resize(size)
	icon := float32(48)
	layout.Place(q.icon, fieldPad, (size.Height-icon)/2, icon, icon)
	x := fieldPad + icon + 20
	w := size.Width - x - fieldPad
	h := layout.Height(q.value, w)
	layout.Place(q.value, x, (size.Height-h)/2, w, h)
	ch := q.scale.Button * 1.25
	at := x - 8
	if q.query.Value+q.query.Compose != "" {
		at = x + min(w, q.value.Width()) + 4
	}
	layout.Place(q.caret, at, (size.Height-ch)/2, 4, ch)
}
