package widget

import (
	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// candidates is the row above the keys: the letters as they were cut, and below them the words that they may stand for,
// most likely first, with paging at the right end. Words that do not fit are paged through here before the kiosk is
// asked for others.
type candidates struct {
	Base
	kit        *Kit
	compose    *Text
	words      *fyne.Container
	less, more *Button
	view       kiosk.Keypad // without its rows
	scale      theme.Scale
	from       int // the first word in sight
}

const (
	composeHigh    = 40
	candidatesHigh = composeHigh + theme.Key
	wordLeast      = 84
)

func newCandidates(kit *Kit) *candidates {
	c := &candidates{kit: kit, compose: NewText(), words: &fyne.Container{}, less: NewButton(kit), more: NewButton(kit)}
	c.parts = []fyne.CanvasObject{c.compose, c.words, c.less, c.more}
	c.arrange = c.place
	c.height = func(float32) float32 { return candidatesHigh }
	c.ExtendBaseWidget(c)
	c.Hide()
	return c
}

func (c *candidates) set(v kiosk.Keypad, s theme.Scale) {
	if !same(c.view.Candidates, v.Candidates) {
		c.from = 0
	}
	c.view = kiosk.Keypad{Candidates: v.Candidates, Compose: v.Compose, More: v.More, Less: v.Less}
	c.scale = s
	c.compose.Set(v.Compose, Style{Size: theme.Normal().Body, Color: c.kit.Palette.Text, Narrow: true})
	List(c.words, len(v.Candidates), func() *Button { return NewButton(c.kit) }, func(i int, b *Button) {
		w := v.Candidates[i]
		b.Set(Face{Kind: Word, Button: kiosk.Button{Label: w.Label, Intent: w.Intent}, Scale: s})
	})
	c.Rearrange()
}

// same reports whether two rows hold the same words. Only labels are compared, since what they mean follows.
func same(a, b []kiosk.Candidate) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Label != b[i].Label {
			return false
		}
	}
	return true
}

func (c *candidates) place(size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	layout.Place(c.compose, 4, 0, size.Width-8, composeHigh)
	layout.Place(c.words, 0, composeHigh, size.Width, theme.Key)
	n := len(c.view.Candidates)
	room := size.Width
	if c.view.More.Label != "" || c.view.Less.Label != "" || c.fit(0, room) < n {
		room -= 2 * (theme.Button + theme.Gap)
	}
	c.from = min(c.from, max(0, n-1))
	to := c.fit(c.from, room)
	x := float32(0)
	for i, o := range c.words.Objects[:n] {
		in := i >= c.from && i < to
		show(o, in)
		if in {
			w := min(c.wish(i), room)
			layout.Place(o, x, 0, w, theme.Key)
			x += w + theme.Gap
		}
	}
	c.page(c.less, "chevron-left", c.view.Less, c.from > 0, func() { c.turn(c.back(room)) })
	c.page(c.more, "chevron-right", c.view.More, to < n, func() { c.turn(to) })
	layout.Place(c.more, size.Width-theme.Button, composeHigh, theme.Button, theme.Key)
	layout.Place(c.less, size.Width-2*theme.Button-theme.Gap, composeHigh, theme.Button, theme.Key)
}

// page makes a paging button turn here while there is something to turn to, and else ask the kiosk.
func (c *candidates) page(b *Button, icon string, ask kiosk.Button, here bool, turn func()) {
	b.act = nil
	if here {
		ask = kiosk.Button{Label: icon}
		b.act = turn
	}
	b.Set(Face{Kind: Page, Icon: icon, Button: ask, Scale: c.scale})
}

func (c *candidates) turn(from int) {
	c.from = from
	c.Rearrange()
}

// fit returns the first word after from that does not fit into width.
func (c *candidates) fit(from int, width float32) int {
	var x float32
	for i := from; i < len(c.view.Candidates); i++ {
		x += c.wish(i)
		if x > width && i > from {
			return i
		}
		x += theme.Gap
	}
	return len(c.view.Candidates)
}

// back returns the first word of the page before the one in sight.
func (c *candidates) back(width float32) int {
	from := c.from
	for from > 0 && c.fit(from-1, width) >= c.from {
		from--
	}
	return from
}

func (c *candidates) wish(i int) float32 {
	b, ok := c.words.Objects[i].(*Button)
	if !ok {
		return wordLeast
	}
	return max(wordLeast, b.Wish())
}
