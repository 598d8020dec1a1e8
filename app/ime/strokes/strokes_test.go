package strokes_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"onedoor/app/ime/strokes"
	"onedoor/assets/ime"
)

// shipped is made once: it does not change, and under the race detector it takes seconds.
var shipped = sync.OnceValues(func() (*strokes.Recogniser, error) { return strokes.New(strokes.Config{Tables: ime.Strokes()}) })

func load(t testing.TB) *strokes.Recogniser {
	t.Helper()
	r, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDrawings: characters that were drawn for the test are found, whatever the hand does to them. They are few (each is
// two percent), so this notices that something broke; how good the recogniser is, TestKanjiVG measures.
func TestDrawings(t *testing.T) {
	r := load(t)
	characters := readDrawings(t)
	for _, tt := range []struct {
		name       string
		draw       func(hand, []line) []line
		first, ten float64 // percent, at least
	}{
		{"as they are", func(_ hand, l []line) []line { return l }, 90, 100},
		{"unsteady", hand.unsteady, 85, 97},
		{"joined", hand.joined, 85, 97},
		{"broken", hand.broken, 85, 97},
		{"in any order", hand.shuffled, 90, 100},
		{"with a slip of the palm", hand.slipped, 85, 97},
		{"unsteady and joined", func(h hand, l []line) []line { return h.joined(h.unsteady(l)) }, 70, 92},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := measure(r, characters, tt.draw)
			t.Logf("first %.1f %%, of five %.1f %%, of ten %.1f %%", found[1], found[5], found[10])
			if found[1] < tt.first || found[10] < tt.ten {
				t.Errorf("first %.1f %%, of ten %.1f %%; want %.0f and %.0f", found[1], found[10], tt.first, tt.ten)
			}
		})
	}
}

// numbers are what an ID number is made of, drawn otherwise than the tables have it.
const numbers = `0 48,4 22,20 16,52 28,84 52,96 74,82 82,50 72,16 50,4
1 44,2 52,96
2 18,22 40,4 66,10 70,34 44,66 14,94 86,92
3 24,8 60,6 64,26 42,44 68,58 66,84 40,96 18,88
4 44,4 12,60 84,58 / 58,40 54,98
5 36,6 28,42 62,46 70,72 54,94 22,92 / 36,6 76,4
6 58,2 30,36 22,74 42,96 66,84 62,62 28,66
7 14,8 80,6 46,96
8 66,14 38,4 28,24 64,60 60,92 32,94 28,68 68,18
9 70,18 42,8 28,34 48,48 70,22 66,60 58,98
X 22,8 78,92 / 74,6 20,96`

// TestIDNumber: where only an ID number can stand, its digits and its X are found at once.
func TestIDNumber(t *testing.T) {
	r := load(t)
	for _, d := range parseDrawings(t, numbers) {
		for seed := range uint64(5) {
			h := newHand(seed)
			got := r.Recognise(h.ink(h.unsteady(d.lines)), 3, func(c rune) bool { return strings.ContainsRune("0123456789X", c) })
			if len(got) == 0 || len(got) > 3 || placeOf(d.char, got) != 1 {
				t.Errorf("hand %d draws %c, read as %q", seed, d.char, runes(got))
			}
		}
	}
}

// TestAnywhere: the same drawing gives the same candidates at any size and place that the coordinates can say.
func TestAnywhere(t *testing.T) {
	r := load(t)
	lines := find(t, "林").lines
	at := func(size, left, top float64) []strokes.Stroke {
		ink := make([]strokes.Stroke, len(lines))
		for i, l := range lines {
			for _, p := range l {
				ink[i] = append(ink[i], strokes.Point{X: int32(left + size*p.x), Y: int32(top + size*p.y)})
			}
		}
		return ink
	}
	want := runes(r.Recognise(at(1000, 0, 0), 5, nil))
	if !strings.HasPrefix(want, "林") {
		t.Fatalf("read as %q", want)
	}
	for _, ink := range [][]strokes.Stroke{at(1000, -5000, 1e6), at(4e9, math.MinInt32, math.MinInt32), at(100000, math.MaxInt32-2e5, 0)} {
		if got := runes(r.Recognise(ink, 5, nil)); got != want {
			t.Errorf("from %v: %q, want %q", ink[0][0], got, want)
		}
	}
}

// TestLittleInk: of nothing there are no candidates; a touch is a drawing like any other.
func TestLittleInk(t *testing.T) {
	r := load(t)
	for _, ink := range [][]strokes.Stroke{nil, {}, {nil, {}}} {
		if got := r.Recognise(ink, 10, nil); got != nil {
			t.Errorf("%v read as %q", ink, runes(got))
		}
	}
	touch := strokes.Stroke{{X: 5, Y: 5}}
	for _, ink := range [][]strokes.Stroke{{touch}, {touch, touch}, {append(touch, touch...)}} {
		if got := r.Recognise(ink, 10, nil); len(got) != 10 {
			t.Errorf("%v read as %q", ink, runes(got))
		}
	}
	if got := r.Recognise([]strokes.Stroke{touch}, 10, func(rune) bool { return false }); len(got) > 0 {
		t.Errorf("nothing is allowed, and read is %q", runes(got))
	}
}

// TestCandidates: the best comes first, none twice, and never more than there may be.
func TestCandidates(t *testing.T) {
	r := load(t)
	got := r.Recognise(newHand(1).ink(find(t, "国").lines), math.MaxInt, nil)
	if len(got) == 0 || len(got) > strokes.MaxCandidates {
		t.Fatalf("%d candidates", len(got))
	}
	if !slices.IsSortedFunc(got, func(a, b strokes.Candidate) int { return int(math.Copysign(1, b.Score-a.Score)) }) {
		t.Errorf("not in order: %v", got)
	}
	seen := map[rune]bool{}
	for _, c := range got {
		if seen[c.Rune] || !r.Has(c.Rune) {
			t.Errorf("%c is there twice or not known", c.Rune)
		}
		seen[c.Rune] = true
	}
}

func runes(candidates []strokes.Candidate) string {
	var b strings.Builder
	for _, c := range candidates {
		b.WriteRune(c.Rune)
	}
	return b.String()
}
