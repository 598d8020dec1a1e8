package engine

import (
	"fmt"
	"testing"
	"time"
)

// reckoned is a line that is only reckoned with: batches go through one after another at its rate, and answers take its way
// there and back.
type reckoned struct {
	rate int // bytes a second
	rtt  time.Duration
}

const (
	itemBytes  = 690 // on the line, in a batch of some
	batchBytes = 900 // of a request around its items
)

// drain sends so many items as fly would and gives how long it took, and the longest that one batch was under way.
func (l reckoned) drain(items int) (took, longest time.Duration) {
	type batch struct {
		n, round    int
		sent, lands time.Duration
	}
	p := pace{limit: firstBatch, flights: 1, most: 100}
	p.answered(l.rtt)
	var now, free time.Duration
	var under []batch
	for items > 0 || len(under) > 0 {
		for items > 0 && len(under) < p.flights {
			n := min(p.next(), items)
			items -= n
			free = max(free, now) + time.Duration(n*itemBytes+batchBytes)*time.Second/time.Duration(l.rate)
			under = append(under, batch{n, p.round, now, free + l.rtt})
		}
		b := under[0]
		under, now = under[1:], b.lands
		longest = max(longest, now-b.sent)
		p.landed(b.n, b.round, now-b.sent)
	}
	return now, longest
}

// TestPaceFillsLines: the slowest and the farthest lines are used to most of what they carry, and no batch is under way for
// nearly as long as the time-out, which would send it again.
func TestPaceFillsLines(t *testing.T) {
	for _, tc := range []struct {
		line  reckoned
		items int
		fills int // per cent of the rate
	}{
		{reckoned{8_000, 50 * time.Millisecond}, 2000, 90},
		{reckoned{8_000, 600 * time.Millisecond}, 2000, 85},
		{reckoned{125_000, 50 * time.Millisecond}, 10_000, 95},
		{reckoned{125_000, 600 * time.Millisecond}, 10_000, 90},
		{reckoned{1_250_000, 50 * time.Millisecond}, 100_000, 95},
		{reckoned{2_000, 5 * time.Second}, 1000, 50},
	} {
		t.Run(fmt.Sprintf("%d bytes a second, %v", tc.line.rate, tc.line.rtt), func(t *testing.T) {
			took, longest := tc.line.drain(tc.items)
			fills := 100 * (time.Duration(tc.items*itemBytes) * time.Second / time.Duration(tc.line.rate)) / took
			t.Logf("%d %% of the line, longest batch %v", fills, longest.Round(time.Millisecond))
			if fills < time.Duration(tc.fills) {
				t.Errorf("%d %% of the line's rate are used; want %d", fills, tc.fills)
			}
			if longest > 20*time.Second {
				t.Errorf("a batch was under way for %v", longest)
			}
		})
	}
}
