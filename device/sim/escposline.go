package sim

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
	if m.knife != nil && !m.knife() {
		return
	}
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
