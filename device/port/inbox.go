package port

import (
	"context"
	"errors"
	"sync"
)

// inboxLimit is how many unread bytes are kept. The longest answer of any device here is 2.3 KB; a line that floods
// beyond this is noise, and the oldest bytes go first.
const inboxLimit = 64 << 10

// inbox holds received bytes until they are read. The reader of the line puts, one consumer takes.
type inbox struct {
	mu    sync.Mutex
	buf   []byte
	end   error         // why nothing more will come
	ready chan struct{} // one token: something has changed
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

func (b *inbox) signal() {
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// put appends received bytes. It copies p.
func (b *inbox) put(p []byte) {
	b.mu.Lock()
	b.append(p)
	b.mu.Unlock()
	b.signal()
}

// append does the work of put; mu is held.
func (b *inbox) append(p []byte) {
	if over := len(b.buf) + len(p) - inboxLimit; over > 0 {
		b.drop(min(over, len(b.buf)))
	}
	if len(b.buf)+len(p) > cap(b.buf) {
		// Growing by append would leave an unwiped copy behind.
		bigger := make([]byte, len(b.buf), max(4096, 2*(len(b.buf)+len(p))))
		copy(bigger, b.buf)
		clear(b.buf)
		b.buf = bigger
	}
	b.buf = append(b.buf, p...)
}

// drop removes and wipes the first n bytes; mu is held.
func (b *inbox) drop(n int) {
	kept := copy(b.buf, b.buf[n:])
	clear(b.buf[kept:])
	b.buf = b.buf[:kept]
}

// finish says that nothing more will come. The first reason stays, but for ErrClosed, which is the last word.
func (b *inbox) finish(err error) {
	b.mu.Lock()
	if b.end == nil || errors.Is(err, ErrClosed) {
		b.end = err
	}
	b.mu.Unlock()
	b.signal()
}

// ended returns the reason given to finish, or nil.
func (b *inbox) ended() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end
}

// empty wipes all unread bytes.
func (b *inbox) empty() {
	b.mu.Lock()
	b.drop(len(b.buf))
	b.mu.Unlock()
}

// take waits for bytes. What came before the end is still handed out, unless the end is ErrClosed.
func (b *inbox) take(ctx context.Context, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		b.mu.Lock()
		if errors.Is(b.end, ErrClosed) {
			b.mu.Unlock()
			return 0, ErrClosed
		}
		if len(b.buf) > 0 {
			n := copy(p, b.buf)
			b.drop(n)
			b.mu.Unlock()
			return n, nil
		}
		end := b.end
		b.mu.Unlock()
		if end != nil {
			return 0, end
		}
		select {
		case <-b.ready:
		case <-ctx.Done():
			return 0, contextError(ctx)
		}
	}
}
