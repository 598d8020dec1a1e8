package scanner

import "bytes"

// blank stands for every byte of a code.
const blank = 'x'

// Blanker takes what a code says out of the traffic with a scanner, for traces. What is left is how long it was, and what
// stands around it: STX before, ETX and a suffix behind. A scan without success stays one.
type Blanker struct{}

// Blank implements the Blanker of package trace. received is what came up to a silence. What is sent to a scanner are its
// maker's commands; they hold nobody's data and stay.
func (Blanker) Blank(_, received []byte) {
	code := received
	for _, s := range []Suffix{SuffixCRLF, SuffixCR, SuffixLF, SuffixTab} {
		tail, _ := s.bytes()
		if cut, ok := bytes.CutSuffix(code, tail); ok {
			code = cut
			break
		}
	}
	code = bytes.TrimSuffix(bytes.TrimPrefix(code, []byte{0x02}), []byte{0x03})
	if string(code) == noRead {
		return
	}
	for i := range code {
		code[i] = blank
	}
}
