package cardreader

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Whatever comes over the line: a frame is handed over only if it was there byte for byte, in pieces the same ones as at
// once, memory is bounded, nothing is kept of what was handed over or skipped, and a true frame is found behind it all.
func FuzzDecoder(f *testing.F) {
	answer := frame(append([]byte{0, 0, 0x90, 1, 0, 4, 0}, bytes.Repeat(preamble, 256)...))
	for _, wire := range [][]byte{
		[]byte("\xaa\xaa\xaa\x96\x69\x00\x04\x00\x00\x90\x94"),
		[]byte("\xaa\xaa\xaa\x96\x69\x09\x0a\xaa\xaa\xaa\x96\x69\x00\x04\x00\x00\x90\x94"),
		[]byte("\xaa\xaa\xaa\x96\x69\x00\x00\xaa\xaa\xaa\x96\x69\xff\xff\xaa\xaa\xaa\xaa\x96\x69\x00\x04\x00\x00\x90\x95"),
		answer, answer[1:], answer[:len(answer)-1],
	} {
		f.Add(wire, uint8(2), uint16(64))
	}
	f.Fuzz(func(t *testing.T, wire []byte, step uint8, copies uint16) {
		var d, whole Decoder
		var parts, once [][]byte
		for rest := wire; len(rest) > 0; {
			n := min(int(step)+1, len(rest))
			d.Feed(rest[:n])
			rest = rest[n:]
			for c := d.Next(); c != nil; c = d.Next() {
				parts = append(parts, c)
				if !bytes.Contains(wire, frame(c)) {
					t.Fatalf("%x was never on the wire", c)
				}
			}
			if have, total := d.Pending(); have > len(wire) || total > headLength+maxLength || have > total && total > 0 {
				t.Fatalf("%d of %d are pending", have, total)
			}
			if len(d.buf) > headLength+maxLength {
				t.Fatalf("%d bytes are kept", len(d.buf))
			}
		}
		whole.Feed(wire)
		for c := whole.Next(); c != nil; c = whole.Next() {
			once = append(once, c)
		}
		if !reflect.DeepEqual(parts, once) {
			t.Fatalf("in pieces %x, at once %x", parts, once)
		}
		framed := 0
		for _, c := range once {
			framed += headLength + len(c) + 1
		}
		if framed+whole.Noise()+len(whole.buf) != len(wire) {
			t.Fatalf("%d bytes in frames, %d noise, %d kept of %d", framed, whole.Noise(), len(whole.buf), len(wire))
		}
		// Silences give up what is pending, a little each time.
		for have, _ := d.Pending(); have > headLength; have, _ = d.Pending() {
			before := len(d.buf)
			d.Resync()
			d.Next()
			if len(d.buf) >= before {
				t.Fatalf("%d bytes stay", before)
			}
		}
		// The same over and over again needs no more memory.
		for range copies {
			d.Feed(wire[:min(len(wire), 256)])
			for d.Next() != nil {
			}
		}
		if most := 4 * (headLength + maxLength + 256); len(wire) <= 256 && cap(d.buf) > most {
			t.Fatalf("%d bytes of memory", cap(d.buf))
		}
		d.Reset()
		if len(bytes.Trim(d.buf[:cap(d.buf)], "\x00")) > 0 {
			t.Fatal("a reset decoder holds bytes")
		}
		d.Feed(cmdStatus.Frame())
		if !bytes.Equal(d.Next(), cmdStatus) {
			t.Fatal("a true frame was lost")
		}
	})
}

// cardText is 256 bytes with text at places counted in bytes.
func cardText(parts map[int]string) []byte {
	b := bytes.Repeat([]byte{' ', 0}, textLength/2)
	for at, s := range parts {
		for i, u := range utf16.Encode([]rune(s)) {
			binary.LittleEndian.PutUint16(b[at+2*i:], u)
		}
	}
	return b
}

// Whatever a card holds: the text comes out as UTF-8 in full, none of it is invented, prints itself or outlives Wipe, and a
// card without a fault has a true number and birth.
func FuzzText(f *testing.F) {
	for _, b := range [][]byte{
		nil, bytes.Repeat([]byte{0x4E}, textLength), bytes.Repeat([]byte{0x00, 0xD8}, textLength/2), bytes.Repeat([]byte{0, 0x30}, textLength/2),
		cardText(map[int]string{0: "陈\U0002CB1F", 30: "1", 32: "01", 36: "19001203", 52: "1 号楼", 122: "440104190012030059", 188: "20200102", 204: "长期"}),
		cardText(map[int]string{0: "何", 30: "2", 36: "19000101", 122: "810000190001010026", 204: "20260701", 220: "H12345678", 238: "01", 248: "J"}),
		cardText(map[int]string{0: "MARTIN, JOHN", 120: "1", 122: "CAN110000010107", 152: "CAN", 204: "20280101", 220: "19000101", 248: "I"}),
		cardText(map[int]string{0: "", 30: "1", 36: "19000101", 52: strings.Repeat("AB ", 11) + "A ", 122: "911124190001010019", 220: "B C", 242: "CAN", 248: "Y000"}),
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := parseText(b); err == nil && len(b) != textLength {
			t.Fatalf("%d bytes are taken", len(b))
		}
		text := append(bytes.Clone(b), bytes.Repeat([]byte{' ', 0}, textLength/2)...)[:textLength]
		c, err := parseText(text)
		if err != nil {
			return
		}
		fields := [][]byte{
			c.Name, c.EnglishName, c.Birth, c.Address, c.Number, c.Issuer, c.ValidFrom, c.ValidTo, c.Nationality, c.PassNumber, c.IssueCount,
			c.sex, c.ethnic, c.link,
		}
		onCard := string(utf16.Decode(units(text)))
		for i, s := range fields {
			if !utf8.Valid(s) || bytes.HasSuffix(s, []byte(" ")) || bytes.HasSuffix(s, []byte{0}) {
				t.Fatalf("field %d: %x", i, s)
			}
			// The second part of a 2023 English name stands elsewhere.
			if joined := i == 1 && c.Kind == Foreigner2023; !joined && strings.ToValidUTF8(string(s), "") != "" && !strings.Contains(onCard, string(s)) && !bytes.ContainsRune(s, utf8.RuneError) {
				t.Fatalf("field %d: %q does not stand on the card", i, s)
			}
		}
		c.Sex()
		c.EthnicGroup()
		c.OldNumber()
		c.LongTerm()
		c.Expired(time.Unix(0, 0))
		if _, born := c.BirthDate(); c.Fault() == FaultNone && (!c.NumberValid() || !born) {
			t.Fatal("a card without a fault can not be true")
		}
		if c.String() != "card" || c.GoString() != "card" {
			t.Fatal("the card prints itself")
		}
		c.Wipe()
		for i, s := range fields {
			if len(bytes.Trim(s[:cap(s)], "\x00")) > 0 {
				t.Fatalf("field %d outlives Wipe", i)
			}
		}
	})
}

func units(b []byte) []uint16 {
	out := make([]uint16, len(b)/2)
	for i := range out {
		out[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return out
}
