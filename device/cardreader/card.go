package cardreader

import (
	"bytes"
	"log/slog"
	"time"
)

// Kind is which layout a card has.
type Kind string

// The kinds of cards.
const (
	Citizen         Kind = "citizen"          // resident identity card
	ResidencePermit Kind = "residence-permit" // residents of Hong Kong, Macao and Taiwan, since 2018
	Foreigner2017   Kind = "foreigner-2017"   // foreigner's permanent residence, 2017 edition
	Foreigner2023   Kind = "foreigner-2023"   // foreigner's permanent residence, 2023 edition
)

// Sex is a code of GB/T 2261.1.
type Sex byte

// The codes. Anything else on a card becomes SexUnknown.
const (
	SexUnknown   Sex = 0
	SexMale      Sex = 1
	SexFemale    Sex = 2
	SexNotStated Sex = 9
)

// Card is what one card holds. All text is UTF-8 and may be empty where the kind has no such field. Whoever gets a Card
// owns it and calls Wipe when done. It never prints itself.
type Card struct {
	Kind        Kind
	Name        []byte // Chinese name
	EnglishName []byte
	Birth       []byte // YYYYMMDD
	Address     []byte // as printed on the card
	NewAddress  []byte // written later into the chip; nil when there is none, or it did not come through
	Number      []byte // 18 characters; 15 on the 2017 foreigner's card
	Issuer      []byte
	ValidFrom   []byte // YYYYMMDD
	ValidTo     []byte // YYYYMMDD, or 长期
	Nationality []byte // three letters, GB/T 2659
	PassNumber  []byte // travel pass of a residence permit
	IssueCount  []byte
	Photo       []byte // 1024 bytes in the coding that only licensed libraries decode

	sex, ethnic, link []byte
}

// Wipe overwrites everything and empties the card.
func (c *Card) Wipe() {
	for _, f := range []*[]byte{
		&c.Name, &c.EnglishName, &c.Birth, &c.Address, &c.NewAddress, &c.Number, &c.Issuer, &c.ValidFrom, &c.ValidTo,
		&c.Nationality, &c.PassNumber, &c.IssueCount, &c.Photo, &c.sex, &c.ethnic, &c.link,
	} {
		b := (*f)[:cap(*f)]
		clear(b)
		*f = nil
	}
	c.Kind = ""
}

// String hides what the card holds, so that no format verb prints it by accident.
func (c *Card) String() string { return "card" }

// GoString hides it from %#v.
func (c *Card) GoString() string { return "card" }

// LogValue hides it from logs.
func (c *Card) LogValue() slog.Value { return slog.StringValue("card") }

// Sex is the holder's sex.
func (c *Card) Sex() Sex {
	if len(c.sex) == 1 {
		switch s := Sex(c.sex[0] - '0'); s {
		case SexMale, SexFemale, SexNotStated:
			return s
		}
	}
	return SexUnknown
}

// EthnicCode is the raw two-digit code of GB/T 3304; empty on cards of other kinds.
func (c *Card) EthnicCode() string { return string(c.ethnic) }

// EthnicGroup is the Chinese name of the ethnic group, or the raw code when the table has none.
func (c *Card) EthnicGroup() string { return EthnicGroup(string(c.ethnic)) }

// BirthDate is the day of birth; ok is false when the card holds no possible date.
func (c *Card) BirthDate() (day time.Time, ok bool) { return parseDay(c.Birth) }

// LongTerm says whether the card has no last day.
func (c *Card) LongTerm() bool { return bytes.Equal(c.ValidTo, []byte("长期")) }

// Expired says whether the card's last day is over on the day of now, in now's zone. A last day that can not be read
// counts as expired.
func (c *Card) Expired(now time.Time) bool {
	if c.LongTerm() {
		return false
	}
	last, ok := parseDay(c.ValidTo)
	if !ok {
		return true
	}
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).After(last)
}

// Fault is why what a card holds can not be true.
type Fault string

// The faults. None is FaultNone; a card past its last day has no fault, that is for the service to judge.
const (
	FaultNone       Fault = ""
	FaultNumber     Fault = "number"       // too short or long, or its check digit is wrong
	FaultBirth      Fault = "birth"        // no day of any calendar
	FaultOtherBirth Fault = "number-birth" // the number holds another birth than the card
)

// Fault names the first reason why the card can not be true, or FaultNone. It knows no clock, so a birth in the future is
// none: kiosks whose clock was lost must go on reading.
func (c *Card) Fault() Fault {
	if !c.NumberValid() {
		return FaultNumber
	}
	if _, ok := c.BirthDate(); !ok {
		return FaultBirth
	}
	if !c.birthAgrees() {
		return FaultOtherBirth
	}
	return FaultNone
}

// NumberValid says whether the number has the right length and check digit for its kind.
func (c *Card) NumberValid() bool {
	if c.Kind == Foreigner2017 {
		return ValidForeigner15(c.Number)
	}
	return ValidNumber18(c.Number)
}

// birthAgrees says whether the number holds the card's birth; the 2017 foreigner's number has two digits of the year.
func (c *Card) birthAgrees() bool {
	if c.Kind == Foreigner2017 {
		return len(c.Number) == 15 && len(c.Birth) == 8 && bytes.Equal(c.Number[7:13], c.Birth[2:])
	}
	return len(c.Number) == 18 && bytes.Equal(c.Number[6:14], c.Birth)
}

// Consistent says whether number, birth and sex on the card agree, as far as its kind has them in the number. Numbers
// were given out with the wrong parity, so a sex that disagrees is no Fault.
func (c *Card) Consistent() bool {
	if !c.birthAgrees() {
		return false
	}
	if c.Kind == Foreigner2017 {
		return true
	}
	odd := (c.Number[16]-'0')%2 == 1
	switch c.Sex() {
	case SexMale:
		return odd
	case SexFemale:
		return !odd
	default:
		return true
	}
}

// OldNumber rebuilds the 15-character number that a 2023 foreigner's card replaces; nil when it is linked to none.
func (c *Card) OldNumber() []byte {
	if c.Kind != Foreigner2023 || len(c.link) != 3 || len(c.Number) != 18 || len(c.Nationality) != 3 {
		return nil
	}
	old := make([]byte, 0, 15)
	old = append(old, c.Nationality...)
	old = append(old, c.Number[1:3]...)
	old = append(old, c.link[:2]...)
	old = append(old, c.Number[8:14]...)
	old = append(old, c.link[2])
	return append(old, passportCheck(old))
}

func parseDay(b []byte) (time.Time, bool) {
	if len(b) != 8 {
		return time.Time{}, false
	}
	var n [8]int
	for i, d := range b {
		if d < '0' || d > '9' {
			return time.Time{}, false
		}
		n[i] = int(d - '0')
	}
	y, m, d := n[0]*1000+n[1]*100+n[2]*10+n[3], n[4]*10+n[5], n[6]*10+n[7]
	day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return day, day.Year() == y && int(day.Month()) == m && day.Day() == d
}
