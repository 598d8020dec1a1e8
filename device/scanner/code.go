package scanner

import (
	"bytes"
	"log/slog"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Encoding is how the text of a code was understood. Codes do not say it themselves.
type Encoding string

// The encodings.
const (
	Binary  Encoding = ""        // no text in any of these
	UTF8    Encoding = "utf-8"   // also plain ASCII
	GB18030 Encoding = "gb18030" // also GBK and GB 2312
)

// Code is what was scanned. Whoever gets one owns it and calls Wipe when done: codes for payment, health and insurance stand
// for a person. It never prints itself.
type Code struct {
	Raw      []byte // as the scanner sent it, without its suffix
	Text     []byte // in UTF-8; nil when Encoding is Binary
	Encoding Encoding
}

// decode understands a code: as UTF-8 if it is that, else as GB 18030. It takes raw over.
func decode(raw []byte) *Code {
	c := &Code{Raw: raw}
	if utf8.Valid(raw) {
		c.Text, c.Encoding = bytes.Clone(bytes.TrimPrefix(raw, []byte("\ufeff"))), UTF8
		return c
	}
	text := make([]byte, 3*len(raw)) // no two bytes become more than three, no one byte either
	n, _, err := simplifiedchinese.GB18030.NewDecoder().Transform(text, raw, true)
	// The decoder puts U+FFFD where it is at a loss, which GB 18030 itself writes as four bytes.
	if err != nil || bytes.ContainsRune(text[:n], utf8.RuneError) {
		clear(text)
		return c
	}
	c.Text, c.Encoding = text[:n], GB18030
	return c
}

// Wipe overwrites everything and empties the code.
func (c *Code) Wipe() {
	clear(c.Raw[:cap(c.Raw)])
	clear(c.Text[:cap(c.Text)])
	*c = Code{}
}

// String hides what the code holds, so that no format verb prints it by accident.
func (c *Code) String() string { return "code" }

// GoString hides it from %#v.
func (c *Code) GoString() string { return "code" }

// LogValue hides it from logs.
func (c *Code) LogValue() slog.Value { return slog.StringValue("code") }
