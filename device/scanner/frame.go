package scanner

import (
	"bytes"
	"errors"
)

// MaxCode is the longest code taken, in bytes. The largest QR code holds 7089 digits.
const MaxCode = 8 << 10

// Suffix is what the scanner is set to send behind each code.
type Suffix string

// The suffixes. SuffixAny takes a code with any of them or none, and so can not tell a code that broke off.
const (
	SuffixAny  Suffix = ""
	SuffixNone Suffix = "none"
	SuffixCR   Suffix = "cr"
	SuffixLF   Suffix = "lf"
	SuffixCRLF Suffix = "crlf"
	SuffixTab  Suffix = "tab"
)

// bytes is what stands on the line; known is false for a suffix that is none of the above.
func (s Suffix) bytes() (b []byte, known bool) {
	switch s {
	case SuffixAny, SuffixNone:
		return nil, true
	case SuffixCR:
		return []byte("\r"), true
	case SuffixLF:
		return []byte("\n"), true
	case SuffixCRLF:
		return []byte("\r\n"), true
	case SuffixTab:
		return []byte("\t"), true
	}
	return nil, false
}

// Why a code was thrown away.
var (
	errTooLong  = errors.New("scanner: code is too long")
	errNoSuffix = errors.New("scanner: code broke off before its suffix")
)

// Framer puts codes together. A code ends at a silence behind its suffix: not at the suffix alone, for codes may hold CR
// and LF themselves. The zero Framer takes any suffix.
type Framer struct {
	Suffix Suffix

	buf  []byte
	over bool
}

// Feed adds received bytes. It copies p.
func (f *Framer) Feed(p []byte) {
	if len(f.buf)+len(p) > MaxCode+2 { // the suffix may come on top
		f.over = true
	}
	if f.over {
		f.wipe()
		return
	}
	if f.buf == nil {
		f.buf = make([]byte, 0, MaxCode+2) // no growing: that would leave copies behind
	}
	f.buf = append(f.buf, p...)
}

// Begun says whether a silence would end something.
func (f *Framer) Begun() bool { return len(f.buf) > 0 || f.over }

// Whole says whether a suffix has come, so that a short silence is enough.
func (f *Framer) Whole() bool {
	if f.Suffix == SuffixAny || f.Suffix == SuffixNone {
		return true
	}
	tail, _ := f.Suffix.bytes()
	return bytes.HasSuffix(f.buf, tail)
}

// End is told of a silence and returns the code without its suffix, or why there is none. The code may be empty. The
// caller owns what is returned and wipes it.
func (f *Framer) End() ([]byte, error) {
	over := f.over
	defer f.Reset()
	switch {
	case over:
		return nil, errTooLong
	case !f.Whole():
		return nil, errNoSuffix
	}
	code := f.buf
	switch f.Suffix {
	case SuffixNone:
	case SuffixAny:
		for _, tail := range []Suffix{SuffixCRLF, SuffixCR, SuffixLF, SuffixTab} {
			b, _ := tail.bytes()
			if cut, ok := bytes.CutSuffix(code, b); ok {
				code = cut
				break
			}
		}
	default:
		tail, _ := f.Suffix.bytes()
		code = bytes.TrimSuffix(code, tail)
	}
	if len(code) > MaxCode {
		return nil, errTooLong
	}
	return bytes.Clone(code), nil
}

// Reset wipes what has come.
func (f *Framer) Reset() {
	f.wipe()
	f.over = false
}

func (f *Framer) wipe() {
	clear(f.buf)
	f.buf = f.buf[:0]
}
