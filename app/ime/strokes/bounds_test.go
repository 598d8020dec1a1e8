package strokes

import (
	"math/rand/v2"
	"testing"
)

// TestHugeDrawings: however much is drawn, what is looked at stays within the limits that bound the work.
func TestHugeDrawings(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	random := func() Point { return Point{X: int32(dice.Uint32()), Y: int32(dice.Uint32())} }
	var long, many []Stroke
	long = append(long, nil)
	for range 200000 {
		long[0] = append(long[0], random())
		many = append(many, Stroke{random()})
	}
	wide := []Stroke{{{X: -1 << 31, Y: 0}, {X: 1<<31 - 1, Y: 1}}}
	for name, ink := range map[string][]Stroke{"one stroke": long, "many strokes": many, "a long line": wide} {
		lines := read(ink)
		points := 0
		for _, l := range lines {
			points += len(l)
		}
		if len(lines) == 0 || len(lines) > maxStrokes || points > maxPoints+2*maxStrokes {
			t.Errorf("%s: %d lines with %d points", name, len(lines), points)
		}
		var s shaper
		s.shape(lines)
		if most := 2*maxPieces + 2*maxStrokes; len(s.pieces) == 0 || len(s.pieces) > most {
			t.Errorf("%s: %d pieces, and %d at most", name, len(s.pieces), most)
		}
		var o overlay
		o.take(&s)
		if most := 2*maxSpots + maxStrokes; len(o.ink) == 0 || len(o.ink) > most || len(o.air) > most {
			t.Errorf("%s: %d and %d spots, and %d at most", name, len(o.ink), len(o.air), most)
		}
	}
}
