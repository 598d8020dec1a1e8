// Package strokes recognises characters written by finger: Chinese characters, digits and capital letters.
//
// It guarantees that a recognition ends within a fixed amount of work, whatever is drawn; that it never panics and keeps
// nothing of what was drawn; and that neither the order of the strokes, nor their size and place, nor strokes that were
// joined or broken decide alone: they only make a candidate better or worse. It knows nothing but the tables it is given,
// so a character that no table has is never offered. The package is pure.
//
// A recognition has two steps. First the drawing is brought to a standard size by the centre and the spread of its ink, and
// the directions of the ink, counted over a grid, are compared with those of every character. Then the best of them are
// laid over the drawing, bent to fit a little, and measured by how far ink lies from ink. The number of strokes and how
// common a character is tip the balance between those that fit alike.
package strokes

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// MaxCandidates is the most that one recognition gives.
const MaxCandidates = 40

// What is left after each step. They bound the work of a recognition.
const (
	afterCoarse  = 600
	afterFine    = 120
	afterOverlay = MaxCandidates
)

// The weights of the parts of a score, found by trying on characters that were drawn by others than the tables' authors.
const (
	overlayWeight   = 36    // of the mean squared distance between ink and ink
	frequencyWeight = 0.004 // of the logarithm of the frequency
	extraStroke     = 0.01  // for each stroke that was drawn and the character does not have: strokes break
	missingStroke   = 0.012 // for each stroke that the character has and was not drawn: strokes are joined
)

// Point is a place that the finger touched. The unit and the origin of X and Y are free, Y grows downwards. T is in
// milliseconds from the first touch; it is carried for whoever shows or keeps strokes and does not count in recognition.
type Point struct{ X, Y, T int32 }

// Stroke is what was drawn between touching the glass and leaving it.
type Stroke []Point

// Candidate is a character that a drawing may mean.
type Candidate struct {
	Rune  rune
	Score float64 // the higher the better; 1 is about perfect, and scores of different drawings do not compare
}

// Config is what a Recogniser is made of.
type Config struct {
	Tables [][]byte // as Encode makes them; at least one, and together at least one character
}

// Recogniser recognises characters. It does not change once made and may be used by many goroutines at once.
type Recogniser struct {
	templates []Character
	coarse    []byte // coarseSize for each template
	fine      []byte // fineSize for each template
	known     map[rune]bool
}

// New makes a recogniser. It fails with ErrTable where a table is damaged or of another format.
func New(cfg Config) (*Recogniser, error) {
	r := &Recogniser{known: map[rune]bool{}}
	for i, raw := range cfg.Tables {
		characters, err := Decode(raw)
		if err != nil {
			return nil, fmt.Errorf("load strokes, table %d: %w", i+1, err)
		}
		r.templates = append(r.templates, characters...)
		for _, c := range characters {
			r.known[c.Rune] = true
		}
	}
	if len(r.templates) == 0 {
		return nil, errors.New("load strokes: no characters")
	}
	r.coarse = make([]byte, len(r.templates)*coarseSize)
	r.fine = make([]byte, len(r.templates)*fineSize)
	var s shaper
	for i, t := range r.templates {
		s.shapeDots(t.Strokes)
		s.features(r.coarse[i*coarseSize:][:coarseSize], r.fine[i*fineSize:][:fineSize])
	}
	return r, nil
}

// Has tells whether the character can be recognised at all.
func (r *Recogniser) Has(char rune) bool { return r.known[char] }

// Characters is how many different characters can be recognised.
func (r *Recogniser) Characters() int { return len(r.known) }

// Recognise gives up to n candidates (and never more than MaxCandidates), the best first. Only characters that keep agrees
// to are looked at; nil keeps all. Of a drawing without a point there are none.
func (r *Recogniser) Recognise(ink []Stroke, n int, keep func(rune) bool) []Candidate {
	lines := read(ink)
	if len(lines) == 0 || n <= 0 {
		return nil
	}
	var s shaper
	s.shape(lines)
	var coarse [coarseSize]byte
	var fine [fineSize]byte
	s.features(coarse[:], fine[:])

	all := make([]match, 0, len(r.templates))
	for i := range r.templates {
		if keep == nil || keep(r.templates[i].Rune) {
			all = append(all, match{template: i, score: likeness(coarse[:], r.coarse[i*coarseSize:][:coarseSize])})
		}
	}
	left := best(all, afterCoarse)
	for i := range left {
		m := &left[i]
		t := r.templates[m.template]
		m.direction = likeness(fine[:], r.fine[m.template*fineSize:][:fineSize]) + frequencyWeight/FrequencyUnit*float32(t.Frequency) + strokesScore(len(lines), len(t.Strokes))
		m.score = m.direction
	}
	left = best(left, afterFine)
	var drawn, written overlay
	drawn.take(&s)
	for i := range left {
		s.shapeDots(r.templates[left[i].template].Strokes)
		written.take(&s)
		left[i].score = left[i].direction - overlayWeight*drawn.distance(&written, 0)
	}
	left = best(left, afterOverlay)
	for i := range left {
		s.shapeDots(r.templates[left[i].template].Strokes)
		written.take(&s)
		left[i].score = left[i].direction - overlayWeight*drawn.distance(&written, 1)
	}
	return r.candidates(best(left, len(left)), min(n, MaxCandidates))
}

// candidates names each character once, by its best template.
func (r *Recogniser) candidates(matches []match, n int) []Candidate {
	out := make([]Candidate, 0, n)
	for _, m := range matches {
		char := r.templates[m.template].Rune
		if len(out) < n && !slices.ContainsFunc(out, func(c Candidate) bool { return c.Rune == char }) {
			out = append(out, Candidate{char, float64(m.score)})
		}
	}
	return out
}

type match struct {
	template  int
	direction float32 // what the first step says
	score     float32
}

// best sorts the best n to the front and gives them.
func best(all []match, n int) []match {
	if len(all) > n {
		all = above(all, n)
	}
	slices.SortFunc(all, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.template, b.template))
	})
	return all[:min(n, len(all))]
}

// above keeps those that may be among the best n: sorting thousands to find hundreds takes longer than comparing them.
func above(all []match, n int) []match {
	low, high := all[0].score, all[0].score
	for _, m := range all {
		low, high = min(low, m.score), max(high, m.score)
	}
	const steps = 1024
	step := max(high-low, 1e-6) / steps
	var count [steps + 1]int
	for _, m := range all {
		count[int((m.score-low)/step)]++
	}
	bar := steps
	for found := count[bar]; found < n && bar > 0; found += count[bar] {
		bar--
	}
	kept := all[:0]
	for _, m := range all {
		if int((m.score-low)/step) >= bar {
			kept = append(kept, m)
		}
	}
	return kept
}

// strokesScore is what another number of strokes costs; never more than a few of them do.
func strokesScore(drawn, written int) float32 {
	const most = 8
	if drawn > written {
		return -extraStroke * float32(min(drawn-written, most))
	}
	return -missingStroke * float32(min(written-drawn, 2*most))
}
