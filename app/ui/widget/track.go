package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Track shows which of the milestones have come true: a filled mark with a tick, or an empty one.
type Track struct {
	Base
	kit   *Kit
	line  *canvas.Rectangle
	done  *canvas.Rectangle
	marks *fyne.Container
	stops []kiosk.Milestone
	size  float32
}

// NewTrack returns an empty track.
func NewTrack(kit *Kit) *Track {
	t := &Track{kit: kit, line: box(3), done: box(3), marks: &fyne.Container{}}
	t.dressed = func() {
		paint(t.line, kit.Palette.Rule, kit.Palette.Rule, 0)
		paint(t.done, kit.Palette.Action, kit.Palette.Action, 0)
	}
	t.dressed()
	t.parts = []fyne.CanvasObject{t.line, t.done, t.marks}
	t.arrange, t.height = t.place, t.need
	t.ExtendBaseWidget(t)
	t.Hide()
	return t
}

// Set shows the milestones in order.
func (t *Track) Set(stops []kiosk.Milestone, s theme.Scale) {
	t.stops, t.size = stops, s.Small
	List(t.marks, len(stops), func() *mark { return newMark(t.kit) }, func(i int, m *mark) { m.set(stops[i], s.Small) })
	show(t, len(stops) > 0)
}

// Reset empties the track.
func (t *Track) Reset() { t.Set(nil, theme.Normal()) }

func (t *Track) need(width float32) float32 {
	var h float32
	for _, m := range layout.Shown(t.marks.Objects) {
		h = max(h, layout.Height(m, width/float32(len(t.stops))))
	}
	return h
}

func (t *Track) place(size fyne.Size) {
	n := len(t.stops)
	if n == 0 {
		return
	}
	cell := size.Width / float32(n)
	reached := 0
	for i, s := range t.stops {
		layout.Place(t.marks.Objects[i], float32(i)*cell, 0, cell, size.Height)
		if s.State == kiosk.Reached {
			reached = i + 1
		}
	}
	t.marks.Resize(size)
	layout.Place(t.line, cell/2, markSize/2-3, size.Width-cell, 6)
	layout.Place(t.done, cell/2, markSize/2-3, cell*float32(max(0, reached-1)), 6)
}

const markSize = 56

type mark struct {
	Base
	kit   *Kit
	disc  *canvas.Rectangle
	tick  *Icon
	label *Text
	size  float32 // that the label should have
}

func newMark(kit *Kit) *mark {
	m := &mark{kit: kit, disc: box(markSize / 2), tick: NewIcon(), label: NewText()}
	m.parts = []fyne.CanvasObject{m.disc, m.tick, m.label}
	m.arrange = func(size fyne.Size) {
		layout.Place(m.disc, (size.Width-markSize)/2, 0, markSize, markSize)
		layout.Place(m.tick, (size.Width-36)/2, (markSize-36)/2, 36, 36)
		m.fit(size.Width - 12)
		layout.Place(m.label, 6, markSize+10, size.Width-12, layout.Height(m.label, size.Width-12))
	}
	m.height = func(w float32) float32 {
		m.fit(w - 12)
		return markSize + 10 + layout.Height(m.label, w-12)
	}
	m.ExtendBaseWidget(m)
	return m
}

// fit makes the label smaller rather than cut a word, down to the smallest text there is.
func (m *mark) fit(width float32) {
	if width <= 0 {
		return
	}
	style := m.label.style
	for style.Size = m.size; ; style.Size -= 2 {
		m.label.Set(m.label.text, style)
		widest := float32(0)
		for _, w := range strings.Fields(m.label.text) {
			if !wide([]rune(w)[0]) {
				widest = max(widest, m.label.measure(w))
			}
		}
		if widest <= width || style.Size <= theme.Normal().Small {
			return
		}
	}
}

func (m *mark) set(v kiosk.Milestone, size float32) {
	p := m.kit.Palette
	m.size = size
	style := Style{Size: size, Color: p.Text2, Align: fyne.TextAlignCenter, Narrow: true}
	if v.State == kiosk.Reached {
		paint(m.disc, p.Action, p.Action, 4)
		m.tick.Set("check", p.OnAction)
		style.Bold, style.Color = true, p.Text
	} else {
		paint(m.disc, p.Surface, p.Line, 4)
		m.tick.Set("", p.Line)
	}
	m.label.Set(v.Label, style)
}

// Reset empties the mark.
func (m *mark) Reset() { m.label.Reset() }
