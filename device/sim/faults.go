package sim

import (
	"io"
	"math/rand/v2"
	"time"
)

// LineFaults are what a bad line or a sick device does to what it sends. The zero value is a line that is well.
type LineFaults struct {
	Damage  float64       // share of the bytes that arrive as others, 0 to 1
	Dribble time.Duration // pause after each byte
	HalfAt  int           // only so many bytes of each sending go out; 0 means all
}

// spoil damages bytes in place.
func (f LineFaults) spoil(b []byte) {
	if f.Damage <= 0 {
		return
	}
	for i := range b {
		if rand.Float64() < f.Damage {
			b[i] ^= byte(1 + rand.IntN(255))
		}
	}
}

// cut is how many of n bytes go out.
func (f LineFaults) cut(n int) int {
	if f.HalfAt > 0 {
		return min(n, f.HalfAt)
	}
	return n
}

// piece is how many bytes go out at once.
func (f LineFaults) piece(n int) int {
	if f.Dribble > 0 {
		return min(n, 1)
	}
	return n
}

// pause waits after a byte that dribbles; it returns false when stop was closed first.
func (f LineFaults) pause(stop <-chan struct{}) bool {
	if f.Dribble <= 0 {
		return true
	}
	return wait(f.Dribble, stop)
}

// send puts b on the line at its speed, with the faults. It returns false when the line has gone.
func (f LineFaults) send(line io.Writer, b []byte, out *pace, stop <-chan struct{}) bool {
	b = append([]byte(nil), b[:f.cut(len(b))]...)
	f.spoil(b)
	for len(b) > 0 {
		n := f.piece(min(16, len(b)))
		if !out.spend(n, stop) {
			return false
		}
		if _, err := line.Write(b[:n]); err != nil || !f.pause(stop) {
			return false
		}
		b = b[n:]
	}
	return true
}

// wait returns false when stop was closed before d was over.
func wait(d time.Duration, stop <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-stop:
		return false
	case <-timer.C:
		return true
	}
}
