package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"onedoor/app/text"
)

// ErrCatalogue marks a catalogue that is not whole.
var ErrCatalogue = errors.New("service catalogue")

// faults collects what is wrong, each with its file and field.
type faults []error

func (f *faults) add(file, format string, args ...any) {
	*f = append(*f, fmt.Errorf("%w: %s: %s", ErrCatalogue, file, fmt.Sprintf(format, args...)))
}

// strangers adds a fault for each key that is no language: in YAML's braces a comma in a sentence without quotes begins one.
func (f *faults) strangers(file, field string, l text.Local, langs []text.Language) {
	for lang := range l {
		if !slices.Contains(langs, lang) {
			f.add(file, "%s has the language %q, which is not known: a sentence with a comma needs quotes", field, lang)
		}
	}
}

// Load reads catalogue.yaml and the folder of each service it names. langs are the languages that every text must have.
func Load(fsys fs.FS, langs []text.Language) (*Catalogue, error) {
	var index struct {
		Version  string   `yaml:"version"`
		Services []string `yaml:"services"`
	}
	if err := readYAML(fsys, "catalogue.yaml", &index); err != nil {
		return nil, err
	}
	var bad faults
	if index.Version == "" {
		bad.add("catalogue.yaml", "version is missing")
	}
	c := &Catalogue{Version: index.Version}
	for _, id := range index.Services {
		s, err := loadService(fsys, id, langs)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		c.Services = append(c.Services, s)
	}
	if len(index.Services) == 0 {
		bad.add("catalogue.yaml", "names no service")
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	return c, nil
}

type serviceFile struct {
	ID         string     `yaml:"id"`
	Icon       string     `yaml:"icon"`
	Title      text.Local `yaml:"title"`
	Summary    text.Local `yaml:"summary"`
	Department text.Local `yaml:"department"`
	Guide      struct {
		Who   text.Local `yaml:"who"`
		Time  text.Local `yaml:"time"`
		Fee   text.Local `yaml:"fee"`
		Basis text.Local `yaml:"basis"`
	} `yaml:"guide"`
	Materials []struct {
		Name text.Local `yaml:"name"`
		Note text.Local `yaml:"note"`
		Card bool       `yaml:"card"`
	} `yaml:"materials"`
	Promise  text.Local   `yaml:"promise"`
	Next     text.Local   `yaml:"next"`
	Identity identityFile `yaml:"identity"`
}

func loadService(fsys fs.FS, id string, langs []text.Language) (*Service, error) {
	file := path.Join(id, "service.yaml")
	var f serviceFile
	if err := readYAML(fsys, file, &f); err != nil {
		return nil, err
	}
	var bad faults
	if f.ID != id {
		bad.add(file, "id is %q, the folder is %q", f.ID, id)
	}
	whole := func(field string, l text.Local) {
		bad.strangers(file, field, l, langs)
		for _, lang := range langs {
			if strings.TrimSpace(l[lang]) == "" {
				bad.add(file, "%s has no %s", field, lang)
			}
		}
	}
	whole("title", f.Title)
	whole("summary", f.Summary)
	whole("department", f.Department)
	whole("guide.who", f.Guide.Who)
	whole("guide.time", f.Guide.Time)
	whole("guide.fee", f.Guide.Fee)
	whole("guide.basis", f.Guide.Basis)
	whole("promise", f.Promise)
	whole("next", f.Next)
	s := &Service{
		ID: f.ID, Icon: f.Icon, Title: f.Title, Summary: f.Summary, Department: f.Department, Promise: f.Promise, Next: f.Next,
		Guide: Guide{Who: f.Guide.Who, Time: f.Guide.Time, Fee: f.Guide.Fee, Basis: f.Guide.Basis},
	}
	for i, m := range f.Materials {
		whole(fmt.Sprintf("materials[%d].name", i), m.Name)
		bad.strangers(file, fmt.Sprintf("materials[%d].note", i), m.Note, langs)
		s.Materials = append(s.Materials, Material{Name: m.Name, Note: m.Note, Card: m.Card})
	}
	form, err := loadForm(fsys, id, langs)
	if err != nil {
		bad = append(bad, err)
	}
	s.Form, s.Identity = form, f.Identity.policy(file, form, &bad)
	return s, errors.Join(bad...)
}

func readYAML(fsys fs.FS, file string, into any) error {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict()); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	return nil
}

func readJSON(fsys fs.FS, file string, into any) error {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	// Strict: a keyword that the screens do not know would decide unseen.
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	return nil
}
