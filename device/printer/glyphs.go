package printer

import (
	"errors"
	"fmt"
	"image"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// cellHeight is the dots of a line of text; a Chinese character is as wide.
const cellHeight = 24

// Glyphs draws the characters that a printer's own font can not be trusted with. It must be safe for use by several
// goroutines.
type Glyphs interface {
	// Has says whether a character can be drawn.
	Has(r rune) bool
	// Draw draws a character into a cell of cellHeight (24) dots high and so many dots wide.
	Draw(r rune, bold bool, width int) Bitmap
}

// Fonts draws characters from outline fonts.
type Fonts struct {
	mu    sync.Mutex // faces keep state while they draw
	faces []face
}

type face struct {
	plain, bold font.Face // bold may be nil
}

// NewFonts takes fonts as OTF or TTF files: the regular one and its bold, which may be nil, and more for the characters
// that the first lacks.
func NewFonts(regular, bold []byte, more ...[]byte) (*Fonts, error) {
	if regular == nil {
		return nil, errors.New("printer fonts: a regular font is required")
	}
	f := new(Fonts)
	for i, data := range append([][]byte{regular}, more...) {
		plain, err := newFace(data)
		if err != nil {
			return nil, err
		}
		add := face{plain: plain}
		if i == 0 && bold != nil {
			if add.bold, err = newFace(bold); err != nil {
				return nil, err
			}
		}
		f.faces = append(f.faces, add)
	}
	return f, nil
}

func newFace(data []byte) (font.Face, error) {
	parsed, err := opentype.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("printer fonts: %w", err)
	}
	made, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: cellHeight, DPI: 72})
	if err != nil {
		return nil, fmt.Errorf("printer fonts: %w", err)
	}
	return made, nil
}

// Has implements Glyphs.
func (f *Fonts) Has(r rune) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, _, ok := f.pick(r, false)
	return ok
}

// pick finds the first font that has a character; mu is held.
func (f *Fonts) pick(r rune, bold bool) (use font.Face, twice, ok bool) {
	for _, c := range f.faces {
		if bold && c.bold != nil {
			if _, ok := c.bold.GlyphAdvance(r); ok {
				return c.bold, false, true
			}
		}
		if _, ok := c.plain.GlyphAdvance(r); ok {
			return c.plain, bold, true
		}
	}
	return nil, false, false
}

const (
	baseline = 21   // of cellHeight; the fonts' own
	inkLevel = 0x58 // covered so far, a dot is black: low enough for the thin strokes of a Ming face
)

// Draw implements Glyphs. A font without a bold is drawn twice.
func (f *Fonts) Draw(r rune, bold bool, width int) Bitmap {
	out := NewBitmap(width, cellHeight)
	f.mu.Lock()
	defer f.mu.Unlock()
	use, twice, ok := f.pick(r, bold)
	if !ok {
		return out
	}
	advance, _ := use.GlyphAdvance(r)
	wide := max(advance.Ceil(), width)
	mask := image.NewAlpha(image.Rect(0, 0, wide, cellHeight))
	(&font.Drawer{
		Dst: mask, Src: image.White, Face: use,
		Dot: fixed.Point26_6{X: (fixed.I(wide) - advance) / 2, Y: fixed.I(baseline)},
	}).DrawString(string(r))
	if wide > width {
		narrow := image.NewAlpha(image.Rect(0, 0, width, cellHeight))
		draw.BiLinear.Scale(narrow, narrow.Bounds(), mask, mask.Bounds(), draw.Src, nil)
		mask = narrow
	}
	for y := range cellHeight {
		for x := range width {
			if mask.AlphaAt(x, y).A >= inkLevel {
				out.Set(x, y)
				if twice {
					out.Set(x+1, y)
				}
			}
		}
	}
	return out
}
