package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// Queue is the part of an outbox that pushing needs.
type Queue interface {
	Due(now time.Time, limit int) ([]outbox.Entry, error)
	Begin(ctx context.Context, ids []string) error
	Settle(ctx context.Context, settlements []outbox.Settlement) error
	Defer(ctx context.Context, ids []string, until time.Time, reason string) error
	Stats() outbox.Stats
	Changes() <-chan struct{}
	// Meet compares what the upstream knows of this source with what is here.
	Meet(ctx context.Context, through uint64, superseded bool) error
	Ledger
}

// Ledger is the part of an outbox that a change of the upstream's ledger needs.
type Ledger interface {
	// Epoch is of the ledger that the outbox was last compared with, empty before the first time.
	Epoch() (epoch string, last uint64, err error)
	// Reconcile sends again what the ledger of that epoch lacks; gone are sequences that are not here any more.
	Reconcile(ctx context.Context, epoch string, lacks []wire.Run) (again int, gone []uint64, err error)
	// Adopt ends a comparison.
	Adopt(ctx context.Context, epoch string) error
}

// View is the part of an outbox that pulling needs.
type View interface {
	Get(id string) (outbox.Entry, error)
	Cursor() (string, error)
	ApplyFeed(ctx context.Context, u outbox.FeedUpdate) error
	ResetFeed(ctx context.Context) error
}

// Outbox is what the engine moves.
type Outbox interface {
	Queue
	View
}

// Client is the upstream. Its errors are those of wire.Client.
type Client interface {
	Hello(ctx context.Context) (wire.Hello, error)
	Reconcile(ctx context.Context, from, to uint64) (epoch string, lacks []wire.Run, err error)
	PostBatch(ctx context.Context, items []*item.Item) (wire.BatchAnswer, error)
	Feed(ctx context.Context, cursor string, wait time.Duration) (wire.FeedPage, error)
}

var (
	_ Outbox = (*outbox.Outbox)(nil)
	_ Client = (*wire.Client)(nil)
)

// Clock learns the upstream's time: what it said, and when it was asked and answered by this machine's clock.
type Clock interface {
	Heard(sent, answered, upstream time.Time)
}

// Config is what New needs. Every field but Hall, Clock and Logger is required.
type Config struct {
	Hall    string // whose roster of staff counts; empty: none does
	Outbox  Outbox
	Client  Client
	Suite   item.Suite
	AckKeys map[string]AckKey // by id, of the upstreams whose acks count
	Now     func() time.Time
	Clock   Clock        // nil: nobody wants to know
	Logger  *slog.Logger // nil: nothing is logged
}

// AckKey is an upstream's public signing key and the only tier it may speak for.
type AckKey struct {
	Tier   wire.Tier
	Public []byte
}

// Engine is a push and a pull loop.
type Engine struct {
	cfg    Config
	logger *slog.Logger

	push push // owned by the push loop
	pull pull // owned by the pull loop

	status statusBoard
	probe  chan struct{} // asks the push loop to probe
	linkUp chan struct{} // tells the pull loop that the link is back

	mu         sync.Mutex
	resting    alarm              // no loop asks until then
	suspect    bool               // something failed that a probe has to explain
	pressed    bool               // a person wants no pause
	pollCancel context.CancelFunc // of the long poll under way
	cancel     context.CancelFunc
	running    sync.WaitGroup
}

// slowPoll is how often the loops look by themselves. Looking costs no request.
const slowPoll = 2 * time.Second

// New makes an engine that does nothing until Start.
func New(cfg Config) (*Engine, error) {
	switch {
	case cfg.Outbox == nil || cfg.Client == nil:
		return nil, errors.New("new sync engine: no outbox or no client")
	case cfg.Suite == nil || len(cfg.AckKeys) == 0:
		return nil, errors.New("new sync engine: no keys to verify acks with")
	case cfg.Now == nil:
		return nil, errors.New("new sync engine: no clock")
	}
	for id, key := range cfg.AckKeys {
		if id == "" || len(key.Public) == 0 || key.Tier != wire.TierCentral && key.Tier != wire.TierEdge {
			return nil, fmt.Errorf("new sync engine: ack key %q has no bytes or no tier", id)
		}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Engine{cfg: cfg, logger: cfg.Logger, probe: make(chan struct{}, 1), linkUp: make(chan struct{}, 1)}
	e.push.pace = pace{limit: firstBatch, flights: 1, most: wire.MaxBatchItems}
	e.push.maxBytes = wire.MaxBatchBytes
	e.status.start(Status{Since: cfg.Now(), Waiting: cfg.Outbox.Stats().Waiting})
	return e, nil
}

// Start returns at once; the loops run until Stop or until ctx ends. A second Start does nothing.
func (e *Engine) Start(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("start sync engine: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cancel != nil {
		return nil
	}
	ctx, e.cancel = context.WithCancel(ctx)
	e.running.Go(func() { e.loop(ctx, "push", e.pushOnce, e.cfg.Outbox.Changes(), e.probe) })
	e.running.Go(func() { e.loop(ctx, "pull", e.pullOnce, e.linkUp, nil) })
	return nil
}

// Stop ends both loops and waits for them. It may be called twice, and before Start.
func (e *Engine) Stop() {
	e.mu.Lock()
	cancel := e.cancel
	e.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	e.running.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cancel = nil
}

// loop only ticks: once does the work and says how long it can wait. It logs when a failure begins, and when it ends
// with the number of failed turns.
func (e *Engine) loop(ctx context.Context, name string, once func(context.Context) (time.Duration, error), wake, wakeToo <-chan struct{}) {
	failures := 0
	for ctx.Err() == nil {
		wait, err := once(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && failures == 0:
			e.logger.Warn("sync fails", "loop", name, "error", err)
			failures++
		case err != nil:
			failures++
		case failures > 0 && e.Status().Link == Online && e.Status().Trouble == "":
			e.logger.Info("sync recovered", "loop", name, "failed_turns", failures)
			failures = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-wake:
		case <-wakeToo:
		}
		timer.Stop()
	}
}

// pause keeps both loops from asking until then.
func (e *Engine) pause(until alarm) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.resting = until
}

func (e *Engine) paused(now time.Time) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.resting.left(now)
}

func (e *Engine) setSuspect(v bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.suspect = v
}

func (e *Engine) suspected() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.suspect
}

func wakeUp(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
