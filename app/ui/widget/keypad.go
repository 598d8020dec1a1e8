package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Keypad is the on-screen keyboard, from above: its modes, the candidates, and rows of keys that share the width or a pad
// to write on. The place of the candidates is kept whenever there can be some, so that no key ever moves below a finger.
type Keypad struct {
	Base
	kit    *Kit
	ground *canvas.Rectangle
	modes  *fyne.Container
	words  *candidates
	keys   *fyne.Container
	ink    *Ink
	rows   [][]kiosk.Key
	tabs   []kiosk.Option
	scale  theme.Scale
	kept   bool // there is a place for candidates
	pad    float32
}

// NewKeypad returns an empty, hidden keypad.
func NewKeypad(kit *Kit) *Keypad {
	k := &Keypad{
		kit: kit, ground: box(0), modes: &fyne.Container{}, words: newCandidates(kit), keys: &fyne.Container{}, ink: NewInk(kit), pad: 24,
	}
	k.ink.Hide()
	k.parts = []fyne.CanvasObject{k.ground, k.modes, k.words, k.keys, k.ink}
	k.arrange, k.height = k.place, k.need
	k.dressed = func() { paint(k.ground, kit.Palette.ActionSoft, kit.Palette.Edge, kit.edged()) }
	k.dressed()
	k.ExtendBaseWidget(k)
	k.Hide()
	return k
}

// Round gives the keypad's ground round corners, for when it does not reach the screen's edges.
func (k *Keypad) Round(radius float32) {
	if k.ground.CornerRadius != radius {
		k.ground.CornerRadius = radius
		k.ground.Refresh()
	}
}

// Set shows the keys. Beside a pad to write on only those are shown that type nothing, in one row below it.
func (k *Keypad) Set(v kiosk.Keypad, s theme.Scale) {
	k.rows = v.Rows
	if v.Ink != nil {
		k.rows = functions(v.Rows)
	}
	var flat []kiosk.Key
	narrow := map[int]bool{} // by place: in a row of many keys
	for _, r := range k.rows {
		for _, key := range r {
			narrow[len(flat)] = len(r) > 4 && wideOf(key) < 2
			flat = append(flat, key)
		}
	}
	List(k.keys, len(flat), func() *Button { return NewButton(k.kit) }, func(i int, b *Button) {
		key := flat[i]
		kind := KeyPlain
		switch {
		case key.Action:
			kind = KeyAction
		case key.Quiet:
			kind = KeyQuiet
		}
		size := s
		if narrow[i] {
			size.Button = theme.Normal().Button // a word on a narrow key stays whole
		}
		b.Set(Face{Kind: kind, Icon: key.Icon, Button: kiosk.Button{Label: key.Label, Intent: key.Intent}, Scale: size})
	})
	k.tabs, k.scale = v.Modes, s
	k.setModes(s.Small)
	k.kept = len(v.Modes) > 0 || v.Ink != nil || v.Compose != "" || len(v.Candidates) > 0
	show(k.words, k.kept)
	k.words.set(v, s)
	if v.Ink != nil {
		k.ink.Set(v.Ink.Hint, v.Ink.Drawing, s)
	} else {
		k.ink.Reset()
	}
	show(k.ink, v.Ink != nil)
	show(k, len(flat) > 0 || v.Ink != nil)
}

// setModes shows the modes in words of a size.
func (k *Keypad) setModes(size float32) {
	s := k.scale
	s.Small = size
	List(k.modes, len(k.tabs), func() *Button { return NewButton(k.kit) }, func(i int, b *Button) {
		o := k.tabs[i]
		b.Set(Face{Kind: Tab, Chosen: o.Chosen, Button: kiosk.Button{Label: o.Label, Intent: o.Intent}, Scale: s})
	})
}

// Reset takes all keys away.
func (k *Keypad) Reset() { k.Set(kiosk.Keypad{}, theme.Normal()) }

// functions gives the keys that type nothing as one row.
func functions(rows [][]kiosk.Key) [][]kiosk.Key {
	var out []kiosk.Key
	for _, row := range rows {
		for _, key := range row {
			if _, types := key.Intent.(kiosk.Type); !types {
				out = append(out, key)
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return [][]kiosk.Key{out}
}

const (
	keyHigh = 88  // height of a key
	keyMost = 140 // the same with room to spare
	padRows = 5   // a keypad with modes is as high as so many rows in each of them, so that a change moves nothing
)

// need is the height at which keys are as high as they should be.
func (k *Keypad) need(float32) float32 { return k.total(keyHigh) }

// Least returns the height at which keys are as low as they may be.
func (k *Keypad) Least() float32 { return k.total(theme.KeyLeast) }

// Stretch returns the most height that the keys make use of.
func (k *Keypad) Stretch(float32) float32 { return k.total(keyMost) }

func (k *Keypad) total(key float32) float32 {
	rows := len(k.rows)
	if k.ink.Visible() || k.modes.Visible() {
		rows = max(rows, padRows)
	}
	if rows == 0 {
		return 0
	}
	n := float32(rows)
	return k.above() + n*(key+theme.Gap) - theme.Gap + 2*k.pad
}

// above is the height of what stands above the keys.
func (k *Keypad) above() float32 {
	h := float32(0)
	if k.modes.Visible() {
		h += theme.Key + theme.Gap
	}
	if k.kept {
		h += candidatesHigh + theme.Gap
	}
	return h
}

func (k *Keypad) place(size fyne.Size) {
	k.ground.Resize(size)
	x, y, w := k.pad, k.pad, size.Width-2*k.pad
	if k.modes.Visible() {
		layout.Place(k.modes, x, y, w, theme.Key)
		for size := k.scale.Small; ; size -= 2 { // the largest words that fit side by side
			k.setModes(size)
			if wished(layout.Shown(k.modes.Objects)) <= w || size <= theme.Normal().Small {
				break
			}
		}
		shares(layout.Shown(k.modes.Objects), w, theme.Key)
		y += theme.Key + theme.Gap
	}
	if k.kept {
		layout.Place(k.words, x, y, w, candidatesHigh)
		y += candidatesHigh + theme.Gap
	}
	bottom := size.Height - k.pad
	if k.ink.Visible() {
		low := float32(0)
		if len(k.rows) > 0 {
			low = max(theme.KeyLeast, min(keyHigh, (bottom-y)/padRows-theme.Gap))
			k.placeKeys(x, bottom-low, w, low)
			low += theme.Gap
		}
		layout.Place(k.ink, x, y, w, bottom-y-low)
		return
	}
	k.placeKeys(x, y, w, bottom-y)
}

func (k *Keypad) placeKeys(x0, y0, width, height float32) {
	n := float32(len(k.rows))
	if n == 0 {
		return
	}
	layout.Place(k.keys, x0, y0, width, height)
	high := min(keyMost, (height-theme.Gap*(n-1))/n)
	unit := k.unit(width)
	i := 0
	for r, row := range k.rows {
		y := float32(r) * (high + theme.Gap)
		x := (width - span(row, unit)) / 2
		for _, key := range row {
			w := unit*wideOf(key) + theme.Gap*(wideOf(key)-1)
			layout.Place(k.keys.Objects[i], x, y, w, high)
			x += w + theme.Gap
			i++
		}
	}
}

// wished is the width that buttons side by side wish for.
func wished(objects []fyne.CanvasObject) float32 {
	sum := -float32(theme.Gap)
	for _, o := range objects {
		if b, ok := o.(*Button); ok {
			sum += max(theme.Button, b.Wish()) + theme.Gap
		}
	}
	return sum
}

// shares sets buttons side by side over the whole width, each by the width that its label wishes for, at most half as
// wide again.
func shares(objects []fyne.CanvasObject, width, height float32) {
	var sum float32
	wish := make([]float32, len(objects))
	for i, o := range objects {
		if b, ok := o.(*Button); ok {
			wish[i] = max(theme.Button, b.Wish())
		}
		sum += wish[i]
	}
	free := width - theme.Gap*float32(len(objects)-1)
	scale := min(1.5, free/max(1, sum))
	x := float32(0)
	for i, o := range objects {
		layout.Place(o, x, 0, wish[i]*scale, height)
		x += wish[i]*scale + theme.Gap
	}
}

// unit is the width of a key of width 1 with which the widest row fills the width.
func (k *Keypad) unit(width float32) float32 {
	most := float32(1)
	for _, row := range k.rows {
		var n float32
		for _, key := range row {
			n += wideOf(key)
		}
		most = max(most, n)
	}
	return (width - theme.Gap*(most-1)) / most
}

func span(row []kiosk.Key, unit float32) float32 {
	var w float32
	for i, key := range row {
		if i > 0 {
			w += theme.Gap
		}
		w += unit*wideOf(key) + theme.Gap*(wideOf(key)-1)
	}
	return w
}

func wideOf(k kiosk.Key) float32 {
	if k.Wide > 0 {
		return k.Wide
	}
	return 1
}
