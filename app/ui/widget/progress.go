package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/ui/layout"
)

// Progress is a line that fills from left to right.
type Progress struct {
	Base
	track, fill *canvas.Rectangle
	part        float64
}

// NewProgress returns an empty line, 16 units high.
func NewProgress(kit *Kit) *Progress {
	p := &Progress{track: box(8), fill: box(8)}
	p.dressed = func() {
		paint(p.track, kit.Palette.Rule, kit.Palette.Rule, 0)
		paint(p.fill, kit.Palette.Action, kit.Palette.Action, 0)
	}
	p.dressed()
	p.parts = []fyne.CanvasObject{p.track, p.fill}
	p.arrange = func(size fyne.Size) {
		p.track.Resize(size)
		layout.Place(p.fill, 0, 0, size.Width*float32(p.part), size.Height)
		show(p.fill, p.part > 0)
	}
	p.height = func(float32) float32 { return 16 }
	p.ExtendBaseWidget(p)
	return p
}

// Set fills part of the line, 0 to 1.
func (p *Progress) Set(part float64) {
	p.part = max(0, min(1, part))
	p.Rearrange()
}

// Reset empties the line.
func (p *Progress) Reset() { p.Set(0) }
