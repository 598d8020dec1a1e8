package scanner

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFramer(t *testing.T) {
	for _, c := range []struct {
		suffix Suffix
		wire   string
		want   string
		err    error
	}{
		{SuffixAny, "abc", "abc", nil},
		{SuffixAny, "abc\r\n", "abc", nil},
		{SuffixAny, "abc\r", "abc", nil},
		{SuffixAny, "abc\n", "abc", nil},
		{SuffixAny, "abc\t", "abc", nil},
		{SuffixAny, "a\rb\n\r\n", "a\rb\n", nil},
		{SuffixNone, "abc\r\n", "abc\r\n", nil},
		{SuffixCR, "a\rb\r", "a\rb", nil},
		{SuffixCR, "a\rb", "", errNoSuffix},
		{SuffixCRLF, "abc\n", "", errNoSuffix},
		{SuffixTab, "abc\t", "abc", nil},
		{SuffixLF, "\n", "", nil},
		{SuffixCRLF, strings.Repeat("x", MaxCode) + "\r\n", strings.Repeat("x", MaxCode), nil},
		{SuffixCRLF, strings.Repeat("x", MaxCode+1) + "\r\n", "", errTooLong},
		{SuffixCR, strings.Repeat("x", MaxCode+1) + "\r", "", errTooLong},
		{SuffixAny, strings.Repeat("x", MaxCode+3), "", errTooLong},
		{SuffixCR, strings.Repeat("x", 4*MaxCode) + "\r", "", errTooLong},
	} {
		for _, step := range []int{1, 7, len(c.wire)} {
			f := Framer{Suffix: c.suffix}
			for rest := c.wire; rest != ""; {
				n := min(step, len(rest))
				f.Feed([]byte(rest[:n]))
				rest = rest[n:]
			}
			if !f.Begun() {
				t.Errorf("%q: not begun", c.wire)
			}
			got, err := f.End()
			if string(got) != c.want || !errors.Is(err, c.err) {
				t.Errorf("%s %.20q, %d at a time: %.20q, %v; want %.20q, %v", c.suffix, c.wire, step, got, err, c.want, c.err)
			}
			if f.Begun() {
				t.Errorf("%q: goes on after its end", c.wire)
			}
		}
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		raw, text string
		encoding  Encoding
	}{
		{"https://example.invalid/r/42", "https://example.invalid/r/42", UTF8},
		{"居住证", "居住证", UTF8},
		{"\ufeff居住证", "居住证", UTF8},
		{"\xbe\xd3\xd7\xa1\xd6\xa4", "居住证", GB18030},
		{"\x82\x30\x81\x31", "\u34a4", GB18030},
		{"\xff\xfe\x00", "", Binary},
		{"\xa8\xbc", "", Binary}, // the decoder is of an older edition
	} {
		got := decode([]byte(c.raw))
		if string(got.Raw) != c.raw || got.Encoding != c.encoding || c.encoding != Binary && string(got.Text) != c.text {
			t.Errorf("% X: %q in %q, want %q in %q", c.raw, got.Text, got.Encoding, c.text, c.encoding)
		}
		raw, text := got.Raw, got.Text
		got.Wipe()
		if len(bytes.Trim(raw, "\x00")) != 0 || len(bytes.Trim(text, "\x00")) != 0 || got.Raw != nil {
			t.Errorf("% X was not wiped", c.raw)
		}
	}
}

// Whatever comes: a code is the beginning of what came, without the suffix at most; in pieces it is the same as at once, and
// nothing of it stays behind.
func FuzzFramer(f *testing.F) {
	f.Add([]byte("abc\r\ndef\r\n"), uint8(1), uint8(3))
	f.Add([]byte("\xbe\xd3\r"), uint8(2), uint8(1))
	f.Add([]byte("\ufeff居住证\t"), uint8(5), uint8(0))
	f.Add(append(bytes.Repeat([]byte("7"), MaxCode), '\r', '\n'), uint8(4), uint8(255))
	f.Add(bytes.Repeat([]byte("\x82\x30\x81\x31"), MaxCode/2), uint8(0), uint8(99))
	f.Fuzz(func(t *testing.T, wire []byte, kind, step uint8) {
		suffixes := []Suffix{SuffixAny, SuffixNone, SuffixCR, SuffixLF, SuffixCRLF, SuffixTab}
		parts := Framer{Suffix: suffixes[int(kind)%len(suffixes)]}
		whole := parts
		for rest := wire; len(rest) > 0; {
			n := min(int(step)+1, len(rest))
			parts.Feed(rest[:n])
			rest = rest[n:]
		}
		if len(wire) > 0 {
			whole.Feed(wire)
		}
		if parts.Begun() != (len(wire) > 0) || parts.Whole() != whole.Whole() {
			t.Fatalf("in pieces begun %v, whole %v; at once whole %v", parts.Begun(), parts.Whole(), whole.Whole())
		}
		if cap(parts.buf) > MaxCode+2 {
			t.Fatalf("%d bytes of memory", cap(parts.buf))
		}
		a, aerr := parts.End()
		b, berr := whole.End()
		if !bytes.Equal(a, b) || (aerr == nil) != (berr == nil) {
			t.Fatalf("in pieces %q, %v; at once %q, %v", a, aerr, b, berr)
		}
		if len(a) > MaxCode || !bytes.HasPrefix(wire, a) || len(wire)-len(a) > 2 && aerr == nil {
			t.Fatalf("%q from %q", a, wire)
		}
		if parts.Begun() || len(bytes.Trim(parts.buf[:cap(parts.buf)], "\x00")) > 0 {
			t.Fatal("the code stays behind")
		}
		if aerr == nil {
			c := decode(bytes.Clone(a))
			if !bytes.Equal(c.Raw, a) || bytes.ContainsRune(c.Text, '\ufffd') && c.Encoding == GB18030 {
				t.Fatalf("%q became %q", a, c.Text)
			}
			if c.Encoding != Binary && !utf8.Valid(c.Text) {
				t.Fatalf("%q became %q", a, c.Text)
			}
		}
	})
}
