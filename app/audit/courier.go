package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// errEnough ends a walk.
var errEnough = errors.New("enough")

const (
	courierRetry = time.Minute // after the outbox did not take a checkpoint
	courierLast  = 3 * time.Second
)

// courier hands checkpoints to the outbox, in their order, beside the writer: a full outbox must not hold the log up.
type courier struct {
	log    *Log
	mu     sync.Mutex
	list   []wire.Checkpoint // to be handed over
	wake   chan struct{}
	cancel context.CancelFunc
	ended  chan struct{}
}

func (c *courier) start(l *Log) {
	c.log, c.wake, c.ended = l, make(chan struct{}, 1), make(chan struct{})
	sent := readSent(l.cfg.Dir)
	for _, one := range l.tail.checkpoints {
		if one.Count > sent && one.Source == l.cfg.Source.String() {
			c.list = append(c.list, one)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	go c.run(ctx)
}

func (c *courier) take(one wire.Checkpoint) {
	c.mu.Lock()
	c.list = append(c.list, one)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *courier) run(ctx context.Context) {
	defer close(c.ended)
	retry := time.NewTicker(courierRetry)
	defer retry.Stop()
	for {
		if err := c.deliver(ctx); err != nil && ctx.Err() == nil {
			c.log.logger.Warn("a checkpoint of the audit log waits", "error", err)
		}
		select {
		case <-c.wake:
		case <-retry.C:
		case <-ctx.Done():
			return
		}
	}
}

// deliver hands over what there is.
func (c *courier) deliver(ctx context.Context) error {
	if c.log.cfg.Outbox == nil {
		return nil
	}
	for {
		c.mu.Lock()
		if len(c.list) == 0 {
			c.mu.Unlock()
			return nil
		}
		one := c.list[0]
		c.mu.Unlock()
		payload, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("encode checkpoint: %w", err)
		}
		// The same checkpoint has the same id, so that one that is handed over twice is there once.
		id := item.DerivedID(fmt.Sprintf("%s %d %s", one.Source, one.Count, one.Head), "audit checkpoint")
		if _, err := c.log.cfg.Outbox.Accept(ctx, outbox.Draft{ID: id, Type: item.TypeAudit, Payload: payload}); err != nil {
			return fmt.Errorf("hand over checkpoint: %w", err)
		}
		c.mu.Lock()
		c.list = c.list[1:]
		c.mu.Unlock()
		if err := writeSent(c.log.cfg.Dir, one.Count); err != nil {
			return fmt.Errorf("note what was handed over: %w", err)
		}
	}
}

// stop ends the courier after one last try, bounded.
func (c *courier) stop() {
	c.cancel()
	<-c.ended
	ctx, cancel := context.WithTimeout(context.Background(), courierLast)
	defer cancel()
	if err := c.deliver(ctx); err != nil {
		c.log.logger.Warn("the last checkpoint waits for the next start", "error", err)
	}
}
