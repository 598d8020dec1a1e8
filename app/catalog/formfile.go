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

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onedoor/app/text"
)

// uiNode is the part of a JSON Forms UI schema that we understand; anything else is a fault.
type uiNode struct {
	Type     string    `json:"type"`
	I18n     string    `json:"i18n"`
	Scope    string    `json:"scope"`
	Rule     *ruleFile `json:"rule"`
	Elements []uiNode  `json:"elements"`
	Options  uiOptions `json:"options"`
}

type uiOptions struct {
	Single    bool     `json:"single"`    // of a Category, as the next
	Situation bool     `json:"situation"` // and all others of a Control
	Input     Input    `json:"input"`
	Prefill   CardFact `json:"prefill"`
	Keypad    string   `json:"keypad"`
	NotAfter  string   `json:"notAfter"`
	NotBefore string   `json:"notBefore"`
	Scan      bool     `json:"scan"`
	Required  bool     `json:"required"` // where it is visible: JSON Schema's required knows no rules
	Detail    *uiNode  `json:"detail"`   // of a group: a VerticalLayout
}

// objectFile and propertyFile are the part of JSON Schema whose faults can be shown at a field.
type objectFile struct {
	Schema     string                  `json:"$schema"`
	ID         string                  `json:"$id"`
	Type       string                  `json:"type"`
	Additional *bool                   `json:"additionalProperties"`
	Required   []string                `json:"required"`
	Properties map[string]propertyFile `json:"properties"`
}

type propertyFile struct {
	Type       string       `json:"type"`
	I18n       string       `json:"i18n"`
	Enum       []string     `json:"enum"`
	MinLength  int          `json:"minLength"`
	MaxLength  int          `json:"maxLength"`
	Pattern    string       `json:"pattern"`
	Format     string       `json:"format"`
	Minimum    *json.Number `json:"minimum"`
	Maximum    *json.Number `json:"maximum"`
	MultipleOf *json.Number `json:"multipleOf"`
	MinItems   int          `json:"minItems"`
	MaxItems   int          `json:"maxItems"`
	Unique     bool         `json:"uniqueItems"`
	Items      *itemsFile   `json:"items"`
	Examples   []string     `json:"examples"`
}

// itemsFile are the items of a multiple choice or of a group.
type itemsFile struct {
	objectFile
	Enum []string `json:"enum"`
}

// formReader reads one form. It goes on after a fault, so that all are told.
type formReader struct {
	ui, msg  string // names of files
	langs    []text.Language
	messages map[string]text.Local
	bad      faults
}

func loadForm(fsys fs.FS, id string, langs []text.Language) (*Form, error) {
	schemaName := path.Join(id, "form.schema.json")
	r := &formReader{ui: path.Join(id, "form.ui.json"), msg: path.Join(id, "messages.yaml"), langs: langs}
	var sf objectFile
	var ui uiNode
	if err := errors.Join(readJSON(fsys, schemaName, &sf), readJSON(fsys, r.ui, &ui), readYAML(fsys, r.msg, &r.messages)); err != nil {
		return nil, err
	}
	f := &Form{messages: r.messages}
	if err := f.compile(fsys, schemaName, sf.ID); err != nil {
		r.bad = append(r.bad, err)
	}
	if ui.Type != "Categorization" || len(ui.Elements) == 0 {
		r.bad.add(r.ui, "want a Categorization with at least one Category")
	}
	for key, l := range r.messages {
		r.bad.strangers(r.msg, key, l, langs)
	}
	earlier := map[string]Field{}
	for i, c := range ui.Elements {
		if c.Type != "Category" {
			r.bad.add(r.ui, "elements[%d] is a %q, want a Category", i, c.Type)
			continue
		}
		f.Pages = append(f.Pages, r.page(c, i, sf, earlier))
	}
	for _, name := range sf.Required {
		if _, asked := earlier[name]; !asked {
			r.bad.add(r.ui, "required property %s is asked nowhere", name)
		}
	}
	r.situation(f.Pages)
	if len(r.bad) > 0 {
		return nil, errors.Join(r.bad...)
	}
	for key, l := range f.messages {
		f.messages[key] = only(l, langs)
	}
	return f, nil
}

func (r *formReader) needText(key string) {
	for _, lang := range r.langs {
		if strings.TrimSpace(r.messages[key][lang]) == "" {
			r.bad.add(r.msg, "%s has no %s", key, lang)
		}
	}
}

// page reads one Category, and adds its fields to those that later rules may name.
func (r *formReader) page(c uiNode, i int, sf objectFile, earlier map[string]Field) Page {
	at := fmt.Sprintf("elements[%d]", i)
	page := Page{key: c.I18n, Single: c.Options.Single, Situation: c.Options.Situation}
	r.needText(c.I18n + ".label")
	var err error
	if page.When, err = c.Rule.compile(earlier); err != nil {
		r.bad.add(r.ui, "%s: %v", at, err)
	}
	if rest := c.Options; rest != (uiOptions{Single: rest.Single, Situation: rest.Situation}) {
		r.bad.add(r.ui, "%s: a Category has the options single and situation only", at)
	}
	for j, control := range c.Elements {
		field, ok := r.control(control, fmt.Sprintf("%s.elements[%d]", at, j), sf, earlier)
		if !ok {
			continue
		}
		if slices.Contains(sf.Required, field.ID) && (c.Rule != nil || control.Rule != nil) {
			r.bad.add(r.ui, "%s can be hidden, the schema must not require it: options.required does", field.ID)
		}
		page.Fields = append(page.Fields, field)
	}
	if len(c.Elements) == 0 {
		r.bad.add(r.ui, "%s asks nothing", at)
	}
	return page
}

// control reads one Control, of the form or of a group's entry, with the texts that it needs.
func (r *formReader) control(c uiNode, at string, sf objectFile, earlier map[string]Field) (Field, bool) {
	field, err := fieldOf(c, sf)
	if err != nil {
		r.bad.add(r.ui, "%s: %v", at, err)
		return field, false
	}
	if field.When, err = c.Rule.compile(earlier); err != nil {
		r.bad.add(r.ui, "%s: %s: %v", at, field.ID, err)
	}
	if _, twice := earlier[field.ID]; twice {
		r.bad.add(r.ui, "%s stands twice", field.ID)
	}
	r.needText(field.key + ".label")
	for _, o := range field.Options {
		r.needText(field.key + "." + o)
	}
	if field.Input == InputGroup {
		r.needText(field.key + ".entry")
		r.needText(field.key + ".add")
		field.Members = r.members(c.Options.Detail.Elements, at+".options.detail", sf.Properties[field.ID].Items.objectFile)
	}
	earlier[field.ID] = field
	return field, true
}

// members reads the controls of a group's entries. Their rules name members that stand before them.
func (r *formReader) members(controls []uiNode, at string, of objectFile) []Field {
	var all []Field
	earlier := map[string]Field{}
	for i, c := range controls {
		here := fmt.Sprintf("%s.elements[%d]", at, i)
		if c.Options.Input == InputGroup || c.Options.Prefill != "" {
			r.bad.add(r.ui, "%s: neither a group nor the card's data can stand in a group", here)
			continue
		}
		m, ok := r.control(c, here, of, earlier)
		if !ok {
			continue
		}
		if slices.Contains(of.Required, m.ID) && c.Rule != nil {
			r.bad.add(r.ui, "%s: %s can be hidden, the schema must not require it: options.required does", here, m.ID)
		}
		all = append(all, m)
	}
	for _, name := range of.Required {
		if _, asked := earlier[name]; !asked {
			r.bad.add(r.ui, "%s: required property %s is asked nowhere", at, name)
		}
	}
	return all
}

// situation checks the page that is marked so: it must be the first, and decide.
func (r *formReader) situation(pages []Page) {
	for i, p := range pages {
		if !p.Situation {
			continue
		}
		if i > 0 || p.When != nil {
			r.bad.add(r.ui, "%s: the situation is asked first and of everybody", p.key)
		}
		for _, fd := range p.Fields {
			if fd.Input != InputChoice && fd.Input != InputMulti || !fd.Required {
				r.bad.add(r.ui, "%s: %s must be a choice, and required, to tell the situation", p.key, fd.ID)
			}
		}
	}
}

func (f *Form) compile(fsys fs.FS, file, id string) error {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	c := jsonschema.NewCompiler()
	for _, format := range formats() {
		c.RegisterFormat(format)
	}
	c.AssertFormat()
	if err := c.AddResource(id, doc); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	if f.schema, err = c.Compile(id); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCatalogue, file, err)
	}
	return nil
}
