package outbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"onedoor/sync/item"
	"onedoor/sync/journal"
)

// tape is the journal as the outbox needs it: where acceptance is decided. It is a seam at which tests fail writes.
type tape interface {
	Append(records ...[]byte) error
	Read(seq uint64) ([]byte, error)
	Bounds() (first, last uint64)
	SkipTo(seq uint64) error
	Drop(before uint64) error
	Size() int64
	Close() error
}

var _ tape = (*journal.Journal)(nil)

// A journal record is a version, the running number of receipts after the item, and the item as it travels.
const (
	recordVersion = 1
	recordHead    = 8
)

func encodeRecord(running uint32, encoded []byte) []byte {
	b := make([]byte, recordHead, recordHead+len(encoded))
	b[0] = recordVersion
	binary.LittleEndian.PutUint32(b[4:], running)
	return append(b, encoded...)
}

func decodeRecord(b []byte) (running uint32, it *item.Item, size int, err error) {
	if len(b) < recordHead || b[0] != recordVersion {
		return 0, nil, 0, fmt.Errorf("%w: a journal record of another version", ErrDamaged)
	}
	it = new(item.Item)
	if err := json.Unmarshal(b[recordHead:], it); err != nil {
		return 0, nil, 0, fmt.Errorf("%w: a journal record: %w", ErrDamaged, err)
	}
	return binary.LittleEndian.Uint32(b[4:]), it, len(b) - recordHead, nil
}

// readItem reads an item and checks it against the digest noted at acceptance. What the journal has lost the queue may have.
func (o *Outbox) readItem(r *record) (*item.Item, error) {
	b, err := o.tape.Read(r.seq)
	if err == nil {
		var it *item.Item
		if it, err = r.check(b); err == nil {
			return it, nil
		}
	}
	if r.State == StateStoredCentral && errors.Is(err, journal.ErrMissing) {
		return nil, fmt.Errorf("%w: item %d was purged: %w", ErrNotFound, r.seq, err)
	}
	if b, serr := o.store.read(seqKey(prefixItem, r.seq)); serr == nil {
		if it, serr := r.check(b); serr == nil {
			return it, nil
		}
	}
	switch {
	case errors.Is(err, journal.ErrDamaged), errors.Is(err, journal.ErrMissing):
		return nil, fmt.Errorf("%w: item %d: %w", ErrDamaged, r.seq, err)
	case errors.Is(err, unix.EIO):
		return nil, fmt.Errorf("%w: item %d: %w", errUnreadable, r.seq, err)
	}
	return nil, err
}

// errUnreadable is an item that the medium does not give now. It may the next time, so the item is not given up.
var errUnreadable = errors.New("the medium can not be read")

// unread tells of such an item, once.
func (o *Outbox) unread(r *record, err error) {
	o.mu.Lock()
	told := o.unreadable[r.seq]
	o.unreadable[r.seq] = true
	o.mu.Unlock()
	if !told {
		o.damaged(Damage{Part: PartJournal, What: err.Error()})
	}
}

// check says whether b is the item that was accepted.
func (r *record) check(b []byte) (*item.Item, error) {
	_, it, _, err := decodeRecord(b)
	if err != nil {
		return nil, fmt.Errorf("item %d: %w", r.seq, err)
	}
	if it.Digest().String() != r.Digest || it.ID != r.ID {
		return nil, fmt.Errorf("%w: item %d has other bytes than were accepted", ErrDamaged, r.seq)
	}
	return it, nil
}
