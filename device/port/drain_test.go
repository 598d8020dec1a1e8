package port

import (
	"errors"
	"testing"
	"time"
)

// A pseudo terminal has no queue of its own, so this shows only that Drain comes back, with the port's own end at the latest.
func TestDrainEnds(t *testing.T) {
	x := newTerminal(t)
	s := open(t, Config{Path: x.path})
	if _, err := s.Write(within(t, 30*time.Second), []byte("receipt")); err != nil {
		t.Fatal(err)
	}
	if err := s.Drain(within(t, 30*time.Second)); err != nil {
		t.Errorf("a line with nothing waiting: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Drain(within(t, 30*time.Second)); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed port: %v", err)
	}
}
