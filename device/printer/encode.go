package printer

import (
	"bytes"
	"errors"
	"fmt"

	"onedoor/device/printer/document"
	"onedoor/device/qr"
)

// ErrContent is a document that can not be printed as it is.
var ErrContent = errors.New("printer: content can not be printed")

// Job is a document as bytes for one printer.
type Job struct {
	Bytes       []byte // from initialising to the cut, without the proof
	Lines       int    // lines of text on the paper, for the wait limit
	Drawn       int    // lines of text printed as pictures
	Substituted int    // characters printed as 〓
}

// The commands. Sources: ESC/POS manuals of several makers, which agree on these.
var (
	cmdInit       = []byte{0x1B, 0x40}
	cmdCancel     = []byte{0x18}
	cmdRecover    = []byte{0x10, 0x05, 2} // real-time: empty the buffers and recover from an error of the cutter
	cmdChinese    = []byte{0x1C, 0x26}
	cmdChineseGap = []byte{0x1C, 0x53, 0, 0} // no space beside Chinese characters, so that columns line up
	cmdSpacing    = []byte{0x1B, 0x32}       // default line spacing
)

// tallGap is the dots below tall text: printers feed by the height alone there, and the next line would touch it.
const tallGap = 10

const (
	// maxQR is what the narrowest known printers store.
	maxQR = 1000
	// longest is the data of the longest command. What a broken job leaves undone is no longer than this.
	longest = max(maxQR+3, maxBand)
)

// Encode lays a document out for a printer. Lines with characters that the printer can not be trusted with are drawn by
// glyphs; what they lack too, or all such characters when glyphs is nil, is printed as 〓. It fails with ErrContent only for
// a code that is too long or holds other than printable ASCII, for a picture that does not fit, and for a block of an
// unknown type.
func Encode(d document.Document, p Profile, glyphs Glyphs) (Job, error) {
	if err := p.Validate(); err != nil {
		return Job{}, err
	}
	if !p.Raster {
		glyphs = nil
	}
	e := &encoder{p: p, chars: charset{set: p.Charset, glyphs: glyphs}}
	for _, c := range [][]byte{cmdCancel, cmdInit, cmdChinese, cmdChineseGap} {
		e.out = append(e.out, c...)
	}
	if p.Auto {
		e.out = append(e.out, 0x1D, 0x61, 0x0E) // online, errors and paper
	}
	for i, b := range withoutLastCut(d.Blocks) {
		if err := e.block(b); err != nil {
			return Job{}, fmt.Errorf("block %d: %w", i+1, err)
		}
	}
	e.align(document.Left)
	e.out = append(e.out, finish(p)...)
	if err := trapFree(e.out); err != nil {
		return Job{}, err
	}
	return Job{Bytes: e.out, Lines: e.lines + p.FeedEnd, Drawn: e.drawn, Substituted: e.chars.substituted}, nil
}

// withoutLastCut leaves away cuts at the end of a document, which cuts by itself.
func withoutLastCut(blocks []document.Block) []document.Block {
	for n := len(blocks); n > 0; n-- {
		if _, cut := blocks[n-1].(document.Cut); !cut {
			return blocks[:n]
		}
	}
	return nil
}

// finish feeds the paper out and cuts it. It stands at the beginning of a line.
func finish(p Profile) []byte {
	var out []byte
	if p.FeedEnd > 0 {
		out = append(out, 0x1B, 0x64, byte(p.FeedEnd))
	}
	switch {
	case p.Cutter == CutterNone:
	case p.EpsonCut && p.Cutter == CutterFull:
		out = append(out, 0x1D, 0x56, 0x41, 0)
	case p.EpsonCut:
		out = append(out, 0x1D, 0x56, 0x42, 0)
	case p.Cutter == CutterFull:
		out = append(out, 0x1D, 0x56, 0)
	default:
		out = append(out, 0x1D, 0x56, 1)
	}
	return out
}

// encoder collects commands and sends a setting only when it changes.
type encoder struct {
	p     Profile
	chars charset
	out   []byte
	lines int
	drawn int

	aligned document.Align
	size    byte
	bold    bool
	tight   bool // lines are set without space between
}

func (e *encoder) block(b document.Block) error {
	switch b := b.(type) {
	case document.Text:
		w, h := scale(b.Width), scale(b.Height)
		e.align(b.Align)
		e.style(b.Bold, w, h)
		for _, l := range wrap(e.chars.clean(b.Text), e.p.Columns/w) {
			e.line(l)
			e.lines += h - 1
		}
		e.style(false, 1, 1)
		if h > 1 {
			e.out = append(e.out, 0x1B, 0x4A, tallGap)
		}
	case document.Row:
		e.align(document.Left)
		e.style(b.Bold, 1, 1)
		for _, l := range rowLines(oneLine(e.chars.clean(b.Label)), e.chars.clean(b.Value), e.p.Columns) {
			e.line(l)
		}
		e.style(false, 1, 1)
	case document.Columns:
		return e.columns(b)
	case document.Cut:
		e.align(document.Left)
		e.out = append(e.out, finish(e.p)...)
		e.lines += e.p.FeedEnd
	case document.Rule:
		e.align(document.Left)
		e.line(repeat('─', e.p.Columns/2))
	case document.Box:
		e.box(e.chars.clean(b.Text))
	case document.QR:
		return e.qr(b)
	case document.Barcode:
		return e.barcode(b)
	case document.Picture:
		return e.picture(b)
	case document.Feed:
		if b.Lines > 0 {
			e.out = append(e.out, 0x1B, 0x64, byte(min(b.Lines, 255)))
			e.lines += min(b.Lines, 255)
		}
	default:
		return fmt.Errorf("%w: unknown block %T", ErrContent, b)
	}
	return nil
}

func (e *encoder) columns(b document.Columns) error {
	var texts [][]rune
	var widths []int
	var aligns []document.Align
	for _, c := range b.Cells {
		if c.Width < 0 {
			return fmt.Errorf("%w: a cell %d columns wide", ErrContent, c.Width)
		}
		texts, widths, aligns = append(texts, e.chars.clean(c.Text)), append(widths, c.Width), append(aligns, c.Align)
	}
	lines := columnLines(texts, widths, aligns, e.p.Columns)
	if len(lines) == 0 {
		return fmt.Errorf("%w: %d cells do not fit %d columns", ErrContent, len(b.Cells), e.p.Columns)
	}
	e.align(document.Left)
	e.style(b.Bold, 1, 1)
	for _, l := range lines {
		e.line(l)
	}
	e.style(false, 1, 1)
	return nil
}

func scale(n int) int { return min(max(n, 1), 8) }

func oneLine(t []rune) []rune {
	for i, r := range t {
		if r == '\n' {
			t[i] = ' '
		}
	}
	return t
}

func repeat(r rune, n int) []rune {
	out := make([]rune, n)
	for i := range out {
		out[i] = r
	}
	return out
}

func (e *encoder) line(t []rune) {
	for _, r := range t {
		if !e.chars.trusted(r) {
			e.drawn++
			e.drawnLine(t, e.tight)
			return
		}
	}
	e.out = append(encode(e.out, t), '\n')
	e.lines++
}

func (e *encoder) align(a document.Align) {
	if a != e.aligned && a <= document.Right {
		e.out = append(e.out, 0x1B, 0x61, byte(a))
		e.aligned = a
	}
}

func (e *encoder) style(bold bool, w, h int) {
	if bold != e.bold {
		n := byte(0)
		if bold {
			n = 1
		}
		e.out = append(e.out, 0x1B, 0x45, n)
		e.bold = bold
	}
	if size := byte(w-1)<<4 | byte(h-1); size != e.size {
		e.out = append(e.out, 0x1D, 0x21, size)
		e.size = size
	}
}

// box frames text with the line-drawing characters of GB 2312. The lines are set without space between, so that the frame
// closes.
func (e *encoder) box(text []rune) {
	inner := e.p.Columns - 4
	inner -= inner % 2
	lines := wrap(text, inner)
	widest := 0
	for _, l := range lines {
		widest = max(widest, width(l))
	}
	widest += widest % 2
	e.align(document.Centre)
	e.style(true, 1, 1)
	e.out = append(e.out, 0x1B, 0x33, cellHeight)
	e.tight = true
	cells := min(widest/2+2, inner/2)
	e.line(append(append([]rune{'┌'}, repeat('─', cells)...), '┐'))
	for _, l := range lines {
		left := (2*cells - width(l)) / 2
		row := append([]rune{'│'}, repeat(' ', left)...)
		row = append(append(row, l...), repeat(' ', 2*cells-width(l)-left)...)
		e.line(append(row, '│'))
	}
	e.line(append(append([]rune{'└'}, repeat('─', cells)...), '┘'))
	e.out = append(e.out, cmdSpacing...)
	e.tight = false
	e.style(false, 1, 1)
}

// qr prints a code with the printer's own command, or as a picture: model 2, error level M, and four modules of white above
// and below. The white at the sides is what centring leaves.
func (e *encoder) qr(b document.QR) error {
	for i := range len(b.Content) {
		if c := b.Content[i]; c < 0x20 || c > 0x7E {
			// A printer obeys some control bytes even inside the data of a code.
			return fmt.Errorf("%w: QR code holds other than printable ASCII", ErrContent)
		}
	}
	if len(b.Content) == 0 || len(b.Content) > maxQR {
		return fmt.Errorf("%w: QR code of %d bytes", ErrContent, len(b.Content))
	}
	code, err := qr.Modules(b.Content, qr.M)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	modules := len(code)
	module := b.Module
	if module == 0 {
		wanted := e.p.QRSize * e.p.DPI / 254 // dots
		module = (wanted + modules - 1) / modules
	}
	module = min(max(module, 1), 16, e.p.Dots/(modules+2*qr.Quiet))
	if module < 2 {
		return fmt.Errorf("%w: QR code of %d modules is too wide", ErrContent, modules)
	}
	e.align(document.Centre)
	quiet := []byte{0x1B, 0x4A, byte(qr.Quiet * module)}
	e.out = append(e.out, quiet...)
	if e.p.QR == QRRaster {
		e.rasterQR(code, module)
		e.out = append(e.out, quiet...)
		return nil
	}
	n := len(b.Content) + 3
	for _, c := range [][]byte{
		{0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x41, 0x32, 0},
		{0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43, byte(module)},
		{0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x45, 0x31},
		{0x1D, 0x28, 0x6B, byte(n), byte(n >> 8), 0x31, 0x50, 0x30}, []byte(b.Content),
		{0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51, 0x30},
	} {
		e.out = append(e.out, c...)
	}
	e.out = append(e.out, quiet...)
	e.lines += modules*module/24 + 1
	return nil
}

// trapFree makes sure that no real-time command stands in the job: printers obey those wherever they stand. Lengths and
// sizes are the only bytes that could form one.
func trapFree(b []byte) error {
	for _, second := range []byte{0x04, 0x05, 0x14} {
		if bytes.Contains(b, []byte{0x10, second}) {
			return fmt.Errorf("%w: a real-time command would stand in the data", ErrContent)
		}
	}
	return nil
}
