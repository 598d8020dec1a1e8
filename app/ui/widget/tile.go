package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Tile is one service or case: its picture, name, a sentence, and a badge. The whole tile can be pressed.
type Tile struct {
	Tap
	kit               *Kit
	ground, seat, tag *canvas.Rectangle
	icon, more        *Icon
	title, text       *Text
	badge             *Text
	tile              kiosk.Tile
	scale             theme.Scale
	seatSize, inset   float32
	narrow            float32 // a tile of less width always has the picture above the words
	lead              bool    // the badge stands right below the name
}

// NewTile returns an empty tile.
func NewTile(kit *Kit) *Tile {
	t := &Tile{
		kit: kit, ground: box(theme.RadiusCard), seat: box(theme.RadiusCard), tag: box(theme.RadiusBox),
		icon: NewIcon(), more: NewIcon(), title: NewText(), text: NewText(), badge: NewText(),
	}
	t.Compact(false)
	t.hand = kit.Hand
	t.parts = []fyne.CanvasObject{t.ground, t.seat, t.icon, t.title, t.text, t.tag, t.badge, t.more}
	t.arrange, t.height, t.look = t.place, t.need, func(bool) { t.dress() }
	t.ExtendBaseWidget(t)
	return t
}

// Compact makes the tile small, for where there are many of them; it is still 40 mm high.
func (t *Tile) Compact(on bool) {
	t.seatSize, t.inset, t.narrow = tileSeat, tilePad, 860
	if on {
		t.seatSize, t.inset, t.narrow = smallSeat, smallPad, 600
	}
}

// Lead makes the tile that of a case: what the badge says comes right after the name, and the picture stands beside them
// wherever there is width for it.
func (t *Tile) Lead() {
	t.Compact(true)
	t.lead = true
}

// Set shows a service or a case.
func (t *Tile) Set(v kiosk.Tile, s theme.Scale) {
	t.setButton(kiosk.Button{Label: v.Title, Intent: v.Intent, Off: v.Off})
	t.tile, t.scale = v, s
	t.dress()
}

// Reset empties the tile.
func (t *Tile) Reset() {
	t.setButton(kiosk.Button{})
	t.tile = kiosk.Tile{}
	t.title.Reset()
	t.text.Reset()
	t.badge.Reset()
}

// Stretch returns the most height that a tile makes use of.
func (t *Tile) Stretch(width float32) float32 { return max(t.need(width), t.seatSize*3.7) }

func (t *Tile) dress() {
	p, s := t.kit.Palette, t.scale
	fill, seat, ink, title, text, tag, badge := p.Surface, p.ActionSoft, p.Action, p.Text, p.Text2, p.ActionSoft, p.Badge
	edge := p.Line
	if t.tile.Off {
		fill, seat, ink, title, tag, badge = p.Ground, p.Rule, p.Off, p.Off, p.Rule, p.Text
		text, edge = p.Off, p.Rule
	}
	if t.down {
		fill, seat, ink, title, text, tag, badge = p.ActionPress, p.ActionPress, p.OnPress, p.OnPress, p.OnPress, p.Action, p.OnAction
		edge = p.ActionPress
	}
	paint(t.ground, fill, edge, p.Stroke)
	paint(t.seat, seat, seat, 0)
	show(t.tag, t.tile.Badge != "")
	if t.tile.Tone == kiosk.Caution && !t.tile.Off && !t.down {
		warn := p.Warn
		ink, badge = warn, warn
		paint(t.tag, p.Surface, warn, p.Stroke)
	} else {
		paint(t.tag, tag, tag, 0)
	}
	t.icon.Set(t.tile.Icon, ink)
	more := "chevron-right"
	if t.tile.Off {
		more = ""
	}
	t.more.Set(more, ink)
	t.title.Set(t.tile.Title, Style{Size: s.Large + 4, Bold: true, Color: title, Narrow: true})
	t.text.Set(t.tile.Text, Style{Size: s.Body, Color: text})
	t.badge.Set(t.tile.Badge, Style{Size: s.Small, Bold: true, Color: badge, Narrow: true})
}

const (
	tilePad     = 36
	tileSeat    = 168
	smallPad    = 24
	smallSeat   = 112
	tileMore    = 56
	besideWords = 300 // narrower words of a case stand below the picture
)

func (t *Tile) words(width float32) float32 {
	return width - 2*t.inset - t.seatSize - 32 - tileMore - 16
}

func (t *Tile) stack(w float32) (title, text, badge, sum float32) {
	title, text = layout.Height(t.title, w), layout.Height(t.text, w)
	sum = title
	if t.text.Visible() {
		sum += 8 + text
	}
	if t.badge.Visible() {
		badge = layout.Height(t.badge, w-32)
		sum += 18 + badge + 16
	}
	return title, text, badge, sum
}

// below reports whether the words always stand below the picture.
func (t *Tile) below(width float32) bool {
	if t.lead {
		return t.words(width) < besideWords
	}
	return width < t.narrow
}

func (t *Tile) need(width float32) float32 {
	if t.below(width) {
		_, _, _, sum := t.stack(t.wordsBelow(width))
		return t.seatSize + 32 + sum + 2*t.inset
	}
	_, _, _, sum := t.stack(t.words(width))
	return max(theme.Tile, t.seatSize+2*t.inset-8, sum+2*t.inset)
}

func (t *Tile) place(size fyne.Size) {
	t.ground.Resize(size)
	if (!t.lead || t.below(size.Width)) && t.tall(size) {
		return
	}
	w := t.words(size.Width)
	title, text, badge, sum := t.stack(w)
	mid := size.Height / 2
	layout.Place(t.seat, t.inset, mid-t.seatSize/2, t.seatSize, t.seatSize)
	layout.Place(t.icon, t.inset+t.seatSize*0.19, mid-t.seatSize*0.31, t.seatSize*0.62, t.seatSize*0.62)
	x := t.inset + t.seatSize + 32
	t.placeWords(x, mid-sum/2, w, title, text, badge)
	layout.Place(t.more, size.Width-t.inset-tileMore, mid-tileMore/2, tileMore, tileMore)
}

// wordsBelow is the width of the words when they stand below the picture.
func (t *Tile) wordsBelow(width float32) float32 { return width - 2*t.inset - 2*12 - tileMore - 16 }

// tall puts the picture above the words when there is height for it, and reports whether there was.
func (t *Tile) tall(size fyne.Size) bool {
	w := t.wordsBelow(size.Width)
	title, text, badge, sum := t.stack(w)
	all := t.seatSize + 32 + sum
	if all+2*t.inset > size.Height {
		return false
	}
	x := t.inset + 12
	y := min(size.Height*0.15, (size.Height-all)/2) // the same for tiles side by side
	layout.Place(t.seat, x, y, t.seatSize, t.seatSize)
	layout.Place(t.icon, x+t.seatSize*0.19, y+t.seatSize*0.19, t.seatSize*0.62, t.seatSize*0.62)
	t.placeWords(x, y+t.seatSize+32, w, title, text, badge)
	layout.Place(t.more, size.Width-t.inset-12-tileMore, (size.Height-tileMore)/2, tileMore, tileMore)
	return true
}

func (t *Tile) placeWords(x, y, w, title, text, badge float32) {
	layout.Place(t.title, x, y, w, title)
	y += title + 8
	at, bw := y+18, min(w-32, t.badge.Width()+2)
	switch {
	case t.lead:
		at = y + 4
		y += badge + 30
	case t.text.Visible():
		at += text
	}
	layout.Place(t.text, x, y, w, text)
	layout.Place(t.tag, x, at, bw+32, badge+16)
	layout.Place(t.badge, x+16, at+8, bw, badge)
}
