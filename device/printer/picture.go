package printer

import (
	"bytes"
	"fmt"

	"onedoor/device/printer/document"
)

// lineFeed is the dots from line to line that printers are set to at first, so that a drawn line keeps the distance.
const lineFeed = 30

// drawnLine prints a line that holds a character which the printer can not be trusted with as a picture: the whole line, so
// that its columns stay where they are. tight is a line without space below, as in a frame.
func (e *encoder) drawnLine(t []rune, tight bool) {
	sx, sy := int(e.size>>4)+1, int(e.size&15)+1
	cell := e.p.Dots / e.p.Columns
	b := NewBitmap(min(width(t)*cell*sx, e.p.Dots), cellHeight*sy)
	x := 0
	for _, r := range t {
		w := runeWidth(r) * cell
		b.stamp(e.draw(r, w), x, sx, sy)
		x += w * sx
	}
	e.raster(place(b, e.aligned, e.p.Dots))
	if sy == 1 && !tight {
		e.out = append(e.out, 0x1B, 0x4A, lineFeed-cellHeight)
	}
}

func (e *encoder) draw(r rune, w int) Bitmap {
	switch r {
	case ' ', '　':
		return Bitmap{}
	case '│': // edge to edge, as printers' fonts have it, so that frames close
		b := NewBitmap(w, cellHeight)
		b.fill(w/2-1, 0, 2, cellHeight)
		return b
	}
	return e.chars.glyphs.Draw(r, e.bold, w)
}

// raster prints dots at the left edge of an empty line.
func (e *encoder) raster(b Bitmap) {
	was := e.aligned
	e.align(document.Left)
	e.out = raster(e.out, b)
	e.align(was)
	e.lines += b.Height/lineFeed + 1
}

func (e *encoder) picture(p document.Picture) error {
	b := Bitmap{Width: p.Width, Height: p.Height, Dots: p.Dots}
	switch {
	case !e.p.Raster:
		return fmt.Errorf("%w: the printer takes no pictures", ErrContent)
	case p.Width < 1 || p.Height < 1 || p.Width > e.p.Dots || p.Height > 20000:
		return fmt.Errorf("%w: picture of %d by %d dots", ErrContent, p.Width, p.Height)
	case len(p.Dots) != p.Height*b.Stride():
		return fmt.Errorf("%w: picture with %d bytes", ErrContent, len(p.Dots))
	}
	e.raster(place(b, p.Align, e.p.Dots))
	return nil
}

// rasterQR draws the code for printers that have no command for it.
func (e *encoder) rasterQR(rows [][]bool, module int) {
	b := NewBitmap(len(rows)*module, len(rows)*module)
	for y, row := range rows {
		for x, black := range row {
			if black {
				b.fill(x*module, y*module, module, module)
			}
		}
	}
	e.raster(place(b, document.Centre, e.p.Dots))
}

// The sizes of bar codes, in dots and modules.
const (
	barcodeHeight = 80
	barcodeQuiet  = 10 // modules of white at each side
)

// barcode draws a CODE128, as wide as the paper allows up to three dots a module.
func (e *encoder) barcode(b document.Barcode) error {
	if !e.p.Raster {
		return fmt.Errorf("%w: the printer takes no pictures", ErrContent)
	}
	bars, err := code128(b.Content)
	if err != nil {
		return err
	}
	module := min(3, e.p.Dots/(bars.Width+2*barcodeQuiet))
	if module < 1 {
		return fmt.Errorf("%w: bar code of %d modules is too wide", ErrContent, bars.Width)
	}
	height := b.Height
	if height == 0 {
		height = barcodeHeight
	}
	if height < 8 || height > 400 {
		return fmt.Errorf("%w: bar code %d dots high", ErrContent, height)
	}
	big := NewBitmap(bars.Width*module, 1)
	big.stamp(bars, 0, module, 1)
	row := place(big, document.Centre, e.p.Dots)
	row.Dots = bytes.Repeat(row.Dots, height)
	row.Height = height
	e.raster(row)
	if !b.NoText {
		e.align(document.Centre)
		for _, l := range wrap(e.chars.clean(b.Content), e.p.Columns) {
			e.line(l)
		}
	}
	return nil
}
