package outbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// store holds keys and values: the queue. It is the seam at which tests fail writes. write makes all of its changes or none,
// and sync makes durable what was written; after any other error the outbox stops.
type store interface {
	write(changes []change) error
	sync() error
	read(key []byte) ([]byte, error) // errMissing
	scan(prefix []byte, each func(key, value []byte) error) error
	// size is about how many bytes the tables have.
	size() int64
	close() error
}

// change sets a key; a nil value removes it.
type change struct{ key, value []byte }

// errMissing is returned by store.read; errTooBig by store.write before anything was written.
var (
	errMissing = errors.New("key is not in the store")
	errTooBig  = errors.New("write is too big for one transaction")
)

// The keys. Sequences are big-endian so that a scan goes in their order.
const (
	keyMeta     = "m"
	keyCursor   = "f"
	keyFence    = "x"  // why nothing is accepted any more
	keyEpoch    = "e"  // of the upstream's ledger
	keyLived    = "l"  // how long the outbox was open
	keyRoster   = "o"  // rosterRecord
	keyHeard    = "h"  // when the upstream was last heard of
	prefixItem  = "p/" // sequence → journal record, a second copy until central has the item
	prefixRec   = "q/" // sequence → record
	prefixID    = "i/" // id → sequence
	prefixNo    = "r/" // receipt number → sequence
	prefixTrack = "t/" // hash of a tracking code → sequence
	prefixCase  = "c/" // case id → caseRecord
	prefixView  = "s/" // case id → viewRecord of the feed
)

func seqKey(prefix string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(prefix), seq)
}

func textKey(prefix, s string) []byte { return append([]byte(prefix), s...) }

// meta is the head of the chain. It is written with every group of items.
type meta struct {
	Format   int    `json:"format"`
	Source   string `json:"source"`
	Sequence uint64 `json:"sequence"` // of the last item
	Digest   string `json:"digest"`   // of the last item; item.Genesis before the first
	Running  uint32 `json:"running"`  // last running number given to a receipt
}

const formatVersion = 2

// caseRecord finds a case's items and numbers its next one.
type caseRecord struct {
	First uint64 `json:"first"` // sequence of the case's first item
	Last  uint32 `json:"last"`  // case sequence of its last
}

func put(key []byte, value any) (change, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return change{}, fmt.Errorf("encode %q: %w", key, err)
	}
	return change{key, b}, nil
}

func get(s store, key []byte, into any) error {
	b, err := s.read(key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%w: %q: %w", ErrDamaged, key, err)
	}
	return nil
}

func getSeq(s store, key []byte) (uint64, error) {
	b, err := s.read(key)
	if err != nil {
		return 0, err
	}
	if len(b) != 8 {
		return 0, fmt.Errorf("%w: %q", ErrDamaged, key)
	}
	return binary.BigEndian.Uint64(b), nil
}

// ended marks, as the first byte of a record's value, items that need no place in memory; open tells them apart without
// reading the rest.
const (
	ended = 'e'
	live  = 'l'
)

func (r *record) change() (change, error) {
	c, err := put(seqKey(prefixRec, r.seq), r)
	if err != nil {
		return c, err
	}
	mark := byte(live)
	if r.State == StateStoredCentral {
		mark = ended
	}
	c.value = append([]byte{mark}, c.value...)
	return c, nil
}

func parseRecord(seq uint64, value []byte) (*record, error) {
	r := &record{seq: seq}
	if len(value) < 2 || (value[0] != live && value[0] != ended) {
		return nil, fmt.Errorf("%w: state of item %d", ErrDamaged, seq)
	}
	if err := json.Unmarshal(value[1:], r); err != nil {
		return nil, fmt.Errorf("%w: state of item %d: %w", ErrDamaged, seq, err)
	}
	r.At, r.Next = r.At.UTC(), utcOrZero(r.Next)
	if r.ID != "" && parseUUID(r.ID) == (uuid{}) || r.CaseID != "" && parseUUID(r.CaseID) == (uuid{}) {
		return nil, fmt.Errorf("%w: state of item %d names no item", ErrDamaged, seq)
	}
	return r, nil
}

func utcOrZero(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
