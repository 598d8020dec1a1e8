// Package document is what a receipt is made of, without any printer in it. A Document is plain data: whoever writes
// one needs no driver, and a profile decides how each block reaches the paper.
package document

// Align is where a block stands on the line.
type Align uint8

// The alignments.
const (
	Left Align = iota
	Centre
	Right
)

// Document is printed from the first block to the last, then cut.
type Document struct {
	Blocks []Block
}

// Block is one of Text, Row, Rule, QR, Box, Feed.
type Block interface{ block() }

// Text is a paragraph; it wraps at the paper's columns by the rules of Chinese line breaking.
type Text struct {
	Text   string
	Align  Align
	Bold   bool
	Width  int // 1 to 8 times; 0 means 1
	Height int // 1 to 8 times; 0 means 1
}

// Row is a label at the left and a value at the right; a long value continues below, still at the right.
type Row struct {
	Label, Value string
	Bold         bool
}

// Rule is a line across the paper.
type Rule struct{}

// QR is a two-dimensional code, centred, with its quiet zone.
type QR struct {
	Content string
	Module  int // dots per module, 1 to 16; 0 means the profile's default
}

// Box is a line of text in a frame: 补打 on a copy.
type Box struct{ Text string }

// Feed is empty lines.
type Feed struct{ Lines int }

func (Text) block() {}
func (Row) block()  {}
func (Rule) block() {}
func (QR) block()   {}
func (Box) block()  {}
func (Feed) block() {}
