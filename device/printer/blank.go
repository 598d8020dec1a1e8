package printer

// Blanker takes what is printed out of the traffic with a printer, for traces. What is left are the commands with their
// settings, the line feeds, and how long everything was: text and what a code says become the letter x, dots become white.
// From a command that is not known on all is blanked, up to the beginning of the next job. Of what comes from the printer, only
// answers to questions that were asked are left; bytes that none can be in become FF, with which no answer begins.
//
// It remembers what the printer was told, so there is one Blanker for each printer. The zero Blanker is ready.
type Blanker struct {
	data int  // bytes of data that the command begun still takes
	fill byte // what stands for them
	lost bool // a command was not understood, so nothing is until the next job

	asked asked
}

// The stand-ins.
const (
	blankText   = 'x'
	blankDots   = 0
	blankAnswer = 0xFF
)

// Blank implements the Blanker of package trace. sent is whole commands, as far as the line took them.
func (k *Blanker) Blank(sent, received []byte) {
	if n := realTimeCommand(sent); n > 0 && n == len(sent) {
		k.asked.realTime(sent) // printers hear it inside of any command
	} else {
		k.commands(sent)
	}
	k.asked.blank(received)
}

// commands blanks what goes to the printer.
func (k *Blanker) commands(b []byte) {
	for len(b) > 0 {
		if k.lost {
			n := toNextJob(b)
			clear(b[:n])
			k.lost = n == len(b)
			b = b[n:]
			continue
		}
		if k.data > 0 {
			n := min(k.data, len(b))
			for i := range b[:n] {
				b[i] = k.fill
			}
			k.data -= n
			b = b[n:]
			continue
		}
		n := k.command(b)
		if n == 0 {
			k.lost = true
			continue
		}
		b = b[n:]
	}
}

// command looks at the first command of b and returns how much of it stays as it is; what follows as data is set up. 0 means
// that it is not known, or not whole.
func (k *Blanker) command(b []byte) int {
	switch c := b[0]; {
	case c == 0, c == '\n', c == '\r', c == 0x0C, c == 0x18:
		return 1
	case c == 0x10:
		n := realTimeCommand(b)
		k.asked.realTime(b[:n])
		return n
	case c == 0x1B:
		return commandLength(b, map[byte]int{'@': 2, '2': 2, 'i': 2, 'm': 2, '!': 3, '-': 3, '3': 3, 'E': 3, 'G': 3, 'J': 3, 'M': 3, 'a': 3, 'd': 3, 't': 3})
	case c == 0x1C:
		return commandLength(b, map[byte]int{'&': 2, '.': 2, '!': 3, '-': 3, 'C': 3, 'W': 3, 'S': 4})
	case c == 0x1D:
		return k.group(b)
	case c < 0x20:
		return 0
	default:
		b[0] = blankText
		return 1
	}
}

// commandLength is the length of a command that always has the same; 0 when it is not known, or not whole.
func commandLength(b []byte, lengths map[byte]int) int {
	if len(b) < 2 || lengths[b[1]] > len(b) {
		return 0
	}
	return lengths[b[1]]
}

// group is command for those that begin with GS.
func (k *Blanker) group(b []byte) int {
	n := commandLength(b, map[byte]int{'!': 3, 'B': 3, 'H': 3, 'I': 3, 'V': 3, 'a': 3, 'f': 3, 'h': 3, 'r': 3, 'w': 3, 'L': 4, 'W': 4, 'v': 8, '(': 5, 'k': 4, '8': 7})
	if n == 0 {
		return 0
	}
	switch b[1] {
	case 'V':
		if b[2] == 0x41 || b[2] == 0x42 {
			return commandLength(b, map[byte]int{'V': 4})
		}
	case 'v':
		k.begin((int(b[4])|int(b[5])<<8)*(int(b[6])|int(b[7])<<8), blankDots)
	case '8':
		k.begin(int(b[3])|int(b[4])<<8|int(b[5])<<16|int(b[6])<<24, blankDots)
	case 'k':
		if b[2] < 65 { // its end is told by its data
			return 0
		}
		k.begin(int(b[3]), blankText)
	case '(':
		return n + k.extended(b[2], int(b[3])|int(b[4])<<8, b[5:])
	}
	k.asked.queued(b[:n])
	return n
}

func (k *Blanker) begin(data int, fill byte) { k.data, k.fill = data, fill }

// extended looks at the data of GS ( and returns how much of it stays.
func (k *Blanker) extended(function byte, size int, data []byte) int {
	if size <= len(data) {
		switch d := data[:size]; {
		case function == 'k' && (size == 3 || size == 4) && d[0] == 0x31 && (d[1] == 0x41 || d[1] == 0x43 || d[1] == 0x45 || d[1] == 0x51):
			return size // model, size, level, and print
		case function == 'H' && size == 6 && d[0] == 0x30 && d[1] == 0x30:
			k.asked.job(d[2:])
			return size
		}
	}
	head := 0
	fill := byte(blankDots)
	if function == 'k' && size > 3 && len(data) >= 3 && data[0] == 0x31 && data[1] == 0x50 && data[2] == 0x30 { // store
		head, fill = 3, blankText
	}
	k.begin(size-head, fill)
	return head
}

// realTimeCommand is the length of the real-time command that b begins with; 0 when it begins with none.
func realTimeCommand(b []byte) int {
	switch {
	case len(b) >= 3 && b[0] == 0x10 && b[1] == 0x04 && b[2] >= 1 && b[2] <= 4:
		return 3
	case len(b) >= 3 && b[0] == 0x10 && b[1] == 0x05 && b[2] <= 2:
		return 3
	}
	return 0
}

// toNextJob is where b says CAN ESC @, with which jobs begin; len(b) when it does not.
func toNextJob(b []byte) int {
	for i := range b {
		if rest := b[i:]; len(rest) >= 3 && rest[0] == 0x18 && rest[1] == 0x1B && rest[2] == '@' {
			return i
		}
	}
	return len(b)
}
