package printer

import "onedoor/device"

// AnswerKind is which of the printer's answers a byte began.
type AnswerKind uint8

// The kinds; the low bits of the first byte tell them apart.
const (
	RealTime AnswerKind = iota // one byte: answer to DLE EOT
	Auto                       // four bytes: automatic status back
	Queued                     // one byte: answer to GS r and the like
	Block                      // header, text, 00: answer to GS I and GS ( H
)

// Answer is one whole answer.
type Answer struct {
	Kind AnswerKind
	Data []byte // for a Block the header too, but not the final 00
}

// maxBlock is longer than any known block; what runs on beyond it is noise.
const maxBlock = 80

// Parser takes the printer's bytes apart. XON and XOFF, which a printer may put in anywhere, are left out. The zero Parser is
// ready.
type Parser struct{ part []byte }

// Feed adds received bytes and returns the answers that are whole now. Bytes that begin no answer are dropped.
func (p *Parser) Feed(b []byte) []Answer {
	var out []Answer
	for _, c := range b {
		if c == 0x11 || c == 0x13 {
			continue
		}
		if a, ok := p.add(c); ok {
			out = append(out, a)
		}
	}
	return out
}

// Reset forgets an answer that has only begun.
func (p *Parser) Reset() { p.part = nil }

func (p *Parser) add(c byte) (Answer, bool) {
	if len(p.part) > 0 {
		if first := p.part[0]; first&0x93 == 0x10 {
			if c&0x90 == 0 {
				p.part = append(p.part, c)
				return p.whole(Auto, len(p.part) == 4)
			}
		} else if c == 0 {
			return p.whole(Block, true)
		} else if c >= 0x20 && c < 0x7F && len(p.part) < maxBlock {
			p.part = append(p.part, c)
			return Answer{}, false
		}
		p.part = nil // broken off: this byte begins something new
	}
	switch {
	case c&0x93 == 0x12:
		return Answer{RealTime, []byte{c}}, true
	case c&0x93 == 0x10:
		p.part = []byte{c}
	case c == 0x37, c == 0x5F, c == 0x35, c == 0x3B, c == 0x3D:
		p.part = []byte{c}
	case c&0x90 == 0:
		return Answer{Queued, []byte{c}}, true
	}
	return Answer{}, false
}

func (p *Parser) whole(k AnswerKind, done bool) (Answer, bool) {
	if !done {
		return Answer{}, false
	}
	a := Answer{k, p.part}
	p.part = nil
	return a, true
}

// realTimeProblem reads the answer to DLE EOT n. It names the worst of what the byte shows.
func realTimeProblem(n, b byte) device.Problem {
	switch n {
	case 2:
		switch {
		case b&0x04 != 0:
			return device.ProblemCoverOpen
		case b&0x20 != 0:
			return device.ProblemPaperOut
		}
	case 3:
		switch {
		case b&0x20 != 0, b&0x04 != 0:
			return device.ProblemUnrecoverable
		case b&0x08 != 0:
			return device.ProblemCutter
		case b&0x40 != 0:
			return device.ProblemOverheated
		}
	case 4:
		switch {
		case b&0x60 != 0:
			return device.ProblemPaperOut
		case b&0x0C != 0:
			return device.ProblemPaperLow
		}
	}
	return device.ProblemNone
}

// autoProblem reads four bytes of automatic status.
func autoProblem(b []byte) device.Problem {
	switch {
	case len(b) != 4:
		return device.ProblemNone
	case b[1]&0x24 != 0:
		return device.ProblemUnrecoverable
	case b[0]&0x20 != 0:
		return device.ProblemCoverOpen
	case b[2]&0x0C != 0:
		return device.ProblemPaperOut
	case b[1]&0x08 != 0:
		return device.ProblemCutter
	case b[1]&0x40 != 0:
		return device.ProblemOverheated
	case b[2]&0x03 != 0:
		return device.ProblemPaperLow
	}
	return device.ProblemNone
}

// worse picks the problem that staff should see to first.
func worse(a, b device.Problem) device.Problem {
	order := []device.Problem{
		device.ProblemUnrecoverable, device.ProblemCoverOpen, device.ProblemPaperOut, device.ProblemCutter,
		device.ProblemOverheated, device.ProblemPaperLow,
	}
	for _, p := range order {
		if a == p || b == p {
			return p
		}
	}
	return device.ProblemNone
}

// blocks says whether nothing can be printed with a problem.
func blocks(p device.Problem) bool {
	return p != device.ProblemNone && p != device.ProblemPaperLow
}
