package central

import (
	"sync"
	"time"
)

// limiter counts in fixed windows: wrong guesses per address, of which right answers are never counted nor refused, since
// behind one address there may be a whole hall; and whatever else one party may not do without bound.
type limiter struct {
	now    func() time.Time
	max    int
	window time.Duration

	mu    sync.Mutex
	start time.Time
	seen  map[string]int
}

// maxAddresses bounds the memory of a window; beyond it new addresses share one count.
const maxAddresses = 100_000

func newLimiter(now func() time.Time, limit int, window time.Duration) *limiter {
	return &limiter{now: now, max: limit, window: window, seen: map[string]int{}}
}

// wrong counts one wrong guess and reports whether it is still within the limit; first is true for the guess that
// crosses it.
func (l *limiter) wrong(addr string) (within, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	if _, ok := l.seen[addr]; !ok && len(l.seen) >= maxAddresses {
		addr = ""
	}
	l.seen[addr]++
	return l.seen[addr] <= l.max, l.seen[addr] == l.max+1
}

// blocked reports whether addr has used up its wrong guesses.
func (l *limiter) blocked(addr string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	return l.seen[addr] >= l.max
}

func (l *limiter) turn() {
	if now := l.now(); now.Sub(l.start) >= l.window || now.Before(l.start) {
		l.start = now
		clear(l.seen)
	}
}
