package kiosk

import (
	"slices"
	"strings"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/visit"
)

// sheet is what stands on one screen of the form: a page of it, or a part of one, since in elder mode each question has a
// screen of its own.
type sheet struct {
	page   catalog.Page
	fields []catalog.Field
}

// sheets are the screens that the present answers call for.
func (s *session) sheets() []sheet {
	var all []sheet
	for _, p := range s.service.Form.Visible(s.answers()) {
		if p.Situation {
			continue
		}
		fields := s.shown(p)
		if len(fields) == 0 {
			continue
		}
		if !s.elder && !p.Single {
			all = append(all, sheet{p, fields})
			continue
		}
		fixed := slices.DeleteFunc(slices.Clone(fields), func(f catalog.Field) bool { return f.Input != catalog.InputFixed })
		if len(fixed) > 0 {
			all = append(all, sheet{p, fixed})
		}
		for _, f := range fields {
			if f.Input != catalog.InputFixed {
				all = append(all, sheet{p, []catalog.Field{f}})
			}
		}
	}
	return all
}

// here is the sheet that is filled in. Answers may have taken sheets away; then it is the last one.
func (s *session) here() sheet {
	all := s.sheets()
	if len(all) == 0 {
		return sheet{}
	}
	s.page = max(0, min(s.page, len(all)-1))
	return all[s.page]
}

// more reports whether the page of this sheet goes on with the next one.
func (s *session) more() bool {
	all := s.sheets()
	return s.page+1 < len(all) && all[s.page+1].page.ID() == all[s.page].page.ID()
}

// holds reports whether a field is on the sheet.
func (h sheet) holds(id string) bool {
	return slices.ContainsFunc(h.fields, func(f catalog.Field) bool { return f.ID == id })
}

// questions are the fields that can be answered now: those of the entry that is being changed, the situation, or the sheet.
func (s *session) questions() []catalog.Field {
	switch {
	case s.entry != nil:
		return s.service.Form.Members(s.answers(), s.entry.group, s.entry.n)
	case s.situating:
		return s.situation()
	}
	return s.here().fields
}

// question finds one of them.
func (s *session) question(id string) (catalog.Field, bool) {
	for _, f := range s.questions() {
		if f.ID == id {
			return f, true
		}
	}
	return catalog.Field{}, false
}

// faults judges the questions that can be answered now.
func (s *session) faults(today time.Time) map[string]catalog.Fault {
	all := s.service.Form.Validate(s.answers(), today)
	here := map[string]catalog.Fault{}
	for _, f := range s.questions() {
		if fault, ok := all[f.ID]; ok {
			here[f.ID] = fault
		}
		for n := range s.answers().Entries(f.ID) {
			for _, m := range s.service.Form.Members(s.answers(), f.ID, n) {
				if _, bad := all[m.ID]; bad && here[f.ID] == "" {
					here[f.ID] = catalog.FaultWrong
				}
			}
		}
	}
	return here
}

// firstFault is the sheet with the first fault; -1 when there is none anywhere.
func (s *session) firstFault(today time.Time) int {
	all := s.service.Form.Validate(s.answers(), today)
	if len(all) == 0 {
		return -1
	}
	for i, h := range s.sheets() {
		for _, f := range h.fields {
			if all[f.ID] != "" {
				return i
			}
			for n := range s.answers().Entries(f.ID) {
				for _, m := range s.service.Form.Members(s.answers(), f.ID, n) {
					if all[m.ID] != "" {
						return i
					}
				}
			}
		}
	}
	return 0 // of a question that is shown nowhere: the catalogue does not let that happen
}

// situations are the questions that come before materials and form.
func (s *session) situations() []catalog.Field {
	for _, p := range s.service.Form.Visible(s.answers()) {
		if p.Situation {
			return p.Fields
		}
	}
	return nil
}

// situation are those on the screen now: all of them, or one in elder mode.
func (s *session) situation() []catalog.Field {
	all := s.situations()
	if !s.elder || len(all) == 0 {
		return all
	}
	s.asking = max(0, min(s.asking, len(all)-1)) // answers may have taken questions away
	return all[s.asking : s.asking+1]
}

// goToSituation shows a question of the situation. Those before it are on the way back.
func (s *session) goToSituation(id string) {
	if i := slices.IndexFunc(s.situations(), func(f catalog.Field) bool { return f.ID == id }); i >= 0 {
		s.asking = i
	}
}

// unsaid is the first question of the situation without an answer; empty when all have one.
func (s *session) unsaid() string {
	for _, f := range s.situations() {
		if len(s.typed[f.ID]) == 0 {
			return f.ID
		}
	}
	return ""
}

// forgetHidden forgets what was answered to questions of the situation that another answer has taken away.
func (s *session) forgetHidden() {
	seen := s.situations()
	for _, f := range s.service.Situations {
		if !slices.ContainsFunc(seen, func(v catalog.Field) bool { return v.ID == f.ID }) {
			b := s.typed[f.ID]
			clear(b[:cap(b)])
			delete(s.typed, f.ID)
		}
	}
}

// materials are those that this citizen needs.
func (s *session) materials() []catalog.Material { return s.service.Needed(s.answers()) }

// standing is the question that is being answered; empty outside the form.
func (k *Kiosk) standing() string {
	s := k.visit
	switch {
	case k.state == visit.Situate && s.elder:
		return s.situation()[0].ID
	case k.state == visit.Situate:
		return s.unsaid()
	case k.state != visit.Fill:
		return ""
	case s.entry != nil:
		return s.entry.group
	case s.picker != nil:
		return s.picker.field
	case len(s.typed[s.focus])+len(s.typing.letters) > 0: // begun already
		id, _, _ := strings.Cut(s.focus, "/")
		return id
	}
	here, given := s.here().fields, s.answers()
	for _, f := range here {
		if f.Input != catalog.InputFixed && given[f.ID] == "" && given.Entries(f.ID) == 0 {
			return f.ID
		}
	}
	if len(here) == 0 {
		return ""
	}
	return here[len(here)-1].ID
}

// returnTo goes to the sheet of a question again, when elder mode has cut the form into other sheets.
func (s *session) returnTo(id string) {
	if id == "" {
		return
	}
	if s.situating {
		s.goToSituation(id)
		return
	}
	for i, h := range s.sheets() {
		if h.holds(id) {
			s.page = i
			return
		}
	}
}
