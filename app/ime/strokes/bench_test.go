package strokes_test

import (
	"runtime"
	"testing"

	"onedoor/app/ime/strokes"
	"onedoor/assets/ime"
)

func BenchmarkRecognise(b *testing.B) {
	r := load(b)
	h := newHand(1)
	var scribble line
	for range 5000 {
		scribble = append(scribble, dot{h.Float64(), h.Float64()})
	}
	for _, tt := range []struct {
		name string
		ink  []strokes.Stroke
	}{
		{"few strokes", h.ink(h.unsteady(find(b, "人").lines))},
		{"many strokes", h.ink(h.unsteady(find(b, "國").lines))},
		{"a scribble", h.ink([]line{scribble})},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Recognise(tt.ink, 10, nil)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	tables := ime.Strokes()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := strokes.New(strokes.Config{Tables: tables})
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(r)
	for b.Loop() {
		if _, err := strokes.New(strokes.Config{Tables: tables}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-heap")
}
