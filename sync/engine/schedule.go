package engine

import (
	"math/rand/v2"
	"time"
)

// Delays are pure in their attempt, counted from 1; jitter comes apart.
const (
	pushBase   = time.Second
	pushCap    = 5 * time.Minute
	itemBase   = 2 * time.Second
	itemCap    = time.Hour
	pullCap    = 30 * time.Second
	portalCap  = 5 * time.Second // between probes that somebody answers who is not the upstream
	probeCap   = 2 * time.Second // between probes that nobody answers
	refusedFor = time.Hour
	fullFor    = 15 * time.Minute
	greetAfter = 6 * time.Hour    // the upstream's time is asked for again: a cheap clock has drifted by seconds
	slowAfter  = 10 * time.Second // a slow line is asked whether it still is
	slowAnswer = 2 * time.Second  // of a question that costs the upstream nothing
	slowBatch  = 10 * time.Second // of a batch, which has bytes to carry
)

// doubled is base·2^(attempt-1), at most limit.
func doubled(base, limit time.Duration, attempt int) time.Duration {
	d := base
	for range attempt - 1 {
		if d >= limit {
			break
		}
		d *= 2
	}
	return min(d, limit)
}

// spread adds to what the upstream asked for up to as much again, ten minutes at most: it asks a whole fleet for the same.
func spread(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d + rand.N(min(d, 10*time.Minute)+1)
}

// jitter takes a random part of at least half, so that a fleet does not ask in step.
func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d/2 + rand.N(d/2+1)
}
