package outbox

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/journal"
)

// replay enters what the journal has and the queue lacks. Items that were dropped from the journal had ended.
func (o *Outbox) replay(found journal.Found) error {
	first := max(o.head.Sequence+1, found.First)
	if o.head.Sequence == 0 && found.First > 1 {
		if err := o.placeholders(1, found.First-1, StateStoredCentral); err != nil {
			return err
		}
	}
	var g group
	cases := map[string]caseRecord{}
	flush := func() error {
		if len(g.intakes) == 0 {
			return nil
		}
		if err := o.enqueue(&g); err != nil {
			return err
		}
		for _, in := range g.intakes {
			o.index.add(in.rec)
		}
		g = group{}
		return nil
	}
	for seq := first; seq <= found.Last; seq++ {
		b, err := o.tape.Read(seq)
		if err == nil {
			var in *intake
			if in, err = o.recall(seq, b, cases); err == nil {
				g.intakes, g.head, o.head = append(g.intakes, in), in.group.head, in.group.head
				g.bytes += in.size
				if len(g.intakes) < maxGroup && g.bytes < maxGroupBytes {
					continue
				}
				err = flush()
			}
		}
		if errors.Is(err, journal.ErrDamaged) || errors.Is(err, ErrDamaged) {
			if err = flush(); err == nil {
				err = o.placeholders(seq, seq, StateLost)
			}
		}
		if err != nil {
			return err
		}
	}
	return flush()
}

// recall makes an intake of a journal record, as it was when it was accepted.
func (o *Outbox) recall(seq uint64, b []byte, cases map[string]caseRecord) (*intake, error) {
	running, it, size, err := decodeRecord(b)
	if err != nil {
		return nil, err
	}
	if it.Sequence != item.FormatSequence(seq) || it.Source != o.source || it.Validate() != nil {
		return nil, fmt.Errorf("%w: item %d is in the place of another", ErrDamaged, seq)
	}
	at, err := time.Parse(time.RFC3339Nano, it.Time)
	if err != nil {
		return nil, fmt.Errorf("%w: time of item %d", ErrDamaged, seq)
	}
	in := &intake{item: it, size: size, running: running, bytes: b}
	in.rec = &record{seq: seq, ID: it.ID, Type: it.Type, CaseID: it.CaseID, CaseSeq: it.CaseSeq, ReceiptNo: it.ReceiptNo,
		Digest: it.Digest().String(), Size: size, At: at.UTC(), State: StateAccepted}
	if it.CaseID != "" {
		c, seen := cases[it.CaseID]
		if !seen {
			if err := get(o.store, textKey(prefixCase, it.CaseID), &c); err != nil && !errors.Is(err, errMissing) {
				return nil, err
			}
		}
		if c.First == 0 {
			c.First = seq
		}
		n, err := strconv.ParseUint(it.CaseSeq, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%w: case sequence of item %d", ErrDamaged, seq)
		}
		c.Last = uint32(n) // those before it may have been dropped
		cases[it.CaseID], in.caseRec = c, &c
	}
	head := o.head
	head.Sequence, head.Digest, head.Running = seq, in.rec.Digest, max(head.Running, running)
	in.group = &group{head: head}
	return in, nil
}

// placeholders keep the sequences of items of which nothing else is known.
func (o *Outbox) placeholders(from, to uint64, state State) error {
	var some []*record
	for seq := from; seq <= to; seq++ {
		some = append(some, &record{seq: seq, State: state})
		o.index.add(some[len(some)-1])
		if len(some) == maxGroup || seq == to {
			if err := o.writeRecords(some); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	o.head.Sequence = max(o.head.Sequence, to)
	return o.writeHead()
}
