package strokes

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

// ErrTable marks a table that is damaged, or no table.
var ErrTable = errors.New("table of strokes")

// A table is a line that names the format, a notice for people, an empty line, and the characters, compressed by gzip,
// whose checksum guards them. Each character is its code point (uvarint), its frequency, its number of strokes, and for
// each stroke the number of its points and the points, a byte for each coordinate.
const (
	format      = "strokes 1\n"
	maxUnpacked = 16 << 20
	pointMax    = math.MaxUint8
)

// FrequencyUnit is how many steps of Character.Frequency are 1 in the natural logarithm of a frequency.
const FrequencyUnit = 16

// Character is one character of a table, as it is written. A character may be there several times, written differently.
type Character struct {
	Rune      rune
	Frequency uint8 // FrequencyUnit × ln(1 + how often it is found); 0 for rare ones
	Strokes   [][]Dot
}

// Dot is a point of a stroke, 0 to 255 from the left and the top of the character's box.
type Dot struct{ X, Y uint8 }

// Encode makes a table. The same notice and characters give the same bytes. The notice holds no empty line.
func Encode(notice string, characters []Character) ([]byte, error) {
	notice = string(bytes.TrimSpace([]byte(notice)))
	if bytes.Contains([]byte(notice), []byte("\n\n")) {
		return nil, errors.New("encode strokes: the notice has an empty line")
	}
	body := binary.AppendUvarint(nil, uint64(len(characters)))
	for _, c := range characters {
		if !utf8.ValidRune(c.Rune) || len(c.Strokes) == 0 || len(c.Strokes) > maxStrokes {
			return nil, fmt.Errorf("encode strokes: %U with %d strokes", c.Rune, len(c.Strokes))
		}
		body = binary.AppendUvarint(body, uint64(c.Rune))
		body = append(body, c.Frequency, byte(len(c.Strokes)))
		for i, s := range c.Strokes {
			if len(s) == 0 || len(s) > pointMax {
				return nil, fmt.Errorf("encode strokes: %U: stroke %d with %d points", c.Rune, i+1, len(s))
			}
			body = append(body, byte(len(s)))
			for _, p := range s {
				body = append(body, p.X, p.Y)
			}
		}
	}
	out := bytes.NewBufferString(format + notice + "\n\n")
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("encode strokes: %w", err)
	}
	if _, err := z.Write(body); err != nil {
		return nil, fmt.Errorf("encode strokes: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("encode strokes: %w", err)
	}
	return out.Bytes(), nil
}

// Notice gives the notice at the head of a table: where its strokes are from and under which licence.
func Notice(table []byte) (string, error) {
	notice, _, err := split(table)
	return notice, err
}

// Decode reads a table. It fails with ErrTable.
func Decode(table []byte) ([]Character, error) {
	_, packed, err := split(table)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTable, err)
	}
	body, err := io.ReadAll(io.LimitReader(z, maxUnpacked))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTable, err)
	}
	r := reader{left: body, dots: make([]Dot, 0, len(body)/2)}
	n := r.number()
	if n > uint64(len(body)) {
		return nil, fmt.Errorf("%w: %d characters in %d bytes", ErrTable, n, len(body))
	}
	characters := make([]Character, n)
	for i := range characters {
		characters[i] = r.character()
	}
	if r.short || len(r.left) > 0 {
		return nil, fmt.Errorf("%w: the characters do not fill it", ErrTable)
	}
	return characters, nil
}

func split(table []byte) (notice string, packed []byte, err error) {
	rest, ok := bytes.CutPrefix(table, []byte(format))
	if !ok {
		return "", nil, fmt.Errorf("%w: does not begin with %q", ErrTable, format)
	}
	head, packed, ok := bytes.Cut(rest, []byte("\n\n"))
	if !ok {
		return "", nil, fmt.Errorf("%w: ends in its notice", ErrTable)
	}
	return string(head), packed, nil
}

// reader takes characters from bytes; where they end too early it says so and goes on with zeros.
type reader struct {
	left  []byte
	short bool
	dots  []Dot // all strokes lie in one piece of memory
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.left)
	if n <= 0 {
		r.short, r.left = true, nil
		return 0
	}
	r.left = r.left[n:]
	return v
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.left) {
		r.short, r.left = true, nil
		return make([]byte, n)
	}
	b := r.left[:n]
	r.left = r.left[n:]
	return b
}

func (r *reader) character() Character {
	code := r.number()
	if code > utf8.MaxRune || !utf8.ValidRune(rune(code)) {
		r.short = true
		return Character{}
	}
	head := r.bytes(2)
	c := Character{Rune: rune(code), Frequency: head[0], Strokes: make([][]Dot, head[1])}
	if head[1] == 0 || head[1] > maxStrokes {
		r.short = true
	}
	for i := range c.Strokes {
		n := int(r.bytes(1)[0])
		if n == 0 {
			r.short = true
		}
		raw, from := r.bytes(2*n), len(r.dots)
		for ; len(raw) > 0; raw = raw[2:] {
			r.dots = append(r.dots, Dot{raw[0], raw[1]})
		}
		c.Strokes[i] = r.dots[from:len(r.dots):len(r.dots)]
	}
	return c
}
