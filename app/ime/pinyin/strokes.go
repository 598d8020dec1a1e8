package pinyin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Radical is a part of characters by which dictionaries order them.
type Radical struct {
	Text    string // as it looks: 水 or 氵
	Strokes int
}

// strokes finds characters by radical and remaining strokes.
type strokes struct {
	radicals []Radical
	numbers  map[string][]string // by the look of a radical; a number has ' behind it for a simplified radical
	chars    map[string][]string // by number: the characters by remaining strokes
}

// readStrokes reads lines as 氵 3 85 and 85.4<TAB>汽沙….
func readStrokes(radicals, chars string) (strokes, error) {
	s := strokes{numbers: map[string][]string{}, chars: map[string][]string{}}
	for line := range strings.Lines(radicals) {
		f := strings.Fields(line)
		if len(f) < 3 {
			return s, fmt.Errorf("no radical in %q", line)
		}
		n, err := strconv.Atoi(f[1])
		if err != nil {
			return s, fmt.Errorf("radical: %w", err)
		}
		s.radicals = append(s.radicals, Radical{Text: f[0], Strokes: n})
		s.numbers[f[0]] = append(s.numbers[f[0]], f[2:]...)
	}
	slices.SortStableFunc(s.radicals, func(x, y Radical) int { return x.Strokes - y.Strokes })
	s.radicals = slices.CompactFunc(s.radicals, func(x, y Radical) bool { return x == y })
	for line := range strings.Lines(chars) {
		key, cs, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		number, rest, dot := strings.Cut(key, ".")
		n, err := strconv.Atoi(rest)
		if !ok || !dot || err != nil {
			return s, fmt.Errorf("no radical and strokes in %q", key)
		}
		n = max(n, 0) // some characters lack strokes of their radical
		for len(s.chars[number]) <= n {
			s.chars[number] = append(s.chars[number], "")
		}
		s.chars[number][n] += cs
	}
	return s, nil
}

// Radicals lists the radicals in the order of their strokes, with the shapes that they have inside characters.
func (e *Engine) Radicals() []Radical { return slices.Clone(e.strokes.radicals) }

// ByRadical gives the characters with a radical and that many strokes besides; all of them, the fewest strokes
// first, where rest is negative. Among equals those of the national table come first.
func (e *Engine) ByRadical(radical string, rest int) []string {
	var all []string
	for _, number := range e.strokes.numbers[radical] {
		for n, cs := range e.strokes.chars[number] {
			if rest < 0 || rest == n {
				for _, c := range cs {
					all = append(all, string(c))
				}
			}
		}
	}
	return all
}

// ByCode gives the Han character with a code as people find it written: U+4DAE, 4DAE, u4dae. It knows those of
// GB 18030-2022, level 3, which are those that the fonts have.
func (e *Engine) ByCode(code string) (string, bool) {
	code = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(code)), "U")
	n, err := strconv.ParseUint(strings.TrimPrefix(code, "+"), 16, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return "", false
	}
	for _, byStrokes := range e.strokes.chars {
		for _, cs := range byStrokes {
			if strings.ContainsRune(cs, rune(n)) {
				return string(rune(n)), true
			}
		}
	}
	return "", false
}
