package outbox

import (
	"slices"
	"time"

	"onedoor/sync/item"
)

// Summary is what is known of an item without the item itself. Nothing in it is personal.
type Summary struct {
	Sequence   uint64
	Type       item.Type
	State      State
	AcceptedAt time.Time
	Attempts   int
	LastError  string    // why the last one did not end its journey
	Next       time.Time // not before; zero means now
}

// Unfinished gives the first limit of those items that central has not stored and that keep wants, in order of sequence. It reads
// nothing from the disk, and works in every state: for pages that are looked at all day.
func (o *Outbox) Unfinished(limit int, keep func(State) bool) []Summary {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []Summary
	for _, p := range o.index.first(limit, keep) {
		r := o.index.names.unpack(p)
		out = append(out, Summary{r.seq, r.Type, r.State, r.At, r.Attempts, r.LastError, r.Next})
	}
	return out
}

// first gives the items with the lowest sequences among those whose state is kept.
func (x *index) first(limit int, keep func(State) bool) []*packed {
	wanted, most := make([]bool, len(x.names.states)), 0
	for i, s := range x.names.states {
		if wanted[i] = keep(s); wanted[i] {
			most += x.count[s]
		}
	}
	limit = min(limit, most)
	if limit <= 0 {
		return nil
	}
	list := make([]*packed, 0, limit+1)
	for _, p := range x.byID {
		if !wanted[p.state] || len(list) == limit && p.seq > list[limit-1].seq {
			continue
		}
		list = insert(list, p)
		list = list[:min(len(list), limit)]
	}
	return slices.Clip(list)
}
