package kiosk

import (
	"strings"

	"onedoor/app/catalog"
	"onedoor/app/divisions"
	"onedoor/app/text"
)

// Divisions are the provinces, cities, districts and streets of the country.
type Divisions interface {
	// Children are the divisions directly below a code; of the country for an empty one.
	Children(code string) []divisions.Division
	// Path is a division and all above it, the province first.
	Path(code string) []divisions.Division
}

// picker is a place being chosen, step by step.
type picker struct {
	field string
	at    string // code of what was chosen so far
}

// An address is typed in two parts, which stand beside each other until it is handed in.
const (
	codePart = "/code" // of the division
	restPart = "/rest" // street, house, room
)

// openPicker begins at the province; what was chosen before stands until another street is chosen.
func (s *session) openPicker(field string) {
	s.focus = ""
	s.typing.wipe()
	s.picker = &picker{field: field}
}

// pick goes one step down, and is done at the bottom.
func (k *Kiosk) pickDivision(code string) {
	s := k.visit
	p := s.picker
	for _, d := range k.cfg.Divisions.Children(p.at) {
		if d.Code != code {
			continue
		}
		p.at = code
		if len(k.cfg.Divisions.Children(code)) == 0 {
			s.set(p.field+codePart, []byte(code))
			s.picker, s.focus = nil, p.field+restPart
		}
		return
	}
}

// pickBack goes one step up, or back to the form.
func (k *Kiosk) pickBack() {
	s := k.visit
	above := k.cfg.Divisions.Path(s.picker.at)
	switch len(above) {
	case 0:
		s.picker = nil
	case 1:
		s.picker.at = ""
	default:
		s.picker.at = above[len(above)-2].Code
	}
}

func (k *Kiosk) list(say text.Printer) List {
	s := k.visit
	above := k.cfg.Divisions.Path(s.picker.at)
	below := k.cfg.Divisions.Children(s.picker.at)
	v := List{Heading: say.T("list.district"), Help: say.T("list.help"), Path: names(above, " › "), Back: Button{say.T("form.back"), Back{}, false}}
	switch code := below[0].Code; {
	case s.picker.at == "":
		v.Heading = say.T("list.province")
	case len(code) > 6:
		v.Heading = say.T("list.street")
	case strings.HasSuffix(code, "00"):
		v.Heading = say.T("list.city")
	}
	for _, d := range below {
		v.Options = append(v.Options, Option{Label: d.Name, Intent: ChooseFrom{Option: d.Code}})
	}
	return v
}

func names(path []divisions.Division, between string) string {
	all := make([]string, len(path))
	for i, d := range path {
		all[i] = d.Name
	}
	return strings.Join(all, between)
}

// place is an address in words.
func (k *Kiosk) place(f catalog.Field) string {
	s := k.visit
	where := ""
	if k.cfg.Divisions != nil {
		where = names(k.cfg.Divisions.Path(string(s.typed[f.ID+codePart])), "")
	}
	if rest := string(s.typed[f.ID+restPart]); rest != "" {
		where = strings.TrimSpace(where + " " + rest)
	}
	return where
}
