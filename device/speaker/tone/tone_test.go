package tone_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"onedoor/device/speaker/tone"
)

var all = []tone.Sound{tone.Press, tone.Card, tone.Accepted, tone.Mistake, tone.Countdown}

// TestSoundsAreSoft: each can be heard, begins and ends in silence, has no step that cracks, and stays below half of full scale.
func TestSoundsAreSoft(t *testing.T) {
	for _, one := range all {
		s := tone.Make(one, 1)
		if length := time.Duration(len(s.Samples)) * time.Second / time.Duration(s.Rate); length == 0 || length > tone.Longest {
			t.Errorf("sound %d lasts %v", one, length)
		}
		if level := s.Level(); level < -40 || level > -12 {
			t.Errorf("sound %d has %.1f dB", one, level)
		}
		peak, step := 0.0, 0.0
		for i, v := range s.Samples {
			peak = max(peak, math.Abs(float64(v)))
			if i > 0 {
				step = max(step, math.Abs(float64(v)-float64(s.Samples[i-1])))
			}
		}
		if peak > math.MaxInt16/2+1 {
			t.Errorf("sound %d reaches %v", one, peak)
		}
		// A sine of 1100 Hz and its octave changes by no more than a third of its peak from one sample to the next.
		if step > peak/3 {
			t.Errorf("sound %d has a step of %.0f at a peak of %.0f", one, step, peak)
		}
		if first, last := s.Samples[0], s.Samples[len(s.Samples)-1]; first != 0 || last != 0 {
			t.Errorf("sound %d begins at %d and ends at %d", one, first, last)
		}
	}
}

// TestSoundsDiffer: none is taken for another, and the one that is heard most is the softest and shortest.
func TestSoundsDiffer(t *testing.T) {
	press := tone.Make(tone.Press, 1)
	for i, one := range all {
		s := tone.Make(one, 1)
		for _, other := range all[:i] {
			if slices.Equal(s.Samples, tone.Make(other, 1).Samples) {
				t.Errorf("sounds %d and %d are the same", one, other)
			}
		}
		if one != tone.Press && (len(s.Samples) <= len(press.Samples) || slices.Max(s.Samples) <= slices.Max(press.Samples)) {
			t.Errorf("sound %d is not above a press", one)
		}
	}
}

func TestVolume(t *testing.T) {
	loud, soft := tone.Make(tone.Accepted, 1), tone.Make(tone.Accepted, 0.25)
	if got := loud.Level() - soft.Level(); math.Abs(got-12.04) > 0.1 {
		t.Errorf("a quarter of the volume is %.2f dB softer, want 12.04", got)
	}
	if got := tone.Make(tone.Accepted, 0).Level(); !math.IsInf(got, -1) {
		t.Errorf("no volume is %v dB", got)
	}
	if got, want := tone.Make(tone.Press, 9), tone.Make(tone.Press, 1); !slices.Equal(got.Samples, want.Samples) {
		t.Error("more than full volume is louder")
	}
}
