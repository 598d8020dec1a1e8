package printer

import "onedoor/device/printer/document"

// Bitmap is dots, row by row: Stride bytes a row, most significant bit left, 1 is black.
type Bitmap struct {
	Width, Height int
	Dots          []byte
}

// NewBitmap is a white bitmap.
func NewBitmap(width, height int) Bitmap {
	return Bitmap{Width: width, Height: height, Dots: make([]byte, height*((width+7)/8))}
}

// Stride is the bytes of one row.
func (b Bitmap) Stride() int { return (b.Width + 7) / 8 }

// Black says whether a dot is black; beyond the edge all is white.
func (b Bitmap) Black(x, y int) bool {
	return x >= 0 && y >= 0 && x < b.Width && y < b.Height && b.Dots[y*b.Stride()+x/8]>>(7-x%8)&1 == 1
}

// Set makes a dot black; beyond the edge it does nothing.
func (b Bitmap) Set(x, y int) {
	if x >= 0 && y >= 0 && x < b.Width && y < b.Height {
		b.Dots[y*b.Stride()+x/8] |= 0x80 >> (x % 8)
	}
}

// stamp copies the black dots of c, each sx by sy times, to the top edge from x on.
func (b Bitmap) stamp(c Bitmap, x, sx, sy int) {
	for cy := range c.Height {
		for cx := range c.Width {
			if c.Black(cx, cy) {
				b.fill(x+cx*sx, cy*sy, sx, sy)
			}
		}
	}
}

// fill makes a rectangle black.
func (b Bitmap) fill(x, y, w, h int) {
	for dy := range h {
		for dx := range w {
			b.Set(x+dx, y+dy)
		}
	}
}

// maxBand is the most data bytes of one raster command. Printers take bands of up to 255 rows; this is less, so that a
// torn band is completed soon.
const maxBand = 2048

// raster appends the commands that print a bitmap, in bands, at the left edge. It stands at the beginning of a line.
// Printers obey real-time commands even inside picture data, so where dots happen to form one, one more dot is set.
func raster(out []byte, b Bitmap) []byte {
	stride := b.Stride()
	if stride == 0 {
		return out
	}
	rows := min(255, max(1, maxBand/stride))
	for y := 0; y < b.Height; y += rows {
		n := min(rows, b.Height-y)
		out = append(out, 0x1D, 0x76, 0x30, 0, byte(stride), byte(stride>>8), byte(n), 0)
		start := len(out)
		out = append(out, b.Dots[y*stride:(y+n)*stride]...)
		disarm(out[start:])
	}
	return out
}

// disarm sets a dot in each DLE EOT, DLE ENQ and DLE DC4, beside one that is black already.
func disarm(b []byte) {
	for i := 1; i < len(b); i++ {
		if b[i-1] == 0x10 && (b[i] == 0x04 || b[i] == 0x05 || b[i] == 0x14) {
			b[i] |= 0x08
		}
	}
}

// place moves a bitmap to its side of the paper, so that alignment needs nothing of the printer. What is wider than the
// paper is cut.
func place(b Bitmap, a document.Align, dots int) Bitmap {
	left := 0
	switch free := max(0, dots-b.Width); a {
	case document.Centre:
		left = free / 2
	case document.Right:
		left = free
	}
	out := NewBitmap(min(left+b.Width, dots), b.Height)
	out.stamp(b, left, 1, 1)
	return out
}
