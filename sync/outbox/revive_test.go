package outbox

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"time"
)

// wantRevived waits until the outbox has opened itself again.
func (b *bench) wantRevived() {
	b.t.Helper()
	limit := time.After(30 * time.Second)
	for b.Err() != nil {
		select {
		case <-b.Changes():
		case <-limit:
			b.t.Fatalf("still closed: %v", b.Err())
		}
	}
}

// TestAStoppedOutboxOpensItselfAgain: after a failed write nothing in memory is believed; what is durable is there, what is
// not can be accepted under the same id, and the chain goes on without a gap. Whether the failed write reached the medium or
// not.
func TestAStoppedOutboxOpensItselfAgain(t *testing.T) {
	for name, reached := range map[string]bool{"the write was lost": false, "the write was made": true} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			first := b.accept(submission())
			b.rest()
			s := b.makeBrittle()
			s.set(syscall.EIO, reached)
			d := submission()
			if _, err := b.Accept(t.Context(), d); !errors.Is(err, ErrStopped) && !errors.Is(err, syscall.EIO) {
				t.Fatalf("a failed write was no error: %v", err)
			}
			if _, err := b.Accept(t.Context(), submission()); !errors.Is(err, ErrStopped) {
				t.Fatalf("accepted after a failed write: %v", err)
			}
			b.wantRevived()
			again, err := b.Accept(t.Context(), d)
			if err != nil || again.Sequence != first.Sequence+1 {
				t.Errorf("the same again: %+v, %v", again, err)
			}
			next := b.accept(submission())
			if next.Sequence != first.Sequence+2 {
				t.Errorf("the next has sequence %d", next.Sequence)
			}
			b.rest()
			if err := b.Verify(context.Background()); err != nil {
				t.Error(err)
			}
			if due := b.dueIDs(); len(due) != 3 {
				t.Errorf("due are %v", due)
			}
			b.reopen()
			if stats := b.Stats(); stats.Waiting != 3 || stats.LastSequence != next.Sequence {
				t.Errorf("after a restart %+v", stats)
			}
		})
	}
}
