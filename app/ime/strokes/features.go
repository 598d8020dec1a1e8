package strokes

import "math"

const (
	grid       = 8 // cells on a side of the standard box
	directions = 8
	fineSize   = grid * grid * directions
	coarseSize = fineSize / 4 // cells of twice the side

	airWeight = 0.25 // of the ways between strokes: joined strokes draw them, another order of strokes changes them
)

// featureUnit turns a feature into a byte; features are roots of shares, so that the sum of their squares is 1.
const featureUnit = 400

// features counts the directions of the ink over the grid, each piece shared between the four cells and the two
// directions nearest to it, and writes the roots of the counts. Roots make a faint part of a character count.
func (s *shaper) features(coarse, fine []byte) {
	clear(s.counts[:])
	for i := range s.pieces {
		p := &s.pieces[i]
		w := p.length
		if p.stroke < 0 {
			w *= airWeight
		}
		a := octants(p.dx, p.dy)
		d0 := int(a)
		part := a - float32(d0)
		d0 %= directions
		d1 := (d0 + 1) % directions
		x, rx := cell(p.x)
		y, ry := cell(p.y)
		c := s.counts[(y*grid+x)*directions:]
		w0, w1 := w*(1-part), w*part
		const right, down = directions, grid * directions
		k := (1 - rx) * (1 - ry)
		c[d0] += w0 * k
		c[d1] += w1 * k
		k = rx * (1 - ry)
		c[right+d0] += w0 * k
		c[right+d1] += w1 * k
		k = (1 - rx) * ry
		c[down+d0] += w0 * k
		c[down+d1] += w1 * k
		k = rx * ry
		c[down+right+d0] += w0 * k
		c[down+right+d1] += w1 * k
	}
	var wide [coarseSize]float32
	for y := range grid {
		for x := range grid {
			from := s.counts[(y*grid+x)*directions:][:directions]
			to := wide[(y/2*grid/2+x/2)*directions:][:directions]
			for d, v := range from {
				to[d] += v
			}
		}
	}
	roots(wide[:], coarse)
	roots(s.counts[:], fine)
}

// cell gives the left or upper of the two cells between whose middles v lies, and how far it is on the way to the other.
func cell(v float32) (int, float32) {
	v = min(max(v*grid-0.5, 0), grid-1.001)
	i := int(v)
	return i, v - float32(i)
}

// octants gives the direction in eighths of a turn, 0 to 8.
func octants(dx, dy float32) float32 {
	ax, ay := float32(math.Abs(float64(dx))), float32(math.Abs(float64(dy)))
	if ax+ay == 0 {
		return 0
	}
	t := min(ax, ay) / max(ax, ay)
	a := t * (1 + 0.3476*(1-t)) // the arc tangent of 0 to 1, to 0.005
	if ay > ax {
		a = 2 - a
	}
	if dx < 0 {
		a = 4 - a
	}
	if dy < 0 {
		a = 8 - a
	}
	return a
}

func roots(counts []float32, out []byte) {
	var sum float32
	for _, v := range counts {
		sum += v
	}
	if sum == 0 {
		sum = 1
	}
	for i, v := range counts {
		out[i] = 0
		if v > 0 {
			out[i] = byte(min(255, featureUnit*math.Sqrt(float64(v/sum))+0.5))
		}
	}
}

// likeness is the cosine between two vectors of features: 1 for the same, 0 for nothing in common.
func likeness(a, b []byte) float32 {
	b = b[:len(a)]
	var s0, s1 uint32
	for i := 0; i+3 < len(a); i += 4 {
		s0 += uint32(a[i])*uint32(b[i]) + uint32(a[i+1])*uint32(b[i+1])
		s1 += uint32(a[i+2])*uint32(b[i+2]) + uint32(a[i+3])*uint32(b[i+3])
	}
	return float32(s0+s1) / (featureUnit * featureUnit)
}
