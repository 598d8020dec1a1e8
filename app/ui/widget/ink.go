package widget

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
)

// Ink is a pad to write on with the finger. It draws while the finger moves and sends each stroke when it lifts. What it
// drew stays until the kiosk says that there are no strokes any more; then the drawing is overwritten.
type Ink struct {
	Base
	kit     *Kit
	ground  *canvas.Rectangle
	across  *canvas.Rectangle // the faint cross of a pad for characters, or the line to sign on
	upright *canvas.Rectangle
	hint    *Text
	drawing *drawing
	line    bool // a line to sign on instead of the cross

	stroke kiosk.Stroke // the one that the finger draws now
	down   bool
	last   fyne.Position // of the finger, from the pad's corner
	origin fyne.Position // of the pad's corner, when the finger came down
	began  time.Time     // the pad's first touch; zero on an empty pad
	lifted time.Time     // when the last stroke ended
	sent   int           // strokes since the pad was empty
	taken  int           // strokes that the kiosk has
	told   int           // intents that the kiosk was told up to the last stroke
}

const (
	inkWidth  = 10                     // of a stroke, in units
	inkStep   = 2                      // least distance between two points that are kept
	inkPoints = 2000                   // most points of a stroke that are kept
	inkWait   = 500 * time.Millisecond // a view older than a stroke comes sooner than this
	padUnits  = 1000                   // width of every pad in points
)

var (
	_ fyne.Draggable    = (*Ink)(nil)
	_ desktop.Mouseable = (*Ink)(nil)
)

// NewInk returns an empty pad for handwriting, with a cross behind.
func NewInk(kit *Kit) *Ink {
	i := &Ink{
		kit: kit, ground: box(theme.RadiusBox), across: box(0), upright: box(0), hint: NewText(), drawing: newDrawing(),
	}
	i.parts = []fyne.CanvasObject{i.ground, i.across, i.upright, i.hint, i.drawing.raster}
	i.arrange, i.dressed = i.place, i.dress
	i.dress()
	i.ExtendBaseWidget(i)
	return i
}

// Set shows the pad. strokes is how many of its strokes the kiosk has.
func (i *Ink) Set(hint string, strokes int, s theme.Scale) {
	if strokes == 0 && !i.down && i.sent > 0 && i.gone() {
		i.wipe()
	}
	i.taken = strokes
	if i.sent > 0 || i.down {
		hint = "" // nobody writes over words
	}
	i.hint.Set(hint, Style{Size: max(s.Body, 32), Color: i.kit.Palette.Text2, Align: fyne.TextAlignCenter, Narrow: true})
	i.Rearrange()
}

// Reset empties the pad and forgets a stroke on its way.
func (i *Ink) Reset() {
	i.wipe()
	i.down, i.taken = false, 0
	i.hint.Reset()
}

// gone reports whether no strokes at the kiosk means that they were taken away, and not that the last one is still on
// its way: it had some, or was told something since, or had time enough.
func (i *Ink) gone() bool {
	return i.taken > 0 || i.told != i.kit.Hand.told || i.now().Sub(i.lifted) > inkWait
}

// Empty reports whether nothing is drawn.
func (i *Ink) Empty() bool { return i.drawing.empty() }

func (i *Ink) wipe() {
	clear(i.stroke)
	i.stroke = nil
	i.sent, i.began, i.lifted = 0, time.Time{}, time.Time{}
	i.drawing.wipe()
}

func (i *Ink) dress() {
	p := i.kit.Palette
	paint(i.ground, p.Surface, p.Line, p.Stroke)
	rule := p.Rule
	if i.line {
		rule = p.Line
	}
	paint(i.across, rule, color.Transparent, 0)
	paint(i.upright, rule, color.Transparent, 0)
	i.hint.Paint(p.Text2)
	i.drawing.dye(p.Text)
}

func (i *Ink) place(size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	i.ground.Resize(size)
	i.drawing.raster.Resize(size)
	i.drawing.unit = size.Width
	const inset = 24
	w := size.Width - 2*inset
	hint := layout.Height(i.hint, w)
	if i.line {
		y := size.Height * 0.74
		layout.Place(i.across, inset, y, w, 3)
		show(i.upright, false)
		layout.Place(i.hint, inset, y-hint-8, w, hint)
		return
	}
	layout.Place(i.across, inset, size.Height/2-1, w, 2)
	low := float32(inset)
	if i.hint.Visible() {
		low = hint + inset
	}
	layout.Place(i.upright, size.Width/2-1, inset, 2, size.Height-inset-low)
	layout.Place(i.hint, inset, size.Height-hint-inset/2, w, hint)
}

// MouseDown begins a stroke, with a dot where the finger is.
func (i *Ink) MouseDown(ev *desktop.MouseEvent) {
	if !primary(ev) {
		return
	}
	i.kit.Hand.Cancel()
	i.kit.Hand.touch()
	i.finish() // a release that was lost
	i.origin = ev.AbsolutePosition.Subtract(ev.Position)
	if i.began.IsZero() {
		i.began = i.now()
	}
	i.hint.Set("", i.hint.style)
	i.down = true
	i.add(ev.AbsolutePosition, true)
}

// Dragged goes on with the stroke.
func (i *Ink) Dragged(ev *fyne.DragEvent) {
	if i.down {
		i.add(ev.AbsolutePosition, false)
	}
}

// DragEnd ends the stroke.
func (i *Ink) DragEnd() { i.finish() }

// MouseUp ends the stroke, also one that is only a dot.
func (i *Ink) MouseUp(ev *desktop.MouseEvent) {
	if primary(ev) {
		i.finish()
		i.kit.Hand.release(ev.AbsolutePosition)
	}
}

// add draws to where the finger is and keeps the point, when it is far enough from the last.
func (i *Ink) add(at fyne.Position, first bool) {
	size := i.Size()
	p := at.Subtract(i.origin)
	p = fyne.NewPos(max(0, min(size.Width, p.X)), max(0, min(size.Height, p.Y)))
	if first {
		i.last = p
	} else if d := p.Subtract(i.last); d.X*d.X+d.Y*d.Y < inkStep*inkStep {
		return
	}
	i.drawing.segment(i.last, p)
	i.last = p
	if len(i.stroke) >= inkPoints {
		return
	}
	scale := padUnits / size.Width
	i.stroke = append(i.stroke, kiosk.Point{
		X: int(p.X*scale + 0.5), Y: int(p.Y*scale + 0.5), At: int(i.now().Sub(i.began) / time.Millisecond),
	})
}

// finish sends the stroke.
func (i *Ink) finish() {
	if !i.down {
		return
	}
	i.down = false
	i.lifted = i.now()
	i.sent++
	stroke := i.stroke
	i.stroke = nil // it is the kiosk's now
	i.kit.Hand.tell(kiosk.Write{Stroke: stroke})
	i.told = i.kit.Hand.told
}

func (i *Ink) now() time.Time {
	if i.kit.Now != nil {
		return i.kit.Now()
	}
	return time.Now()
}

// SignPad is a wide pad to sign on: three times as wide as high, with a line and faint words on it.
type SignPad struct{ *Ink }

// NewSignPad returns an empty pad to sign on.
func NewSignPad(kit *Kit) SignPad {
	i := NewInk(kit)
	i.line = true
	i.height = func(width float32) float32 { return width / 3 }
	i.dress()
	return SignPad{i}
}
