package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrFenced is returned by Accept once it is known that another machine is, or was, the same kiosk: what is accepted here
// might take numbers that are given out. What waits still goes out. It ends with a new enrolment, in another directory.
var ErrFenced = errors.New("another machine is or was this kiosk")

// The reasons for a fence.
const (
	fenceOld        = "upstream has items of this kiosk that it does not: its disk is an old image"
	fenceClone      = "upstream has other items under this kiosk's numbers: its disk was cloned"
	fenceSuperseded = "another machine was enrolled in this one's place"
)

// Meet compares what the upstream knows of this source with what is here: the last sequence up to which it lacks nothing, and
// whether a later incarnation was enrolled. What does not fit puts the fence up, for good.
func (o *Outbox) Meet(ctx context.Context, through uint64, superseded bool) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("meet upstream: %w", err)
	}
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	o.mu.Lock()
	err, reason := o.usable(), ""
	switch {
	case err != nil || o.fenced != "":
	case superseded:
		reason = fenceSuperseded
	case through > o.durable:
		reason = fenceOld
	case o.index.conflictUpTo(through):
		reason = fenceClone
	}
	o.mu.Unlock()
	if err != nil || reason == "" {
		return err
	}
	if err := o.store.write([]change{{[]byte(keyFence), []byte(reason)}}); err != nil {
		return fmt.Errorf("put fence up: %w", err)
	}
	if err := o.store.sync(); err != nil {
		return fmt.Errorf("put fence up: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fenced = reason
	o.logger.Error("this kiosk accepts nothing any more", "why", reason, "at", o.cfg.Now().Format(time.RFC3339))
	return nil
}

// conflictUpTo says whether an item of ours is in conflict whose sequence the upstream has: somebody else's, then.
func (x *index) conflictUpTo(through uint64) bool {
	if x.count[StateConflict] == 0 {
		return false
	}
	for _, p := range x.byID {
		if p.seq <= through && x.names.states[p.state] == StateConflict {
			return true
		}
	}
	return false
}

// recallFence reads it.
func (o *Outbox) recallFence() error {
	b, err := o.store.read([]byte(keyFence))
	if err != nil && !errors.Is(err, errMissing) {
		return err
	}
	o.fenced = string(b)
	return nil
}
