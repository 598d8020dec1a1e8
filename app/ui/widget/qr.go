package widget

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/device/qr"
)

// QR is a code drawn with whole pixels for every module and its white margin, so that phones read it at any scale.
type QR struct {
	Base
	raster  *canvas.Raster
	content string
	modules [][]bool
}

// NewQR returns an empty, hidden code.
func NewQR() *QR {
	q := &QR{}
	q.raster = canvas.NewRaster(q.draw)
	q.raster.ScaleMode = canvas.ImageScalePixels
	q.parts = []fyne.CanvasObject{q.raster}
	q.arrange = func(size fyne.Size) {
		side := min(size.Width, size.Height)
		q.raster.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
		q.raster.Resize(fyne.NewSize(side, side))
	}
	q.ExtendBaseWidget(q)
	q.Hide()
	return q
}

// Set shows content with error correction M. What can not be a code (more than 2,331 bytes) is not shown.
func (q *QR) Set(content string) {
	if q.content == content {
		return
	}
	q.content, q.modules = content, nil
	if content != "" {
		// Content that fits no code leaves the square away; the number beside it is enough.
		q.modules, _ = qr.Modules(content, qr.M)
	}
	show(q, q.modules != nil)
	q.raster.Refresh()
}

// Reset empties the code.
func (q *QR) Reset() { q.Set("") }

func (q *QR) draw(w, h int) image.Image {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 0xFF
	}
	n := len(q.modules)
	if n == 0 {
		return img
	}
	dot := min(w, h) / (n + 2*qr.Quiet)
	if dot == 0 {
		return img
	}
	x0, y0 := (w-dot*n)/2, (h-dot*n)/2
	for y, row := range q.modules {
		for x, dark := range row {
			if !dark {
				continue
			}
			for dy := range dot {
				for dx := range dot {
					img.SetGray(x0+x*dot+dx, y0+y*dot+dy, color.Gray{})
				}
			}
		}
	}
	return img
}
