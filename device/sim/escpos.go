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
	font *glyphs
	roll roll
	say  func([]byte)                // queued answers
	done func(bytes []byte, r *roll) // a cut
	pid  bool                        // answers GS ( H
	asb  func(n byte)                // GS a

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
	if err != nil || size != len(s) || r < 0x80 {
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

func (m *machine) group(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	n := 2
	switch b[1] {
	case '!', 'B', 'H', 'I', 'a', 'b', 'f', 'h', 'r', 'w':
		n = 3
	case 'L', 'W', 'P', '$', '\\':
		n = 4
	case 'V':
		if n = 3; len(b) >= 3 && b[2] >= 0x41 && b[2] <= 0x42 {
			n = 4
		}
	case 'v':
		if len(b) < 8 {
			return 0
		}
		k := (int(b[4]) | int(b[5])<<8) * (int(b[6]) | int(b[7])<<8)
		if k <= maxData && len(b) >= 8+k {
			m.raster(int(b[4])|int(b[5])<<8, int(b[6])|int(b[7])<<8, b[8:8+k])
		}
		return m.data(b, 8, k)
	case '8':
		if len(b) < 7 {
			return 0
		}
		return m.data(b, 7, int(b[3])|int(b[4])<<8|int(b[5])<<16|int(b[6])<<24)
	case '(':
		if len(b) < 5 {
			return 0
		}
		k := int(b[3]) | int(b[4])<<8
		if len(b) >= 5+k {
			m.extended(b[2], b[5:5+k])
		}
		return m.data(b, 5, k)
	case 'k':
		if len(b) < 4 {
			return 0
		}
		if b[2] >= 65 {
			return m.data(b, 4, int(b[3]))
		}
		end := bytes.IndexByte(b[3:], 0)
		if end < 0 && len(b) < 300 {
			return 0
		}
		return max(end+4, 3)
	}
	if len(b) < n {
		return 0
	}
	switch b[1] {
	case '!':
		m.sx, m.sy = 1+int(b[2]>>4&7), 1+int(b[2]&7)
	case 'V':
		if len(m.line) == 0 {
			feed := 0
			if n == 4 {
				feed = knife + int(b[3])
			}
			m.cut(feed)
		}
	case 'a':
		if m.asb != nil {
			m.asb(b[2])
		}
	case 'r':
		paper := byte(0)
		if m.sensor != nil {
			paper = m.sensor()
		}
		m.answer([]byte{paper})
	case 'I':
		names := map[byte]string{65: "1.0", 66: "ONEDOOR", 67: "SIM-80", 69: "CHINA GB18030"}
		if name, ok := names[b[2]]; ok {
			m.answer(append(append([]byte{0x5F}, name...), 0))
		} else if b[2] <= 3 || b[2] >= 49 && b[2] <= 51 {
			m.answer([]byte{2})
		}
	}
	return n
}

// data waits for all data of a command, or skips it when there is far too much.
func (m *machine) data(b []byte, head, k int) int {
	if k > maxData || len(b) >= head+k {
		return head + k
	}
	return 0
}

func (m *machine) extended(function byte, d []byte) {
	switch {
	case function == 'H' && m.pid && len(d) == 6 && d[0] == 0x30 && d[1] == 0x30:
		m.answer(append(append([]byte{0x37, 0x22}, d[2:]...), 0))
	case function == 'k' && len(d) >= 3 && d[0] == 0x31:
		m.symbol(d[1], d[2:])
	}
}

func (m *machine) symbol(function byte, d []byte) {
	switch function {
	case 67:
		if d[0] >= 1 && d[0] <= 16 {
			m.qr.module = int(d[0])
		}
	case 69:
		if d[0] >= 48 && d[0] <= 51 {
			m.qr.level = qr.Level(d[0] - 48)
		}
	case 80:
		m.qr.data = bytes.Clone(d[1:])
	case 81:
		if len(m.qr.data) == 0 || len(m.line) > 0 {
			return
		}
		modules, err := qr.Modules(string(m.qr.data), m.qr.level)
		if err != nil {
			return
		}
		b := newBitmap(len(modules), len(modules))
		for y, row := range modules {
			copy(b.ink[y*b.w:], row)
		}
		m.picture(b.scaled(m.qr.module, m.qr.module))
	}
}

func (m *machine) raster(x, y int, d []byte) {
	if x == 0 || y == 0 || len(m.line) > 0 || x > m.roll.width/8+1 {
		return
	}
	b := newBitmap(8*x, min(y, maxRows))
	for i := range b.ink {
		b.ink[i] = d[i/8]>>(7-i%8)&1 == 1
	}
	m.picture(b)
}

// picture prints dots at once, aligned.
func (m *machine) picture(b *bitmap) {
	y := len(m.roll.rows)
	m.roll.feed(b.h)
	m.roll.stamp(b, m.left(b.w), y)
}

func (m *machine) left(width int) int {
	free := max(0, m.roll.width-width)
	switch m.align {
	case 1:
		return free / 2
	case 2:
		return free
	}
	return 0
}

// put adds a character to the line; a full line is printed.
func (m *machine) put(r rune) {
	b := m.font.cell(r, m.bold).scaled(m.sx, m.sy)
	if m.filled+b.w > m.roll.width {
		m.newLine()
	}
	m.line = append(m.line, b)
	m.filled += b.w
}

// flush prints the line begun, without feeding on.
func (m *machine) flush() int {
	tall := 0
	for _, b := range m.line {
		tall = max(tall, b.h)
	}
	y := len(m.roll.rows)
	m.roll.feed(tall)
	x := m.left(m.filled)
	for _, b := range m.line {
		m.roll.stamp(b, x, y+tall-b.h)
		x += b.w
	}
	m.line, m.filled = nil, 0
	return tall
}

func (m *machine) newLine() {
	m.roll.feed(m.spacing - m.flush())
}

func (m *machine) cut(feed int) {
	m.roll.feed(feed)
	if m.done != nil {
		m.done(m.took, &m.roll)
	}
	m.took = nil
}

func (m *machine) answer(b []byte) {
	if m.say != nil {
		m.say(b)
	}
}
