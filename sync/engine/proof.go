package engine

import (
	"fmt"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// result is what the upstream said of one item. proven is what its ack proves; empty when it says anything else, or err why
// it proves nothing.
type result struct {
	wire.Result
	proven wire.Status
	err    error
}

// read puts the results in the order of the items and verifies their acks; an item without a result has an empty one. It
// runs beside other batches: checking a hundred signatures takes as long as a short line's way there and back.
func (e *Engine) read(items []*item.Item, answer wire.BatchAnswer) []result {
	said := make(map[string]wire.Result, len(answer.Results))
	for _, r := range answer.Results {
		if _, twice := said[r.ID]; !twice {
			said[r.ID] = r
		}
	}
	results := make([]result, len(items))
	for i, it := range items {
		r := result{Result: said[it.ID]}
		switch r.Status {
		case wire.Stored, wire.Duplicate, wire.Held:
			r.proven, r.err = e.verify(it, r.Result)
		}
		results[i] = r
	}
	return results
}

// verify checks the ack of a result against the item and the keys that count, and gives what it proves. The ack must
// say the same as the result, where a duplicate may be either; the result alone proves nothing.
func (e *Engine) verify(it *item.Item, r wire.Result) (wire.Status, error) {
	ack := r.Ack
	if ack == nil {
		return "", fmt.Errorf("%w: there is none", wire.ErrAck)
	}
	key, ok := e.cfg.AckKeys[ack.Key]
	switch {
	case !ok:
		return "", fmt.Errorf("%w: key is not known", wire.ErrAck)
	case ack.Tier != key.Tier:
		return "", fmt.Errorf("%w: key of tier %s speaks for another", wire.ErrAck, key.Tier)
	case ack.Status != wire.Stored && ack.Status != wire.Held:
		return "", fmt.Errorf("%w: says neither stored nor held", wire.ErrAck)
	case r.Status != ack.Status && r.Status != wire.Duplicate:
		return "", fmt.Errorf("%w: says other than its result", wire.ErrAck)
	}
	return ack.Status, ack.Verify(it, e.cfg.Suite, key.Public)
}
