package pinyin

import "strings"

// Fuzzy is a set of sounds that many people do not tell apart.
type Fuzzy uint16

// The pairs, each in both directions.
const (
	FuzzyZhZ Fuzzy = 1 << iota
	FuzzyChC
	FuzzyShS
	FuzzyNL
	FuzzyFH
	FuzzyRL
	FuzzyAnAng
	FuzzyEnEng
	FuzzyInIng

	FuzzyNone Fuzzy = 0
	FuzzyAll  Fuzzy = 1<<9 - 1
)

// initial is the consonant that a syllable begins with, "" if none.
func initial(s string) string {
	n := 0
	for n < len(s) && !strings.ContainsRune("aeiouv", rune(s[n])) {
		n++
	}
	// n and ng end syllables; a syllable with a vowel begins with at most two consonants.
	return s[:min(n, 2)]
}

// others gives what may be typed for a syllable by who takes the sounds of f for one another, and by how many changes.
func (f Fuzzy) others(s string) map[string]int {
	begin := initial(s)
	end := s[len(begin):]
	begins, ends := []string{begin}, []string{end}
	for _, p := range []struct {
		pair Fuzzy
		a, b string
	}{{FuzzyZhZ, "zh", "z"}, {FuzzyChC, "ch", "c"}, {FuzzyShS, "sh", "s"}, {FuzzyNL, "n", "l"}, {FuzzyFH, "f", "h"}, {FuzzyRL, "r", "l"}} {
		switch {
		case f&p.pair == 0:
		case begin == p.a:
			begins = append(begins, p.b)
		case begin == p.b:
			begins = append(begins, p.a)
		}
	}
	for _, p := range []struct {
		pair Fuzzy
		a, b string
	}{{FuzzyAnAng, "an", "ang"}, {FuzzyEnEng, "en", "eng"}, {FuzzyInIng, "in", "ing"}} {
		switch {
		case f&p.pair == 0:
		case strings.HasSuffix(end, p.a):
			ends = append(ends, strings.TrimSuffix(end, p.a)+p.b)
		case strings.HasSuffix(end, p.b):
			ends = append(ends, strings.TrimSuffix(end, p.b)+p.a)
		}
	}
	all := map[string]int{}
	for i, b := range begins {
		for j, e := range ends {
			if i+j > 0 {
				all[b+e] = min(i, 1) + min(j, 1)
			}
		}
	}
	return all
}
