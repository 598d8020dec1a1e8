package pgstore

import (
	"context"
	"fmt"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// Ingest implements central.Store. It asks the database twice: for all that the entries could meet, and to write what
// follows from that and commit.
func (s *Store) Ingest(ctx context.Context, at time.Time, entries []central.Entry) ([]central.Outcome, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	call, err := newCall(entries)
	if err != nil {
		return nil, err
	}
	var in *intake
	err = s.write(ctx, func(ctx context.Context, w *writer) error {
		if in, err = call.load(ctx, w); err != nil {
			return fmt.Errorf("look up items: %w", err)
		}
		in.at = micro(at)
		in.all(call)
		if in.empty() {
			return errDone
		}
		if err := in.save(ctx, w); err != nil {
			return fmt.Errorf("write items: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ingest %d items: %w", len(entries), err)
	}
	for kiosk := range in.changed {
		s.wake(kiosk)
	}
	return in.outcomes, nil
}

// call is what one Ingest is about: its entries and the names under which they could be there already.
type call struct {
	entries []entry
	kiosks  []int32 // numbers of their locks, in rising order
	sources map[string]*names
	byKiosk map[string][][16]byte // cases, by formatKiosk
	cases   [][16]byte
	numbers []string // receipt numbers and tracking codes of cases that may be opened
	devices []int32
	hashes  [][]byte
}

// names are the identities that entries of one source claim.
type names struct {
	ids       [][16]byte
	sequences []int64
}

// entry is a central.Entry with its names as the tables know them.
type entry struct {
	*central.Entry
	kiosk    central.Kiosk
	id       [16]byte
	sequence uint64
	caseID   [16]byte // zero for an item of no case
	caseSeq  uint32
}

// all takes the entries in, in their order.
func (in *intake) all(c *call) {
	in.outcomes, in.answered = make([]central.Outcome, len(c.entries)), make([]*line, len(c.entries))
	for i := range c.entries {
		in.alarm = ""
		in.outcomes[i], in.answered[i] = in.one(&c.entries[i])
		in.outcomes[i].Alarm = in.alarm
	}
	// A later entry of the same call may have released a held one.
	for i, l := range in.answered {
		if in.outcomes[i].Status == wire.Held && l.Applied {
			in.outcomes[i].Status = wire.Stored
		}
	}
}
