package widget

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// drawing is one picture that strokes are added to in place: a new line costs only the pixels below it. The picture is
// transparent where nothing is drawn.
type drawing struct {
	raster *canvas.Raster
	img    *image.RGBA
	ink    color.NRGBA
	unit   float32      // width of the pad in units
	lines  [][2]float32 // ends of what was drawn, two after each other, to draw it again at another size
}

func newDrawing() *drawing {
	d := &drawing{}
	d.raster = canvas.NewRaster(d.picture)
	return d
}

func (d *drawing) empty() bool { return len(d.lines) == 0 }

// picture returns the picture for w × h pixels, drawn anew when that is another size than before.
func (d *drawing) picture(w, h int) image.Image {
	if d.img == nil || d.img.Rect.Dx() != w || d.img.Rect.Dy() != h {
		if d.img != nil {
			clear(d.img.Pix)
		}
		d.img = image.NewRGBA(image.Rect(0, 0, w, h))
		d.again()
	}
	return d.img
}

func (d *drawing) again() {
	for n := 0; n+1 < len(d.lines); n += 2 {
		d.stroke(d.lines[n], d.lines[n+1])
	}
}

// segment draws a line between two places, in units.
func (d *drawing) segment(a, b fyne.Position) {
	from, to := [2]float32{a.X, a.Y}, [2]float32{b.X, b.Y}
	d.lines = append(d.lines, from, to)
	if d.img != nil {
		d.stroke(from, to)
	}
	canvas.Refresh(d.raster)
}

// wipe overwrites the picture and what it was drawn from.
func (d *drawing) wipe() {
	if d.empty() {
		return
	}
	clear(d.lines)
	d.lines = nil
	if d.img != nil {
		clear(d.img.Pix)
	}
	canvas.Refresh(d.raster)
}

// dye changes the colour of the ink, also of what is drawn already.
func (d *drawing) dye(ink color.NRGBA) {
	if d.ink == ink {
		return
	}
	d.ink = ink
	if d.img == nil || d.empty() {
		return
	}
	clear(d.img.Pix)
	d.again()
	canvas.Refresh(d.raster)
}

// stroke covers the pixels nearer to the line than half the ink's width, softly at its border. Lines that meet cover a
// pixel as much as the one that covers it most, so that joints do not show.
func (d *drawing) stroke(a, b [2]float32) {
	if d.unit <= 0 {
		return
	}
	scale := float64(d.img.Rect.Dx()) / float64(d.unit)
	ax, ay, bx, by := float64(a[0])*scale, float64(a[1])*scale, float64(b[0])*scale, float64(b[1])*scale
	r := inkWidth / 2 * scale
	dx, dy := bx-ax, by-ay
	long := dx*dx + dy*dy
	area := image.Rect(
		int(min(ax, bx)-r-1), int(min(ay, by)-r-1), int(max(ax, bx)+r+2), int(max(ay, by)+r+2),
	).Intersect(d.img.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			px, py := float64(x)+0.5-ax, float64(y)+0.5-ay
			t := 0.0
			if long > 0 {
				t = max(0, min(1, (px*dx+py*dy)/long))
			}
			cover := r + 0.5 - math.Hypot(px-t*dx, py-t*dy)
			if cover > 0 {
				d.cover(x, y, min(1, cover))
			}
		}
	}
}

func (d *drawing) cover(x, y int, part float64) {
	at := d.img.PixOffset(x, y)
	pix := d.img.Pix[at : at+4 : at+4]
	a := uint8(part*255 + 0.5)
	if pix[3] >= a {
		return
	}
	pix[0], pix[1], pix[2] = uint8(part*float64(d.ink.R)), uint8(part*float64(d.ink.G)), uint8(part*float64(d.ink.B))
	pix[3] = a
}
