package strokes

import "math"

// fit is the least squares fit of an affine movement that takes spots towards others.
type fit struct {
	xx, xy, yy, x, y, n float64 // sums over the spots, from the middle of the box
	toX, toY            [3]float64
}

// calm keeps a fit to few spots from moving them wildly: so much of the weight wants to stay.
const calm = 0.02

func (f *fit) add(from, to *spot, weight float32) {
	w, x, y := float64(weight), float64(from.x-0.5), float64(from.y-0.5)
	f.xx += w * x * x
	f.xy += w * x * y
	f.yy += w * y * y
	f.x += w * x
	f.y += w * y
	f.n += w
	dx, dy := w*float64(to.x-from.x), w*float64(to.y-from.y)
	f.toX = [3]float64{f.toX[0] + x*dx, f.toX[1] + y*dx, f.toX[2] + dx}
	f.toY = [3]float64{f.toY[0] + x*dy, f.toY[1] + y*dy, f.toY[2] + dy}
}

func (f *fit) move(spots []spot) {
	a, b := f.solve(f.toX), f.solve(f.toY)
	for i := range spots {
		x, y := spots[i].x-0.5, spots[i].y-0.5
		spots[i].x += a[0]*x + a[1]*y + a[2]
		spots[i].y += b[0]*x + b[1]*y + b[2]
	}
}

// solve solves the normal equations by Cramer's rule.
func (f *fit) solve(to [3]float64) [3]float32 {
	r := calm*f.n + 1e-9
	a, b, c, d, e, n := f.xx+r, f.xy, f.x, f.yy+r, f.y, f.n+1e-9
	det := a*(d*n-e*e) - b*(b*n-e*c) + c*(b*e-d*c)
	if math.Abs(det) < 1e-15 {
		return [3]float32{}
	}
	return [3]float32{
		float32((to[0]*(d*n-e*e) - b*(to[1]*n-e*to[2]) + c*(to[1]*e-d*to[2])) / det),
		float32((a*(to[1]*n-e*to[2]) - to[0]*(b*n-e*c) + c*(b*to[2]-to[1]*c)) / det),
		float32((a*(d*to[2]-to[1]*e) - b*(b*to[2]-to[1]*c) + to[0]*(b*e-d*c)) / det),
	}
}
