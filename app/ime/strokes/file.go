package strokes

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// ErrFile marks a file of strokes that cannot be read.
var ErrFile = errors.New("file of strokes")

// Limits of a file.
const (
	MaxFile        = 1 << 20 // bytes
	maxFileStrokes = 1000
)

// ParseFile reads a drawing from JSON: a list of strokes, each a list of points, each [x, y] or [x, y, t] in whole
// numbers, with y growing downwards and t in milliseconds from the first touch:
//
//	{"strokes": [[[10, 50, 0], [90, 48, 210]], [[50, 10, 400], [52, 95, 630]]]}
//
// It fails with ErrFile and says where.
func ParseFile(data []byte) ([]Stroke, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%w: %d bytes, and %d at most", ErrFile, len(data), MaxFile)
	}
	var file struct {
		Strokes *[][][]json.Number `json:"strokes"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	switch {
	case file.Strokes == nil:
		return nil, fmt.Errorf("%w: no \"strokes\"", ErrFile)
	case len(*file.Strokes) == 0:
		return nil, fmt.Errorf("%w: \"strokes\" is empty", ErrFile)
	case len(*file.Strokes) > maxFileStrokes:
		return nil, fmt.Errorf("%w: %d strokes, and %d at most", ErrFile, len(*file.Strokes), maxFileStrokes)
	}
	ink := make([]Stroke, len(*file.Strokes))
	for i, points := range *file.Strokes {
		if len(points) == 0 {
			return nil, fmt.Errorf("%w: stroke %d has no points", ErrFile, i+1)
		}
		ink[i] = make(Stroke, len(points))
		for k, numbers := range points {
			p, err := parsePoint(numbers)
			if err != nil {
				return nil, fmt.Errorf("%w: stroke %d, point %d: %w", ErrFile, i+1, k+1, err)
			}
			ink[i][k] = p
		}
	}
	return ink, nil
}

func parsePoint(numbers []json.Number) (Point, error) {
	if len(numbers) != 2 && len(numbers) != 3 {
		return Point{}, fmt.Errorf("%d numbers; a point is [x, y] or [x, y, t]", len(numbers))
	}
	var v [3]int32
	for i, n := range numbers {
		whole, err := n.Int64()
		if err != nil || whole < math.MinInt32 || whole > math.MaxInt32 {
			return Point{}, fmt.Errorf("%q is no whole number of 32 bits", n)
		}
		v[i] = int32(whole)
	}
	if v[2] < 0 {
		return Point{}, fmt.Errorf("time %d is before the first touch", v[2])
	}
	return Point{v[0], v[1], v[2]}, nil
}
