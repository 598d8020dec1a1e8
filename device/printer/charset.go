package printer

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// substitute stands for a character that the printer can not be trusted with. It is two columns wide, as they are.
const substitute = '〓'

// charset turns text into what the printer's font can show.
type charset struct {
	set         Charset
	glyphs      Glyphs // draws what is not trusted; may be nil
	substituted int    // characters replaced so far
}

// clean returns the characters to print: controls are dropped (line feeds stay), look-alikes that Chinese fonts lack are
// exchanged, and what is not trusted and can not be drawn either becomes the substitute.
func (c *charset) clean(s string) []rune {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		switch {
		case r == '\n':
		case r == '\t', r == 0xA0, r >= 0x2000 && r <= 0x200A:
			r = ' '
		case r == 0xA5:
			r = '￥'
		case r == '•', r == '・', r == '‧':
			r = '·'
		case r == 0x2010, r == 0x2011, r == 0x2212:
			r = '-'
		case r < 0x20, r >= 0x7F && r < 0xA0, unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			continue
		}
		if r != '\n' && !c.trusted(r) && !c.drawable(r) {
			r = substitute
			c.substituted++
		}
		out = append(out, r)
	}
	return out
}

// trusted says whether a character can be sent as text. The encoder gives wrong codes without an error for private-use
// characters, and an outdated one for some others, so only what reads back as itself and lies in the agreed ranges counts.
func (c *charset) trusted(r rune) bool {
	if r < 0x80 {
		return r >= 0x20 && r < 0x7F
	}
	if r > 0xFFFF || r == utf8.RuneError || unicode.Is(unicode.Co, r) || unicode.In(r, unicode.Mn, unicode.Me) {
		return false
	}
	b := encode(nil, []rune{r})
	back, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || string(back) != string(r) {
		return false
	}
	switch len(b) {
	case 2:
		switch c.set {
		case CharsetGB2312:
			return b[0] >= 0xA1 && b[0] <= 0xF7 && b[1] >= 0xA1
		case CharsetGBK:
			// FE50 to FEA0 were filled by GB 18030; fonts made for GBK have nothing there.
			return b[0] != 0xFE || b[1] < 0x50
		}
		return true
	case 4:
		return c.set == CharsetGB18030 && r >= 0x3400 && r <= 0x4DB5
	default:
		return false
	}
}

// drawable says whether a character is printed as a picture. A font's private-use characters are its maker's own, and marks
// that combine have no place of their own.
func (c *charset) drawable(r rune) bool {
	return c.glyphs != nil && r != utf8.RuneError && !unicode.In(r, unicode.Co, unicode.Mn, unicode.Me) && c.glyphs.Has(r)
}

// encode appends trusted characters as GB 18030. No byte of it below 0x30 is part of a longer character, so text can not
// look like a command.
func encode(dst []byte, text []rune) []byte {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(string(text)))
	if err != nil {
		return append(dst, bytes.Repeat([]byte{'?'}, width(text))...)
	}
	return append(dst, b...)
}

// width is the columns that characters take: one for ASCII, two for all else in Chinese mode.
func width(text []rune) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x80 {
		return 1
	}
	return 2
}
