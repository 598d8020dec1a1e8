package port

import (
	"context"
	"sync"
)

// End is one end of an in-memory line. It keeps the same promises as a serial port.
type End struct {
	in, out *inbox
	mu      *sync.Mutex
	peer    *End
	closed  bool
}

// Pipe returns the two ends of a line in memory: what one writes, the other reads. Nothing is ever lost or late on it.
// Closing one end is, for the other, a device that was unplugged.
func Pipe() (*End, *End) {
	mu := new(sync.Mutex)
	a, b := newInbox(), newInbox()
	left := &End{in: a, out: b, mu: mu}
	right := &End{in: b, out: a, mu: mu, peer: left}
	left.peer = right
	return left, right
}

// Read implements Port.
func (e *End) Read(ctx context.Context, p []byte) (int, error) { return e.in.take(ctx, p) }

// Write implements Port.
func (e *End) Write(ctx context.Context, p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return 0, ErrClosed
	case e.peer.closed:
		return 0, ErrUnplugged
	case ctx.Err() != nil:
		return 0, contextError(ctx)
	}
	e.out.put(p)
	return len(p), nil
}

// Flush implements Port. What was written has already arrived, so only unread input goes.
func (e *End) Flush() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	if e.peer.closed {
		return ErrUnplugged
	}
	e.in.empty()
	return nil
}

// Close implements Port.
func (e *End) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	e.closed = true
	e.in.finish(ErrClosed)
	e.in.empty()
	e.out.finish(ErrUnplugged)
	return nil
}
