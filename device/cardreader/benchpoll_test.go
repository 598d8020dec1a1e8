package cardreader

import (
	"bytes"
	"context"
	"testing"

	"onedoor/device/port"
)

// fixed answers each question at once with the same bytes.
type fixed struct {
	port.Port
	answer []byte
	left   []byte
}

func (p *fixed) Flush() error {
	p.left = nil
	return nil
}

func (p *fixed) Write(_ context.Context, b []byte) (int, error) {
	p.left = p.answer
	return len(b), nil
}

func (p *fixed) Read(_ context.Context, b []byte) (int, error) {
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// BenchmarkPoll is one question for a card where none lies, without the line's own work.
func BenchmarkPoll(b *testing.B) {
	r, err := New(Config{Open: func(context.Context) (port.Port, error) { return nil, port.ErrNotFound }})
	if err != nil {
		b.Fatal(err)
	}
	line := &fixed{answer: frame([]byte{0, 0, byte(CodeNoCard)})}
	l := &link{port: line, noise: &r.noise}
	b.ReportAllocs()
	for b.Loop() {
		if err := r.look(b.Context(), l); err != nil {
			b.Fatal(err)
		}
	}
	if !bytes.Equal(line.left, nil) || r.seat.found {
		b.Fatal("a card was found")
	}
}
