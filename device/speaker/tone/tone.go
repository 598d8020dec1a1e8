// Package tone makes the kiosk's short sounds from sine waves.
//
// It guarantees that each begins and ends in silence without a crack, is over within Longest, and never reaches more than
// half of full scale. The notes lie between 400 and 1100 Hz, which old ears still hear well. The package is pure.
package tone

import (
	"math"
	"time"

	"onedoor/device/speaker/wav"
)

// Sound is one of the sounds.
type Sound uint8

// The sounds.
const (
	Press     Sound = iota // something was touched
	Card                   // the card has been read
	Accepted               // the case is saved
	Mistake                // something has to be put right
	Countdown              // the visit is about to end
)

// Longest is how long a sound may be.
const Longest = 700 * time.Millisecond

// rate is in samples a second.
const rate = 22050

// loudest is the part of full scale that a sound reaches at full volume.
const loudest = 0.5

// attack is how long a note takes to rise and, at the very end, to fall silent.
const attack = 6 * time.Millisecond

// note is a sine wave with a soft octave above it, which dies away.
type note struct {
	pitch  float64 // Hz
	begin  time.Duration
	length time.Duration
	level  float64 // of 1
}

// notes is what each sound is made of. Rising means well, falling means not yet.
var notes = map[Sound][]note{
	Press:     {{523.25, 0, 55 * time.Millisecond, 0.35}},
	Card:      {{587.33, 0, 160 * time.Millisecond, 0.7}, {880, 90 * time.Millisecond, 220 * time.Millisecond, 0.7}},
	Accepted:  {{523.25, 0, 260 * time.Millisecond, 0.8}, {659.26, 120 * time.Millisecond, 280 * time.Millisecond, 0.8}, {783.99, 240 * time.Millisecond, 440 * time.Millisecond, 0.9}},
	Mistake:   {{493.88, 0, 170 * time.Millisecond, 0.7}, {415.3, 130 * time.Millisecond, 260 * time.Millisecond, 0.7}},
	Countdown: {{739.99, 0, 180 * time.Millisecond, 0.7}, {739.99, 240 * time.Millisecond, 260 * time.Millisecond, 0.7}},
}

// Make gives a sound. volume is 0 to 1; what is beyond is taken as the end of it.
func Make(s Sound, volume float64) wav.Sound {
	var end time.Duration
	for _, n := range notes[s] {
		end = max(end, n.begin+n.length)
	}
	sum := make([]float64, samples(end))
	for _, n := range notes[s] {
		n.add(sum)
	}
	peak := 0.0
	for _, v := range sum {
		peak = max(peak, math.Abs(v))
	}
	scale := loudest * math.MaxInt16 * min(max(volume, 0), 1) / max(peak, 1) // notes that overlap do not get louder for it
	out := wav.Sound{Rate: rate, Samples: make([]int16, len(sum))}
	for i, v := range sum {
		out.Samples[i] = int16(math.Round(v * scale))
	}
	return out
}

func samples(d time.Duration) int { return int(d * rate / time.Second) }

func (n note) add(to []float64) {
	begin, length, edge := samples(n.begin), samples(n.length), float64(samples(attack))
	for i := range length {
		t := float64(i) / rate
		swell := ramp(float64(i)/edge) * ramp(float64(length-1-i)/edge)
		fade := math.Exp(-4 * float64(i) / float64(length))
		wave := 0.85*math.Sin(2*math.Pi*n.pitch*t) + 0.15*math.Sin(4*math.Pi*n.pitch*t)
		to[begin+i] += n.level * swell * fade * wave
	}
}

// ramp rises smoothly from 0 at 0 to 1 at 1.
func ramp(x float64) float64 {
	if x >= 1 {
		return 1
	}
	return (1 - math.Cos(math.Pi*x)) / 2
}
