package cardreader

import (
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	textLength    = 256 // bytes of text on a card
	addressLength = 70  // bytes of an address, also of the newest one
)

var errText = errors.New("cardreader: not the text of a card")

// field decodes UTF-16LE, filled with spaces on the right, into UTF-8. Only the right side is trimmed: names and addresses
// hold spaces. Private-use characters stay what they are; half a surrogate pair becomes U+FFFD.
func field(b []byte) []byte {
	units := make([]uint16, len(b)/2)
	defer clear(units)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	end := len(units)
	for end > 0 && (units[end-1] == ' ' || units[end-1] == 0 || units[end-1] == 0x3000) {
		end--
	}
	out := make([]byte, 0, 3*end) // no growing: that would leave copies behind
	for i := 0; i < end; i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			r = utf8.RuneError
			if i+1 < end {
				if pair := utf16.DecodeRune(rune(units[i]), rune(units[i+1])); pair != utf8.RuneError {
					r = pair
					i++
				}
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// parseText reads the 256 bytes of text. What it returns holds its own copies.
func parseText(b []byte) (*Card, error) {
	if len(b) != textLength {
		return nil, errText
	}
	f := func(at, n int) []byte { return field(b[at : at+n]) }
	c := new(Card)
	switch binary.LittleEndian.Uint16(b[248:]) {
	case 'I':
		c.Kind = Foreigner2017
		c.EnglishName, c.sex, c.Number, c.Nationality = f(0, 120), f(120, 2), f(122, 30), f(152, 6)
		c.Name, c.ValidFrom, c.ValidTo, c.Birth = f(158, 30), f(188, 16), f(204, 16), f(220, 16)
	case 'Y':
		c.Kind = Foreigner2023
		c.Name, c.sex, c.IssueCount, c.Birth = f(0, 30), f(30, 2), f(32, 4), f(36, 16)
		c.Number, c.ValidFrom, c.ValidTo, c.Nationality = f(122, 36), f(188, 16), f(204, 16), f(242, 6)
		// The two parts are joined before trimming, so that a space at the seam survives.
		name := make([]byte, 92)
		copy(name, b[52:122])
		copy(name[70:], b[220:242])
		c.EnglishName = field(name)
		clear(name)
		c.link = f(250, 6)
	case 'J':
		c.Kind = ResidencePermit
		c.citizenPart(f)
		c.PassNumber, c.IssueCount = f(220, 18), f(238, 4)
	default:
		c.Kind = Citizen
		c.citizenPart(f)
		c.ethnic = f(32, 4)
	}
	if len(c.Number) == 0 || len(c.Name)+len(c.EnglishName) == 0 {
		c.Wipe()
		return nil, errText
	}
	return c, nil
}

// citizenPart reads what the citizen's card and the residence permit have in common.
func (c *Card) citizenPart(f func(at, n int) []byte) {
	c.Name, c.sex, c.Birth, c.Address = f(0, 30), f(30, 2), f(36, 16), f(52, addressLength)
	c.Number, c.Issuer, c.ValidFrom, c.ValidTo = f(122, 36), f(158, 30), f(188, 16), f(204, 16)
}
