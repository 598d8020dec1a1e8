package outbox

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Draft is an item to be accepted. The receipt number travels as an attribute, so the payload need not know it. The
// payload is not kept after Accept returns; wiping it is the caller's.
type Draft struct {
	ID        string // UUIDv7, made when the review page opens; the same for every try
	Type      item.Type
	Subject   string // service/<id> for a submission
	CaseID    string // UUIDv7; empty for an item that belongs to no case
	Catalogue string // version of the catalogue in use
	TrackHash string // tracking.Code.Hash of the code on the receipt
	Numbered  bool   // give it the next receipt number
	Payload   []byte // at most item.MaxPayload, and small enough for the sealed item to fit wire.MaxItemBytes
}

// Accepted is what may be said and printed once the item is durable.
type Accepted struct {
	ID        string
	CaseID    string
	ReceiptNo string // 20 digits; empty unless the draft was numbered
	Sequence  uint64
	At        time.Time // by the kiosk's clock
}

var (
	// ErrUndecided is returned, with the context's error, when the caller's time ran out while the item was being
	// written. It is not accepted yet, but may become so: call Accept again with the same ID.
	ErrUndecided = errors.New("item is still being written")
	// ErrTooLarge is returned for a draft whose item would exceed wire.MaxItemBytes.
	ErrTooLarge = errors.New("item is too large")
)

// intake is an item between its numbering and the end of its group's commit.
type intake struct {
	item    *item.Item
	rec     *record
	encoded []byte // set, like err, before group.unsigned counts down
	running uint32 // of receipts, after the item
	bytes   []byte // the journal record
	err     error
	size    int // of encoded, at most
	caseRec *caseRecord
	group   *group
}

// group is what becomes durable by one commit.
type group struct {
	intakes  []*intake
	bytes    int
	head     meta
	unsigned sync.WaitGroup // of intakes
	done     chan struct{}  // closed when decided
	err      error          // set before done is closed
}

// Limits of one commit; Badger takes 1.2 MB a transaction with these memory tables, and states and indexes are in it as well.
const (
	maxGroup      = 256
	maxGroupBytes = 768 << 10
)

// Accept seals the draft, gives it its numbers, signs it and returns when it is durable. The same ID again gives the
// first call's answer, whatever else the draft says. After ErrStopped nobody knows whether the item is durable until
// the outbox is opened again.
func (o *Outbox) Accept(ctx context.Context, d Draft) (Accepted, error) {
	if err := ctx.Err(); err != nil {
		return Accepted{}, fmt.Errorf("accept: %w", err)
	}
	in, known, err := o.enlist(d)
	if err != nil {
		return Accepted{}, fmt.Errorf("accept %s: %w", d.ID, err)
	}
	if known != nil {
		return *known, nil
	}
	select {
	case <-in.group.done:
	case <-ctx.Done():
		select {
		case <-in.group.done:
		default:
			return Accepted{}, fmt.Errorf("accept %s: %w: %w", d.ID, ErrUndecided, ctx.Err())
		}
	}
	if in.group.err != nil {
		return Accepted{}, fmt.Errorf("accept %s: %w: %w", d.ID, ErrStopped, in.group.err)
	}
	return in.rec.accepted(), nil
}

// enlist puts the draft into a group, or finds what became of it before. What costs time, sealing and signing, is done
// by each caller for itself; only the numbering is one after the other.
func (o *Outbox) enlist(d Draft) (*intake, *Accepted, error) {
	o.mu.Lock()
	in, known, err := o.seen(d.ID)
	if in == nil && known == nil && err == nil {
		err = o.admit()
	}
	o.mu.Unlock()
	if in != nil || known != nil || err != nil {
		return in, known, err
	}
	it, at, size, err := o.seal(d)
	if err != nil {
		return nil, nil, err
	}
	in, known, err = o.number(it, at, size, d.Numbered)
	if in != nil && in.item == it { // not another caller's with the same ID
		o.sign(in)
	}
	return in, known, err
}

// seen gives what became of an ID: the intake that is under way, or what was accepted, or nothing at all. It is called
// with mu held.
func (o *Outbox) seen(id string) (*intake, *Accepted, error) {
	if err := o.usable(); err != nil {
		return nil, nil, err
	}
	if in, ok := o.pending[id]; ok {
		return in, nil, nil
	}
	r, err := o.find(id)
	switch {
	case err == nil:
		a := r.accepted()
		return nil, &a, nil
	case errors.Is(err, ErrNotFound):
		return nil, nil, nil
	}
	return nil, nil, err
}

// seal makes the draft's item, which lacks only its numbers and signature, and says how large it will be at most.
func (o *Outbox) seal(d Draft) (it *item.Item, at time.Time, size int, err error) {
	at = o.cfg.Now().UTC().Truncate(time.Millisecond) // as exact as Item.Time, and without the monotonic reading
	it = &item.Item{ID: d.ID, Source: o.source, Type: d.Type, Subject: d.Subject, Time: item.FormatTime(at), CaseID: d.CaseID,
		TrackHash: d.TrackHash, Catalogue: d.Catalogue, Clock: o.cfg.Clock(at).String()}
	if len(d.Payload) > item.MaxPayload {
		return nil, at, 0, fmt.Errorf("%w: payload of %d bytes", ErrTooLarge, len(d.Payload))
	}
	if err := o.cfg.Sealer.Seal(it, d.Payload); err != nil {
		return nil, at, 0, err
	}
	whole := *it
	whole.Sequence, whole.CaseSeq, whole.ReceiptNo = item.FormatSequence(0), item.FormatCaseSeq(0), item.FormatSequence(0)
	whole.Prev, whole.Data, whole.Signature = item.Digest{}.String(), []byte{}, make([]byte, maxSignature)
	b, err := json.Marshal(&whole)
	if err != nil {
		return nil, at, 0, fmt.Errorf("encode item: %w", err)
	}
	if size = len(b) + base64.StdEncoding.EncodedLen(len(it.Data)); size > wire.MaxItemBytes {
		return nil, at, 0, fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
	}
	return it, at, size, nil
}

// maxSignature is the size of the longest signature of any suite, an SM2 one in ASN.1, rounded up.
const maxSignature = 80

// number gives a sealed item its place in the chain, in its case and in a group. When it fails it has changed nothing.
func (o *Outbox) number(it *item.Item, at time.Time, size int, receipt bool) (*intake, *Accepted, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if in, known, err := o.seen(it.ID); in != nil || known != nil || err != nil {
		return in, known, err
	}
	head := o.head
	head.Sequence++
	it.Sequence, it.Prev = item.FormatSequence(head.Sequence), head.Digest
	in := &intake{item: it, size: size}
	if it.CaseID != "" {
		c, err := o.nextInCase(it.CaseID, head.Sequence)
		if err != nil {
			return nil, nil, err
		}
		in.caseRec, it.CaseSeq = &c, item.FormatCaseSeq(c.Last)
	}
	if receipt {
		head.Running++
		no, err := o.receiptNo(head.Running)
		if err != nil {
			return nil, nil, err
		}
		it.ReceiptNo = no
	}
	if err := it.Validate(); err != nil { // now, since what has a place in the chain must also get its signature
		return nil, nil, err
	}
	in.running = head.Running
	head.Digest = it.Digest().String()
	in.rec = &record{seq: head.Sequence, ID: it.ID, Type: it.Type, CaseID: it.CaseID, CaseSeq: it.CaseSeq, ReceiptNo: it.ReceiptNo,
		Digest: head.Digest, At: at, State: StateAccepted}
	o.head = head
	if in.caseRec != nil {
		o.caseLast[it.CaseID] = in.caseRec.Last
	}
	o.pending[it.ID] = in
	o.join(in)
	return in, nil, nil
}

func (o *Outbox) receiptNo(running uint32) (string, error) {
	if o.cfg.CaseNumber == nil {
		return "", errors.New("numbered draft without a source of numbers")
	}
	no, err := o.cfg.CaseNumber(running)
	if err != nil {
		return "", fmt.Errorf("number: %w", err)
	}
	if _, err := o.store.read(textKey(prefixNo, no)); !errors.Is(err, errMissing) {
		return "", errors.Join(fmt.Errorf("number %s was given out before", no), err)
	}
	return no, nil
}

// sign completes an item that has its place. If that fails, which a sealer that Open has tried does not, the group can
// not be committed and the outbox stops: a place in the chain can not be given back.
func (o *Outbox) sign(in *intake) {
	defer wake(o.commits)
	defer in.group.unsigned.Done()
	if in.err = o.cfg.Sealer.Sign(in.item); in.err != nil {
		return
	}
	if in.encoded, in.err = json.Marshal(in.item); in.err != nil {
		in.err = fmt.Errorf("encode item: %w", in.err)
		return
	}
	in.rec.Size = len(in.encoded)
}

func (o *Outbox) nextInCase(id string, seq uint64) (caseRecord, error) {
	var c caseRecord
	err := get(o.store, textKey(prefixCase, id), &c)
	if err != nil && !errors.Is(err, errMissing) {
		return c, err
	}
	if last, ok := o.caseLast[id]; ok {
		c.Last = last
	}
	if c.Last == 0 {
		c.First = seq
	} else if c.First == 0 { // its first item is in a group that is not durable yet
		for _, in := range o.pending {
			if in.rec.CaseID == id {
				c.First = in.caseRec.First
			}
		}
	}
	c.Last++
	if c.Last > 999_999 {
		return c, errors.New("case has no sequence numbers left")
	}
	return c, nil
}

// join puts the intake into the last group, or into a new one. A group that is being committed is no longer in groups.
func (o *Outbox) join(in *intake) {
	var g *group
	if n := len(o.groups); n > 0 {
		g = o.groups[n-1]
	}
	if g == nil || len(g.intakes) >= maxGroup || g.bytes+in.size > maxGroupBytes {
		g = &group{done: make(chan struct{})}
		o.groups = append(o.groups, g)
	}
	g.intakes = append(g.intakes, in)
	g.bytes += in.size
	g.unsigned.Add(1)
	g.head = o.head
	in.group = g
}

// commitLoop is the one goroutine of an outbox: it makes groups durable until Close, and what was begun also after it.
func (o *Outbox) commitLoop() {
	defer close(o.idle)
	for {
		for o.commitNext() {
		}
		select {
		case <-o.commits:
		case answer := <-o.pings:
			close(answer)
		case <-o.quit:
			for o.commitNext() {
			}
			return
		}
	}
}

// commitNext commits the oldest group; it reports false when there is none.
func (o *Outbox) commitNext() bool {
	o.writeMu.Lock()
	defer o.writeMu.Unlock()
	o.mu.Lock()
	if len(o.groups) == 0 {
		o.mu.Unlock()
		return false
	}
	g := o.groups[0]
	o.groups = o.groups[1:]
	err := o.failed
	o.mu.Unlock()

	g.unsigned.Wait() // no one joins any more, and signing takes microseconds
	if err == nil {
		err = o.commitGroup(g)
	}
	o.mu.Lock()
	if err != nil {
		o.stop(err)
	} else {
		for _, in := range g.intakes {
			o.index.add(in.rec)
		}
		o.durable = g.head.Sequence
	}
	o.mu.Unlock()
	g.err = err
	close(g.done)
	if err == nil {
		err = o.follow(g)
	}
	o.mu.Lock()
	for _, in := range g.intakes {
		delete(o.pending, in.rec.ID)
		if in.caseRec != nil && o.caseLast[in.rec.CaseID] == in.caseRec.Last {
			delete(o.caseLast, in.rec.CaseID)
		}
	}
	if err != nil {
		o.stop(err)
	} else {
		o.queued = g.head.Sequence
	}
	o.mu.Unlock()
	if err == nil {
		wake(o.changes)
		o.notify(recordsOf(g.intakes))
	}
	return true
}

// follow brings queue and witness after the journal. If that fails the outbox stops, and the next opening makes them follow:
// what was accepted stays so.
func (o *Outbox) follow(g *group) error {
	if err := o.enqueue(g); err != nil {
		return err
	}
	return o.witness.say(testimony{g.head.Sequence, g.head.Running, g.head.Digest})
}

// commitGroup is the point of acceptance: when the journal has the items, they are accepted, and whoever waits is told.
func (o *Outbox) commitGroup(g *group) error {
	records := make([][]byte, len(g.intakes))
	for i, in := range g.intakes {
		if in.err != nil {
			return in.err
		}
		in.bytes = encodeRecord(in.running, in.encoded)
		records[i] = in.bytes
	}
	return o.tape.Append(records...)
}

// enqueue writes a group that the journal has into the queue.
func (o *Outbox) enqueue(g *group) error {
	changes := make([]change, 0, 7*len(g.intakes)+1)
	for _, in := range g.intakes {
		seq := binary.BigEndian.AppendUint64(nil, in.rec.seq)
		rec, err := in.rec.change()
		if err != nil {
			return err
		}
		changes = append(changes, rec, change{seqKey(prefixItem, in.rec.seq), in.bytes}, change{textKey(prefixID, in.rec.ID), seq})
		if in.rec.ReceiptNo != "" {
			changes = append(changes, change{textKey(prefixNo, in.rec.ReceiptNo), seq})
		}
		if in.item.TrackHash != "" {
			changes = append(changes, change{textKey(prefixTrack, in.item.TrackHash), seq})
		}
		if in.caseRec != nil {
			c, err := put(textKey(prefixCase, in.rec.CaseID), in.caseRec)
			if err != nil {
				return err
			}
			changes = append(changes, c)
		}
	}
	head, err := put([]byte(keyMeta), g.head)
	if err != nil {
		return err
	}
	o.dirty = true
	return o.store.write(append(changes, head))
}

func recordsOf(intakes []*intake) []*record {
	records := make([]*record, len(intakes))
	for i, in := range intakes {
		records[i] = in.rec
	}
	return records
}
