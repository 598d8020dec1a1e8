package strokes_test

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"onedoor/app/ime/strokes"
)

// kanjiVG names the variable with a folder of KanjiVG's SVG files (its folder kanji). They were drawn by others than the
// tables' authors, with Japanese shapes. Their licence, CC BY-SA, keeps them out of here.
const kanjiVG = "ONEDOOR_KANJIVG"

// TestKanjiVG measures how often a character is found among the candidates, drawn well, badly, and in other orders. In
// short mode it takes one in ten.
func TestKanjiVG(t *testing.T) {
	folder := os.Getenv(kanjiVG)
	if folder == "" {
		t.Skipf("set %s to the folder with KanjiVG's SVG files to measure the recogniser on strokes of other people", kanjiVG)
	}
	r := load(t)
	characters := readKanjiVG(t, folder, r)
	t.Logf("%d characters", len(characters))
	same := func(_ hand, l []line) []line { return l }
	for _, tt := range []struct {
		name      string
		draw      func(hand, []line) []line
		one, tens float64 // percent among the first candidate and the first ten, at least
	}{
		{"as it is", same, 90, 98},
		{"unsteady", hand.unsteady, 80, 94},
		{"joined", hand.joined, 85, 96},
		{"unsteady and joined", func(h hand, l []line) []line { return h.joined(h.unsteady(l)) }, 75, 92},
		{"in any order", hand.shuffled, 88, 96},
		{"unsteady, joined, in any order", func(h hand, l []line) []line { return h.joined(h.shuffled(h.unsteady(l))) }, 60, 85},
		{"unsteady and broken", func(h hand, l []line) []line { return h.broken(h.unsteady(l)) }, 75, 92},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := measure(r, characters, tt.draw)
			t.Logf("first %.1f %%, of five %.1f %%, of ten %.1f %%, of all %.1f %%", s[1], s[5], s[10], s[strokes.MaxCandidates])
			if s[1] < tt.one || s[10] < tt.tens {
				t.Errorf("first %.1f %%, of ten %.1f %%; want %.0f and %.0f", s[1], s[10], tt.one, tt.tens)
			}
		})
	}
}

// drawn is a character as somebody draws it.
type drawn struct {
	char  rune
	lines []line
}

// measure gives for each n the percentage of the characters that are among the first n candidates.
func measure(r *strokes.Recogniser, characters []drawn, draw func(hand, []line) []line) [strokes.MaxCandidates + 1]float64 {
	var found [strokes.MaxCandidates + 1]float64
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				c := characters[i]
				h := newHand(uint64(i))
				place := placeOf(c.char, r.Recognise(h.ink(draw(h, c.lines)), strokes.MaxCandidates, nil))
				mu.Lock()
				for n := place; n > 0 && n < len(found); n++ {
					found[n]++
				}
				mu.Unlock()
			}
		})
	}
	for i := range characters {
		next <- i
	}
	close(next)
	wg.Wait()
	for n := range found {
		found[n] *= 100 / float64(len(characters))
	}
	return found
}

// placeOf is 1 for the first, 0 for none.
func placeOf(char rune, candidates []strokes.Candidate) int {
	for i, c := range candidates {
		if c.Rune == char {
			return i + 1
		}
	}
	return 0
}

func readKanjiVG(t *testing.T, folder string, r *strokes.Recogniser) []drawn {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "?????.svg")) // without the files of variants
	if err != nil {
		t.Fatal(err)
	}
	var all []drawn
	for i, name := range files {
		if testing.Short() && i%10 != 0 {
			continue
		}
		code, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(name), ".svg"), 16, 32)
		if err != nil || code < 0x3400 || !r.Has(rune(code)) {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := parseSVG(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, drawn{rune(code), lines})
	}
	if len(all) < 100 {
		t.Fatalf("only %d characters of KanjiVG in %s", len(all), folder)
	}
	return all
}

// parseSVG takes the paths of an SVG file, in a box of 109.
func parseSVG(raw []byte) ([]line, error) {
	var lines []line
	d := xml.NewDecoder(strings.NewReader(string(raw)))
	d.Strict = false
	d.Entity = map[string]string{}
	for {
		token, err := d.Token()
		if token == nil {
			if len(lines) == 0 {
				return nil, fmt.Errorf("no paths: %w", err)
			}
			return lines, nil
		}
		element, ok := token.(xml.StartElement)
		if !ok || element.Name.Local != "path" {
			continue
		}
		for _, a := range element.Attr {
			if a.Name.Local == "d" {
				l, err := parsePath(a.Value)
				if err != nil {
					return nil, err
				}
				lines = append(lines, l)
			}
		}
	}
}

// parsePath follows moves, lines and cubic curves, which are all that KanjiVG uses.
func parsePath(d string) (line, error) {
	var out line
	var at, control dot
	var command byte
	p := pathReader{left: d}
	for !p.end() {
		if c, ok := p.command(); ok {
			command = c
		}
		relative := command >= 'a'
		point := func() dot {
			q := dot{p.number(), p.number()}
			if relative {
				q = dot{q.x + at.x, q.y + at.y}
			}
			return q
		}
		switch command | 0x20 {
		case 'm', 'l':
			at = point()
			control = at
			out = append(out, at)
		case 'c', 's':
			from := at
			first := dot{2*from.x - control.x, 2*from.y - control.y}
			if command|0x20 == 'c' {
				first = point()
			}
			second, end := point(), point()
			for i := 1.0; i <= 8; i++ {
				t := i / 8
				a, b, c, e := (1-t)*(1-t)*(1-t), 3*t*(1-t)*(1-t), 3*t*t*(1-t), t*t*t
				out = append(out, dot{a*from.x + b*first.x + c*second.x + e*end.x, a*from.y + b*first.y + c*second.y + e*end.y})
			}
			at, control = end, second
		default:
			return nil, fmt.Errorf("path %q: command %q", d, command)
		}
		if p.bad {
			return nil, fmt.Errorf("path %q: no number at %q", d, p.left)
		}
	}
	for i := range out {
		out[i] = dot{out[i].x / 109, out[i].y / 109}
	}
	return out, nil
}

type pathReader struct {
	left string
	bad  bool
}

func (p *pathReader) end() bool {
	p.left = strings.TrimLeft(p.left, " ,\t\r\n")
	return p.left == "" || p.bad
}

func (p *pathReader) command() (byte, bool) {
	if c := p.left[0] | 0x20; c < 'a' || c > 'z' {
		return 0, false
	}
	c := p.left[0]
	p.left = p.left[1:]
	return c, true
}

func (p *pathReader) number() float64 {
	p.left = strings.TrimLeft(p.left, " ,\t\r\n")
	n := 0
	for point := false; n < len(p.left); n++ {
		c := p.left[n]
		if c == '.' && !point {
			point = true
		} else if (c < '0' || c > '9') && (n > 0 || c != '-') {
			break
		}
	}
	v, err := strconv.ParseFloat(p.left[:n], 64)
	p.bad = p.bad || err != nil
	p.left = p.left[n:]
	return v
}
