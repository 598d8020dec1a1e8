package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"onedoor/app/text"
)

type serviceFile struct {
	ID           string     `yaml:"id"`
	Icon         string     `yaml:"icon"`
	Title        text.Local `yaml:"title"`
	Summary      text.Local `yaml:"summary"`
	Department   text.Local `yaml:"department"`
	DepartmentID string     `yaml:"department_id"`
	Events       []string   `yaml:"events"`
	Popular      bool       `yaml:"popular"`
	Keywords     []string   `yaml:"keywords"`
	Guide        struct {
		Who   text.Local `yaml:"who"`
		Where text.Local `yaml:"where"`
		Time  text.Local `yaml:"time"`
		Fee   text.Local `yaml:"fee"`
		Basis text.Local `yaml:"basis"`
	} `yaml:"guide"`
	Materials   []materialFile `yaml:"materials"`
	Promise     text.Local     `yaml:"promise"`
	Next        text.Local     `yaml:"next"`
	Identity    identityFile   `yaml:"identity"`
	Offline     offlineFile    `yaml:"offline"`
	Signature   bool           `yaml:"signature"`
	Declaration text.Local     `yaml:"declaration"`
}

type materialFile struct {
	ID   string         `yaml:"id"`
	Name text.Local     `yaml:"name"`
	Note text.Local     `yaml:"note"`
	From text.Local     `yaml:"from"`
	Card bool           `yaml:"card"`
	When *conditionFile `yaml:"when"`
}

type offlineFile struct {
	Policy  string     `yaml:"policy"` // accept (also where it is missing) or refuse
	Instead text.Local `yaml:"instead"`
}

func loadService(fsys fs.FS, id string, langs []text.Language, departments, events []groupFile) (*Service, error) {
	file := path.Join(id, "service.yaml")
	var f serviceFile
	if err := readYAML(fsys, file, &f); err != nil {
		return nil, err
	}
	var bad faults
	if f.ID != id {
		bad.add(file, "id is %q, the folder is %q", f.ID, id)
	}
	f.check(file, langs, &bad)
	f.checkGroups(file, departments, events, &bad)
	form, err := loadForm(fsys, id, langs)
	if err != nil {
		bad = append(bad, err)
	}
	s := &Service{
		ID: f.ID, Icon: f.Icon, Title: only(f.Title, langs), Summary: only(f.Summary, langs), Department: only(f.Department, langs),
		DepartmentID: f.DepartmentID, Events: f.Events, Popular: f.Popular, Keywords: f.Keywords, Signature: f.Signature,
		Promise: only(f.Promise, langs), Next: only(f.Next, langs), Declaration: only(f.Declaration, langs),
		Offline: Offline{Refuse: f.Offline.Policy == "refuse", Instead: only(f.Offline.Instead, langs)},
		Guide: Guide{Who: only(f.Guide.Who, langs), Where: only(f.Guide.Where, langs), Time: only(f.Guide.Time, langs),
			Fee: only(f.Guide.Fee, langs), Basis: only(f.Guide.Basis, langs)},
		Form: form, Situations: form.situations(), Identity: f.Identity.policy(file, form, &bad), terms: f.terms(),
	}
	s.Materials = f.materials(file, form, langs, &bad)
	return s, errors.Join(bad...)
}

// check looks at what needs no other file.
func (f *serviceFile) check(file string, langs []text.Language, bad *faults) {
	for _, t := range []struct {
		field string
		l     text.Local
	}{
		{"title", f.Title}, {"summary", f.Summary}, {"department", f.Department}, {"guide.who", f.Guide.Who}, {"guide.time", f.Guide.Time},
		{"guide.fee", f.Guide.Fee}, {"guide.basis", f.Guide.Basis}, {"promise", f.Promise}, {"next", f.Next},
	} {
		bad.whole(file, t.field, t.l, langs)
	}
	bad.maybe(file, "guide.where", f.Guide.Where, langs)
	bad.maybe(file, "declaration", f.Declaration, langs)
	switch f.Offline.Policy {
	case "", "accept":
		if len(f.Offline.Instead) > 0 {
			bad.add(file, "offline.instead is said to nobody: the policy is to accept")
		}
	case "refuse":
		bad.whole(file, "offline.instead", f.Offline.Instead, langs)
	default:
		bad.add(file, "offline.policy is %q, want accept or refuse", f.Offline.Policy)
	}
	for i, k := range f.Keywords {
		if k != normal(k) || k == "" || slices.Contains(f.Keywords[:i], k) {
			bad.add(file, "keywords[%d] is %q: want lower case without spaces, each once", i, k)
		}
	}
}

func (f *serviceFile) checkGroups(file string, departments, events []groupFile, bad *faults) {
	if (f.DepartmentID != "" || len(departments) > 0) && !hasGroup(departments, f.DepartmentID) {
		bad.add(file, "department_id %q is not in departments.yaml", f.DepartmentID)
	}
	for i, e := range f.Events {
		if !hasGroup(events, e) || slices.Contains(f.Events[:i], e) {
			bad.add(file, "events[%d] %q is not in events.yaml, or stands twice", i, e)
		}
	}
}

// materials checks the materials, and their conditions against the form. Without a form, which then has faults of its own,
// conditions are not looked at.
func (f *serviceFile) materials(file string, form *Form, langs []text.Language, bad *faults) []Material {
	known := map[string]Field{}
	if form != nil {
		for _, p := range form.Pages {
			for _, fd := range p.Fields {
				known[fd.ID] = fd
			}
		}
	}
	var all []Material
	for i, m := range f.Materials {
		at := fmt.Sprintf("materials[%d]", i)
		bad.whole(file, at+".name", m.Name, langs)
		bad.strangers(file, at+".note", m.Note, langs)
		bad.maybe(file, at+".from", m.From, langs)
		if m.ID == "" {
			m.ID = fmt.Sprintf("m%d", i)
		}
		if slices.ContainsFunc(all, func(o Material) bool { return o.ID == m.ID }) {
			bad.add(file, "%s.id %q stands twice", at, m.ID)
		}
		made := Material{ID: m.ID, Name: only(m.Name, langs), Note: only(m.Note, langs), From: only(m.From, langs), Card: m.Card}
		if m.When != nil && form != nil {
			c, err := m.When.compile(known)
			if err != nil {
				bad.add(file, "%s.when: %s", at, strings.ReplaceAll(err.Error(), "asked before", "asked"))
			}
			made.When = &Rule{cond: c}
		}
		all = append(all, made)
	}
	return all
}
