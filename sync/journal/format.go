package journal

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// A file is a header, records, and once it is full a table of their places. All numbers are little-endian, everything
// stands on a multiple of 8, and what has not been written is zero.
const (
	fileMagic   = "1DOORJ01"
	headerSize  = 64
	recordMagic = 0x315a4e52
	recordSize  = 32 // of the part before the data
	tableMagic  = 0x3154424c
	tableSize   = 24 // of the part behind the places
	align       = 8
)

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

func padded(n int) int { return (n + align - 1) &^ (align - 1) }

// Label tells whose journal it is: files of another are not taken for one's own.
type Label [16]byte

// header stands at the beginning of a file.
type header struct {
	first uint64 // sequence of the first record
	label Label
}

func (h header) bytes() []byte {
	b := make([]byte, headerSize)
	copy(b, fileMagic)
	binary.LittleEndian.PutUint64(b[8:], h.first)
	copy(b[16:], h.label[:])
	binary.LittleEndian.PutUint32(b[headerSize-4:], checksum(b[:headerSize-4]))
	return b
}

func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < headerSize || string(b[:8]) != fileMagic || checksum(b[:headerSize-4]) != binary.LittleEndian.Uint32(b[headerSize-4:]) {
		return h, false
	}
	h.first = binary.LittleEndian.Uint64(b[8:])
	copy(h.label[:], b[16:])
	return h, true
}

// recordHead stands before the data of a record. All records of one Append bear the sequence of its first, so that a write
// that was cut off can be told from a record that was damaged later.
type recordHead struct {
	length uint32
	seq    uint64
	batch  uint64
	sum    uint32 // of the data
}

func (h recordHead) append(b []byte) []byte {
	at := len(b)
	b = binary.LittleEndian.AppendUint32(b, recordMagic)
	b = binary.LittleEndian.AppendUint32(b, h.length)
	b = binary.LittleEndian.AppendUint64(b, h.seq)
	b = binary.LittleEndian.AppendUint64(b, h.batch)
	b = binary.LittleEndian.AppendUint32(b, h.sum)
	return binary.LittleEndian.AppendUint32(b, checksum(b[at:]))
}

func parseRecordHead(b []byte) (h recordHead, ok bool) {
	if len(b) < recordSize || binary.LittleEndian.Uint32(b) != recordMagic || checksum(b[:recordSize-4]) != binary.LittleEndian.Uint32(b[recordSize-4:]) {
		return h, false
	}
	return recordHead{
		length: binary.LittleEndian.Uint32(b[4:]), seq: binary.LittleEndian.Uint64(b[8:]),
		batch: binary.LittleEndian.Uint64(b[16:]), sum: binary.LittleEndian.Uint32(b[24:]),
	}, true
}

// A table ends a full file, so that opening need not read the records: their places, then a trailer that says where the
// places begin. A place of 0 is that of a record which was damaged before the file was full.
func appendTable(b []byte, start int64, places []uint32) []byte {
	from := len(b)
	for _, p := range places {
		b = binary.LittleEndian.AppendUint32(b, p)
	}
	sum, at := checksum(b[from:]), len(b)
	b = binary.LittleEndian.AppendUint32(b, tableMagic)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(places)))
	b = binary.LittleEndian.AppendUint64(b, uint64(start))
	b = binary.LittleEndian.AppendUint32(b, sum)
	return binary.LittleEndian.AppendUint32(b, checksum(b[at:]))
}

// readTable reads the table at the end of a file of that size. ok is false when there is none, or a damaged one.
func readTable(f io.ReaderAt, size int64) (start int64, places []uint32, ok bool) {
	if size < headerSize+tableSize {
		return 0, nil, false
	}
	var t [tableSize]byte
	if _, err := f.ReadAt(t[:], size-tableSize); err != nil || binary.LittleEndian.Uint32(t[:]) != tableMagic ||
		checksum(t[:tableSize-4]) != binary.LittleEndian.Uint32(t[tableSize-4:]) {
		return 0, nil, false
	}
	n, start := int64(binary.LittleEndian.Uint32(t[4:])), int64(binary.LittleEndian.Uint64(t[8:]))
	if start < headerSize || start+4*n+tableSize != size {
		return 0, nil, false
	}
	b := make([]byte, 4*n)
	if _, err := f.ReadAt(b, start); err != nil || checksum(b) != binary.LittleEndian.Uint32(t[16:]) {
		return 0, nil, false
	}
	places = make([]uint32, n)
	for i := range places {
		places[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return start, places, true
}
