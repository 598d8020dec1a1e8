package strokes_test

import (
	"math"
	"math/rand/v2"

	"onedoor/app/ime/strokes"
)

// hand draws as people do who are in a hurry. It is deterministic: the same seed draws the same.
type hand struct{ *rand.Rand }

func newHand(seed uint64) hand { return hand{rand.New(rand.NewPCG(seed, 7))} }

type dot struct{ x, y float64 }

// line is a stroke in a box of side 1.
type line []dot

// unsteady turns, stretches and slants the whole by some degrees and percents, moves, stretches and turns each stroke
// for itself, and lets the finger tremble.
func (h hand) unsteady(in []line) []line {
	turn, wide, tall, slant := 0.07*h.NormFloat64(), 1+0.1*h.NormFloat64(), 1+0.1*h.NormFloat64(), 0.08*h.NormFloat64()
	sin, cos := math.Sincos(turn)
	out := make([]line, len(in))
	for i, l := range in {
		l = l.finer()
		middle := l.middle()
		dx, dy, size, tilt := 0.025*h.NormFloat64(), 0.025*h.NormFloat64(), 1+0.1*h.NormFloat64(), 0.06*h.NormFloat64()
		phase, wave := 2*math.Pi*h.Float64(), 0.012*h.NormFloat64()
		for k, p := range l {
			x, y := (p.x-middle.x)*size, (p.y-middle.y)*size
			x, y = x-tilt*y+middle.x+dx, y+tilt*x+middle.y+dy
			w := wave * math.Sin(phase+float64(k)*0.5)
			x, y = x+w+0.006*h.NormFloat64()-0.5, y+w+0.006*h.NormFloat64()-0.5
			x, y = wide*(x+slant*y), tall*y
			out[i] = append(out[i], dot{cos*x - sin*y + 0.5, sin*x + cos*y + 0.5})
		}
	}
	return out
}

// joined draws at least two strokes without lifting the finger, and one in five others.
func (h hand) joined(in []line) []line {
	if len(in) < 2 {
		return in
	}
	sure := 1 + h.IntN(len(in)-1)
	out := []line{in[0]}
	for i, l := range in[1:] {
		if i+1 == sure || h.Float64() < 0.2 {
			before := out[len(out)-1]
			out[len(out)-1] = append(before[:len(before):len(before)], l...)
		} else {
			out = append(out, l)
		}
	}
	return out
}

// broken lifts the finger once in the middle of one stroke in five.
func (h hand) broken(in []line) []line {
	var out []line
	for _, l := range in {
		if l = l.finer(); len(l) > 6 && h.Float64() < 0.2 {
			at := 3 + h.IntN(len(l)-6)
			out = append(out, l[:at:at], l[at:])
		} else {
			out = append(out, l)
		}
	}
	return out
}

// shuffled draws the strokes in any order.
func (h hand) shuffled(in []line) []line {
	out := append([]line{}, in...)
	h.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// slipped adds a small stroke where the palm touched.
func (h hand) slipped(in []line) []line {
	p := dot{0.9, 0.9}
	return append(append([]line{}, in...), line{p, {p.x + 0.02, p.y + 0.03}})
}

// ink puts the lines anywhere on the glass, at any size, with a time for each point.
func (h hand) ink(in []line) []strokes.Stroke {
	size, left, top := 300+1500*h.Float64(), 2000*h.Float64(), 2000*h.Float64()
	out := make([]strokes.Stroke, len(in))
	var now int32
	for i, l := range in {
		for _, p := range l {
			out[i] = append(out[i], strokes.Point{X: int32(left + size*p.x), Y: int32(top + size*p.y), T: now})
			now += 8
		}
		now += 120
	}
	return out
}

// finer puts points between those that are far apart, as a touch screen does.
func (l line) finer() line {
	out := l[:1:1]
	for k := 1; k < len(l); k++ {
		a, b := l[k-1], l[k]
		n := math.Ceil(math.Hypot(b.x-a.x, b.y-a.y) / 0.03)
		for i := 1.0; i <= n; i++ {
			out = append(out, dot{a.x + (b.x-a.x)*i/n, a.y + (b.y-a.y)*i/n})
		}
	}
	return out
}

func (l line) middle() dot {
	var m dot
	for _, p := range l {
		m.x, m.y = m.x+p.x/float64(len(l)), m.y+p.y/float64(len(l))
	}
	return m
}
