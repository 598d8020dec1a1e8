package outbox

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"onedoor/sync/journal"
)

const (
	journalName = "journal"
	queueName   = "queue"
	asideName   = "set-aside"
)

// label marks journal files as this source's.
func label(source string) journal.Label {
	sum := sha256.Sum256([]byte("onedoor journal " + source))
	return journal.Label(sum[:16])
}

// openLocked opens witness, journal and queue, in this order, and lets each make good what another has lost. Only what
// belongs to another source, or can not be read at all, is an error.
func openLocked(cfg Config) (_ *Outbox, err error) {
	o := newOutbox(cfg)
	defer func() {
		if err == nil {
			return
		}
		if o.tape != nil {
			err = errors.Join(err, o.tape.Close())
		}
		if o.store != nil {
			err = errors.Join(err, o.store.close())
		}
		if o.witness != nil {
			err = errors.Join(err, o.witness.close())
		}
	}()
	mark, err := readMarker(cfg.Dir)
	switch {
	case errors.Is(err, ErrDamaged):
		o.damaged(Damage{Part: PartMarker, What: "unreadable", Mended: true})
	case err != nil:
		return nil, err
	case mark != nil && mark.Format != formatVersion:
		return nil, fmt.Errorf("format %d is not known to this version", mark.Format)
	case mark != nil && mark.Source != o.source:
		return nil, fmt.Errorf("%w: %s", ErrOtherSource, mark.Source)
	}
	known := mark != nil || err != nil // it has been opened before, as far as the marker says
	var said bool
	if o.witness, said, err = openWitness(cfg.Dir); err != nil {
		return nil, err
	}
	tape, found, err := journal.Open(journal.Config{Dir: filepath.Join(cfg.Dir, journalName), Label: label(o.source),
		FileSize: cfg.fileSize, Logger: cfg.Logger})
	if errors.Is(err, journal.ErrOther) {
		return nil, fmt.Errorf("%w: %w", ErrOtherSource, err)
	}
	if err != nil {
		return nil, err
	}
	o.tape = tape
	known = known || said || found.Last > 0
	if known && !said {
		o.damaged(Damage{Part: PartWitness, What: "gone or unreadable", Mended: true})
	}
	if known && mark == nil && len(o.damage) == 0 {
		o.damaged(Damage{Part: PartMarker, What: "gone", Mended: true})
	}
	if err := o.openQueue(known); err != nil {
		return nil, err
	}
	err = o.reconcile(found)
	if errors.Is(err, ErrDamaged) { // parts of the queue that were not looked at while it was loaded
		if err := o.replaceQueue(err); err != nil {
			return nil, err
		}
		found.First, _ = o.tape.Bounds()
		_, found.Last = o.tape.Bounds()
		err = o.reconcile(found)
	}
	if err != nil {
		return nil, err
	}
	o.recallHeard()
	o.recallLived()
	o.recallRoster()
	if err := o.recallFence(); err != nil {
		return nil, err
	}
	if mark == nil {
		if err := writeMarker(cfg.Dir, marker{Format: formatVersion, Source: o.source}); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// reconcile brings journal, queue and witness to the same end: the furthest that any of them knows of.
func (o *Outbox) reconcile(found journal.Found) error {
	said := o.witness.said
	end := max(found.Last, said.sequence, o.head.Sequence)
	if err := o.restore(found.Last+1, end); err != nil {
		return err
	}
	if err := o.replay(found); err != nil {
		return err
	}
	// What the journal ends with must be what the others saw last.
	if err := o.checkTail(&found); err != nil {
		return err
	}
	lost, err := o.giveUp(found, end)
	if err != nil {
		return err
	}
	for _, seq := range found.Damaged {
		o.told[seq] = true
	}
	if lost > 0 || len(found.Damaged) > 0 || end > found.Last {
		what := fmt.Sprintf("%d records can not be read", len(found.Damaged))
		if end > found.Last {
			what += fmt.Sprintf(", and it ends %d before what was accepted", end-found.Last)
		}
		o.damaged(Damage{Part: PartJournal, Lost: lost, What: what, Mended: lost == 0})
	}
	if o.head.Running < said.running {
		o.head.Running = said.running
	}
	o.durable, o.queued = o.head.Sequence, o.head.Sequence
	if err := o.writeHead(); err != nil {
		return err
	}
	if err := o.store.sync(); err != nil {
		return err
	}
	if err := o.witness.say(testimony{o.head.Sequence, o.head.Running, o.head.Digest}); err != nil {
		return err
	}
	return o.witness.sync()
}

func (o *Outbox) writeHead() error {
	c, err := put([]byte(keyMeta), o.head)
	if err != nil {
		return err
	}
	return o.store.write([]change{c})
}

// restore gives the journal back what it has lost at its end, as far as the queue has it.
func (o *Outbox) restore(from, end uint64) error {
	var some [][]byte
	size := 0
	flush := func() error {
		err := o.tape.Append(some...)
		some, size = some[:0], 0
		return err
	}
	for seq := from; seq <= end; seq++ {
		b, err := o.second(seq)
		if err != nil {
			return err
		}
		if b == nil {
			if err := flush(); err != nil {
				return err
			}
			continue
		}
		if len(some) == 0 { // a gap before it, if there is one
			if err := o.tape.SkipTo(seq); err != nil {
				return err
			}
		}
		some, size = append(some, b), size+len(b)
		if len(some) == maxGroup || size > maxGroupBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(flush(), o.tape.SkipTo(end+1))
}

// second is the queue's copy of an item, if it is whole; else nil.
func (o *Outbox) second(seq uint64) ([]byte, error) {
	r, err := o.readRecord(seq)
	if errors.Is(err, ErrDamaged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := o.store.read(seqKey(prefixItem, seq))
	if errors.Is(err, errMissing) || errors.Is(err, ErrDamaged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := r.check(b); err != nil {
		return nil, nil //nolint:nilerr // then nobody has it
	}
	return b, nil
}

// giveUp notes for each item that the journal has lost what that means, and counts those that nobody has any more.
func (o *Outbox) giveUp(found journal.Found, end uint64) (lost int, err error) {
	gone := append([]uint64(nil), found.Damaged...)
	for seq := found.Last + 1; seq <= end; seq++ {
		gone = append(gone, seq)
	}
	var changed []*record
	for _, seq := range gone {
		if seq > o.head.Sequence {
			if err := o.placeholders(seq, seq, StateLost); err != nil {
				return lost, err
			}
			lost++
			continue
		}
		r, err := o.readRecord(seq)
		if err != nil {
			return lost, err
		}
		if r.State == StateStoredCentral {
			continue
		}
		if b, err := o.second(seq); err != nil || b != nil {
			if err != nil {
				return lost, err
			}
			continue
		}
		lost++
		if r.State == StateLost {
			continue
		}
		next := *r
		next.State, next.LastError = StateLost, "its bytes are gone from the medium"
		changed = append(changed, &next)
	}
	for _, r := range changed {
		o.index.replace(r)
	}
	if end > found.Last && o.witness.said.sequence == end {
		o.head.Digest = o.witness.said.digest
	}
	return lost, o.inPieces(changed)
}

// checkTail looks at the last item that the journal has: witness and queue both know it. Every other item is checked by the
// audit, and when it is read.
func (o *Outbox) checkTail(found *journal.Found) error {
	last := found.Last
	if last < found.First || last > o.head.Sequence || slices.Contains(found.Damaged, last) {
		return nil
	}
	r, err := o.readRecord(last)
	if err != nil || r.State == StateLost {
		return err
	}
	it, err := o.readItem(r)
	if errors.Is(err, ErrDamaged) {
		found.Damaged = append(found.Damaged, last)
		return nil
	}
	if err != nil {
		return err
	}
	if said := o.witness.said; said.sequence == last && said.digest != it.Digest().String() {
		o.damaged(Damage{Part: PartWitness, What: fmt.Sprintf("it saw another item %d", last)})
	}
	return nil
}
