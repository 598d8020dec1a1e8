package strokes

import "math"

const (
	turnCost   = 0.03  // of opposite directions is twice this, against squared distances in the standard box
	airCost    = 0.012 // of ink that lies on a way between strokes of the other
	farthest   = 0.06  // nothing costs more than this: ink that has no counterpart has none, however far off
	follow     = 0.5   // how much of its displacement each stroke of the character follows
	spotLength = 1.0 / 14
	maxSpots   = 80 // of ink, about, and as many of air
)

// spot is some ink, with the direction in which it was drawn.
type spot struct {
	x, y, dx, dy float32
	length       float32
	stroke       int16
}

// overlay is a drawing as it is laid over another: a few dozen spots.
type overlay struct {
	ink, air []spot
	nearest  [2][]near // of the spots of ink: in what was drawn, and in the character
	moved    []spot
	shifted  []spot
}

// near is the nearest spot of the other drawing.
type near struct {
	cost float32
	spot int32 // its number among the other's ink, or -1 where it is on a way between strokes
}

// take makes an overlay of what has been shaped.
func (o *overlay) take(s *shaper) {
	var ink, air float32
	for i := range s.pieces {
		if p := &s.pieces[i]; p.stroke < 0 {
			air += p.length
		} else {
			ink += p.length
		}
	}
	o.ink = gather(o.ink[:0], s.pieces, max(spotLength, ink/maxSpots), false)
	o.air = gather(o.air[:0], s.pieces, max(spotLength, air/maxSpots), true)
}

// gather merges pieces of one stroke that follow each other.
func gather(spots []spot, pieces []piece, length float32, air bool) []spot {
	for i := 0; i < len(pieces); {
		stroke := pieces[i].stroke
		var s spot
		for ; i < len(pieces) && pieces[i].stroke == stroke && s.length < length*0.85; i++ {
			p := &pieces[i]
			s.x += p.x * p.length
			s.y += p.y * p.length
			s.dx += p.dx * p.length
			s.dy += p.dy * p.length
			s.length += p.length
		}
		if (stroke < 0) != air || s.length == 0 {
			continue
		}
		d := float32(math.Sqrt(float64(s.dx*s.dx + s.dy*s.dy)))
		if d == 0 {
			d = 1
		}
		spots = append(spots, spot{s.x / s.length, s.y / s.length, s.dx / d, s.dy / d, s.length, stroke})
	}
	return spots
}

// distance is how far the ink of the drawing lies from that of the character and the other way round: the sum of both
// means of the costs. Each time it bends, the drawing as a whole and each stroke of the character give way to each other.
func (o *overlay) distance(character *overlay, bends int) float32 {
	drawn, written := o.ink, character.ink
	for {
		o.nearest[0] = search(o.nearest[0], drawn, written, character.air)
		o.nearest[1] = search(o.nearest[1], written, drawn, o.air)
		if bends == 0 {
			return mean(o.nearest[0], drawn) + mean(o.nearest[1], written)
		}
		bends--
		drawn, written = o.bend(drawn, written)
	}
}

// search finds for each spot of a the nearest of b.
func search(found []near, a, b, air []spot) []near {
	found = found[:0]
	for i := range a {
		p := &a[i]
		x, y, dx, dy := p.x, p.y, p.dx*turnCost, p.dy*turnCost
		n := near{farthest - turnCost, -1}
		for j := range b {
			q := &b[j]
			ex, ey := q.x-x, q.y-y
			if c := ex*ex + ey*ey - dx*q.dx - dy*q.dy; c < n.cost {
				n = near{c, int32(j)}
			}
		}
		bar := n.cost - airCost
		for j := range air {
			q := &air[j]
			ex, ey := q.x-x, q.y-y
			if c := ex*ex + ey*ey - dx*q.dx - dy*q.dy; c < bar {
				n, bar = near{c + airCost, -1}, c
			}
		}
		n.cost += turnCost
		found = append(found, n)
	}
	return found
}

func mean(found []near, spots []spot) float32 {
	var sum, weight float32
	for i := range found {
		sum += found[i].cost * spots[i].length
		weight += spots[i].length
	}
	if weight == 0 {
		return farthest
	}
	return sum / weight
}

// bend turns and stretches the drawing as a whole, and moves each stroke of the character, towards the other.
func (o *overlay) bend(drawn, written []spot) (moved, shifted []spot) {
	var f fit
	for i, n := range o.nearest[0] {
		if n.spot >= 0 {
			f.add(&drawn[i], &written[n.spot], drawn[i].length)
		}
	}
	var dx, dy, weight [maxStrokes]float32
	for i, n := range o.nearest[1] {
		if n.spot < 0 {
			continue
		}
		p, q := &written[i], &drawn[n.spot]
		f.add(q, p, p.length)
		if p.stroke < maxStrokes {
			dx[p.stroke] += (q.x - p.x) * p.length
			dy[p.stroke] += (q.y - p.y) * p.length
			weight[p.stroke] += p.length
		}
	}
	o.moved = append(o.moved[:0], drawn...)
	f.move(o.moved)
	o.shifted = append(o.shifted[:0], written...)
	for i := range o.shifted {
		p := &o.shifted[i]
		if p.stroke < maxStrokes && weight[p.stroke] > 0 {
			p.x += follow * dx[p.stroke] / weight[p.stroke]
			p.y += follow * dy[p.stroke] / weight[p.stroke]
		}
	}
	return o.moved, o.shifted
}
