package cardreader

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Blanker takes what is personal out of the traffic with a card reader, for traces. What is left of a frame is its
// preamble, its length, the command or the result, and the sub-lengths of a read; all else becomes zeros, also numbers of
// cards and modules. The check byte is made anew: right where it was right, and wrong where it was wrong. Of what is no
// whole frame only a beginning that the protocol knows is left.
type Blanker struct{}

// Blank implements the Blanker of package trace.
func (Blanker) Blank(sent, received []byte) {
	blankFrames(sent, blankRequest)
	blankFrames(received, blankAnswer)
}

// blankFrames goes through the whole frames of b; blank does the content of one.
func blankFrames(b []byte, blank func(content []byte)) {
	for len(b) > 0 {
		at, n := wholeFrame(b)
		blankLoose(b[:at])
		frame := b[at : at+n]
		if n > 0 {
			blank(frame[headLength : n-1])
			frame[n-1] = check(frame[len(preamble) : n-1])
		}
		b = b[at+n:]
	}
}

// wholeFrame finds the first whole frame with a right check byte. Without one, at is the end.
func wholeFrame(b []byte) (at, n int) {
	for at < len(b) {
		i := bytes.Index(b[at:], preamble)
		if i < 0 {
			break
		}
		at += i
		if rest := b[at:]; len(rest) >= headLength {
			size := int(binary.BigEndian.Uint16(rest[len(preamble):]))
			if whole := headLength + size; size >= minLength && size <= maxLength && whole <= len(rest) && check(rest[len(preamble):whole]) == 0 {
				return at, whole
			}
		}
		at++
	}
	return len(b), 0
}

// blankRequest keeps what the protocol knows.
func blankRequest(content []byte) {
	if !known(content) {
		clear(content)
	}
}

// known says whether content is a request without data of a card, or the setting of the radio frame.
func known(content []byte) bool {
	requests := []Command{
		cmdReset, cmdStatus, cmdSAMNumber, cmdFind, cmdSelect, cmdRead, cmdNewAddress, {0x30, 0x10}, {0x61, 0xFF, 0x50},
	}
	return slices.ContainsFunc(requests, func(c Command) bool { return bytes.Equal(c, content) })
}

// blankAnswer keeps the result and the sub-lengths. A request that comes back is an echo, and stays.
func blankAnswer(content []byte) {
	if known(content) {
		return
	}
	a, err := parseAnswer(content)
	if err != nil {
		clear(content)
		return
	}
	clear(a.Data[subLengths(a.Data):])
}

// subLengths is how many bytes at the beginning of an answer's data are the lengths of text, photo and fingerprint; 0 when it
// is no answer to a read.
func subLengths(data []byte) int {
	for n := 4; n <= 6 && n <= len(data); n += 2 {
		sum := n
		for i := 0; i < n; i += 2 {
			sum += int(binary.BigEndian.Uint16(data[i:]))
		}
		if sum == len(data) && binary.BigEndian.Uint16(data) == textLength {
			return n
		}
	}
	return 0
}

// unknownLength stands for a length that no answer has.
const unknownLength = 0xFFFF

// blankLoose does what is no whole frame: noise, and frames that are damaged or broke off. The inside of such a frame may be
// a photo, which may hold anything, so a beginning inside is none.
func blankLoose(b []byte) {
	for len(b) > 0 {
		at := bytes.Index(b, preamble)
		if at < 0 {
			clear(b)
			return
		}
		clear(b[:at])
		b = b[at+len(preamble):]
		b = b[blankTorn(b):]
	}
}

// blankTorn does what follows the preamble of a frame that is not whole, and says how long that is.
func blankTorn(b []byte) int {
	if len(b) < 2 {
		clear(b)
		return len(b)
	}
	size := int(binary.BigEndian.Uint16(b))
	if !slices.Contains([]int{0x03, 0x04, 0x08, 0x0C, 0x14, 0x4A, 0x508, 0x50A, 0x70A, 0x90A}, size) {
		binary.BigEndian.PutUint16(b, unknownLength)
		return 2
	}
	n := min(2+size, len(b))
	rest := b[2:n]
	if kept := min(3, len(rest)); kept == 3 && rest[0] == 0 && rest[1] == 0 && knownCode(Code(rest[2])) {
		clear(rest[kept:])
	} else {
		clear(rest)
	}
	if n == 2+size { // it is all there, and damaged
		b[n-1] = ^check(b[:n-1])
	}
	return n
}

// knownCode says whether the protocol documents have the code.
func knownCode(c Code) bool {
	codes := []Code{
		0x10, 0x11, 0x21, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34, CodeUnrecognised, CodeReadFailed, 0x47, 0x50, CodeSelfTest, 0x61,
		CodeNoKeys, CodeNoCard, CodeSelectFailed, CodeOK, CodeNoItem, CodeFound,
	}
	return slices.Contains(codes, c)
}
