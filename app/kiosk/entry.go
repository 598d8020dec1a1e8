package kiosk

import (
	"strings"

	"onedoor/app/catalog"
)

// entry is the one of a repeating group that is being filled in.
type entry struct {
	group string
	n     int
	fresh bool // it was begun now: whoever goes back takes it out again
}

// addEntry begins one more of a group, if there may be more.
func (s *session) addEntry(group string) {
	f, ok := s.question(group)
	n := s.answers().Entries(group)
	if !ok || f.Input != catalog.InputGroup || n >= f.MaxItems && f.MaxItems > 0 || n >= catalog.MaxEntries || len(f.Members) == 0 {
		return
	}
	s.set(catalog.MemberKey(group, n, f.Members[0].ID), nil)
	s.entry, s.complain = &entry{group, n, true}, false
	s.focusAfter("")
}

func (s *session) editEntry(group string, n int) {
	if f, ok := s.question(group); ok && f.Input == catalog.InputGroup && n >= 0 && n < s.answers().Entries(group) {
		s.entry, s.complain, s.focus = &entry{group, n, false}, false, ""
	}
}

// dropEntry takes one out and closes the gap.
func (s *session) dropEntry(group string, n int) {
	f, _, ok := s.service.Form.Field(group)
	if !ok || f.Input != catalog.InputGroup || n < 0 {
		return
	}
	count := s.answers().Entries(group)
	for _, m := range f.Members {
		for i := n; i < count; i++ {
			to, from := catalog.MemberKey(group, i, m.ID), catalog.MemberKey(group, i+1, m.ID)
			next, there := s.typed[from]
			if old := s.typed[to]; old != nil {
				clear(old[:cap(old)])
			}
			delete(s.typed, to)
			if there {
				s.typed[to] = next
				delete(s.typed, from)
			}
		}
	}
}

// leaveEntry goes back to the group. keep is false when whoever filled it in went back.
func (s *session) leaveEntry(keep bool) {
	if s.entry.fresh && !keep {
		s.dropEntry(s.entry.group, s.entry.n)
	}
	s.entry, s.focus, s.complain = nil, "", false
	s.typing.wipe()
}

// summary is an entry in a line: the answers to its first questions.
func (k *Kiosk) summary(group catalog.Field, n int) (title, rest string) {
	s := k.visit
	say := k.cfg.Texts.In(s.lang)
	var parts []string
	for _, m := range s.service.Form.Members(s.answers(), group.ID, n) {
		if v := k.reviewValue(m, say); v != "" {
			parts = append(parts, v)
		}
	}
	if len(parts) == 0 {
		return "", ""
	}
	return parts[0], strings.Join(parts[1:], " · ")
}
