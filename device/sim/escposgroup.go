package sim

import (
	"bytes"

	"onedoor/device/qr"
)

// group does the commands that begin with GS, codes and pictures among them.
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
		if len(b) >= 3 && b[2] == 'k' && m.noQR {
			return 1 // what follows is text to it
		}
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
