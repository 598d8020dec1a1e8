package kiosk

import (
	"strconv"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/text"
)

func (k *Kiosk) form(say text.Printer) Form {
	s := k.visit
	form, page := s.service.Form, s.service.Form.Pages[s.page]
	v := Form{
		Heading: form.Title(page, say.Language), Help: form.Help(page, say.Language),
		Next: Button{say.T("form.next"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false},
	}
	if s.byHand && len(page.Fields) > len(s.shown(page)) {
		v.Help = say.T("form.byhand") // the page's own words speak of the card
	}
	var faults map[string]catalog.Fault
	if s.complain {
		faults = s.faults(s.page, k.cfg.Now())
		if len(faults) > 0 {
			v.Errors = say.T("form.errors", "count", strconv.Itoa(len(faults)))
		}
	}
	for _, f := range s.shown(page) {
		v.Fields = append(v.Fields, k.field(f, faults[f.ID], say))
		if f.ID == s.focus {
			v.Keypad = keypad(f, s.emptyAfter(f.ID) != "", say)
		}
	}
	return v
}

func (k *Kiosk) field(f catalog.Field, fault catalog.Fault, say text.Printer) Field {
	s, form := k.visit, k.visit.service.Form
	v := Field{ID: f.ID, Label: form.Label(f, say.Language), Hint: form.Hint(f, say.Language), Focused: f.ID == s.focus,
		Error: complaint(f, fault, say)}
	typed := string(s.typed[f.ID])
	switch f.Input {
	case catalog.InputFixed:
		v.Kind, v.Note, v.Value = FieldFixed, say.T("form.fromcard"), masked(f, typed)
		if s.byHand {
			v.Note = say.T("form.fromhand")
		}
	case catalog.InputChoice:
		v.Kind = FieldChoice
		for _, o := range f.Options {
			v.Options = append(v.Options, Option{form.Option(f, o, say.Language), o == typed, Pick{Field: f.ID, Value: o}})
		}
	case catalog.InputPhone:
		v.Kind, v.Value, v.Focus = FieldPhone, text.Phone(typed), Focus{Field: f.ID}
		if !v.Focused && len(typed) == f.Limit {
			v.Value = text.MaskPhone(typed) // whoever stands behind has had time enough to read it
		}
	case catalog.InputDate:
		v.Kind, v.Focus = FieldDate, Focus{Field: f.ID}
		if typed != "" || v.Focused {
			v.Value = text.DateDigits(say.Language, typed)
		}
	case catalog.InputText:
		v.Kind, v.Value, v.Focus = FieldText, typed, Focus{Field: f.ID}
		if f.Scan && k.scans() {
			v.Note = say.T("form.scan")
		}
	}
	if f.ID == s.misread {
		v.Error = say.T("form.misread")
	}
	return v
}

// complaint says in plain words what is wrong and what to do.
func complaint(f catalog.Field, fault catalog.Fault, say text.Printer) string {
	switch {
	case fault == "":
		return ""
	case fault == catalog.FaultFuture:
		return say.T("form.wrong.future")
	case f.Input == catalog.InputChoice:
		return say.T("form.choose")
	case fault == catalog.FaultMissing:
		return say.T("form.required")
	case f.Input == catalog.InputPhone:
		return say.T("form.wrong.phone")
	case f.Input == catalog.InputDate:
		return say.T("form.wrong.date")
	default:
		return say.T("form.wrong.text")
	}
}

func masked(f catalog.Field, value string) string {
	switch f.Prefill {
	case catalog.CardName:
		return text.MaskName(value)
	case catalog.CardNumber:
		return text.MaskNumber(value)
	default:
		return text.MaskAddress(value)
	}
}

func (k *Kiosk) review(say text.Printer) Review {
	s, form := k.visit, k.visit.service.Form
	v := Review{
		Heading: say.T("review.heading"), Help: say.T("review.help"),
		Declaration: say.T("review.declaration", "department", s.service.Department.In(say.Language)),
		Confirm:     Button{say.T("review.confirm"), Confirm{}, false}, Back: Button{say.T("form.back"), Back{}, false},
	}
	person := Group{Title: say.T("review.person")}
	if s.byHand {
		person.Title = say.T("review.byhand")
	}
	var groups []Group
	for i, p := range form.Pages {
		g := Group{Title: form.Title(p, say.Language), Edit: Button{say.T("review.edit"), Edit{Page: i}, false}}
		for _, f := range s.shown(p) {
			row := Row{Label: form.Label(f, say.Language), Value: k.reviewValue(f, say)}
			if f.Input == catalog.InputFixed {
				person.Rows = append(person.Rows, row)
			} else {
				g.Rows = append(g.Rows, row)
			}
		}
		if len(g.Rows) > 0 {
			groups = append(groups, g)
		}
	}
	if len(person.Rows) > 0 {
		v.Groups = append(v.Groups, person)
	}
	v.Groups = append(v.Groups, groups...)
	return v
}

// reviewValue shows what was typed in full, so that a slip can be seen, and masks what came from the card.
func (k *Kiosk) reviewValue(f catalog.Field, say text.Printer) string {
	typed := string(k.visit.typed[f.ID])
	switch f.Input {
	case catalog.InputFixed:
		return masked(f, typed)
	case catalog.InputChoice:
		return k.visit.service.Form.Option(f, typed, say.Language)
	case catalog.InputPhone:
		return text.Phone(typed) // in full: it is the way to reach her, and she is asked to check it
	case catalog.InputDate:
		if t, err := time.Parse("20060102", typed); err == nil {
			return text.Date(say.Language, t)
		}
	}
	return typed
}
