package printer

import (
	"context"
	"testing"

	"onedoor/device"
	"onedoor/device/port"
)

// well answers each real-time question at once: all is well.
type well struct {
	port.Port
	asked int
}

func (p *well) Flush() error { return nil }

func (p *well) Write(_ context.Context, b []byte) (int, error) {
	p.asked++
	return len(b), nil
}

func (p *well) Read(_ context.Context, b []byte) (int, error) {
	b[0] = 0x12
	return 1, nil
}

// BenchmarkPoll is one look at an idle printer, four questions, without the line's own work.
func BenchmarkPoll(b *testing.B) {
	p, err := New(Config{Profile: Generic80(), Open: func(context.Context) (port.Port, error) { return nil, port.ErrNotFound }})
	if err != nil {
		b.Fatal(err)
	}
	p.dirty = false
	line := new(well)
	c := &conn{port: line}
	b.ReportAllocs()
	for b.Loop() {
		if err := p.look(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	if p.Status().State != device.StateReady || line.asked < 4 {
		b.Fatalf("status %+v after %d questions", p.Status(), line.asked)
	}
}
