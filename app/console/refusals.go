package console

import (
	"sync"
	"time"
)

// refusalsAMinute are logged one by one of each member, and of all together who are unknown.
const refusalsAMinute = 30

// refusals bounds what goes into the audit log: whoever sends forged requests by the thousand must not fill the disk with them, and
// what somebody unknown sends does not hide what a member does.
type refusals struct {
	limit *limiter

	mu   sync.Mutex
	over map[refusal]uint64 // that were too many
}

type refusal struct {
	who Member
	why Refusal
}

func newRefusals(now func() time.Time) *refusals {
	return &refusals{limit: newLimiter(now, refusalsAMinute, time.Minute), over: map[refusal]uint64{}}
}

// take reports whether a refusal is logged by itself; otherwise it is counted.
func (r *refusals) take(one refusal) bool {
	if r.limit.take(one.who.ID) {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over[one]++
	return false
}

// rest gives what was counted and may be logged now, in one entry for each kind; at the end all of it.
func (r *refusals) rest(end bool) map[refusal]uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	due := map[refusal]uint64{}
	for one, n := range r.over {
		if end || r.limit.take(one.who.ID) {
			due[one] = n
			delete(r.over, one)
		}
	}
	return due
}

// logRest hands what was counted to the audit log.
func (c *Console) logRest(end bool) {
	for one, n := range c.refusals.rest(end) {
		c.cfg.Audit.Refused(one.who, one.why, n)
	}
}
