package printer_test

import (
	"context"
	"sync"
	"testing"

	"onedoor/device/port"
	"onedoor/device/printer"
)

// slowLine is a line with a queue, which a pseudo terminal lacks: what was not drained before Close is lost.
type slowLine struct {
	port.Port
	mu            sync.Mutex
	queued, gone  int
	drained, lost int
}

func (s *slowLine) Write(_ context.Context, p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queued += len(p)
	return len(p), nil
}

func (s *slowLine) Drain(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone += s.queued
	s.queued = 0
	s.drained++
	return nil
}

func (s *slowLine) Flush() error { return nil }

func (s *slowLine) Close() error {
	s.mu.Lock()
	s.lost = s.queued
	s.mu.Unlock()
	return s.Port.Close()
}

// A printer that never answers gets all of its paper, also when the program ends right after the print (T6).
func TestMutePrinterGetsTheWholePaper(t *testing.T) {
	t.Parallel()
	near, far := port.Pipe()
	defer far.Close()
	line := &slowLine{Port: near}
	profile := printer.Generic80()
	profile.Proof, profile.Realtime = printer.ProofNone, false
	p, err := printer.New(printer.Config{Open: func(context.Context) (port.Port, error) { return line, nil }, Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	r := p.Print(ctx, receipt(false))
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if r.Outcome != printer.Unknown || r.Cause != "" {
		t.Errorf("outcome %s, cause %q", r.Outcome, r.Cause)
	}
	if line.lost > 0 || line.gone < r.Bytes || line.drained == 0 {
		t.Errorf("%d bytes went out of %d, %d were taken back", line.gone, r.Bytes, line.lost)
	}
}
