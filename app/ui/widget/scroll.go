package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Scroll shows content that may be higher than it. The content follows the finger, and when it does not fit, two paging
// buttons stand beside it, because not everybody knows that a screen can be pushed. Content that fits gets the whole
// height, so that what stretches in it does.
type Scroll struct {
	Base
	view     *viewport
	content  fyne.CanvasObject
	up, down *Button
	track    *canvas.Rectangle
	thumb    *canvas.Rectangle
	offset   float32
	paging   bool
}

const (
	rail    = 88 // width of the paging buttons
	railGap = 20
	overlap = 72 // what stays in sight when paging
	bleed   = 8  // the window is larger than the content by this, so that edges at its border are drawn whole
)

// NewScroll returns a scroll over content.
func NewScroll(kit *Kit, content fyne.CanvasObject) *Scroll {
	s := &Scroll{content: content, up: NewButton(kit), down: NewButton(kit), track: box(4), thumb: box(4)}
	s.view = newViewport(kit, s)
	s.dressed = func() {
		paint(s.track, kit.Palette.Rule, color.Transparent, 0)
		paint(s.thumb, kit.Palette.Line, color.Transparent, 0)
	}
	s.dressed()
	s.up.act = func() { s.To(s.offset - s.sight() + overlap) }
	s.down.act = func() { s.To(s.offset + s.sight() - overlap) }
	s.parts = []fyne.CanvasObject{s.view, s.track, s.thumb, s.up, s.down}
	s.arrange = s.place
	s.height = func(w float32) float32 { return layout.Height(content, w) }
	s.ExtendBaseWidget(s)
	return s
}

// Reset goes to the top.
func (s *Scroll) Reset() { s.offset = 0 }

// Offset returns how far the content is pushed up, in units.
func (s *Scroll) Offset() float32 { return s.offset }

// Paging reports whether the content does not fit.
func (s *Scroll) Paging() bool { return s.paging }

// To pushes the content up by offset, as far as there is content.
func (s *Scroll) To(offset float32) {
	s.offset = offset
	s.settle()
}

// sight is the height of content in sight.
func (s *Scroll) sight() float32 { return s.view.Size().Height - 2*bleed }

// Content is what is pushed.
func (s *Scroll) Content() fyne.CanvasObject { return s.content }

// Reveal brings target, which is somewhere in the content, into sight.
func (s *Scroll) Reveal(target fyne.CanvasObject) {
	y, ok := find(s.content, target)
	if !ok {
		return
	}
	h := s.sight()
	switch {
	case y < s.offset:
		s.To(y)
	case y+target.Size().Height > s.offset+h:
		s.To(y + target.Size().Height - h + 8)
	}
}

// find returns how far target lies below the top of root.
func find(root, target fyne.CanvasObject) (float32, bool) {
	if root == target {
		return 0, true
	}
	for _, c := range layout.Children(root) {
		if y, ok := find(c, target); ok {
			return y + c.Position().Y, true
		}
	}
	return 0, false
}

func (s *Scroll) place(size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	width := size.Width
	need := layout.Height(s.content, width)
	s.paging = need > size.Height+0.5
	low := size.Height < 2*theme.Button+theme.Gap // too low for one above the other
	keys := float32(rail)
	if low {
		keys = 2*rail + theme.Gap
	}
	if s.paging {
		width -= keys + railGap
		need = layout.Height(s.content, width)
	}
	layout.Place(s.view, -bleed, -bleed, width+2*bleed, size.Height+2*bleed)
	s.content.Resize(fyne.NewSize(width, max(need, size.Height)))
	x := size.Width - rail
	button := min(float32(120), (size.Height-theme.Gap)/2)
	if low {
		button = min(float32(120), size.Height)
		layout.Place(s.up, size.Width-keys, 0, rail, button)
		layout.Place(s.down, x, 0, rail, button)
	} else {
		layout.Place(s.up, x, 0, rail, button)
		layout.Place(s.down, x, size.Height-button, rail, button)
	}
	room := size.Height - 2*button - 2*theme.Gap
	layout.Place(s.track, x+rail/2-4, button+theme.Gap, 8, max(0, room))
	show(s.track, s.paging && room > 80)
	s.settle()
}

// settle keeps the offset inside the content and shows what can still be paged.
func (s *Scroll) settle() {
	most := max(0, s.content.Size().Height-s.sight())
	s.offset = max(0, min(s.offset, most))
	s.content.Move(fyne.NewPos(bleed, bleed-s.offset))
	if !s.paging {
		s.up.Reset()
		s.down.Reset()
		show(s.thumb, false)
		return
	}
	s.up.Set(Face{Kind: Page, Icon: "chevron-up", Button: kiosk.Button{Label: "up", Off: s.offset <= 0.5}})
	s.down.Set(Face{Kind: Page, Icon: "chevron-down", Button: kiosk.Button{Label: "down", Off: s.offset >= most-0.5}})
	show(s.thumb, s.track.Visible())
	t := s.track.Size().Height
	thumb := max(40, t*s.sight()/s.content.Size().Height)
	y := s.track.Position().Y
	if most > 0 {
		y += (t - thumb) * s.offset / most
	}
	layout.Place(s.thumb, s.track.Position().X, y, 8, thumb)
}

// viewport is the window onto the content. It clips, and it is what the finger pushes.
type viewport struct {
	Base
	scroll *Scroll
	hand   *Hand
	pushed float32 // how far the finger went since it came down
	sunk   float32 // offset when it came down
	loose  bool    // whether it has left the slop
}

var (
	_ fyne.Draggable    = (*viewport)(nil)
	_ fyne.Scrollable   = (*viewport)(nil) // also what makes Fyne clip
	_ desktop.Mouseable = (*viewport)(nil)
)

func newViewport(kit *Kit, s *Scroll) *viewport {
	v := &viewport{scroll: s, hand: kit.Hand}
	v.parts = []fyne.CanvasObject{s.content}
	v.ExtendBaseWidget(v)
	return v
}

// Dragged pushes the content once the finger has left the slop; until then it is a tap that slips.
func (v *viewport) Dragged(ev *fyne.DragEvent) {
	if v.pushed == 0 && !v.loose {
		v.sunk = v.scroll.offset
	}
	v.pushed += ev.Dragged.DY
	if !v.loose {
		if v.pushed > -theme.Slop && v.pushed < theme.Slop {
			return
		}
		v.loose = true
		v.hand.Cancel()
	}
	past := v.pushed - theme.Slop
	if v.pushed < 0 {
		past = v.pushed + theme.Slop
	}
	v.scroll.To(v.sunk - past)
}

// DragEnd lets the content lie where it is.
func (v *viewport) DragEnd() { v.pushed, v.loose = 0, false }

// Scrolled follows a mouse wheel.
func (v *viewport) Scrolled(ev *fyne.ScrollEvent) { v.scroll.To(v.scroll.offset - ev.Scrolled.DY) }

// MouseDown tells that somebody is there.
func (v *viewport) MouseDown(ev *desktop.MouseEvent) {
	if primary(ev) {
		v.hand.touch()
	}
}

// MouseUp ends a press inside the content: the driver tells what is dragged, not what was pressed.
func (v *viewport) MouseUp(ev *desktop.MouseEvent) {
	if primary(ev) {
		v.hand.release(ev.AbsolutePosition)
	}
}
