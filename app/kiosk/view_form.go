package kiosk

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/text"
)

func (k *Kiosk) form(say text.Printer) Form {
	s := k.visit
	form, here := s.service.Form, s.here()
	v := Form{
		Heading: form.Title(here.page, say.Language), Help: form.Help(here.page, say.Language),
		Next: Button{say.T("form.next"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false},
	}
	if s.byHand && len(here.page.Fields) > len(s.shown(here.page)) {
		v.Help = say.T("form.byhand") // the page's own words speak of the card
	}
	if all := len(s.sheets()); s.elder && s.entry == nil && all > 1 {
		v.Progress = say.T("form.progress", "n", strconv.Itoa(s.page+1), "of", strconv.Itoa(all))
	}
	if s.entry != nil {
		group, _, _ := form.Field(s.entry.group)
		v.Heading, v.Help, v.Next.Label = form.Entry(group, say.Language), "", say.T("form.entry.done")
	} else if s.editing && !s.more() {
		v.Next.Label = say.T("form.edited")
	}
	k.fields(&v, say)
	return v
}

// fields shows the questions that can be answered now, and the keypad of the one that is typed into.
func (k *Kiosk) fields(v *Form, say text.Printer) {
	s := k.visit
	var faults map[string]catalog.Fault
	if s.complain {
		faults = s.faults(k.cfg.Now())
		if len(faults) > 0 {
			v.Errors = say.T("form.errors", "count", strconv.Itoa(len(faults)))
		}
	}
	for _, f := range s.questions() {
		v.Fields = append(v.Fields, k.field(f, faults[f.ID], say))
		if f.Input == catalog.InputAddress && len(s.typed[f.ID+codePart]) > 0 {
			v.Fields = append(v.Fields, k.restField(f, say))
		}
		switch s.focus {
		case f.ID:
			v.Keypad = k.keypad(f, s.emptyAfter(f.ID) != "", say)
		case f.ID + restPart:
			v.Keypad = k.textPad("address", s.typed[s.focus], s.emptyAfter(f.ID) != "", say)
		}
	}
}

// restField is the part of an address below the street.
func (k *Kiosk) restField(f catalog.Field, say text.Printer) Field {
	s := k.visit
	id := f.ID + restPart
	v := Field{ID: id, Kind: FieldText, Label: say.T("form.rest"), Hint: say.T("form.rest.hint"), Value: string(s.typed[id]), Focused: s.focus == id, Focus: Focus{Field: id}}
	if v.Focused {
		v.Compose = string(s.typing.letters)
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
		v.Kind, v.Note, v.Value, v.Reveal = FieldFixed, say.T("form.fromcard"), masked(f, typed), Reveal{Field: f.ID}
		if k.bare(f.ID) {
			v.Value = typed
		}
		if s.byHand {
			v.Note = say.T("form.fromhand")
		}
	case catalog.InputChoice, catalog.InputMulti:
		v.Kind = FieldChoice
		if f.Input == catalog.InputMulti {
			v.Kind, v.Note = FieldMulti, say.T("form.several")
		}
		for _, o := range f.Options {
			v.Options = append(v.Options, Option{form.Option(f, o, say.Language), slices.Contains(s.chosen(f), o), Pick{Field: f.ID, Value: o}})
		}
	case catalog.InputPhone:
		v.Kind, v.Value, v.Focus = FieldPhone, text.Phone(typed), Focus{Field: f.ID}
		if !v.Focused && len(typed) == f.Limit {
			v.Value = text.MaskPhone(typed) // whoever stands behind has had time enough to read it
			if k.bare(f.ID) {
				v.Value = text.Phone(typed)
			}
		}
	case catalog.InputDate:
		v.Kind, v.Focus = FieldDate, Focus{Field: f.ID}
		if typed != "" || v.Focused {
			v.Value = text.DateDigits(say.Language, typed)
		}
	case catalog.InputText, catalog.InputNumber, catalog.InputMoney:
		v.Kind, v.Value, v.Focus = FieldText, typed, Focus{Field: f.ID}
		if v.Focused {
			v.Compose = string(s.typing.letters)
		}
		if f.Input == catalog.InputMoney {
			v.Note = say.T("form.yuan")
		}
		if f.Scan && k.scans() {
			v.Note = say.T("form.scan")
		}
	case catalog.InputAddress:
		v.Kind, v.Focus = FieldList, Focus{Field: f.ID}
		if k.cfg.Divisions != nil {
			v.Value = names(k.cfg.Divisions.Path(string(s.typed[f.ID+codePart])), "")
		}
	case catalog.InputGroup:
		k.groupField(&v, f, say)
	}
	if f.ID == s.misread {
		v.Error = say.T("form.misread")
	}
	return v
}

// groupField shows the entries of a repeating group.
func (k *Kiosk) groupField(v *Field, f catalog.Field, say text.Printer) {
	s := k.visit
	v.Kind = FieldGroup
	all := s.service.Form.Validate(s.answers(), k.cfg.Now())
	count := s.answers().Entries(f.ID)
	for n := range count {
		e := Entry{Edit: Button{say.T("review.edit"), EditEntry{Field: f.ID, N: n}, false}, Dismiss: Button{say.T("form.entry.drop"), DropEntry{Field: f.ID, N: n}, false}}
		e.Title, e.Text = k.summary(f, n)
		if e.Title == "" {
			e.Title = s.service.Form.Entry(f, say.Language)
		}
		for _, m := range s.service.Form.Members(s.answers(), f.ID, n) {
			if all[m.ID] != "" && s.complain {
				e.Error = say.T("form.entry.wrong")
			}
		}
		v.Entries = append(v.Entries, e)
	}
	if f.MaxItems == 0 || count < f.MaxItems {
		v.Add = Button{s.service.Form.Add(f, say.Language), AddEntry{Field: f.ID}, false}
	}
}

// complaint says in plain words what is wrong and what to do.
func complaint(f catalog.Field, fault catalog.Fault, say text.Printer) string {
	switch {
	case fault == "":
		return ""
	case fault == catalog.FaultFuture:
		return say.T("form.wrong.future")
	case fault == catalog.FaultPast:
		return say.T("form.wrong.past")
	case fault == catalog.FaultCheck:
		return say.T("form.wrong.check")
	case fault == catalog.FaultSmall:
		return say.T("form.wrong.small", "least", f.Min)
	case fault == catalog.FaultLarge:
		return say.T("form.wrong.large", "most", f.Max)
	case fault == catalog.FaultFew && f.Input == catalog.InputGroup:
		return say.T("form.wrong.few")
	case fault == catalog.FaultMany:
		return say.T("form.wrong.many", "most", strconv.Itoa(f.MaxItems))
	case f.Input == catalog.InputChoice:
		return say.T("form.choose")
	case f.Input == catalog.InputMulti:
		return say.T("form.choose.several")
	case f.Input == catalog.InputAddress:
		return say.T("form.wrong.address")
	case f.Input == catalog.InputGroup:
		return say.T("form.wrong.entries")
	case fault == catalog.FaultMissing:
		return say.T("form.required")
	case f.Input == catalog.InputPhone:
		return say.T("form.wrong.phone")
	case f.Input == catalog.InputDate:
		return say.T("form.wrong.date")
	case f.Input == catalog.InputNumber, f.Input == catalog.InputMoney:
		return say.T("form.wrong.number")
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
	if why, _ := k.unavailable(s.service, say); why != "" { // the link fell meanwhile, and the service can not do without
		v.Help, v.Confirm.Off = why, true
	}
	if own := s.service.Declaration.In(say.Language); own != "" {
		v.Declaration = own + "\n" + v.Declaration
	}
	person := Group{Title: say.T("review.person")}
	if s.byHand {
		person.Title = say.T("review.byhand")
	}
	var groups []Group
	edits := map[string]int{} // the first sheet of each page that something can be changed on
	for i, h := range s.sheets() {
		if _, there := edits[h.page.ID()]; !there && slices.ContainsFunc(h.fields, func(f catalog.Field) bool { return f.Input != catalog.InputFixed }) {
			edits[h.page.ID()] = i
		}
	}
	for _, p := range form.Visible(s.answers()) {
		g := Group{Title: form.Title(p, say.Language)}
		if p.Situation {
			g.Edit = Button{say.T("review.edit"), Edit{Page: Situation}, false}
		} else if i, ok := edits[p.ID()]; ok {
			g.Edit = Button{say.T("review.edit"), Edit{Page: i}, false}
		}
		for _, f := range s.shown(p) {
			switch f.Input {
			case catalog.InputFixed:
				person.Rows = append(person.Rows, Row{Label: form.Label(f, say.Language), Value: k.reviewValue(f, say), Reveal: Reveal{Field: f.ID}})
			case catalog.InputGroup:
				for n := range s.answers().Entries(f.ID) {
					title, rest := k.summary(f, n)
					g.Rows = append(g.Rows, Row{Label: form.Entry(f, say.Language) + " " + strconv.Itoa(n+1), Value: strings.TrimSuffix(title+" · "+rest, " · ")})
				}
			default:
				if v := k.reviewValue(f, say); v != "" {
					g.Rows = append(g.Rows, Row{Label: form.Label(f, say.Language), Value: v})
				}
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
		if k.bare(f.ID) {
			return typed
		}
		return masked(f, typed)
	case catalog.InputChoice, catalog.InputMulti:
		var all []string
		for _, o := range k.visit.chosen(f) {
			all = append(all, k.visit.service.Form.Option(f, o, say.Language))
		}
		return strings.Join(all, say.T("list.and"))
	case catalog.InputAddress:
		return k.place(f)
	case catalog.InputMoney:
		if typed != "" {
			return say.T("form.money", "yuan", typed)
		}
	case catalog.InputPhone:
		return text.Phone(typed) // in full: it is the way to reach her, and she is asked to check it
	case catalog.InputDate:
		if t, err := time.Parse("20060102", typed); err == nil {
			return text.Date(say.Language, t)
		}
	}
	return typed
}
