package outbox

import (
	"cmp"
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

// index holds in memory what has not ended: about 200 bytes an item. What it packs is never changed in place, only replaced.
type index struct {
	names names
	byID  map[uuid]*packed
	queue [classes][]*packed // waiting ones in order of sequence; may hold replaced ones until tidy
	heads map[uuid]*packed   // by case, the first item that blocks later ones of it
	tails map[uuid][]*packed // those that block behind the first, in order of sequence; few cases have any
	count map[State]int      // without stored-central
	ended int                // stored-central
	stale [classes]int       // entries of queue that no longer count
	bytes int64              // encoded size of the waiting ones
}

func newIndex() index {
	return index{byID: map[uuid]*packed{}, heads: map[uuid]*packed{}, tails: map[uuid][]*packed{}, count: map[State]int{}}
}

func bySequence(a, b *packed) int { return cmp.Compare(a.seq, b.seq) }

func insert(list []*packed, p *packed) []*packed {
	i, found := slices.BinarySearchFunc(list, p, bySequence)
	if found {
		list[i] = p
		return list
	}
	return slices.Insert(list, i, p)
}

// find gives the record of an ID, or nil when the index does not hold it.
func (x *index) find(id string) *record {
	if p := x.byID[parseUUID(id)]; p != nil {
		return x.names.unpack(p)
	}
	return nil
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
	p := x.names.pack(r)
	x.byID[p.id] = p
	if r.State.waiting() {
		c := classOf(r.Type)
		x.queue[c] = insert(x.queue[c], p)
		x.bytes += int64(r.Size)
	}
	if r.CaseID != "" && r.State.blocks() {
		x.block(p)
	}
}

// replace puts next in the place of the record with the same sequence.
func (x *index) replace(next *record) {
	if p := x.byID[parseUUID(next.ID)]; p == nil {
		x.ended--
	} else {
		old := x.names.unpack(p)
		delete(x.byID, p.id)
		x.count[old.State]--
		if old.State.waiting() {
			x.bytes -= int64(old.Size)
			if !next.State.waiting() {
				x.stale[classOf(old.Type)]++
			}
		}
		if old.CaseID != "" && old.State.blocks() {
			x.unblock(p)
		}
	}
	x.add(next)
}

func (x *index) block(p *packed) {
	head := x.heads[p.caseID]
	switch {
	case head == nil:
		x.heads[p.caseID] = p
	case p.seq < head.seq:
		x.heads[p.caseID], x.tails[p.caseID] = p, insert(x.tails[p.caseID], head)
	default:
		x.tails[p.caseID] = insert(x.tails[p.caseID], p)
	}
}

func (x *index) unblock(p *packed) {
	tail := x.tails[p.caseID]
	switch i, found := slices.BinarySearchFunc(tail, p, bySequence); {
	case found:
		tail = slices.Delete(tail, i, i+1)
	case x.heads[p.caseID] != p:
		return
	case len(tail) == 0:
		delete(x.heads, p.caseID)
		return
	default:
		x.heads[p.caseID] = tail[0]
		tail = slices.Delete(tail, 0, 1)
	}
	if x.tails[p.caseID] = tail; len(tail) == 0 {
		delete(x.tails, p.caseID)
	}
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
			if x.byID[queued.id] != queued || x.names.states[queued.state] != StateAccepted {
				continue
			}
			if wait := queued.next.time().Sub(now); wait > 0 && wait <= MaxDefer {
				continue
			}
			if queued.caseID != (uuid{}) && x.heads[queued.caseID] != queued {
				continue // its predecessor is not stored
			}
			out = append(out, x.names.unpack(queued))
		}
	}
	return out
}

// tidy drops replaced records once they are the greater part.
func (x *index) tidy(c int) {
	if x.stale[c] <= len(x.queue[c])/2 {
		return
	}
	x.queue[c] = slices.DeleteFunc(x.queue[c], func(p *packed) bool { return x.byID[p.id] != p })
	x.stale[c] = 0
}

// oldest is when the first waiting item was accepted; zero without one.
func (x *index) oldest() time.Time {
	if p := x.firstWaiting(); p != nil {
		return p.at.time()
	}
	return time.Time{}
}

// oldestSequence is its sequence; 0 without one.
func (x *index) oldestSequence() uint64 {
	if p := x.firstWaiting(); p != nil {
		return p.seq
	}
	return 0
}

func (x *index) firstWaiting() *packed {
	var first *packed
	for _, q := range x.queue {
		for _, p := range q {
			if x.byID[p.id] != p {
				continue
			}
			if first == nil || p.seq < first.seq {
				first = p
			}
			break
		}
	}
	return first
}
