package kiosk

import (
	"slices"
	"strings"
	"unicode/utf8"

	"onedoor/app/catalog"
)

// edit changes one answer.
func (k *Kiosk) edit(in Intent) {
	s := k.visit
	switch in := in.(type) {
	case Focus:
		k.focus(in.Field)
		return
	case Pick:
		if f, ok := s.question(in.Field); ok && slices.Contains(f.Options, in.Value) {
			s.pick(f, in.Value)
			if s.situating {
				s.forgetHidden()
			}
		}
		return
	case ChooseFrom:
		if s.picker != nil {
			k.pickDivision(in.Option)
		}
		return
	case AddEntry:
		s.addEntry(in.Field)
		return
	case EditEntry:
		s.editEntry(in.Field, in.N)
		return
	case DropEntry:
		if _, ok := s.question(in.Field); ok {
			s.dropEntry(in.Field, in.N)
		}
		return
	}
	base, part, divided := strings.Cut(s.focus, "/")
	f, ok := s.question(base)
	if !ok {
		return
	}
	if divided && "/"+part == restPart {
		f = catalog.Field{ID: s.focus, Input: catalog.InputText, Keypad: "address", Limit: maxRest}
	}
	k.typeInto(f, in)
}

// maxRest is the length of an address below the street, in characters.
const maxRest = 60

// focus makes a field the one that is typed into; a place is chosen first.
func (k *Kiosk) focus(id string) {
	s := k.visit
	base, _, divided := strings.Cut(id, "/")
	f, ok := s.question(base)
	switch {
	case !ok:
	case f.Input == catalog.InputAddress && !divided:
		if k.cfg.Divisions != nil {
			s.openPicker(id)
		}
	case divided && f.Input == catalog.InputAddress || typable(f):
		s.typing.wipe()
		s.focus = id
	}
}

// pick answers a choice; of several, a second touch takes an answer back.
func (s *session) pick(f catalog.Field, value string) {
	switch f.Input {
	case catalog.InputChoice:
		s.set(f.ID, []byte(value))
	case catalog.InputMulti:
		var chosen []string
		before := s.chosen(f)
		for _, o := range f.Options { // kept in the order of the form
			if slices.Contains(before, o) != (o == value) {
				chosen = append(chosen, o)
			}
		}
		s.set(f.ID, []byte(strings.Join(chosen, ",")))
	}
}

// chosen are the answers to a multiple choice.
func (s *session) chosen(f catalog.Field) []string {
	if len(s.typed[f.ID]) == 0 {
		return nil
	}
	return strings.Split(string(s.typed[f.ID]), ",")
}

// typeInto takes keys into a field.
func (k *Kiosk) typeInto(f catalog.Field, in Intent) {
	s := k.visit
	old := s.typed[f.ID]
	if f.Input == catalog.InputText && f.Keypad != "code" {
		add, done := k.compose(in, f.Keypad, old)
		for _, r := range clean(add) {
			if fits(f, s.typed[f.ID], string(r)) {
				s.add(f.ID, string(r))
			}
		}
		if done {
			return
		}
	}
	switch in := in.(type) {
	case Done:
		s.typing.wipe()
		s.focusAfter(s.focus)
	case Type:
		if fits(f, old, in.Text) {
			s.add(f.ID, in.Text)
			if full(f, s.typed[f.ID]) {
				s.focusAfter(f.ID)
			}
		}
	case Erase:
		s.typed[f.ID] = cut(old, lastRune(old))
	case Clear:
		s.set(f.ID, nil)
	}
}

// lastRune is the length of the last character in bytes.
func lastRune(b []byte) int {
	_, n := utf8.DecodeLastRune(b)
	return min(n, len(b))
}

// cut wipes the last n bytes and takes them away.
func cut(b []byte, n int) []byte {
	clear(b[len(b)-n:])
	return b[:len(b)-n]
}

func typable(f catalog.Field) bool {
	switch f.Input {
	case catalog.InputText, catalog.InputPhone, catalog.InputDate, catalog.InputNumber, catalog.InputMoney:
		return true
	}
	return false
}

// fits keeps a field from taking more or other characters than its keypad gives.
func fits(f catalog.Field, old []byte, add string) bool {
	if add == "" || utf8.RuneCount(old)+utf8.RuneCountInString(add) > limit(f) {
		return false
	}
	switch f.Input {
	case catalog.InputText:
		return !strings.ContainsFunc(add, func(r rune) bool { return r < ' ' || r == 0x7f })
	case catalog.InputMoney, catalog.InputNumber:
		whole, part, point := strings.Cut(string(old)+add, ".")
		if strings.Contains(part, ".") || point && f.Whole || whole == "" || point && len(part) > 2 {
			return false
		}
		return strings.Trim(add, "0123456789.") == ""
	}
	return strings.Trim(add, "0123456789") == ""
}

// limit is how many characters a field takes.
func limit(f catalog.Field) int {
	switch {
	case f.Limit > 0:
		return f.Limit
	case f.Input == catalog.InputNumber || f.Input == catalog.InputMoney:
		return 12
	}
	return 60
}

// full is true when a date is complete. A phone number keeps the keypad: it is hidden as soon as it is left, and must be
// looked at first.
func full(f catalog.Field, value []byte) bool {
	return f.Input == catalog.InputDate && utf8.RuneCount(value) == f.Limit
}

// focusFirst puts the keypad under the first field that needs attention.
func (s *session) focusFirst(faults map[string]catalog.Fault) {
	for _, f := range s.questions() {
		if _, bad := faults[f.ID]; bad {
			s.focus = ""
			if typable(f) {
				s.focus = f.ID
			}
			return
		}
	}
}

// focusAfter puts the keypad under the next empty field of the sheet after the one with that id, or under the first for
// an empty id, so that nobody has to find out how. With nothing left to type the keypad goes.
func (s *session) focusAfter(id string) { s.focus = s.emptyAfter(id) }

// emptyAfter is the id of that field, or empty.
func (s *session) emptyAfter(id string) string {
	id, _, _ = strings.Cut(id, "/")
	passed := id == ""
	for _, f := range s.questions() {
		if passed && typable(f) && len(s.typed[f.ID]) == 0 {
			return f.ID
		}
		passed = passed || f.ID == id
	}
	return ""
}
