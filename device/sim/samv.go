package sim

import (
	"bytes"
	"encoding/binary"
)

var preamble = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// banner is what a reader says that has restarted, on the line that is not meant for it.
var banner = []byte("\r\nSAM_V 1.0 READY\r\n")

// cut takes the first whole request off the bytes heard.
func cut(b []byte) (request, rest []byte, ok bool) {
	for {
		at := bytes.Index(b, preamble)
		if at < 0 {
			return nil, b[max(0, len(b)-4):], false
		}
		b = b[at:]
		if len(b) < 7 {
			return nil, b, false
		}
		n := int(binary.BigEndian.Uint16(b[5:]))
		if n < 3 || n > 64 {
			b = b[1:]
			continue
		}
		if len(b) < 7+n {
			return nil, b, false
		}
		if xor(b[5:7+n]) == 0 {
			return b[7 : 6+n], b[7+n:], true
		}
		b = b[1:]
	}
}

func xor(b []byte) byte {
	var x byte
	for _, c := range b {
		x ^= c
	}
	return x
}

func frame(code byte, data ...[]byte) []byte {
	content := append([]byte{0, 0, code}, bytes.Join(data, nil)...)
	f := append([]byte(nil), preamble...)
	f = binary.BigEndian.AppendUint16(f, uint16(len(content)+1))
	f = append(f, content...)
	return append(f, xor(f[5:]))
}

// samNumber is the module's number.
var samNumber = []byte{5, 0, 3, 0, 0xA2, 0xEC, 0x33, 1, 0x87, 0xD6, 0x12, 0, 0xB1, 0x68, 0xDE, 0x3A}

// answer decides what to say; mu is held.
func (r *Reader) answer(request []byte) []byte {
	l := &r.levers
	command := uint16(request[0])<<8 | uint16(request[1])
	switch {
	case l.SelfTest:
		return frame(0x60)
	case command == 0x10FF, command == 0x61FF:
		return frame(0x90)
	case l.NoKeys:
		return frame(0x66)
	case command == 0x11FF:
		return frame(0x90)
	case command == 0x12FF:
		if l.WrongSAM > 0 {
			l.WrongSAM--
			return frame(0x90, make([]byte, len(samNumber)))
		}
		return frame(0x90, samNumber)
	case command == 0x2001:
		return r.find()
	case command == 0x2002:
		return r.choose()
	case command == 0x3001:
		return r.read()
	case command == 0x3003:
		return r.newestAddress()
	default:
		return frame(0x21)
	}
}

// find looks for a card; mu is held.
func (r *Reader) find() []byte {
	l := &r.levers
	if r.card == nil || r.state == wasRead && !l.KeepsFound {
		return frame(0x80)
	}
	if r.state == wasRead && l.MissesAfterRead > 0 {
		l.MissesAfterRead--
		return frame(0x80)
	}
	if l.OtherCard {
		return frame(0x40)
	}
	if r.state = found; l.TwoCards {
		r.state = laid
	}
	return frame(0x9F, l.serial(4))
}

// choose selects the card that was found; mu is held.
func (r *Reader) choose() []byte {
	l := &r.levers
	if r.card == nil || r.state != found {
		return frame(0x81)
	}
	if l.SelectFails > 0 {
		l.SelectFails--
		r.state = laid
		return frame(l.failed(0x81))
	}
	r.state = selected
	return frame(0x90, l.serial(8))
}

// read hands the selected card's content out; mu is held.
func (r *Reader) read() []byte {
	l := &r.levers
	if r.card == nil || r.state != selected {
		return frame(0x41)
	}
	if l.ReadFails > 0 {
		l.ReadFails--
		r.state = laid
		return frame(l.failed(0x41))
	}
	r.state = wasRead
	photo := l.photo(r.card)
	lengths := binary.BigEndian.AppendUint16([]byte{1, 0}, uint16(len(photo)))
	return frame(0x90, lengths, l.text(r.card), photo)
}

// newestAddress hands the appended text out; mu is held.
func (r *Reader) newestAddress() []byte {
	if r.levers.NoAddress {
		return frame(0x21)
	}
	if r.card == nil || r.state < selected {
		return frame(0x41)
	}
	if r.card.NewAddress == "" {
		return frame(0x91)
	}
	b := make([]byte, 70)
	put(b, 0, 70, r.card.NewAddress)
	return frame(0x90, b)
}

// failed is the code of a step that fails.
func (l *ReaderLevers) failed(usual byte) byte {
	if l.FailCode != 0 {
		return l.FailCode
	}
	return usual
}

// serial is what find and select say of the card beside the code.
func (l *ReaderLevers) serial(n int) []byte {
	b := make([]byte, n)
	if l.Numbered {
		for i := range b {
			b[i] = byte(0xA1 + i)
		}
	}
	return b
}
