package journal

import (
	"bytes"
	"encoding/binary"
)

// scanned is what is left of a file's records.
type scanned struct {
	places  []uint32 // by sequence from the file's first; 0 is damaged
	end     int      // behind the last record
	damaged int      // records that are known to have been there
	torn    bool     // behind the end stand bytes of a write that was cut off
}

// scan finds the records of a file without a table. tail says that it is the file that was written last: there a write may
// have been cut off, which no later one can have followed.
func scan(b []byte, first uint64, tail bool) scanned {
	s := scanned{end: headerSize}
	pos := headerSize
	for {
		if h, ok := recordAt(b, pos); ok && h.seq == first+uint64(len(s.places)) {
			s.places = append(s.places, uint32(pos))
			pos += padded(recordSize + int(h.length))
			s.end = pos
			continue
		}
		next := first + uint64(len(s.places))
		at, h := resync(b, pos, next)
		if at < 0 || tail && cutOff(b, at, h, next) {
			s.torn = pos < len(b) && len(bytes.TrimLeft(b[pos:], "\x00")) > 0
			return s
		}
		for ; next < h.seq; next++ {
			s.places = append(s.places, 0)
			s.damaged++
		}
		pos = at
	}
}

// recordAt reads the record at a place, if a whole one stands there.
func recordAt(b []byte, pos int) (recordHead, bool) {
	if pos+recordSize > len(b) {
		return recordHead{}, false
	}
	h, ok := parseRecordHead(b[pos:])
	if !ok || int64(pos)+recordSize+int64(h.length) > int64(len(b)) {
		return h, false
	}
	return h, checksum(b[pos+recordSize:pos+recordSize+int(h.length)]) == h.sum
}

// resync finds the first whole record behind pos that is one of those to come; -1 when there is none.
func resync(b []byte, pos int, next uint64) (int, recordHead) {
	magic := binary.LittleEndian.AppendUint32(nil, recordMagic)
	for pos += align; pos < len(b); {
		i := bytes.Index(b[pos:], magic)
		if i < 0 {
			break
		}
		if pos += i; pos%align == 0 {
			// No file holds more records than this, so that a leftover can not open a gap without end.
			if h, ok := recordAt(b, pos); ok && h.seq >= next && h.seq-next <= uint64(len(b)/recordSize) {
				return pos, h
			}
		}
		pos++
	}
	return -1, recordHead{}
}

// cutOff says whether all that stands from at on belongs to the same write as the record that is missing. What was written
// later proves that the missing one was answered.
func cutOff(b []byte, at int, h recordHead, missing uint64) bool {
	for at >= 0 {
		if h.batch > missing {
			return false
		}
		at, h = resync(b, at, h.seq+1)
	}
	return true
}
