package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Weight is how loudly an errand speaks.
type Weight uint8

// The weights.
const (
	Lead  Weight = iota // what most people come for: filled, across the page
	Plain               // the other things that the hall offers
	Line                // one service among several: small picture, name and a line
)

// Errand is one thing that people come for: a picture, its name in large words and one line. All of it can be pressed.
type Errand struct {
	Tap
	kit         *Kit
	ground      *canvas.Rectangle
	icon, more  *Icon
	title, text *Text
	badge       *Text
	tile        kiosk.Tile
	weight      Weight
	scale       theme.Scale
}

// NewErrand returns an empty errand.
func NewErrand(kit *Kit) *Errand {
	e := &Errand{
		kit: kit, ground: box(theme.RadiusCard), icon: NewIcon(), more: NewIcon(), title: NewText(), text: NewText(), badge: NewText(),
	}
	e.hand = kit.Hand
	e.parts = []fyne.CanvasObject{e.ground, e.icon, e.title, e.text, e.badge, e.more}
	e.arrange, e.height, e.look, e.dressed = e.place, e.need, func(bool) { e.dress() }, e.dress
	e.ExtendBaseWidget(e)
	return e
}

// Set shows an errand.
func (e *Errand) Set(v kiosk.Tile, weight Weight, s theme.Scale) {
	e.setButton(kiosk.Button{Label: v.Title, Intent: v.Intent, Off: v.Off})
	e.tile, e.weight, e.scale = v, weight, s
	e.dress()
}

// Reset empties the errand.
func (e *Errand) Reset() {
	e.setButton(kiosk.Button{})
	e.tile = kiosk.Tile{}
	e.title.Reset()
	e.text.Reset()
	e.badge.Reset()
	e.icon.Set("", e.kit.Palette.Action)
	e.more.Set("", e.kit.Palette.Action)
}

func (e *Errand) dress() {
	p, s, v := e.kit.Palette, e.scale, e.tile
	fill, edge, ink, title, text, badge := p.Surface, p.Line, p.Action, p.Text, p.Text2, p.Badge
	if e.weight == Lead {
		fill, edge, ink, title, text, badge = p.Action, p.Action, p.OnAction, p.OnAction, p.OnAction, p.OnAction
	}
	if v.Off {
		fill, edge, ink, title, text, badge = p.Ground, p.Rule, p.Off, p.Off, p.Off, p.Text
	}
	if e.down {
		fill, edge, ink, title, text, badge = p.ActionPress, p.ActionPress, p.OnPress, p.OnPress, p.OnPress, p.OnPress
	}
	paint(e.ground, fill, edge, p.Stroke)
	e.icon.Set(v.Icon, ink)
	more := ""
	if !v.Off && e.weight == Lead {
		more = "chevron-right"
	}
	e.more.Set(more, ink)
	size, small := s.Large, s.Body
	switch e.weight {
	case Lead:
		size = s.Large + 8
	case Line:
		size, small = s.Button, s.Small
	}
	line := v.Text
	if v.Off && v.Badge != "" && e.weight == Line {
		line = "" // the reason is the one line that matters
	}
	e.title.Set(v.Title, Style{Size: size, Bold: true, Color: title, Narrow: true})
	e.text.Set(line, Style{Size: small, Color: text, Narrow: true})
	e.badge.Set(v.Badge, Style{Size: s.Small, Bold: true, Color: badge, Narrow: true})
}

const (
	errandPad  = 28
	errandTop  = 36 // above a picture above words, so that those side by side stand in one line
	errandMore = 56
	plainWords = 520 // narrower ones have the picture above the words
	leadWords  = 640
)

func (e *Errand) stacked(width float32) bool {
	return e.weight == Plain && width < plainWords || e.weight == Lead && width < leadWords
}

func (e *Errand) picture(width float32) float32 {
	switch {
	case e.weight == Lead && e.stacked(width):
		return 84
	case e.weight == Lead:
		return 112
	case e.weight == Line:
		return 60
	case e.stacked(width):
		return 68
	}
	return 84
}

// words returns where the words stand beside the picture, and how wide they may be.
func (e *Errand) words(width float32) (x, w float32) {
	if e.stacked(width) {
		return errandPad, width - 2*errandPad
	}
	gap := float32(32)
	if e.weight == Line {
		gap = 22
	}
	x = errandPad + e.picture(width) + gap
	if e.weight == Lead {
		x += 12
	}
	w = width - x - errandPad
	if e.more.Visible() {
		w -= errandMore + 16
	}
	return x, w
}

func (e *Errand) stack(w float32) (title, text, badge, sum float32) {
	title, text, badge = layout.Height(e.title, w), layout.Height(e.text, w), layout.Height(e.badge, w)
	sum = title
	if text > 0 {
		sum += errandGap + text
	}
	if badge > 0 {
		sum += errandGap + badge
	}
	return title, text, badge, sum
}

const errandGap = 8

func (e *Errand) need(width float32) float32 {
	_, w := e.words(width)
	_, _, _, sum := e.stack(w)
	if e.stacked(width) {
		return max(theme.Tile, errandTop+e.picture(width)+16+sum+errandPad)
	}
	return max(theme.Tile, sum+2*24)
}

// Stretch returns the most height that an errand makes use of.
func (e *Errand) Stretch(width float32) float32 {
	switch e.weight {
	case Lead:
		return max(280, e.need(width))
	case Line:
		return max(196, e.need(width))
	}
	return e.need(width) + 48
}

func (e *Errand) place(size fyne.Size) {
	e.ground.Resize(size)
	x, w := e.words(size.Width)
	title, text, badge, sum := e.stack(w)
	icon := e.picture(size.Width)
	left := float32(errandPad)
	if e.weight == Lead {
		left += 12
	}
	y := (size.Height - sum) / 2
	if e.stacked(size.Width) {
		top := float32(errandTop)
		if e.weight == Lead { // it stands alone
			top = max(top, (size.Height-icon-24-sum)*0.4)
		}
		layout.Place(e.icon, left-4, top, icon, icon)
		y = top + icon + 16
	} else {
		layout.Place(e.icon, left, (size.Height-icon)/2, icon, icon)
	}
	layout.Place(e.title, x, y, w, title)
	y += title
	if text > 0 {
		layout.Place(e.text, x, y+errandGap, w, text)
		y += errandGap + text
	}
	layout.Place(e.badge, x, y+errandGap, w, badge)
	mid := size.Height / 2
	if e.stacked(size.Width) {
		mid = e.icon.Position().Y + icon/2
	}
	layout.Place(e.more, size.Width-errandPad-errandMore, mid-errandMore/2, errandMore, errandMore)
}
