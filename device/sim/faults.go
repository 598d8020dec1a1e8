package sim

import (
	"math/rand/v2"
	"sync"
	"time"
)

// LineFaults are what a bad line or a sick device does to what it sends. The zero value is a line that is well.
type LineFaults struct {
	Damage  float64       // share of the bytes that arrive as others, 0 to 1
	Dribble time.Duration // pause after each byte
	HalfAt  int           // only so many bytes of each sending go out, as the lever stands when it begins; 0 means all
	Baud    int           // speed of the device, in bits a second; 0 means the one it was set up with
	Strict  bool          // a host that has set another speed hears noise, and so does the device; needs a pseudo terminal
	// Taken lets another program have the line: at once when nobody has it, else from the next plugging on. It has the lock
	// that programs ask for; one that does not ask gets in.
	Taken bool
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

// piece is how many of n bytes go out at once.
func (f LineFaults) piece(n int) int {
	if f.Dribble > 0 {
		return min(n, 1)
	}
	return min(n, 16)
}

// speed is that of the line; usual is the one set up.
func (f LineFaults) speed(usual int) int {
	if f.Baud > 0 {
		return f.Baud
	}
	return usual
}

// news wakes those who wait when the levers have been moved. The zero value is ready.
type news struct {
	mu   sync.Mutex
	next chan struct{}
}

// coming is closed at the next moving. It must be taken before a look at the levers, so that none is missed.
func (n *news) coming() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

// wait waits until d has passed since start; d is asked anew when the levers are moved. It returns false when stop was
// closed first.
func (n *news) wait(start time.Time, d func() time.Duration, stop <-chan struct{}) bool {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		coming := n.coming()
		timer.Reset(time.Until(start.Add(d())))
		select {
		case <-stop:
			return false
		case <-timer.C:
			return true
		case <-coming:
		}
	}
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
