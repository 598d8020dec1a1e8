package catalog

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"onedoor/app/text"
)

// term is one thing that a service can be found by.
type term struct {
	text string        // as normal makes it
	lang text.Language // empty for a keyword of the file
	kind termKind
}

type termKind uint8

const (
	title termKind = iota
	keyword
	summary
)

// terms are what a service is found by, in every language that its file has.
func (f *serviceFile) terms() []term {
	var all []term
	for lang, s := range f.Title {
		all = append(all, term{normal(s), lang, title})
		if words := strings.Fields(s); len(words) > 1 {
			for _, w := range words {
				all = append(all, term{normal(w), lang, keyword})
			}
		}
	}
	for lang, s := range f.Summary {
		all = append(all, term{normal(s), lang, summary})
	}
	for _, k := range f.Keywords {
		all = append(all, term{normal(k), "", keyword})
	}
	return all
}

// normal is what is compared: lower case, half width, letters and digits only.
func normal(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, width.Fold.String(s))
}

// Search finds services by title in any language, keyword, pinyin or initials, the best first; titles in lang come before
// those in others, and popular services before the rest. Words with spaces between them must all be found. A query
// without a letter or digit finds nothing.
func (c *Catalogue) Search(query string, lang text.Language) []*Service {
	whole := normal(query)
	if whole == "" {
		return nil
	}
	var words []string
	for _, w := range strings.Fields(query) {
		if w = normal(w); w != "" {
			words = append(words, w)
		}
	}
	type hit struct {
		s    *Service
		rank int
	}
	var hits []hit
	for _, s := range c.Services {
		rank := s.rank(whole, lang)
		if len(words) > 1 {
			worst := 0
			for _, w := range words {
				worst = max(worst, s.rank(w, lang))
			}
			rank = min(rank, worst)
		}
		if rank < nowhere {
			hits = append(hits, hit{s, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(popularity(b.s), popularity(a.s)))
	})
	var found []*Service
	for _, h := range hits {
		found = append(found, h.s)
	}
	return found
}

func popularity(s *Service) int {
	if s.Popular {
		return 1
	}
	return 0
}

// Ranks, the best first; a title in another language is one step worse.
const (
	exact     = 0
	begins    = 2
	inside    = 4
	keyIs     = 6
	keyBegins = 8
	inKey     = 10
	inSummary = 12
	around    = 14 // the query holds a keyword: 我要补办社保卡
	nowhere   = 16
)

func (s *Service) rank(q string, lang text.Language) int {
	best := nowhere
	for _, t := range s.terms {
		best = min(best, t.rank(q, lang))
	}
	return best
}

func (t term) rank(q string, lang text.Language) int {
	is, prefix, part := exact, begins, inside
	switch t.kind {
	case keyword:
		is, prefix, part = keyIs, keyBegins, inKey
	case summary:
		is, prefix, part = inSummary, inSummary, inSummary
	}
	r := nowhere
	switch {
	case t.text == q:
		r = is
	case strings.HasPrefix(t.text, q):
		r = prefix
	case telling(q) && strings.Contains(t.text, q):
		r = part
	case t.kind == keyword && utf8.RuneCountInString(t.text) > 1 && t.text[0] >= utf8.RuneSelf && strings.Contains(q, t.text):
		r = around
	}
	if r < around && t.lang != "" && t.lang != lang {
		r++
	}
	return r
}

// telling is false for a letter or two of the Latin alphabet: they stand inside of everything.
func telling(s string) bool { return len(s) > 2 }
