package kiosk

import (
	"strings"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/device/cardreader"
)

// numberLength is a citizen's number after GB 11643: 17 digits and a check character.
const numberLength = 18

// readerMissing says whether no card can be read now. A reader that was not asked yet is not missing.
func (k *Kiosk) readerMissing() bool { return !k.can(health.CardReading) }

// typable lists the services that take a number typed by hand.
func (k *Kiosk) typable() []*catalog.Service {
	var all []*catalog.Service
	for _, s := range k.cfg.Catalogue.Services {
		if s.Identity.Typed {
			all = append(all, s)
		}
	}
	return all
}

// typeNumber changes the number that is typed in place of a card.
func (s *session) typeNumber(in Intent) {
	switch in := in.(type) {
	case Type:
		if numberTakes(len(s.number), in.Text) {
			if s.number == nil {
				s.number = make([]byte, 0, numberLength)
			}
			s.number = append(s.number, in.Text...)
		}
	case Erase:
		if n := len(s.number); n > 0 {
			s.number[n-1] = 0
			s.number = s.number[:n-1]
		}
	case Clear:
		s.forgetNumber()
	default:
		return
	}
	s.wrong = false
}

// numberTakes keeps out what can not stand at that place: X is a check character only.
func numberTakes(at int, key string) bool {
	if at >= numberLength || len(key) != 1 {
		return false
	}
	return key >= "0" && key <= "9" || key == "X" && at == numberLength-1
}

// takeNumber makes the typed number the visit's identity, if it can be one: check character right, and a birth that was.
func (s *session) takeNumber(now time.Time) bool {
	s.wrong = true
	if len(s.number) != numberLength {
		return false
	}
	c := &cardreader.Card{Kind: cardreader.Citizen, Number: append([]byte(nil), s.number...), Birth: append([]byte(nil), s.number[6:14]...)}
	if born, ok := c.BirthDate(); c.Fault() != cardreader.FaultNone || !ok || born.After(now) {
		c.Wipe()
		return false
	}
	s.forgetNumber()
	s.card, s.byHand = c, true
	return true
}

// forgetNumber wipes what was typed in place of a card.
func (s *session) forgetNumber() {
	clear(s.number[:cap(s.number)])
	s.number = nil
	if s.byHand {
		s.card.Wipe()
		s.card = nil
	}
	s.byHand, s.wrong = false, false
}

// kind is how the applicant is known.
func (s *session) kind() catalog.CardKind {
	if s.byHand {
		return catalog.Typed
	}
	return catalog.CardKind(s.card.Kind)
}

// maskedApplicant is how paper and screen name the applicant.
func (s *session) maskedApplicant() string {
	if s.byHand {
		return text.MaskNumber(string(s.card.Number))
	}
	return text.MaskName(string(name(s.card)))
}

// who is the applicant, as services judge it.
func (k *Kiosk) who() catalog.Applicant {
	if k.visit.byHand {
		return catalog.Applicant{Kind: catalog.Typed}
	}
	return k.applicant(k.visit.card)
}

// numberField is the one field of the number's page.
const numberField = "number"

func (k *Kiosk) numberForm(say text.Printer) Form {
	s := k.visit
	f := Field{
		ID: numberField, Kind: FieldText, Label: say.T("number.label"), Hint: say.T("number.hint"), Value: number(s.number),
		Focused: true, Focus: Focus{Field: numberField},
	}
	v := Form{
		Heading: say.T("number.heading"), Help: say.T("number.help", "services", k.titles(say)), Keypad: numberKeypad(say),
		Next: Button{say.T("form.next"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false},
	}
	if s.wrong {
		f.Error = say.T("number.wrong")
		v.Errors = say.T("form.errors", "count", "1")
	}
	v.Fields = []Field{f}
	return v
}

// titles names the services that take a typed number.
func (k *Kiosk) titles(say text.Printer) string {
	var all []string
	for _, s := range k.typable() {
		all = append(all, s.Title.In(say.Language))
	}
	return strings.Join(all, say.T("list.and"))
}

// number groups a citizen's number as people say it: place, birth, the rest.
func number(typed []byte) string {
	s := string(typed)
	switch n := len(s); {
	case n > 14:
		return s[:6] + " " + s[6:14] + " " + s[14:]
	case n > 6:
		return s[:6] + " " + s[6:]
	default:
		return s
	}
}

func numberKeypad(say text.Printer) Keypad {
	return Keypad{Rows: [][]Key{
		keys("1", "2", "3"), keys("4", "5", "6"), keys("7", "8", "9"),
		{{Label: say.T("key.clear"), Quiet: true, Intent: Clear{}}, {Label: "0", Intent: Type{Text: "0"}}, {Label: say.T("key.erase"), Quiet: true, Intent: Erase{}}},
		{wide(keys("X")[0], 3)}, // where a slip costs nothing: it is taken at the end only
	}}
}
