package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// touchTest shows nine targets, at the corners and edges of the screen and in its middle.
type touchTest struct {
	kit     *widget.Kit
	box     *fyne.Container
	head    *widget.Head
	back    *widget.Button
	targets [9]*widget.Target
}

func newTouchTest(kit *widget.Kit) *touchTest {
	t := &touchTest{kit: kit, head: widget.NewHead(kit), back: widget.NewButton(kit)}
	objects := []fyne.CanvasObject{t.head, t.back}
	for i := range t.targets {
		t.targets[i] = widget.NewTarget(kit)
		objects = append(objects, t.targets[i])
	}
	t.box = &fyne.Container{Layout: t, Objects: objects}
	return t
}

func (t *touchTest) show(v kiosk.TouchTest, s theme.Scale) {
	t.head.Set(v.Heading, v.Help, s)
	t.back.Set(widget.Face{Kind: widget.Secondary, Button: v.Back, Scale: s})
	for i, o := range t.targets {
		o.Set(strconv.Itoa(i+1), kiosk.Hit{Target: i}, v.Hits[i])
	}
}

func (t *touchTest) reset() {
	t.head.Reset()
	t.back.Reset()
	for _, o := range t.targets {
		o.Reset()
	}
}

func (t *touchTest) object() fyne.CanvasObject { return t.box }

// targetSize is 24 mm.
const targetSize = 96

// Layout puts the targets close to the edges, the words between the upper rows and the way out between the lower ones.
func (t *touchTest) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	const edge = 12
	for i, o := range t.targets {
		x := edge + float32(i%3)*(size.Width-2*edge-targetSize)/2
		y := edge + float32(i/3)*(size.Height-2*edge-targetSize)/2
		layout.Place(o, x, y, targetSize, targetSize)
	}
	const m = theme.Margin
	w := min(size.Width-2*m, 1200)
	x, half := (size.Width-w)/2, size.Height/2
	layout.Place(t.head, x, edge+targetSize+32, w, t.head.HeightFor(w))
	bw := min(w, t.back.Wish()+80)
	h := t.back.HeightFor(bw)
	layout.Place(t.back, (size.Width-bw)/2, half+(half-h)/2, bw, h)
}

// MinSize is nothing, so that the window never grows.
func (t *touchTest) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
