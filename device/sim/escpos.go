package sim

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"onedoor/device/qr"
)

const maxData = 1 << 20 // the longest data of one command that is looked at; longer ones are skipped

// machine interprets ESC/POS and puts it on paper. It is fed byte by byte and never fails: what it does not know, it
// skips, as printers do.
type machine struct {
	font  *glyphs
	roll  roll
	say   func([]byte)                // queued answers
	done  func(bytes []byte, r *roll) // a cut
	pid   bool                        // answers GS ( H
	asb   func(n byte)                // GS a
	knife func() bool                 // says whether a cut can be made; nil means always
	noQR  bool                        // takes the command of a QR code for text
	poor  bool                        // its font ends with GB 2312

	// sensor is what GS r 1 tells of the paper.
	sensor func() byte

	buf  []byte // the command begun
	skip int    // bytes of data still to be skipped
	took []byte // bytes for the present paper

	line    []*bitmap // cells of the line begun
	filled  int       // their width
	align   byte
	bold    bool
	sx, sy  int
	spacing int
	chinese bool
	qr      struct {
		data   []byte
		module int
		level  qr.Level
	}
}

func newMachine(font *glyphs, width int) *machine {
	m := &machine{font: font, roll: roll{width: width}}
	m.reset()
	return m
}

// reset is ESC @ and power-on: settings, line and stored code go, the paper stays.
func (m *machine) reset() {
	m.line, m.filled = nil, 0
	m.align, m.bold, m.sx, m.sy, m.spacing, m.chinese = 0, false, 1, 1, lineSpacing, true
	m.qr.data, m.qr.module, m.qr.level = nil, 3, qr.L
}

// powerLoss loses everything but the paper.
func (m *machine) powerLoss() {
	m.buf, m.skip = nil, 0
	m.reset()
}

// tear forgets the command and the line begun.
func (m *machine) tear() {
	m.buf, m.skip, m.line, m.filled = nil, 0, nil, 0
}

// feed takes one byte.
func (m *machine) feed(c byte) {
	if len(m.took) < maxData {
		m.took = append(m.took, c)
	}
	if m.skip > 0 {
		m.skip--
		return
	}
	m.buf = append(m.buf, c)
	for len(m.buf) > 0 {
		n := m.step(m.buf)
		if n == 0 {
			return
		}
		if n > len(m.buf) {
			m.skip = n - len(m.buf)
			n = len(m.buf)
		}
		m.buf = m.buf[n:]
	}
	m.buf = nil
}

// step does the first command of b and returns its length; 0 means that more bytes are needed, and more than len(b) that
// the rest is to be skipped.
func (m *machine) step(b []byte) int {
	switch c := b[0]; {
	case c == '\n':
		m.newLine()
	case c == 0x10:
		return m.realTime(b)
	case c == 0x1B:
		return m.escape(b)
	case c == 0x1C:
		return m.chineseCommand(b)
	case c == 0x1D:
		return m.group(b)
	case c < 0x20:
		if c == 0 && len(m.took) == 1 {
			m.took = nil // padding
		}
	case c < 0x80:
		m.put(rune(c))
	case !m.chinese || c == 0x80 || c == 0xFF:
		m.put('?')
	default:
		return m.character(b)
	}
	return 1
}

// character decodes a double-byte or four-byte character.
func (m *machine) character(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	n := 2
	if b[1] >= '0' && b[1] <= '9' {
		if n = 4; len(b) < n {
			return 0
		}
	}
	s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b[:n])
	r, size := utf8.DecodeRune(s)
	if err != nil || size != len(s) || r < 0x80 || m.poor && (n == 4 || b[0] < 0xA1 || b[0] > 0xF7 || b[1] < 0xA1) {
		r = utf8.RuneError
	}
	m.put(r)
	return n
}

// realTime leaves real-time commands out: they were obeyed when they arrived.
func (m *machine) realTime(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	n := map[byte]int{0x04: 3, 0x05: 3, 0x14: 5}[b[1]]
	if b[1] == 0x14 && len(b) > 2 && b[2] == 8 {
		n = 10
	}
	if n == 0 {
		return 1
	}
	if len(b) < n {
		return 0
	}
	m.took = m.took[:max(0, len(m.took)-n)]
	return n
}

func (m *machine) escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	n := 2
	switch b[1] {
	case '!', ' ', '-', '3', 'E', 'G', 'J', 'M', 'R', 'V', 'a', 'd', 'e', 't', 'r', '{', '%', '=', 'c', 'T', 'U', 'u', 'v':
		n = 3
	case '$', '\\', 'B':
		n = 4
	case 'p':
		n = 5
	case 'W':
		n = 10
	case '*':
		if len(b) < 5 {
			return 0
		}
		k := int(b[3]) | int(b[4])<<8
		if b[2] >= 32 {
			k *= 3
		}
		return m.data(b, 5, k)
	case 'D':
		end := bytes.IndexByte(b, 0)
		if end < 0 && len(b) < 40 {
			return 0
		}
		return max(end+1, 2)
	}
	if b[1] == 'c' {
		n = 4
	}
	if len(b) < n {
		return 0
	}
	switch b[1] {
	case '@':
		m.reset()
	case 'a':
		if len(m.line) == 0 {
			m.align = b[2] & 3
		}
	case 'E', 'G':
		m.bold = b[2]&1 == 1
	case '!':
		m.bold, m.sx, m.sy = b[2]&8 != 0, 1+int(b[2]>>5&1), 1+int(b[2]>>4&1)
	case '2':
		m.spacing = lineSpacing
	case '3':
		m.spacing = int(b[2])
	case 'd':
		for range max(int(b[2]), 1) {
			m.newLine()
		}
	case 'J':
		m.flush()
		m.roll.feed(int(b[2]))
	case 'i', 'm':
		m.cut(0)
	}
	return n
}

func (m *machine) chineseCommand(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	n := 2
	switch b[1] {
	case '!', '-', 'C', 'W':
		n = 3
	case 'S':
		n = 4
	}
	if len(b) < n {
		return 0
	}
	switch b[1] {
	case '&':
		m.chinese = true
	case '.':
		m.chinese = false
	}
	return n
}
