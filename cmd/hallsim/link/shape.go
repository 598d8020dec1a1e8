package link

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Shape makes a link slow. The zero value is loopback as it is.
//
// Order within a connection is kept and no byte is lost. Not shaped are what a real line adds to each packet (about 3 % of
// full ones) and TCP's slow start; the handshake is: the first bytes of a connection come a round trip later.
type Shape struct {
	RTT    time.Duration // half of it each way
	Jitter time.Duration // at most so much more each way, drawn for each piece
	Rate   Rate          // each way, shared by all connections
	Seed   uint64        // of the jitter
}

func (s Shape) validate() error {
	if s.RTT < 0 || s.Jitter < 0 || s.Rate < 0 || s.Rate > mostRate {
		return errors.New("delay and rate must not be negative, nor the rate above 1 Tbit/s")
	}
	return nil
}

// Pieces that bytes travel in: a packet where there is a rate, so that connections share it fairly.
const (
	packet     = 1460
	bigPiece   = 32 << 10
	mostPieces = 1024 // of one connection and direction under way; then its sender waits
)

// lane is one direction of a shaped link.
type lane struct {
	shape  Shape
	bucket bucket

	mu   sync.Mutex
	dice *rand.Rand
}

// newLane makes a lane; which tells the two of a link apart.
func newLane(s Shape, which uint64) *lane {
	return &lane{shape: s, bucket: bucket{rate: s.Rate}, dice: rand.New(rand.NewPCG(s.Seed, which))}
}

func (l *lane) piece() int {
	if l.shape.Rate > 0 {
		return packet
	}
	return bigPiece
}

// send says of n bytes that are there at now when the last of them has left this end, and when it is at the other.
func (l *lane) send(n int, now time.Time) (leaves, arrives time.Time) {
	leaves = l.bucket.take(n, now)
	delay := l.shape.RTT / 2
	if l.shape.Jitter > 0 {
		l.mu.Lock()
		delay += time.Duration(l.dice.Int64N(int64(l.shape.Jitter) + 1))
		l.mu.Unlock()
	}
	return leaves, leaves.Add(delay)
}

// segment is a piece under way; one without data is the orderly end.
type segment struct {
	data    []byte
	arrives time.Time
}

// carryShaped is carry over a lane.
func (p *pipe) carryShaped(to, from net.Conn, w way) {
	under := make(chan segment, mostPieces)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.deliver(to, under, w.counter)
	}()
	p.collect(from, under, w.lane, w.extra)
	close(under)
	<-done
}

// collect reads what the sender has, at the lane's rate, and puts it under way.
func (p *pipe) collect(from net.Conn, under chan<- segment, l *lane, extra time.Duration) {
	var last time.Time
	for {
		data := make([]byte, l.piece())
		n, err := from.Read(data)
		now := time.Now()
		if err != nil && !errors.Is(err, io.EOF) {
			p.reset()
			return
		}
		leaves, arrives := l.send(n, now)
		arrives = arrives.Add(extra)
		if arrives.Before(last) { // jitter does not overtake
			arrives = last
		}
		last = arrives
		if n > 0 {
			extra = 0
			if !p.put(under, segment{data[:n], arrives}) {
				return
			}
		}
		if err != nil {
			p.put(under, segment{arrives: arrives})
			return
		}
		if !wait(p.ctx, leaves) {
			return
		}
	}
}

func (p *pipe) put(under chan<- segment, s segment) bool {
	select {
	case under <- s:
		return true
	case <-p.ctx.Done():
		return false
	}
}

// deliver writes each piece when it arrives, and passes the end on.
func (p *pipe) deliver(to net.Conn, under <-chan segment, counter *atomic.Uint64) {
	out := counted{to, counter}
	for s := range under {
		if !wait(p.ctx, s.arrives) {
			return
		}
		if len(s.data) == 0 {
			closeWrite(to)
			return
		}
		if _, err := out.Write(s.data); err != nil {
			p.reset()
			return
		}
	}
}

// wait is false when ctx ended first.
func wait(ctx context.Context, until time.Time) bool {
	d := time.Until(until)
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
