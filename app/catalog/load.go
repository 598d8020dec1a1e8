package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

// strangers adds a fault for each key that is no language, shown here or not: in YAML's braces a comma in a sentence without quotes begins one.
func (f *faults) strangers(file, field string, l text.Local, langs []text.Language) {
	for lang := range l {
		if !slices.Contains(langs, lang) && !slices.Contains([]text.Language{text.Chinese, text.Traditional, text.English}, lang) {
			f.add(file, "%s has the language %q, which is not known: a sentence with a comma needs quotes", field, lang)
		}
	}
}

// whole adds a fault for each language that a text lacks.
func (f *faults) whole(file, field string, l text.Local, langs []text.Language) {
	f.strangers(file, field, l, langs)
	for _, lang := range langs {
		if strings.TrimSpace(l[lang]) == "" {
			f.add(file, "%s has no %s", field, lang)
		}
	}
}

// maybe adds a fault for each language that a text lacks, if there is a text.
func (f *faults) maybe(file, field string, l text.Local, langs []text.Language) {
	if len(l) > 0 {
		f.whole(file, field, l, langs)
	}
}

// only keeps the languages that the program shows: what nobody reads must not travel with every case.
func only(l text.Local, langs []text.Language) text.Local {
	var out text.Local
	for _, lang := range langs {
		if s, ok := l[lang]; ok {
			if out == nil {
				out = text.Local{}
			}
			out[lang] = s
		}
	}
	return out
}

// Load reads catalogue.yaml, departments.yaml and events.yaml beside it where they exist, and the folder of each service it
// names. langs are the languages that every text must have; what is written in others is left out, but can be searched for.
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
	departments := readGroups(fsys, "departments.yaml", langs, &bad)
	events := readGroups(fsys, "events.yaml", langs, &bad)
	for i, id := range index.Services {
		if slices.Contains(index.Services[:i], id) {
			bad.add("catalogue.yaml", "names %s twice", id)
			continue
		}
		s, err := loadService(fsys, id, langs, departments, events)
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
	for _, d := range departments {
		if len(c.Of(d.ID, "")) > 0 {
			c.Departments = append(c.Departments, Department(d))
		}
	}
	for _, e := range events {
		if len(c.Of("", e.ID)) > 0 {
			c.Events = append(c.Events, Event(e))
		}
	}
	return c, nil
}

// groupFile is a department or an event of life.
type groupFile struct {
	ID   string     `yaml:"id"`
	Name text.Local `yaml:"name"`
	Icon string     `yaml:"icon"`
}

func readGroups(fsys fs.FS, file string, langs []text.Language, bad *faults) []groupFile {
	var all []groupFile
	if _, err := fs.Stat(fsys, file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := readYAML(fsys, file, &all); err != nil {
		*bad = append(*bad, err)
		return nil
	}
	for i, g := range all {
		if g.ID == "" || hasGroup(all[:i], g.ID) {
			bad.add(file, "[%d].id is missing, or %q stands twice", i, g.ID)
		}
		if g.Icon == "" {
			bad.add(file, "%s has no icon", g.ID)
		}
		bad.whole(file, g.ID+".name", g.Name, langs)
		all[i].Name = only(g.Name, langs)
	}
	return all
}

func hasGroup(all []groupFile, id string) bool {
	return slices.ContainsFunc(all, func(g groupFile) bool { return g.ID == id })
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
