package cardreader

import (
	"bytes"
	"encoding/binary"
)

// The frame of the SAM_V host protocol: preamble, LEN (big-endian, counts all after itself), content, XOR check byte.
var preamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

const (
	headLength = 7      // preamble and LEN
	minLength  = 3      // LEN of the smallest request
	maxLength  = 0x0A00 // LEN of anything larger is noise; the longest known answer has 0x090A
)

// check is the XOR of LEN and content.
func check(b []byte) byte {
	var x byte
	for _, c := range b {
		x ^= c
	}
	return x
}

// frame puts content into a frame.
func frame(content []byte) []byte {
	out := binary.BigEndian.AppendUint16(bytes.Clone(preamble), uint16(len(content)+1))
	out = append(out, content...)
	return append(out, check(out[len(preamble):]))
}

// Decoder finds frames in what comes over the line. Noise is skipped; a frame whose check byte is wrong is skipped by one
// byte only, so that a true frame inside it is still found. The zero Decoder is ready.
type Decoder struct {
	buf   []byte
	noise int
}

// Feed adds received bytes. It copies p.
func (d *Decoder) Feed(p []byte) {
	if len(d.buf)+len(p) > cap(d.buf) {
		bigger := make([]byte, len(d.buf), max(2*(maxLength+headLength), 2*(len(d.buf)+len(p))))
		copy(bigger, d.buf)
		clear(d.buf)
		d.buf = bigger
	}
	d.buf = append(d.buf, p...)
}

// Next returns the content of the next whole frame, without LEN and check byte, or nil when more bytes are needed. The
// caller owns what is returned and wipes it.
func (d *Decoder) Next() []byte {
	for d.sync() {
		n, ok := d.length()
		if !ok {
			return nil
		}
		if n == 0 {
			d.skip(1)
			continue
		}
		if len(d.buf) < headLength+n {
			return nil
		}
		body := d.buf[5 : headLength+n]
		if check(body) != 0 { // the check byte makes the XOR of all zero
			d.skip(1)
			continue
		}
		content := bytes.Clone(body[2 : len(body)-1])
		d.drop(headLength + n)
		return content
	}
	return nil
}

// Resync gives up the frame that is being waited for and looks for another behind its first byte: after a silence, a
// length that lies, or a preamble made of noise, must not hide a true frame.
func (d *Decoder) Resync() {
	if len(d.buf) >= headLength {
		d.skip(1)
	}
}

// Pending says how much of the present frame has come, and how long it will be with preamble and check byte; total is 0
// as long as that is not known.
func (d *Decoder) Pending() (have, total int) {
	if !bytes.HasPrefix(d.buf, preamble) {
		return 0, 0
	}
	n, ok := d.length()
	if !ok || n == 0 {
		return len(d.buf), 0
	}
	return min(len(d.buf), headLength+n), headLength + n
}

// Noise is the number of bytes that were skipped since the last Reset.
func (d *Decoder) Noise() int { return d.noise }

// Reset wipes everything.
func (d *Decoder) Reset() {
	d.drop(len(d.buf))
	d.noise = 0
}

// sync moves the next preamble to the front. Without one it keeps what could be the beginning of one.
func (d *Decoder) sync() bool {
	if at := bytes.Index(d.buf, preamble); at >= 0 {
		d.skip(at)
		return true
	}
	for keep := min(len(d.buf), len(preamble)-1); keep >= 0; keep-- {
		if bytes.HasPrefix(preamble, d.buf[len(d.buf)-keep:]) {
			d.skip(len(d.buf) - keep)
			break
		}
	}
	return false
}

// length reads LEN. ok is false as long as it has not come; 0 stands for an impossible one.
func (d *Decoder) length() (n int, ok bool) {
	if len(d.buf) < headLength {
		return 0, false
	}
	n = int(binary.BigEndian.Uint16(d.buf[5:]))
	if n < minLength || n > maxLength {
		return 0, true
	}
	return n, true
}

func (d *Decoder) skip(n int) {
	d.noise += n
	d.drop(n)
}

// drop removes and wipes the first n bytes.
func (d *Decoder) drop(n int) {
	kept := copy(d.buf, d.buf[n:])
	clear(d.buf[kept:])
	d.buf = d.buf[:kept]
}
