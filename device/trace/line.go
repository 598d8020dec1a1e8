package trace

import (
	"context"
	"errors"

	"onedoor/device/port"
)

// exchangeLimit is how many bytes from a device are kept until they are blanked. The longest answer has 2.3 KB.
const exchangeLimit = 64 << 10

// line is an open line that is recorded.
type line struct {
	port.Port
	recorder *Recorder
	number   int
	blank    Blanker

	// The exchange that is under way; the recorder's mu is held.
	sent     []byte
	sentAt   int64
	received []byte
	pieces   []piece
	turn     int // counts exchanges
	over     bool
}

// piece is bytes that came together.
type piece struct {
	at int64
	n  int
}

var _ port.Port = (*line)(nil)

// Read implements port.Port. A time-out ends the exchange: a scanner's codes are told apart by nothing else.
func (l *line) Read(ctx context.Context, p []byte) (int, error) {
	n, err := l.Port.Read(ctx, p)
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	if n > 0 {
		l.hear(p[:n])
	}
	if errors.Is(err, port.ErrTimeout) {
		l.flush()
	}
	l.lost(err)
	return n, err
}

// Write implements port.Port. Only what the line has taken is recorded.
func (l *line) Write(ctx context.Context, p []byte) (int, error) {
	l.recorder.mu.Lock()
	l.flush()
	l.sent, l.sentAt = append(make([]byte, 0, len(p)), p...), l.recorder.now()
	turn := l.turn
	l.recorder.mu.Unlock()
	n, err := l.Port.Write(ctx, p)
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	if l.turn == turn && n < len(l.sent) {
		clear(l.sent[n:])
		l.sent = l.sent[:n]
	}
	l.lost(err)
	return n, err
}

// Flush implements port.Port.
func (l *line) Flush() error {
	err := l.Port.Flush()
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	l.flush()
	l.lost(err)
	return err
}

// Drain waits until all that was written has left the machine, where the line knows when that is.
func (l *line) Drain(ctx context.Context) error {
	if d, ok := l.Port.(interface{ Drain(context.Context) error }); ok {
		return d.Drain(ctx)
	}
	return nil
}

// Close implements port.Port.
func (l *line) Close() error {
	err := l.Port.Close()
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	l.flush()
	l.end(closed)
	return err
}

// hear keeps received bytes; the recorder's mu is held.
func (l *line) hear(p []byte) {
	if len(l.received)+len(p) > exchangeLimit {
		l.flush()
	}
	if need := len(l.received) + len(p); need > cap(l.received) {
		// Growing by append would leave an unwiped copy behind.
		bigger := make([]byte, len(l.received), max(4096, 2*need))
		copy(bigger, l.received)
		clear(l.received)
		l.received = bigger
	}
	l.received = append(l.received, p...)
	l.pieces = append(l.pieces, piece{l.recorder.now(), len(p)})
}

// flush blanks the exchange, writes it and wipes it; the recorder's mu is held.
func (l *line) flush() {
	l.turn++
	if len(l.sent)+len(l.received) == 0 {
		return
	}
	l.blank.Blank(l.sent, l.received)
	if len(l.sent) > 0 {
		l.recorder.bytes(l.number, l.sentAt, out, l.sent)
	}
	at := 0
	for _, p := range l.pieces {
		l.recorder.bytes(l.number, p.at, in, l.received[at:at+p.n])
		at += p.n
	}
	// Blanking kept the lengths only; this is for a Blanker that did not know better.
	clear(l.sent)
	clear(l.received)
	l.sent, l.received, l.pieces = nil, l.received[:0], l.pieces[:0]
}

// lost notes a device that was pulled; the recorder's mu is held.
func (l *line) lost(err error) {
	if errors.Is(err, port.ErrUnplugged) {
		l.flush()
		l.end(gone)
	}
}

// end writes how the opening ended, once; the recorder's mu is held.
func (l *line) end(w what) {
	if !l.over {
		l.over = true
		l.recorder.put(entry{Micros: l.recorder.now(), Line: l.number, What: w})
	}
}
