package badgerstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
)

// The key space. Numbers are big endian so that keys sort by them; parts of fixed length need no separator.
//
//	m/epoch, m/format                    epoch, and the number of this layout
//	n/<name>                             counters: ledger, feed, device, cases
//	l/<position>                         central.Row as it came
//	u/<position>                         reading: what the row means, where that was not known when it came
//	w/<position>                         true while that is not known
//	a/<position>                         true when the row has taken effect
//	i/<source>/<id>, s/<source>/<sequence>   ref to the row
//	t/<source>                           sequence up to which nothing is missing
//	x/<digest>                           item kept aside as a conflict
//	p/<hall><kiosk>/<id>                 true when an item of the kiosk names that attachment
//	h/<hall><kiosk>/<caseid>/<caseseq>   position of an item waiting for its predecessor
//	c/<hall><kiosk>/<caseid>             central.Case
//	o/<position>                         key of the case that this row opened
//	k/<caseid>, r/<receiptno>, q/<device><trackhash>   key of the case
//	b/<holder>/<position>                key of the case that this row opened, by whose it is
//	g/<position>                         true when nobody has looked yet whose the case is that this row opened
//	f/<hall><kiosk><feedpos>             feedRef
//	d/<source>                           central.Device
//	e/<number>                           source
//	v/<hall><kiosk>                      last incarnation
//	z/<handle>                           central.EnrolCode
//	R/<hall>                             central.Roster
//	C/<source>/<count><sequence>         central.CheckpointRow
//	y/<session>                          time after which nobody asks for it any more
func keyEpoch() []byte              { return []byte("m/epoch") }
func keyFormat() []byte             { return []byte("m/format") }
func keyCounter(name string) []byte { return []byte("n/" + name) }
func keyRow(pos uint64) []byte      { return number("l/", pos) }
func keyApplied(pos uint64) []byte  { return number("a/", pos) }
func keyReading(pos uint64) []byte  { return number("u/", pos) }
func keyUnknown(pos uint64) []byte  { return number("w/", pos) }
func keyID(source, id string) []byte {
	return []byte("i/" + source + "/" + id)
}
func keySeq(source, sequence string) []byte {
	return []byte("s/" + source + "/" + sequence)
}
func keyThrough(source string) []byte { return []byte("t/" + source) }
func keyConflict(digest string) []byte {
	return []byte("x/" + digest)
}
func keyNamed(k central.Kiosk, id string) []byte {
	return []byte("p/" + k.Hall + k.Number + "/" + id)
}
func keyHeld(k central.Kiosk, caseID, caseSeq string) []byte {
	return []byte("h/" + k.Hall + k.Number + "/" + caseID + "/" + caseSeq)
}
func keyCase(k central.Kiosk, caseID string) []byte {
	return []byte("c/" + k.Hall + k.Number + "/" + caseID)
}
func keyOpened(pos uint64) []byte       { return number("o/", pos) }
func keyUnindexed(pos uint64) []byte    { return number("g/", pos) }
func keyCaseID(id string) []byte        { return []byte("k/" + id) }
func keyReceipt(no string) []byte       { return []byte("r/" + no) }
func prefixFeed(k central.Kiosk) string { return "f/" + k.Hall + k.Number }
func keyFeed(k central.Kiosk, pos uint64) []byte {
	return number(prefixFeed(k), pos)
}
func prefixHolder(h central.Holder) string { return "b/" + string(h) + "/" }
func keyHolder(h central.Holder, pos uint64) []byte {
	return number(prefixHolder(h), pos)
}
func keyTrack(device uint16, hash string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte("q/"), device), hash...)
}
func keyDevice(source string) []byte { return []byte("d/" + source) }
func keyNumber(n uint16) []byte      { return binary.BigEndian.AppendUint16(prefixNumbers(), n) }
func prefixNumbers() []byte          { return []byte("e/") }
func keyIncarnation(k central.Kiosk) []byte {
	return []byte("v/" + k.Hall + k.Number)
}
func keyCode(handle string) []byte { return []byte("z/" + handle) }
func keySession(id string) []byte  { return []byte("y/" + id) }
func keyRoster(hall string) []byte { return []byte("R/" + hall) }
func prefixCheckpoints(source string) string {
	return "C/" + source + "/"
}
func keyCheckpoint(source string, count, sequence uint64) []byte {
	return binary.BigEndian.AppendUint64(number(prefixCheckpoints(source), count), sequence)
}

func number(prefix string, n uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(prefix), n)
}

// position reads the number at the end of a key.
func position(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }

// ErrDamaged is returned for a value whose checksum is wrong.
var ErrDamaged = errors.New("record is damaged")

// set writes v as JSON behind a checksum over key and value.
func set(txn *badger.Txn, key []byte, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	val := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), checksum(key, body))
	if err := txn.Set(key, append(val, body...)); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	return nil
}

// get reads what set wrote, or central.ErrNotFound.
func get(txn *badger.Txn, key []byte, v any) error {
	it, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return central.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	return decode(it, v)
}

func decode(it *badger.Item, v any) error {
	return it.Value(func(val []byte) error {
		if len(val) < 4 || binary.BigEndian.Uint32(val) != checksum(it.Key(), val[4:]) {
			return fmt.Errorf("%w: key %.40q", ErrDamaged, it.Key())
		}
		if err := json.Unmarshal(val[4:], v); err != nil {
			return fmt.Errorf("%w: key %.40q: %w", ErrDamaged, it.Key(), err)
		}
		return nil
	})
}

func checksum(key, body []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(key, table), table, body)
}

// next counts up a counter; the first value is 1.
func next(txn *badger.Txn, name string) (uint64, error) {
	var n uint64
	if err := get(txn, keyCounter(name), &n); err != nil && !errors.Is(err, central.ErrNotFound) {
		return 0, err
	}
	n++
	return n, set(txn, keyCounter(name), n)
}
