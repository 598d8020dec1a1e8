package sim

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

const (
	maxRows     = 12000 // dots of one paper; 1.5 m
	knife       = 80    // dots between the head and the knife
	lineSpacing = 30    // dots from line to line, unless set otherwise
)

// Paper is one piece of paper that was cut off.
type Paper struct {
	// Bytes is what the printer took for it, up to the cut, without real-time questions.
	Bytes []byte
	// Image is the paper with its margins, 8 dots a millimetre.
	Image *image.Gray
	// Blank is true when nothing was printed on it.
	Blank bool
}

// PNG is the paper as a picture file.
func (p Paper) PNG() ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, p.Image); err != nil {
		return nil, fmt.Errorf("encode paper: %w", err)
	}
	return b.Bytes(), nil
}

// roll is the paper under the head.
type roll struct {
	width int
	rows  [][]bool
	black bool
	fed   int // rows since moved was last asked
}

// moved is how many rows the paper has moved on since it was last asked.
func (r *roll) moved() int {
	n := r.fed
	r.fed = 0
	return n
}

// feed moves the paper on.
func (r *roll) feed(n int) {
	r.fed += max(0, n)
	for range min(n, maxRows-len(r.rows)) {
		r.rows = append(r.rows, make([]bool, r.width))
	}
}

// stamp puts dots on the last so many rows fed; what stands beyond the paper is lost.
func (r *roll) stamp(b *bitmap, x, y int) {
	for by := range b.h {
		for bx := range b.w {
			if b.ink[by*b.w+bx] && y+by < len(r.rows) && x+bx < r.width {
				r.rows[y+by][x+bx] = true
				r.black = true
			}
		}
	}
}

// cut takes the paper off and begins a new one.
func (r *roll) cut() (img *image.Gray, blank bool) {
	img, blank = r.picture(), !r.black
	r.rows, r.black = nil, false
	return img, blank
}

func (r *roll) picture() *image.Gray { return gray(r.rows, r.width, 40, 32, 8) }
