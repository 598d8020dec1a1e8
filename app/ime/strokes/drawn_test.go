package strokes_test

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// drawings are characters that were drawn for this test by hand on squared paper: neither the strokes nor the shapes are
// those of the tables. Each line is a character and its strokes, as x,y in a box of 100, separated by /.
//
//go:embed testdata/drawings.txt
var drawings string

func readDrawings(t testing.TB) []drawn {
	t.Helper()
	return parseDrawings(t, drawings)
}

func parseDrawings(t testing.TB, text string) []drawn {
	t.Helper()
	var all []drawn
	for text := range strings.Lines(text) {
		name, rest, ok := strings.Cut(strings.TrimSpace(text), " ")
		if !ok || name == "#" {
			continue
		}
		char, _ := utf8.DecodeRuneInString(name)
		d := drawn{char: char}
		for stroke := range strings.SplitSeq(rest, "/") {
			var l line
			for _, point := range strings.Fields(stroke) {
				var p dot
				if _, err := fmt.Sscanf(point, "%g,%g", &p.x, &p.y); err != nil {
					t.Fatalf("%s: %q: %v", name, point, err)
				}
				l = append(l, dot{p.x / 100, p.y / 100})
			}
			d.lines = append(d.lines, l)
		}
		all = append(all, d)
	}
	return all
}

func find(t testing.TB, char string) drawn {
	t.Helper()
	for _, d := range readDrawings(t) {
		if string(d.char) == char {
			return d
		}
	}
	t.Fatalf("nobody drew %s", char)
	return drawn{}
}
