package strokes

import "math"

// Limits on what is looked at of a drawing: what is above them is thinned out or left out.
const (
	maxStrokes = 96   // no character has more than 64
	maxPoints  = 4096 // of all strokes
	maxPieces  = 640  // pieces of ink after cutting into equal lengths, and as many of the ways between
)

const (
	pieceSide = 1.0 / 24 // length of a piece against the longer side of the drawing
	boxSigmas = 4.2      // the standard box in spreads of the ink
	thinnest  = 0.5      // a drawing is never stretched to more than this against its other side
)

// place is a point of the plane, in any unit.
type place struct{ x, y float32 }

// piece is a short straight bit of ink, or of the way through the air between two strokes, in the standard box of side 1.
type piece struct {
	x, y   float32 // its middle
	dx, dy float32 // its direction, of length 1
	length float32
	stroke int16 // its number; -1 on the way between two
}

// shaper brings drawings to the standard size. It is reused to save memory; it is not safe for several goroutines.
type shaper struct {
	pieces []piece
	counts [fineSize]float32
	lines  [][]place
}

// read takes what counts of a drawing, with coordinates that are small enough for exact sums.
func read(ink []Stroke) [][]place {
	total := 0
	var x0, y0, x1, y1 int64
	for _, s := range ink {
		for _, p := range s {
			x, y := int64(p.X), int64(p.Y)
			if total == 0 {
				x0, y0, x1, y1 = x, y, x, y
			}
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
			total++
		}
	}
	side := float64(max(x1-x0, y1-y0, 1))
	every := 1 + total/maxPoints
	var lines [][]place
	for _, s := range ink {
		if len(s) == 0 || len(lines) == maxStrokes {
			continue
		}
		line := make([]place, 0, len(s)/every+2)
		for i, p := range s {
			if i%every == 0 || i == len(s)-1 {
				line = append(line, place{float32(float64(int64(p.X)-x0) / side), float32(float64(int64(p.Y)-y0) / side)})
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// shapeDots does with the strokes of a character what shape does with a drawing.
func (s *shaper) shapeDots(strokes [][]Dot) {
	for len(s.lines) < len(strokes) {
		s.lines = append(s.lines, nil)
	}
	for i, dots := range strokes {
		s.lines[i] = s.lines[i][:0]
		for _, d := range dots {
			s.lines[i] = append(s.lines[i], place{float32(d.X), float32(d.Y)})
		}
	}
	s.shape(s.lines[:len(strokes)])
}

// shape cuts the lines into pieces and brings them to the standard box.
func (s *shaper) shape(lines [][]place) {
	s.pieces = s.pieces[:0]
	box := bounds(lines)
	side := max(box.x1-box.x0, box.y1-box.y0)
	if side <= 0 {
		side = 1
	}
	var ink, air float32
	for i, l := range lines {
		for k := 1; k < len(l); k++ {
			ink += gap(l[k-1], l[k])
		}
		if i > 0 {
			air += gap(last(lines[i-1]), l[0])
		}
	}
	step := max(side*pieceSide, ink/maxPieces, air/maxPieces)
	for i, l := range lines {
		if i > 0 {
			s.air(last(lines[i-1]), l[0], step)
		}
		s.ink(l, step, int16(i))
	}
	s.standardise()
}

// ink cuts one stroke. A dot becomes a short stroke downwards to the right, as dots are written.
func (s *shaper) ink(l []place, step float32, stroke int16) {
	before := len(s.pieces)
	from := l[0]
	var since float32 // the last cut
	for k := 1; k < len(l); k++ {
		a, b := l[k-1], l[k]
		d := gap(a, b)
		at := step - since
		for ; at <= d; at += step {
			to := place{a.x + (b.x-a.x)*at/d, a.y + (b.y-a.y)*at/d}
			s.add(from, to, stroke)
			from = to
		}
		since = d - at + step
	}
	end := last(l)
	if len(s.pieces) == before && gap(from, end) < step/4 {
		end = place{from.x + step/2, from.y + step/2}
	}
	if gap(from, end) > step/4 {
		s.add(from, end, stroke)
	}
}

// air cuts the way between two strokes.
func (s *shaper) air(from, to place, step float32) {
	n := float32(int(gap(from, to)/step) + 1)
	for k := float32(0); k < n; k++ {
		s.add(place{from.x + (to.x-from.x)*k/n, from.y + (to.y-from.y)*k/n},
			place{from.x + (to.x-from.x)*(k+1)/n, from.y + (to.y-from.y)*(k+1)/n}, -1)
	}
}

func (s *shaper) add(a, b place, stroke int16) {
	if d := gap(a, b); d > 0 {
		s.pieces = append(s.pieces, piece{(a.x + b.x) / 2, (a.y + b.y) / 2, (b.x - a.x) / d, (b.y - a.y) / d, d, stroke})
	}
}

// spread is how ink lies along one axis: its mean, and the root mean square of the distances from it on each side. Both
// sides are measured apart, so that a heavy radical on one side does not push the other out of its place.
type spread struct{ mean, low, high float32 }

// standardise moves and stretches the pieces so that the mean of the ink lies in the middle of the box.
func (s *shaper) standardise() {
	h, v := s.spreads()
	least := max(h.low+h.high, v.low+v.high) / 2 * thinnest
	if least <= 0 {
		least = 1
	}
	h.low, h.high, v.low, v.high = max(h.low, least), max(h.high, least), max(v.low, least), max(v.high, least)
	kx, ky := 2/((h.low+h.high)*boxSigmas), 2/((v.low+v.high)*boxSigmas)
	for i := range s.pieces {
		p := &s.pieces[i]
		p.x, p.y = h.place(p.x), v.place(p.y)
		dx, dy := p.dx*kx, p.dy*ky
		d := float32(math.Sqrt(float64(dx*dx + dy*dy)))
		p.dx, p.dy, p.length = dx/d, dy/d, p.length*d
	}
}

func (s *shaper) spreads() (h, v spread) {
	var x, y, weight float32
	for i := range s.pieces {
		if p := &s.pieces[i]; p.stroke >= 0 {
			x += p.x * p.length
			y += p.y * p.length
			weight += p.length
		}
	}
	if weight == 0 {
		return h, v
	}
	x, y = x/weight, y/weight
	var left, right, up, down moment
	for i := range s.pieces {
		p := &s.pieces[i]
		if p.stroke < 0 {
			continue
		}
		if d := p.x - x; d < 0 {
			left.add(d, p.length)
		} else {
			right.add(d, p.length)
		}
		if d := p.y - y; d < 0 {
			up.add(d, p.length)
		} else {
			down.add(d, p.length)
		}
	}
	return spread{x, left.root(), right.root()}, spread{y, up.root(), down.root()}
}

// moment sums squares.
type moment struct{ squares, weight float32 }

func (m *moment) add(d, weight float32) {
	m.squares += d * d * weight
	m.weight += weight
}

func (m *moment) root() float32 {
	if m.weight == 0 {
		return 0
	}
	return float32(math.Sqrt(float64(m.squares / m.weight)))
}

func (s spread) place(v float32) float32 {
	if v < s.mean {
		return 0.5 + (v-s.mean)/(s.low*boxSigmas)
	}
	return 0.5 + (v-s.mean)/(s.high*boxSigmas)
}

type box struct{ x0, y0, x1, y1 float32 }

func bounds(lines [][]place) box {
	b := box{math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32}
	for _, l := range lines {
		for _, p := range l {
			b = box{min(b.x0, p.x), min(b.y0, p.y), max(b.x1, p.x), max(b.y1, p.y)}
		}
	}
	return b
}

func gap(a, b place) float32 {
	return float32(math.Sqrt(float64((b.x-a.x)*(b.x-a.x) + (b.y-a.y)*(b.y-a.y))))
}

func last(l []place) place { return l[len(l)-1] }
