// Package catalog is what can be applied for: services with their guides, materials and forms.
//
// It guarantees that a catalogue is whole before anyone uses it: every file parses, every field of a form has a label in
// every language, every prefilled field names something a card has, and all faults are reported together with file
// and field. A form is JSON Schema 2020-12 plus a JSON Forms UI schema, so that a department can write one. The package is pure:
// it reads from the fs.FS it is given, and "today" is an argument.
package catalog

import (
	"onedoor/app/text"
)

// Catalogue is a set of services of one version. It is immutable.
type Catalogue struct {
	Version  string
	Services []*Service
}

// Service is one 政务服务事项. It is immutable.
type Service struct {
	ID         string
	Icon       string
	Title      text.Local
	Summary    text.Local
	Department text.Local
	Guide      Guide
	Materials  []Material
	Promise    text.Local // by when there is a result
	Next       text.Local // what happens next
	Identity   IdentityPolicy
	Form       *Form
}

// Guide is the 办事指南 in short.
type Guide struct {
	Who, Time, Fee, Basis text.Local
}

// Material is one 申请材料.
type Material struct {
	Name text.Local
	Note text.Local
	Card bool // it is the identity card, which the kiosk may have read already
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
