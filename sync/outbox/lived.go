package outbox

import (
	"encoding/json"
	"time"
)

// lived counts how long this outbox has been open, over restarts, in ticks of its keeper: a time that no clock can step.
// Limits of age and silence hold only when a good part of the time that the clock claims was lived through as well, so that
// a clock that jumps by years, or is put right after a start in 1970, closes no kiosk.
type lived struct {
	Total  time.Duration `json:"total"`
	Heard  time.Duration `json:"heard"`  // Total when the upstream was last heard of
	Oldest uint64        `json:"oldest"` // sequence of the oldest waiting item
	Since  time.Duration `json:"since"`  // Total when it became that
}

const (
	// livedPart of a limit has to be lived through: a hall is open for six hours a day, or more.
	livedPart = 4
	// livedEvery is how much of it a power cut may take.
	livedEvery = time.Minute
)

// live counts a tick, and keeps the count now and then. It is called with writeMu held.
func (o *Outbox) live(tick time.Duration) {
	o.mu.Lock()
	o.lived.Total += tick
	if seq := o.index.oldestSequence(); seq != o.lived.Oldest {
		o.lived.Oldest, o.lived.Since = seq, o.lived.Total
	}
	now, failed := o.lived, o.failed
	o.mu.Unlock()
	if failed != nil || now.Total-o.keptLived < livedEvery {
		return
	}
	b, err := json.Marshal(now)
	if err == nil && o.store.write([]change{{[]byte(keyLived), b}}) == nil {
		o.keptLived, o.dirty = now.Total, true
	}
}

// recallLived reads it.
func (o *Outbox) recallLived() {
	if b, err := o.store.read([]byte(keyLived)); err == nil && json.Unmarshal(b, &o.lived) == nil {
		o.keptLived = o.lived.Total
	}
}

// waited reports whether the oldest item has really waited for long; called with mu held.
func (l lived) waited(oldest uint64, long time.Duration) bool {
	return l.Oldest == oldest && l.Total-l.Since >= long/livedPart
}

// silent reports whether nothing was really heard for long; called with mu held.
func (l lived) silent(long time.Duration) bool { return l.Total-l.Heard >= long/livedPart }
