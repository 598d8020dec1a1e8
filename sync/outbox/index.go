package outbox

import (
	"slices"
	"strings"
	"time"

	"onedoor/sync/item"
)

// class orders items that are due. Cases go first and health goes last; what is not known goes between.
type class int

const (
	classCase class = iota
	classOther
	classHealth
	classes
)

func classOf(t item.Type) class {
	switch {
	case strings.HasPrefix(string(t), "cn.onedoor.submission."), strings.HasPrefix(string(t), "cn.onedoor.withdrawal."):
		return classCase
	case strings.HasPrefix(string(t), "cn.onedoor.health."):
		return classHealth
	}
	return classOther
}

// index holds in memory what has not ended: a few hundred bytes an item. Its records are never changed in place, only
// replaced, so a pointer read under the lock stays true.
type index struct {
	byID  map[string]*record
	queue [classes][]*record   // waiting ones in order of sequence; may hold replaced ones until tidy
	cases map[string][]*record // those that block later items of their case, in order of sequence
	count map[State]int        // without stored-central
	ended int                  // stored-central
	stale [classes]int         // entries of queue that no longer count
	bytes int64                // encoded size of the waiting ones
}

func newIndex() index {
	return index{byID: map[string]*record{}, cases: map[string][]*record{}, count: map[State]int{}}
}

func bySequence(a, b *record) int {
	switch {
	case a.seq < b.seq:
		return -1
	case a.seq > b.seq:
		return 1
	}
	return 0
}

func insert(list []*record, r *record) []*record {
	i, found := slices.BinarySearchFunc(list, r, bySequence)
	if found {
		list[i] = r
		return list
	}
	return slices.Insert(list, i, r)
}

// add takes in a record that the index does not hold.
func (x *index) add(r *record) {
	if r.State == StateStoredCentral {
		x.ended++
		return
	}
	x.count[r.State]++
	if r.ID == "" { // nothing else is known of it
		return
	}
	x.byID[r.ID] = r
	if r.State.waiting() {
		c := classOf(r.Type)
		x.queue[c] = insert(x.queue[c], r)
		x.bytes += int64(r.Size)
	}
	if r.CaseID != "" && r.State.blocks() {
		x.cases[r.CaseID] = insert(x.cases[r.CaseID], r)
	}
}

// replace puts next in the place of the record with the same sequence.
func (x *index) replace(next *record) {
	old, ok := x.byID[next.ID]
	if !ok {
		x.ended--
	} else {
		delete(x.byID, old.ID)
		x.count[old.State]--
		if old.State.waiting() {
			x.bytes -= int64(old.Size)
			if !next.State.waiting() {
				x.stale[classOf(old.Type)]++
			}
		}
		if old.CaseID != "" && old.State.blocks() {
			x.unblock(old)
		}
	}
	x.add(next)
}

func (x *index) unblock(r *record) {
	list := x.cases[r.CaseID]
	if i, found := slices.BinarySearchFunc(list, r, bySequence); found {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(x.cases, r.CaseID)
		return
	}
	x.cases[r.CaseID] = list
}

// MaxDefer bounds how far ahead an item can be put off. Next times further ahead come from a clock that has since been
// set back, and count as past.
const MaxDefer = time.Hour

// due gives up to limit records that may be sent at now.
func (x *index) due(now time.Time, limit int) []*record {
	var out []*record
	for c := range x.queue {
		x.tidy(c)
		for _, queued := range x.queue[c] {
			if len(out) == limit {
				return out
			}
			r := x.byID[queued.ID]
			if r == nil || r != queued || r.State != StateAccepted {
				continue
			}
			if wait := r.Next.Sub(now); wait > 0 && wait <= MaxDefer {
				continue
			}
			if r.CaseID != "" && x.cases[r.CaseID][0] != r {
				continue // its predecessor is not stored
			}
			out = append(out, r)
		}
	}
	return out
}

// tidy drops replaced records once they are the greater part.
func (x *index) tidy(c int) {
	if x.stale[c] <= len(x.queue[c])/2 {
		return
	}
	x.queue[c] = slices.DeleteFunc(x.queue[c], func(r *record) bool { return x.byID[r.ID] != r })
	x.stale[c] = 0
}

// oldest is the time of the waiting item with the lowest sequence; zero without one.
func (x *index) oldest() time.Time {
	var first *record
	for _, q := range x.queue {
		for _, r := range q {
			if x.byID[r.ID] != r {
				continue
			}
			if first == nil || r.seq < first.seq {
				first = r
			}
			break
		}
	}
	if first == nil {
		return time.Time{}
	}
	return first.At
}
