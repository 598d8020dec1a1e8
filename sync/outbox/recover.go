package outbox

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"onedoor/sync/item"
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

// openQueue opens and loads the queue. One that can not be believed is set aside, and an empty one takes its place.
func (o *Outbox) openQueue(known bool) error {
	dir := filepath.Join(o.cfg.Dir, queueName)
	err := o.tryQueue(dir, known)
	if err == nil || errors.Is(err, ErrOtherSource) {
		return err
	}
	return o.replaceQueue(err)
}

// replaceQueue sets a queue aside that can not be believed, and opens an empty one.
func (o *Outbox) replaceQueue(why error) error {
	if o.store != nil {
		if err := o.store.close(); err != nil { // it is damaged: that it can not even be closed is no news
			o.logger.Warn("close damaged queue", "error", err)
		}
		o.store = nil
	}
	dir := filepath.Join(o.cfg.Dir, queueName)
	o.head, o.index = meta{}, newIndex()
	aside, err := o.setAside(dir)
	if err != nil {
		return errors.Join(why, err)
	}
	o.damaged(Damage{Part: PartQueue, What: why.Error(), Aside: aside, Mended: true})
	return o.tryQueue(dir, false)
}

func (o *Outbox) tryQueue(dir string, known bool) error {
	if err := checkQueueDir(dir, known); err != nil {
		return err
	}
	tries, err := o.attempt()
	if err != nil {
		return err
	}
	if known && tries > maxAttempts {
		return fmt.Errorf("%w: opening the queue ended the program %d times", ErrDamaged, tries-1)
	}
	st, err := openBadger(dir, o.logger)
	if err := o.survived(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	o.store = st
	if err := o.load(known); err != nil {
		o.store = nil
		if cerr := st.close(); cerr != nil {
			o.logger.Warn("close damaged queue", "error", cerr)
		}
		return err
	}
	return nil
}

// setAside moves a damaged part out of the way, where it can be looked into.
func (o *Outbox) setAside(path string) (string, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	dir := filepath.Join(o.cfg.Dir, asideName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("set aside: %w", err)
	}
	for n := 1; ; n++ {
		to := filepath.Join(dir, fmt.Sprintf("%s-%d", filepath.Base(path), n))
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.Rename(path, to); err != nil {
			return "", fmt.Errorf("set aside: %w", err)
		}
		return to, nil
	}
}

// load reads the head of the queue and the states, and takes back what was being sent. ErrDamaged means that states are
// missing or unreadable.
func (o *Outbox) load(known bool) error {
	err := get(o.store, []byte(keyMeta), &o.head)
	switch {
	case errors.Is(err, errMissing) && !known:
		o.head = meta{Format: formatVersion, Source: o.source, Digest: item.Genesis}
		c, err := put([]byte(keyMeta), o.head)
		if err != nil {
			return err
		}
		return o.store.write([]change{c})
	case errors.Is(err, errMissing):
		return fmt.Errorf("%w: the queue is empty", ErrDamaged)
	case err != nil:
		return err
	case o.head.Source != o.source:
		return fmt.Errorf("%w: %s", ErrOtherSource, o.head.Source)
	}
	var last uint64
	var interrupted []*record
	err = o.store.scan([]byte(prefixRec), func(key, value []byte) error {
		if len(key) != len(prefixRec)+8 || len(value) == 0 {
			return fmt.Errorf("%w: a state's key", ErrDamaged)
		}
		seq := binary.BigEndian.Uint64(key[len(prefixRec):])
		if seq != last+1 {
			return fmt.Errorf("%w: the state of item %d is missing", ErrDamaged, last+1)
		}
		last = seq
		if value[0] == ended {
			o.index.ended++
			return nil
		}
		r, err := parseRecord(seq, value)
		if err != nil {
			return err
		}
		if r.State == StateSending {
			r.State = StateAccepted
			interrupted = append(interrupted, r)
		}
		o.index.add(r)
		return nil
	})
	if err != nil {
		return err
	}
	if last != o.head.Sequence {
		return fmt.Errorf("%w: the last state is that of item %d, want %d", ErrDamaged, last, o.head.Sequence)
	}
	return o.inPieces(interrupted)
}

// inPieces writes many records, as many at a time as a transaction takes.
func (o *Outbox) inPieces(records []*record) error {
	for len(records) > 0 {
		n := min(len(records), maxGroup)
		if err := o.writeRecords(records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
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
	if it.Sequence != item.FormatSequence(seq) || it.Source != o.source {
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
