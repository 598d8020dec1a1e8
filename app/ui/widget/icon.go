package widget

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"

	"onedoor/assets/icons"
)

// fallback stands for an icon that a catalogue names and the kiosk does not have.
const fallback = "file-text"

// Icon is a line icon in one colour. It fills its size and keeps its shape; its strokes fit its size.
type Icon struct {
	Base
	image *canvas.Image
	name  string
	tint  color.Color
	key   string // of the picture made last
}

// NewIcon returns an empty icon.
func NewIcon() *Icon {
	i := &Icon{image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.parts = []fyne.CanvasObject{i.image}
	i.arrange = i.place
	i.ExtendBaseWidget(i)
	i.Hide()
	return i
}

// Set shows the icon called name in colour c; an empty name hides it.
func (i *Icon) Set(name string, c color.Color) {
	if i.name == name && i.tint == c {
		return
	}
	i.name, i.tint = name, c
	show(i, name != "")
	i.Rearrange()
}

func (i *Icon) place(size fyne.Size) {
	visible := i.name != "" && size.Width >= 1 && size.Height >= 1
	if visible {
		i.draw(size)
		i.image.Resize(size)
	}
	show(i.image, visible)
}

// draw makes the picture anew when name, colour or size changed.
func (i *Icon) draw(size fyne.Size) {
	scale := float32(1)
	if c := fyne.CurrentApp().Driver().CanvasForObject(i); c != nil {
		scale = c.Scale()
	}
	height := min(size.Width, size.Height)
	stroke := strokeFor(i.name, height) * scale
	w, h := float64(size.Width*scale), float64(size.Height*scale)
	r, g, b, _ := i.tint.RGBA()
	key := fmt.Sprintf("%s-%02x%02x%02x-%.1f-%.0f-%.0f", i.name, r>>8, g>>8, b>>8, stroke, w, h)
	if key == i.key {
		return
	}
	data, ok := icons.SVG(i.name, i.tint, stroke)
	if !ok {
		data, _ = icons.SVG(fallback, i.tint, stroke)
	}
	i.key = key
	i.image.Image = rasterize(data, w, h)
	i.image.Refresh()
}

// rasterize draws an icon as large as it fits into w × h pixels. Fyne would draw it into an image.NRGBA, for which the
// rasterizer has no fast way: a large drawing took 0.5 s, this takes a few milliseconds.
func rasterize(svg []byte, w, h float64) image.Image {
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg))
	if err != nil || icon.ViewBox.W <= 0 || icon.ViewBox.H <= 0 {
		return image.NewRGBA(image.Rect(0, 0, 1, 1)) // a test reads every icon
	}
	fit := min(w/icon.ViewBox.W, h/icon.ViewBox.H)
	w, h = math.Round(icon.ViewBox.W*fit), math.Round(icon.ViewBox.H*fit)
	img := image.NewRGBA(image.Rect(0, 0, int(w), int(h)))
	icon.SetTarget(0, 0, w, h)
	icon.Draw(rasterx.NewDasher(int(w), int(h), rasterx.NewScannerGV(int(w), int(h), img, img.Bounds())), 1)
	return img
}

// strokeFor is the width of an icon's strokes at a height, both in units: finer in proportion the larger the drawing.
func strokeFor(name string, height float32) float32 {
	if strings.HasPrefix(name, "attract-") {
		return 2.5 + height*0.015
	}
	return max(2.6, min(height*0.07, 4+height*0.022))
}
