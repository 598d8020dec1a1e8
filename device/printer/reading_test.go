package printer_test

import (
	"math/bits"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"onedoor/device/printer"
)

// readPaper reads the lines that a paper shows back from the bytes that the printer took: text as it was sent, and lines that
// were drawn by comparing dots with each character that may stand there. Lines of codes come out as nothing.
func readPaper(t *testing.T, wire []byte, p printer.Profile, glyphs *printer.Fonts, alphabet string) []string {
	t.Helper()
	r := &reading{profile: p, glyphs: glyphs, alphabet: []rune(alphabet + "申请人住址〓□？?")}
	for len(wire) > 0 {
		n := r.take(t, wire)
		wire = wire[n:]
	}
	r.endOfPicture()
	return r.lines
}

type reading struct {
	profile  printer.Profile
	glyphs   *printer.Fonts
	alphabet []rune
	lines    []string
	text     []byte
	bold     bool
	band     printer.Bitmap // bands that follow one another are one picture
}

// take reads one command or character and returns its length.
func (r *reading) take(t *testing.T, b []byte) int {
	t.Helper()
	length := func(at int) int { return int(b[at]) | int(b[at+1])<<8 }
	if len(b) > 3 && b[0] == 0x1D && b[1] == 0x76 {
		stride, rows := length(4), length(6)
		r.picture(stride, rows, b[8:8+stride*rows])
		return 8 + stride*rows
	}
	r.endOfPicture()
	switch b[0] {
	case '\n':
		line, err := simplifiedchinese.GB18030.NewDecoder().Bytes(r.text)
		if err != nil {
			t.Fatal(err)
		}
		r.lines, r.text = append(r.lines, string(line)), nil
		return 1
	case 0, 0x18:
		return 1
	case 0x1B, 0x1C:
		if b[1] == 'E' {
			r.bold = b[2] == 1
		}
		switch b[1] {
		case '@', '&', '2':
			return 2
		case 'S':
			return 4
		}
		return 3
	case 0x1D:
		switch b[1] {
		case '(':
			return 5 + length(3)
		case 'V':
			if b[2] > 0x40 {
				return 4
			}
		}
		return 3
	}
	r.text = append(r.text, b[0])
	return 1
}

func (r *reading) picture(stride, rows int, dots []byte) {
	if r.band.Width != 8*stride {
		r.endOfPicture()
		r.band = printer.Bitmap{Width: 8 * stride}
	}
	r.band.Height += rows
	r.band.Dots = append(r.band.Dots, dots...)
}

// endOfPicture reads the characters of a line that was drawn from the left edge in simple size.
func (r *reading) endOfPicture() {
	b := r.band
	r.band = printer.Bitmap{}
	if b.Height != 24 {
		return
	}
	cell := r.profile.Dots / r.profile.Columns
	var line strings.Builder
	for x := 0; x+cell <= b.Width; {
		c, w := r.character(b, x, cell)
		line.WriteRune(c)
		x += w
	}
	r.lines = append(r.lines, line.String())
}

// character finds what stands at x. A few dots may have been set on top, where they would have formed a command.
func (r *reading) character(b printer.Bitmap, x, cell int) (rune, int) {
	here := func(w int) printer.Bitmap {
		out := printer.NewBitmap(w, b.Height)
		for y := range b.Height {
			for dx := range w {
				if b.Black(x+dx, y) {
					out.Set(dx, y)
				}
			}
		}
		return out
	}
	for _, w := range []int{2 * cell, cell} {
		got := here(w)
		for _, c := range r.alphabet {
			if (c < 0x80) != (w == cell) || c == ' ' || !r.glyphs.Has(c) {
				continue
			}
			want := r.glyphs.Draw(c, r.bold, w)
			off := 0
			for i := range want.Dots {
				off += bits.OnesCount8(want.Dots[i] ^ got.Dots[i])
			}
			if off <= 2 {
				return c, w
			}
		}
	}
	for _, d := range here(cell).Dots {
		if d != 0 {
			return '\ufffd', cell
		}
	}
	return ' ', cell
}

func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

func columnsOf(line string) int {
	n := 0
	for _, r := range line {
		if n++; r >= 0x80 {
			n++
		}
	}
	return n
}

// linesOf is how many lines in a row the text takes, from the one where it begins.
func linesOf(lines []string, want string) int {
	want = squeeze(want)
	for i := range lines {
		for n := 1; i+n <= len(lines); n++ {
			all := squeeze(strings.Join(lines[i:i+n], ""))
			if strings.HasSuffix(all, want) && !strings.HasSuffix(squeeze(strings.Join(lines[i+1:i+n], "")), want) {
				return n
			}
		}
	}
	return 0
}
