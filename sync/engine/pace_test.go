package engine

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// reckoned is a line that is only reckoned with: what is under way shares its rate, each batch takes its way there and
// back and is worked on upstream, one batch after another.
type reckoned struct {
	rate int // bytes a second
	rtt  time.Duration
	work time.Duration // of an item, upstream
}

const (
	itemBytes  = 690 // on the line, in a batch of some
	batchBytes = 900 // of a request around its items
	ackBytes   = 460 // of an item, on the line's other way
)

// drain sends so many items as fly would and gives how long it took, and the longest that one batch was under way.
func (l reckoned) drain(items int) (took, longest time.Duration) {
	type batch struct {
		n, round int
		sent     time.Duration
		left     float64       // bytes that are not on the line yet
		lands    time.Duration // when all are
	}
	p := pace{limit: firstBatch, flights: 1, most: 100}
	p.answered(l.rtt)
	var now, busy, free time.Duration // free is when the other way is
	var under []*batch
	for items > 0 || len(under) > 0 {
		for items > 0 && len(under) < p.flights {
			n := min(p.next(), items)
			items -= n
			under = append(under, &batch{n: n, round: p.round, sent: now, left: float64(n*itemBytes + batchBytes)})
		}
		sharing, least := 0, math.Inf(1)
		lands := time.Duration(math.MaxInt64)
		for _, b := range under {
			if b.left > 0 {
				sharing++
				least = min(least, b.left)
			} else {
				lands = min(lands, b.lands)
			}
		}
		through := time.Duration(math.MaxInt64) // when the next is on the line as a whole
		if sharing > 0 {
			through = now + time.Duration(least*float64(sharing)/float64(l.rate)*float64(time.Second)) + 1
		}
		until := min(through, lands)
		carried := float64(l.rate) * (until - now).Seconds() / float64(max(sharing, 1))
		now = until
		for i := 0; i < len(under); i++ {
			b := under[i]
			switch {
			case b.left > 0:
				if b.left = max(0, b.left-carried); b.left < 1e-3 {
					b.left = 0
					busy = max(busy, now+l.rtt/2) + time.Duration(b.n)*l.work
					free = max(free, busy) + time.Duration(b.n*ackBytes)*time.Second/time.Duration(l.rate)
					b.lands = free + l.rtt/2
				}
			case b.lands <= now:
				longest = max(longest, now-b.sent)
				p.landed(b.n, b.round, now-b.sent)
				under = slices.Delete(under, i, i+1)
				i--
			}
		}
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
		{reckoned{8_000, 50 * time.Millisecond, time.Millisecond}, 2000, 80},
		{reckoned{8_000, 600 * time.Millisecond, time.Millisecond}, 2000, 70},
		{reckoned{125_000, 50 * time.Millisecond, time.Millisecond}, 2000, 88},
		{reckoned{125_000, 50 * time.Millisecond, time.Millisecond}, 10_000, 95},
		{reckoned{125_000, 600 * time.Millisecond, time.Millisecond}, 10_000, 88},
		{reckoned{1_250_000, 50 * time.Millisecond, time.Millisecond / 4}, 100_000, 95},
		{reckoned{2_000, 5 * time.Second, time.Millisecond}, 1000, 35},
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
