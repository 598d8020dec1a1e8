package sim

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

const (
	cellHeight  = 24 // dots of a character, Chinese ones as wide
	asciiWidth  = 12
	asciiPoints = 23 // size of ASCII glyphs; wider ones are squeezed into their cell
	inkLevel    = 0x68
)

// bitmap is dots, row by row; true is black.
type bitmap struct {
	w, h int
	ink  []bool
}

func newBitmap(w, h int) *bitmap { return &bitmap{w, h, make([]bool, w*h)} }

// scaled repeats dots, as printers do for larger sizes.
func (b *bitmap) scaled(sx, sy int) *bitmap {
	if sx == 1 && sy == 1 {
		return b
	}
	out := newBitmap(b.w*sx, b.h*sy)
	for y := range out.h {
		for x := range out.w {
			out.ink[y*out.w+x] = b.ink[y/sy*b.w+x/sx]
		}
	}
	return out
}

// glyphs is a printer's built-in font, drawn from an outline font.
type glyphs struct {
	wide, narrow         font.Face
	boldWide, boldNarrow font.Face
	cache                map[glyphKey]*bitmap
}

type glyphKey struct {
	r    rune
	bold bool
}

// newGlyphs reads the fonts. Without a font every character is drawn as an empty frame; without a bold one, bold is drawn
// twice.
func newGlyphs(regular, bold []byte) (*glyphs, error) {
	g := &glyphs{cache: map[glyphKey]*bitmap{}}
	for _, f := range []struct {
		data         []byte
		wide, narrow *font.Face
	}{{regular, &g.wide, &g.narrow}, {bold, &g.boldWide, &g.boldNarrow}} {
		if f.data == nil {
			continue
		}
		parsed, err := opentype.Parse(f.data)
		if err != nil {
			return nil, fmt.Errorf("printer font: %w", err)
		}
		if *f.wide, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: cellHeight, DPI: 72}); err != nil {
			return nil, fmt.Errorf("printer font: %w", err)
		}
		if *f.narrow, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: asciiPoints, DPI: 72}); err != nil {
			return nil, fmt.Errorf("printer font: %w", err)
		}
	}
	return g, nil
}

// cell draws one character into its cell.
func (g *glyphs) cell(r rune, bold bool) *bitmap {
	key := glyphKey{r, bold}
	if b, ok := g.cache[key]; ok {
		return b
	}
	w := cellHeight
	if r < 0x80 {
		w = asciiWidth
	}
	b := newBitmap(w, cellHeight)
	if !drawLines(b, r) {
		g.draw(b, r, bold)
	}
	if len(g.cache) > 8192 {
		clear(g.cache)
	}
	g.cache[key] = b
	return b
}

func (g *glyphs) draw(b *bitmap, r rune, bold bool) {
	face, twice := g.wide, false
	if b.w == asciiWidth {
		face = g.narrow
	}
	if bold {
		if g.boldWide == nil {
			twice = true
		} else if face = g.boldWide; b.w == asciiWidth {
			face = g.boldNarrow
		}
	}
	if r == ' ' || r == '　' {
		return
	}
	if face == nil {
		b.frame()
		return
	}
	advance, ok := face.GlyphAdvance(r)
	if !ok {
		b.frame()
		return
	}
	wide := max(advance.Ceil(), b.w)
	mask := image.NewAlpha(image.Rect(0, 0, wide, b.h))
	start := fixed.I(wide)/2 - advance/2
	(&font.Drawer{Dst: mask, Src: image.White, Face: face, Dot: fixed.Point26_6{X: start, Y: fixed.I(20)}}).DrawString(string(r))
	if wide > b.w {
		squeezed := image.NewAlpha(image.Rect(0, 0, b.w, b.h))
		draw.BiLinear.Scale(squeezed, image.Rect(0, 0, b.w, b.h), mask, mask.Bounds(), draw.Src, nil)
		mask = squeezed
	}
	for y := range b.h {
		for x := range b.w {
			ink := mask.AlphaAt(x, y).A >= inkLevel || twice && x > 0 && mask.AlphaAt(x-1, y).A >= inkLevel
			b.ink[y*b.w+x] = ink
		}
	}
}

// frame is what a font shows for a character that it lacks.
func (b *bitmap) frame() {
	for y := 2; y < b.h-2; y++ {
		for x := 1; x < b.w-1; x++ {
			b.ink[y*b.w+x] = y == 2 || y == b.h-3 || x == 1 || x == b.w-2
		}
	}
}

// drawLines draws the thin line-drawing characters edge to edge, as printers' fonts have them.
func drawLines(b *bitmap, r rune) bool {
	arms := map[rune][4]bool{ // up, right, down, left
		'─': {false, true, false, true}, '│': {true, false, true, false}, '┌': {false, true, true, false},
		'┐': {false, false, true, true}, '└': {true, true, false, false}, '┘': {true, false, false, true},
	}
	a, ok := arms[r]
	if !ok {
		return false
	}
	mx, my := b.w/2, b.h/2
	for y := range b.h {
		for x := range b.w {
			row, column := y == my || y == my-1, x == mx || x == mx-1
			b.ink[y*b.w+x] = a[0] && column && y <= my || a[2] && column && y >= my-1 ||
				a[1] && row && x >= mx-1 || a[3] && row && x <= mx
		}
	}
	return true
}

// gray turns dots into a picture with a white margin.
func gray(rows [][]bool, width, side, top, bottom int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width+2*side, len(rows)+top+bottom))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for y, row := range rows {
		for x, ink := range row {
			if ink {
				img.SetGray(side+x, top+y, color.Gray{})
			}
		}
	}
	return img
}
