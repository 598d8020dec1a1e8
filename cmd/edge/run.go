package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"onedoor/cmd/edge/node"
	"onedoor/sync/outbox"
)

type runCommand struct {
	site
	JSON bool `name:"json" help:"One line of JSON a second on standard output: waiting, delivered, bytes, link."`
}

const (
	// fewItems is what is always provided for, and while it is not known yet how many wait.
	fewItems = 50_000

	statusEvery   = time.Second
	progressEvery = 10 // in statuses: how often the log tells, while something changes
)

// status is a line of --json. It holds no personal data.
type status struct {
	Time      time.Time `json:"time"`
	Waiting   int       `json:"waiting"`   // items that the upstream does not have yet
	Delivered int       `json:"delivered"` // items that central has, also by earlier runs
	Held      int       `json:"held"`      // items that the upstream keeps for later
	Dead      int       `json:"dead"`      // items that were refused and wait for a person
	Bytes     int64     `json:"bytes"`     // of the waiting items
	Link      string    `json:"link"`      // unknown, online or offline
	Trouble   string    `json:"trouble,omitempty"`
	Stopped   bool      `json:"stopped,omitempty"` // after a failed write
}

func statusOf(n *node.Node, now time.Time) status {
	s, e := n.Stats(), n.Status()
	return status{Time: now.UTC(), Waiting: s.Waiting, Delivered: s.ByState[outbox.StateStoredCentral],
		Held: s.ByState[outbox.StateHeld] + s.ByState[outbox.StateStoredEdge], Dead: s.ByState[outbox.StateRejected] + s.ByState[outbox.StateConflict],
		Bytes: s.Bytes, Link: e.Link.String(), Trouble: string(e.Trouble), Stopped: s.Stopped != nil}
}

func (s status) log(logger *slog.Logger) {
	logger.Info("progress", "waiting", s.Waiting, "delivered", s.Delivered, "held", s.Held, "dead", s.Dead, "bytes", s.Bytes, "link", s.Link,
		"trouble", s.Trouble)
}

// same tells whether nothing has changed but the time.
func (s status) same(as status) bool {
	s.Time, as.Time = time.Time{}, time.Time{}
	return s == as
}

// errOutbox ends a run whose outbox has stopped: only opening it anew says what is on the medium.
var errOutbox = errors.New("the outbox has stopped; start again")

// run brings the node up and tells how it does until ctx ends.
func (c *runCommand) run(ctx context.Context, stdout io.Writer, logger *slog.Logger) (err error) {
	limitMemory(fewItems)
	n, err := node.Start(ctx, c.config(logger))
	if err != nil {
		return err
	}
	limitMemory(max(fewItems, n.Stats().Waiting))
	defer func() {
		last := statusOf(n, time.Now())
		err = errors.Join(err, n.Stop())
		last.log(logger)
	}()
	tick := time.NewTicker(statusEvery)
	defer tick.Stop()
	var told status
	for turn := 0; ; turn++ {
		now := statusOf(n, time.Now())
		if c.JSON {
			if err := json.NewEncoder(stdout).Encode(now); err != nil {
				return fmt.Errorf("write status: %w", err)
			}
		}
		if turn%progressEvery == 0 && !now.same(told) || now.Waiting == 0 && told.Waiting > 0 || now.Link != told.Link {
			now.log(logger)
			told = now
		}
		if now.Stopped {
			return fmt.Errorf("%w: %w", errOutbox, n.Stats().Stopped)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
