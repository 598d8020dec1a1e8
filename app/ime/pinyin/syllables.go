package pinyin

import (
	"slices"
	"strings"
)

// syllable is the number of a syllable; numbers follow the alphabet, so that those with a common beginning are a range.
type syllable uint16

// syllables are all that the table has.
type syllables struct {
	names []string
	exact map[string]syllable
	fuzzy map[string][]near // by what is typed
}

// near is a syllable that something else was typed for.
type near struct {
	syllable syllable
	changes  uint8
}

// longest is how many letters a syllable has at most: zhuang.
const longest = 6

func newSyllables(names []string, f Fuzzy) *syllables {
	s := &syllables{names: names, exact: make(map[string]syllable, len(names)+4), fuzzy: map[string][]near{}}
	for i, n := range names {
		s.exact[n] = syllable(i)
		for typed, changes := range f.others(n) {
			s.fuzzy[typed] = append(s.fuzzy[typed], near{syllable(i), uint8(changes)})
		}
	}
	for _, ns := range s.fuzzy {
		slices.SortFunc(ns, func(x, y near) int { return int(x.syllable) - int(y.syllable) })
	}
	// Both spellings are taught.
	for spelt, typed := range map[string]string{"lve": "lue", "nve": "nue"} {
		if id, ok := s.exact[spelt]; ok {
			s.exact[typed] = id
		}
	}
	return s
}

// prefixed gives the range [lo, hi) of the syllables that begin with p.
func (s *syllables) prefixed(p string) (lo, hi syllable) {
	a, _ := slices.BinarySearch(s.names, p)
	b := a
	for b < len(s.names) && strings.HasPrefix(s.names[b], p) {
		b++
	}
	return syllable(a), syllable(b)
}
