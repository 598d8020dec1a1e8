package console

import (
	"sync"
	"time"
)

// signInsAMinute is how many wrong sign-ins one address has in a minute: fewer than all together have, so that nobody keeps the others
// out by guessing. Staff's own lock counts each member's.
const signInsAMinute = 6

// limiter counts wrong tries per address in fixed windows.
type limiter struct {
	now    func() time.Time
	max    int
	window time.Duration

	mu    sync.Mutex
	start time.Time
	seen  map[string]int
}

// maxAddresses bounds the memory of a window; beyond it new addresses share one count.
const maxAddresses = 10_000

func newLimiter(now func() time.Time, limit int, window time.Duration) *limiter {
	return &limiter{now: now, max: limit, window: window, seen: map[string]int{}}
}

// take counts a try, before it is known to be wrong; false when there were too many.
func (l *limiter) take(addr string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := l.now(); now.Sub(l.start) >= l.window || now.Before(l.start) {
		l.start = now
		clear(l.seen)
	}
	if _, ok := l.seen[addr]; !ok && len(l.seen) >= maxAddresses {
		addr = ""
	}
	if l.seen[addr] >= l.max {
		return false
	}
	l.seen[addr]++
	return true
}

// right takes back a try that was not wrong: behind one address there may be a whole hall.
func (l *limiter) right(addr string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen[addr] > 0 {
		l.seen[addr]--
	}
}
