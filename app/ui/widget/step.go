package widget

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Step is a picture with a caption: one of the three things that a visit takes, or a thing to remember.
type Step struct {
	Base
	kit          *Kit
	ground, seat *canvas.Rectangle
	picture      *Icon
	disc         *canvas.Rectangle
	number       *Text
	caption      *Text
	most         float32
}

// NewStep returns an empty step.
func NewStep(kit *Kit) *Step {
	s := &Step{
		kit: kit, ground: box(theme.RadiusCard), seat: box(theme.RadiusCard), picture: NewIcon(),
		disc: box(28), number: NewText(), caption: NewText(), most: 340,
	}
	s.dressed = func() {
		p := kit.Palette
		kit.sheet(s.ground)
		paint(s.seat, p.ActionSoft, p.ActionSoft, 0)
		paint(s.disc, p.Action, p.Action, 0)
	}
	s.dressed()
	s.parts = []fyne.CanvasObject{s.ground, s.seat, s.picture, s.disc, s.number, s.caption}
	s.arrange, s.height = s.place, s.need
	s.ExtendBaseWidget(s)
	return s
}

// Set shows the step; number 0 is not shown.
func (s *Step) Set(picture string, number int, caption string, scale theme.Scale) {
	p := s.kit.Palette
	s.picture.Set(picture, p.Action)
	n := ""
	if number > 0 {
		n = strconv.Itoa(number)
	}
	show(s.disc, number > 0)
	s.number.Set(n, Style{Size: 32, Bold: true, Color: p.OnAction, Align: fyne.TextAlignCenter, Narrow: true})
	s.caption.Set(caption, Style{Size: scale.Large + 4, Bold: true, Color: p.Text, Narrow: true})
	show(s, caption != "")
}

// Reset empties the step.
func (s *Step) Reset() {
	s.caption.Reset()
	s.number.Reset()
	show(s, false)
}

// Most lets the step grow up to height when there is room.
func (s *Step) Most(height float32) { s.most = height }

// Stretch returns the most height that a step makes use of.
func (s *Step) Stretch(float32) float32 { return s.most }

func (s *Step) need(float32) float32 { return 190 }

func (s *Step) place(size fyne.Size) {
	s.ground.Resize(size)
	high := size.Height - 2*20
	wide := min(high*1.4, size.Width*0.4)
	layout.Place(s.seat, 20, 20, wide, high)
	pad := high * 0.12
	layout.Place(s.picture, 20+pad, 20+pad, wide-2*pad, high-2*pad)
	x := 20 + wide + 36
	if s.disc.Visible() {
		layout.Place(s.disc, x, (size.Height-56)/2, 56, 56)
		layout.Place(s.number, x, (size.Height-40)/2, 56, 40)
		x += 56 + 24
	}
	w := size.Width - x - 24
	h := layout.Height(s.caption, w)
	layout.Place(s.caption, x, (size.Height-h)/2, w, h)
}
