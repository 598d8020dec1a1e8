package strokes_test

import (
	"encoding/binary"
	"math"
	"testing"

	"onedoor/app/ime/strokes"
	"onedoor/assets/ime"
)

// FuzzRecognise: whatever is drawn, candidates are known characters with scores that are numbers.
func FuzzRecognise(f *testing.F) {
	// A few characters show every path through the code; thousands would only make it slow.
	table, err := strokes.Decode(ime.Strokes()[1])
	if err != nil {
		f.Fatal(err)
	}
	raw, err := strokes.Encode("Some letters.", table[:20])
	if err != nil {
		f.Fatal(err)
	}
	r, err := strokes.New(strokes.Config{Tables: [][]byte{raw}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{}, 10)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0}, 1)
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0x80, 0, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0x7f}, -1)
	f.Fuzz(func(t *testing.T, raw []byte, n int) {
		got := r.Recognise(inkOf(raw), n, nil)
		if len(got) > max(0, n) {
			t.Errorf("%d candidates, and %d asked for", len(got), n)
		}
		for _, c := range got {
			if !r.Has(c.Rune) || math.IsNaN(c.Score) || math.IsInf(c.Score, 0) {
				t.Errorf("candidate %v", c)
			}
		}
	})
}

// inkOf makes strokes of bytes: nine for each point, the first of which begins a stroke where it is even.
func inkOf(raw []byte) []strokes.Stroke {
	var ink []strokes.Stroke
	for ; len(raw) >= 9; raw = raw[9:] {
		if raw[0]%2 == 0 || len(ink) == 0 {
			ink = append(ink, nil)
		}
		p := strokes.Point{X: int32(binary.LittleEndian.Uint32(raw[1:])), Y: int32(binary.LittleEndian.Uint32(raw[5:]))}
		ink[len(ink)-1] = append(ink[len(ink)-1], p)
	}
	return ink
}
