package pinyin

import "strings"

// input is what was typed, letters only, and where syllables may end in it.
type input struct {
	letters string              // a to z, v for ü
	typed   [MaxLetters + 1]int // bytes of what was typed up to each letter, separators included
	cut     [MaxLetters + 1]bool
}

// read takes letters up to the first that is none.
func read(typed string) input {
	var in input
	var b strings.Builder
	for i, r := range typed {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r == 'ü' || r == 'Ü':
			r = 'v'
		case r == '\'' || r == '’' || r == ' ':
			in.cut[b.Len()] = true
			in.typed[b.Len()] = i + len(string(r))
			continue
		}
		if r < 'a' || r > 'z' || b.Len() == MaxLetters {
			break
		}
		size := 1
		if typed[i] >= 0x80 {
			size = 2 // ü
		}
		b.WriteByte(byte(r))
		in.typed[b.Len()] = i + size
	}
	in.letters = b.String()
	return in
}

// bytes is how much of what was typed the first n letters are.
func (in *input) bytes(n int) int { return in.typed[n] }

// reading writes the letters from one place to another with an apostrophe at every end of a syllable between.
func (in *input) reading(from, to int, ends uint64) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		if i > from && ends&(1<<i) != 0 {
			b.WriteByte('\'')
		}
		b.WriteByte(in.letters[i])
	}
	return b.String()
}

// What sounds cost that are not typed in full.
const (
	initialCost    = 350 // a first letter for a syllable
	incompleteCost = 150 // the first few letters of the last syllable
	extendedCost   = 450 // the last syllable, whole, for a longer one
	fuzzyCost      = 600 // a sound for another
)

// token is a run of letters as one syllable, of a range [lo, hi).
type token struct {
	to     int
	lo, hi syllable
	cost   int
	short  int  // 1 where only the first letter is there
	longer bool // the letters are a syllable, and this a longer one
	fuzzy  bool
}

// tokens gives the syllables that may begin at each letter.
func (s *syllables) tokens(in *input) [][]token {
	n := len(in.letters)
	all := make([][]token, n)
	for i := range n {
		for l := 1; l <= longest && i+l <= n; l++ {
			typed := in.letters[i : i+l]
			id, whole := s.exact[typed]
			if whole {
				all[i] = append(all[i], token{to: i + l, lo: id, hi: id + 1})
			}
			for _, o := range s.fuzzy[typed] {
				all[i] = append(all[i], token{to: i + l, lo: o.syllable, hi: o.syllable + 1, cost: fuzzyCost * int(o.changes), fuzzy: true})
			}
			first := l == 1 || l == 2 && (typed == "zh" || typed == "ch" || typed == "sh")
			ends := i+l == n || in.cut[i+l]
			if first || ends {
				lo, hi := s.prefixed(typed)
				if whole && lo < hi && s.names[lo] == typed {
					lo++
				}
				t := token{to: i + l, lo: lo, hi: hi, cost: initialCost, short: 1}
				if ends && !first {
					t.cost, t.short = incompleteCost, 0
				}
				if whole {
					t.cost, t.longer = extendedCost, true
				}
				if lo < hi {
					all[i] = append(all[i], t)
				}
			}
			if in.cut[i+l] {
				break
			}
		}
	}
	return all
}
