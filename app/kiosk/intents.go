package kiosk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"onedoor/app/catalog"
	"onedoor/app/visit"
	"onedoor/device/printer"
)

// intent acts on what the citizen wants. What does not fit the present state is ignored: a tap may arrive late.
func (k *Kiosk) intent(ctx context.Context, in Intent) {
	s := k.visit
	switch in := in.(type) {
	case Start:
		k.begin(ctx)
	case Home:
		s.help = false
		if s.card != nil && k.state.CanLeave() && k.state != visit.Receipt {
			s.leaving = true // one slip of a finger must not cost a form
			return
		}
		k.step(ctx, visit.HomePressed)
	case Abandon:
		k.step(ctx, visit.HomePressed)
	case Stay:
		s.leaving = false
	case Touch:
		// alive has been noted already
	case Help:
		s.help = !s.help
	case Elder:
		s.elder = !s.elder
	case Language:
		if slices.Contains(k.cfg.Texts.Languages(), in.To) {
			s.lang = in.To
		}
	case Choice:
		svc, ok := k.cfg.Catalogue.Service(in.Service)
		if ok && k.state == visit.Choose && svc.Identity.Admits(k.who()) == catalog.Admitted {
			s.service = svc
			k.step(ctx, visit.ServiceChosen)
		}
	case Next:
		k.next(ctx)
	case Back:
		k.back(ctx)
	case Edit:
		if k.state == visit.Review && in.Page >= 0 && in.Page < len(s.service.Form.Pages) {
			s.page, s.focus, s.complain = in.Page, "", false
			k.step(ctx, visit.EditPressed)
		}
	case Confirm:
		k.step(ctx, visit.Confirmed)
	case Again:
		if s.print.Outcome != printer.Printed {
			k.step(ctx, visit.PrintAgain)
		}
	case Leave:
		k.step(ctx, visit.LeavePressed)
	case TypeNumber:
		if k.readerMissing() && len(k.typable()) > 0 {
			k.step(ctx, visit.NumberChosen)
		}
	case Focus, Pick, Type, Erase, Clear, Done:
		switch k.state {
		case visit.Fill:
			s.misread = ""
			s.edit(in)
		case visit.Number:
			s.typeNumber(in)
		}
	}
}

// begin starts a visit, unless it could not be brought to its end.
func (k *Kiosk) begin(ctx context.Context) {
	if k.out.IsZero() {
		k.step(ctx, visit.Started)
	}
}

func (k *Kiosk) next(ctx context.Context) {
	s := k.visit
	switch k.state {
	case visit.Number:
		if s.takeNumber(k.cfg.Now()) {
			k.step(ctx, visit.NumberTyped)
		}
	case visit.Guide:
		k.step(ctx, visit.GuideRead)
		s.focusAfter("")
	case visit.Fill:
		faults := s.faults(s.page, k.cfg.Now())
		if len(faults) > 0 {
			s.complain = true
			s.focusFirst(faults)
			return
		}
		s.complain, s.focus = false, ""
		if s.page+1 < len(s.service.Form.Pages) {
			s.page++
			s.focusAfter("")
			return
		}
		// A page that was passed may have been left by a way around; the whole form decides.
		for p := range s.service.Form.Pages {
			if len(s.faults(p, k.cfg.Now())) > 0 {
				s.page, s.complain = p, true
				return
			}
		}
		k.step(ctx, visit.FormDone)
	}
}

func (k *Kiosk) back(ctx context.Context) {
	s := k.visit
	switch {
	case k.state == visit.Fill && s.page > 0:
		s.page--
		s.focus, s.complain = "", false
	case k.state == visit.Review:
		s.page = len(s.service.Form.Pages) - 1
		k.step(ctx, visit.BackPressed)
	default:
		if k.state == visit.Number {
			s.forgetNumber()
		}
		s.focus, s.complain = "", false
		k.step(ctx, visit.BackPressed)
	}
}

// edit changes one answer.
func (s *session) edit(in Intent) {
	switch in := in.(type) {
	case Focus:
		if f, page, ok := s.service.Form.Field(in.Field); ok && page == s.page && typable(f) {
			s.focus = in.Field
		}
		return
	case Pick:
		f, page, ok := s.service.Form.Field(in.Field)
		if ok && page == s.page && f.Input == catalog.InputChoice && slices.Contains(f.Options, in.Value) {
			s.set(f.ID, []byte(in.Value))
		}
		return
	case Done:
		s.focusAfter(s.focus)
		return
	}
	f, _, ok := s.service.Form.Field(s.focus)
	if !ok {
		return
	}
	old := s.typed[f.ID]
	switch in := in.(type) {
	case Type:
		if fits(f, old, in.Text) {
			s.add(f.ID, in.Text)
			if full(f, s.typed[f.ID]) {
				s.focusAfter(f.ID)
			}
		}
	case Erase:
		_, n := utf8.DecodeLastRune(old)
		clear(old[len(old)-n:])
		s.typed[f.ID] = old[:len(old)-n]
	case Clear:
		s.set(f.ID, nil)
	}
}

func typable(f catalog.Field) bool {
	return f.Input == catalog.InputText || f.Input == catalog.InputPhone || f.Input == catalog.InputDate
}

// fits keeps a field from taking more or other characters than its keypad gives.
func fits(f catalog.Field, old []byte, add string) bool {
	if add == "" || utf8.RuneCount(old)+utf8.RuneCountInString(add) > f.Limit {
		return false
	}
	if f.Input == catalog.InputText {
		return !strings.ContainsFunc(add, func(r rune) bool { return r < ' ' || r == 0x7f })
	}
	return strings.Trim(add, "0123456789") == ""
}

// full is true when a date is complete. A phone number keeps the keypad: it is hidden as soon as it is left, and must be
// looked at first.
func full(f catalog.Field, value []byte) bool {
	return f.Input == catalog.InputDate && utf8.RuneCount(value) == f.Limit
}

// focusFirst puts the keypad under the first field that needs attention.
func (s *session) focusFirst(faults map[string]catalog.Fault) {
	for _, f := range s.service.Form.Pages[s.page].Fields {
		if _, bad := faults[f.ID]; bad {
			s.focus = ""
			if typable(f) {
				s.focus = f.ID
			}
			return
		}
	}
}

// focusAfter puts the keypad under the next empty field of the page after the one with that id, or under the first for
// an empty id, so that nobody has to find out how. With nothing left to type the keypad goes.
func (s *session) focusAfter(id string) { s.focus = s.emptyAfter(id) }

// emptyAfter is the id of that field, or empty.
func (s *session) emptyAfter(id string) string {
	passed := id == ""
	for _, f := range s.service.Form.Pages[s.page].Fields {
		if passed && typable(f) && len(s.typed[f.ID]) == 0 {
			return f.ID
		}
		passed = passed || f.ID == id
	}
	return ""
}
