// Package document is what a receipt is made of, without any printer in it. A Document is plain data: whoever writes
// one needs no driver, and a profile decides how each block reaches the paper.
package document

import "image"

// Align is where a block stands on the line.
type Align uint8

// The alignments.
const (
	Left Align = iota
	Centre
	Right
)

// Document is printed from the first block to the last, then cut, once.
type Document struct {
	Blocks []Block
}

// Block is one of Text, Row, Columns, Rule, QR, Barcode, Picture, Box, Feed, Cut.
type Block interface{ block() }

// Text is a paragraph; it wraps at the paper's columns by the rules of Chinese line breaking.
type Text struct {
	Text   string
	Align  Align
	Bold   bool
	Width  int // 1 to 8 times; 0 means 1
	Height int // 1 to 8 times; 0 means 1
}

// Row is a label at the left and a value at the right; the lines of a long value begin below one another.
type Row struct {
	Label, Value string
	Bold         bool
}

// Columns is a line of cells side by side, as in a table. A cell that is too long for its width goes on below, in its own
// column.
type Columns struct {
	Cells []Cell
	Bold  bool
}

// Cell is one place in a line of Columns.
type Cell struct {
	Text string
	// Width is its share of the paper in ASCII columns; cells with 0 share equally what the others leave.
	Width int
	Align Align
}

// Rule is a line across the paper.
type Rule struct{}

// QR is a two-dimensional code, centred, with its quiet zone.
type QR struct {
	Content string
	Module  int // dots per module, 1 to 16; 0 means the profile's default
}

// Barcode is a one-dimensional code (CODE128), centred, with its quiet zones and, below it, what it says.
type Barcode struct {
	Content string // printable ASCII
	Height  int    // dots; 0 means 80
	NoText  bool   // without the line below
}

// Picture is dots, one to one: rows of (Width+7)/8 bytes, most significant bit left, 1 is black.
type Picture struct {
	Width, Height int
	Dots          []byte
	Align         Align
}

// NewPicture makes a picture of an image: a pixel that is darker than the middle, on white, becomes a black dot.
func NewPicture(img image.Image) Picture {
	r := img.Bounds()
	p := Picture{Width: r.Dx(), Height: r.Dy(), Dots: make([]byte, r.Dy()*((r.Dx()+7)/8))}
	for y := range p.Height {
		for x := range p.Width {
			red, green, blue, alpha := img.At(r.Min.X+x, r.Min.Y+y).RGBA()
			if light := (299*red + 587*green + 114*blue) / 1000; light+0xFFFF-alpha < 0x8000 {
				p.Dots[y*((p.Width+7)/8)+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return p
}

// Box is a line of text in a frame: 补打 on a copy.
type Box struct{ Text string }

// Feed is empty lines.
type Feed struct{ Lines int }

// Cut ends one piece of paper and begins the next. The end of a document cuts by itself.
type Cut struct{}

func (Text) block()    {}
func (Row) block()     {}
func (Rule) block()    {}
func (QR) block()      {}
func (Barcode) block() {}
func (Picture) block() {}
func (Box) block()     {}
func (Feed) block()    {}
func (Columns) block() {}
func (Cut) block()     {}
