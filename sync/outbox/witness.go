package outbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"onedoor/sync/item"
)

// testimony is how far the outbox had come.
type testimony struct {
	sequence uint64 // of the last item
	running  uint32 // last running number given to a receipt
	digest   string // of the last item
}

// witness remembers, outside of journal and queue, how far they had come, so that no loss of either goes unseen. It has two
// slots that are written in turn: a write that is cut off leaves the other. It may be behind, never ahead.
type witness struct {
	file  *os.File
	count uint64 // writes so far; the slot is its parity
	said  testimony
}

const (
	witnessName  = "witness"
	witnessMagic = "1DOORW01"
	slotSize     = 64
	slotPlace    = 4096 // a slot has a block of the medium for itself
)

// openWitness reads the witness, or makes one. known is false when there was none, or none that can be believed.
func openWitness(dir string) (w *witness, known bool, err error) {
	path := filepath.Join(dir, witnessName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("open witness: %w", err)
	}
	w = &witness{file: f}
	w.count, w.said, known = readSlots(f)
	return w, known, nil
}

// peekWitness reads a witness and changes nothing. known is false when there is none, or none that can be believed.
func peekWitness(dir string) (said testimony, known bool, err error) {
	f, err := os.Open(filepath.Join(dir, witnessName))
	if errors.Is(err, fs.ErrNotExist) {
		return said, false, nil
	}
	if err != nil {
		return said, false, fmt.Errorf("open witness: %w", err)
	}
	defer f.Close()
	_, said, known = readSlots(f)
	return said, known, nil
}

// readSlots gives what the newer slot says.
func readSlots(f *os.File) (writes uint64, said testimony, known bool) {
	said = testimony{digest: item.Genesis}
	for i := range int64(2) {
		var b [slotSize]byte
		if n, _ := f.ReadAt(b[:], i*slotPlace); n < slotSize {
			continue // what can not be read says nothing
		}
		if count, t, ok := parseSlot(b[:]); ok && (!known || count > writes) {
			writes, said, known = count, t, true
		}
	}
	return writes, said, known
}

func parseSlot(b []byte) (count uint64, said testimony, ok bool) {
	if string(b[:8]) != witnessMagic || crc32.Checksum(b[:slotSize-4], crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(b[slotSize-4:]) {
		return 0, said, false
	}
	said.sequence = binary.LittleEndian.Uint64(b[16:])
	said.running = binary.LittleEndian.Uint32(b[24:])
	if said.digest = item.Genesis; said.sequence > 0 {
		said.digest = item.Digest(b[28:60]).String()
	}
	return binary.LittleEndian.Uint64(b[8:]), said, true
}

// say writes what holds now. It survives the process; the power cut that comes before the next sync only takes it back.
func (w *witness) say(t testimony) error {
	b := make([]byte, slotSize)
	copy(b, witnessMagic)
	binary.LittleEndian.PutUint64(b[8:], w.count+1)
	binary.LittleEndian.PutUint64(b[16:], t.sequence)
	binary.LittleEndian.PutUint32(b[24:], t.running)
	if t.sequence > 0 {
		digest, err := item.ParseDigest(t.digest)
		if err != nil {
			return fmt.Errorf("write witness: %w", err)
		}
		copy(b[28:60], digest[:])
	}
	binary.LittleEndian.PutUint32(b[slotSize-4:], crc32.Checksum(b[:slotSize-4], crc32.MakeTable(crc32.Castagnoli)))
	if _, err := w.file.WriteAt(b, int64((w.count+1)%2)*slotPlace); err != nil {
		return fmt.Errorf("write witness: %w", err)
	}
	w.count, w.said = w.count+1, t
	return nil
}

func (w *witness) sync() error {
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("sync witness: %w", err)
	}
	return nil
}

func (w *witness) close() error { return errors.Join(w.sync(), w.file.Close()) }
