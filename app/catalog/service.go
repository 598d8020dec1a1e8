// Package catalog is what can be applied for: services with their guides, materials and forms.
//
// It guarantees that a catalogue is whole before anyone uses it: every file parses, every field of a form has a label in
// every language, every prefilled field names something a card has, every rule names a question asked before it and an
// answer that can be given, and all faults are reported together with file and field. What a rule hides is never judged
// and never handed in. A form is JSON Schema 2020-12 plus a JSON Forms UI schema, so that a department can write one. The
// package is pure: it reads from the fs.FS it is given, and "today" is an argument.
package catalog

import (
	"slices"

	"onedoor/app/text"
)

// Catalogue is a set of services of one version. It is immutable.
type Catalogue struct {
	Version     string
	Departments []Department // those that have a service, in the order of departments.yaml
	Events      []Event      // those that have a service, in the order of events.yaml
	Services    []*Service
}

// Department is one that handles services.
type Department struct {
	ID   string
	Name text.Local
	Icon string
}

// Event is an event of life (出生, 就业, 退休 …) that services belong to.
type Event struct {
	ID   string
	Name text.Local
	Icon string
}

// Service is one 政务服务事项. It is immutable.
type Service struct {
	ID           string
	Icon         string
	Title        text.Local
	Summary      text.Local
	Department   text.Local // as its office calls itself
	DepartmentID string     // one of the catalogue's departments; empty where it has none
	Events       []string   // ids of events of life
	Popular      bool
	Keywords     []string // what else people call it, and pinyin in full and as initials; lower case
	Guide        Guide
	Materials    []Material // all; see Needed
	Promise      text.Local // by when there is a result
	Next         text.Local // what happens next
	Identity     IdentityPolicy
	Offline      Offline
	Situations   []Field    // choices (or multiple choices) that decide materials and fields; those of the form's page with Situation
	Signature    bool       // it must be signed
	Declaration  text.Local // what the applicant declares; nil where the general one will do
	Form         *Form
	terms        []term // see Search
}

// Guide is the 办事指南 in short. Where may be nil: then the department says it all.
type Guide struct {
	Who, Where, Time, Fee, Basis text.Local
}

// Material is one 申请材料.
type Material struct {
	ID   string // unique in its service
	Name text.Local
	Note text.Local
	From text.Local // where to get it; nil where everybody knows
	Card bool       // it is the identity card, which the kiosk may have read already
	When *Rule      // nil: always needed
}

// Offline is whether a service takes applications while the kiosk is offline.
type Offline struct {
	Refuse  bool
	Instead text.Local // with Refuse: why, and where to go or whom to call
}

// Service finds a service by its id.
func (c *Catalogue) Service(id string) (*Service, bool) {
	for _, s := range c.Services {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// Needed lists the materials that these answers call for.
func (s *Service) Needed(a Answers) []Material {
	kept := a
	if s.Form != nil {
		kept, _ = s.Form.walk(a)
	}
	var all []Material
	for _, m := range s.Materials {
		if m.When.shows(kept) {
			all = append(all, m)
		}
	}
	return all
}

// Of lists the services of a department or of an event of life; an empty id leaves that side open.
func (c *Catalogue) Of(department, event string) []*Service {
	var all []*Service
	for _, s := range c.Services {
		if (department == "" || s.DepartmentID == department) && (event == "" || slices.Contains(s.Events, event)) {
			all = append(all, s)
		}
	}
	return all
}
