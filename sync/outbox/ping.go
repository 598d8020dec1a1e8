package outbox

import (
	"context"
	"fmt"
)

// Ping returns nil when the one who commits is not held up: it has nothing to write, or has just written it. It gives ErrClosed,
// or the context's error when the answer did not come in time: a medium that hangs holds up everything.
func (o *Outbox) Ping(ctx context.Context) error {
	answer := make(chan struct{})
	select {
	case o.pings <- answer:
		<-answer
		return nil
	case <-o.quit:
		return fmt.Errorf("ping: %w", ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("ping: %w", ctx.Err())
	}
}
