package outbox

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestPing: the committer answers when it is free, and not while a medium holds it up; after Close it says so.
func TestPing(t *testing.T) {
	b := setup(t)
	if err := b.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.writeMu.Lock() // as a write that hangs does
	accepted := make(chan error, 1)
	go func() {
		_, err := b.Accept(context.Background(), submission())
		accepted <- err
	}()
	limit := time.After(10 * time.Second)
	for held := false; !held; { // the committer takes the item up, and then does not answer
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		held = errors.Is(b.Ping(ctx), context.DeadlineExceeded)
		cancel()
		select {
		case <-limit:
			t.Fatal("it answers while it is held up")
		default:
		}
	}
	b.writeMu.Unlock()
	if err := <-accepted; err != nil {
		t.Error(err)
	}
	if err := b.Ping(t.Context()); err != nil {
		t.Errorf("free again: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Ping(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
