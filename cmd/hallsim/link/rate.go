package link

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rate is bits a second; zero means no limit.
type Rate float64

// mostRate is more than loopback carries, and keeps a byte's time above zero.
const mostRate Rate = 1e12

// ParseRate reads what a line's label says: 64kbit, 1mbit, 2.5mbit, 1gbit or 9600bit, each a second and in powers of 1000.
// An empty string and 0 mean no limit.
func ParseRate(s string) (Rate, error) {
	word := strings.ToLower(strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), "/s"))
	if word == "" || word == "0" {
		return 0, nil
	}
	for _, unit := range []struct {
		name string
		bits float64
	}{{"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}, {"bit", 1}} {
		number, ok := strings.CutSuffix(word, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if rate := Rate(n * unit.bits); err == nil && rate > 0 && rate <= mostRate {
			return rate, nil
		}
		break
	}
	return 0, fmt.Errorf("rate %q: want a number and bit, kbit, mbit or gbit, for instance 64kbit", s)
}

// takes is how long n bytes are on their way out.
func (r Rate) takes(n int) time.Duration {
	if r <= 0 {
		return 0
	}
	return time.Duration(math.Ceil(float64(n) * 8 / float64(r) * float64(time.Second)))
}

// burst is how much a line makes up for a timer that was late. A line that was idle for longer has saved up no more.
const burst = 10 * time.Millisecond

// bucket is one direction of a line, shared by all connections: what is taken in leaves in that order, at the rate.
type bucket struct {
	rate Rate

	mu   sync.Mutex
	free time.Time // when all that was taken in has left
}

// take puts n bytes that are there at now into the bucket and says when the last of them has left, never before now.
func (b *bucket) take(n int, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if earliest := now.Add(-burst); b.free.Before(earliest) {
		b.free = earliest
	}
	b.free = b.free.Add(b.rate.takes(n))
	if b.free.Before(now) {
		return now
	}
	return b.free
}
