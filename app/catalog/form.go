package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onedoor/app/text"
)

// Form is the questions of one service, in pages. It is immutable.
type Form struct {
	Pages    []Page
	schema   *jsonschema.Schema
	messages map[string]text.Local
}

// Page is one group of questions that stand on a screen together.
type Page struct {
	key    string // i18n prefix
	Fields []Field
}

// Input is how a field is answered.
type Input string

// The inputs.
const (
	InputFixed  Input = "fixed" // from the card
	InputChoice Input = "choice"
	InputText   Input = "text"
	InputPhone  Input = "phone"
	InputDate   Input = "date" // kept as YYYY-MM-DD
)

// CardFact is something a card can fill in.
type CardFact string

// The facts of a card that a form may ask for.
const (
	CardName    CardFact = "name"
	CardNumber  CardFact = "number"
	CardAddress CardFact = "address"
)

// Field is one question.
type Field struct {
	ID       string
	Input    Input
	Prefill  CardFact // with InputFixed
	Keypad   string   // with InputText: address or code
	Options  []string // with InputChoice, in order
	Limit    int      // most characters that can be typed
	NotAfter bool     // a date not later than today
	Scan     bool     // with InputText: the code of a material may be scanned instead
	Required bool
	key      string
}

// Label is the name of a field.
func (f *Form) Label(field Field, lang text.Language) string {
	return f.messages[field.key+".label"].In(lang)
}

// Hint is the example shown in an empty field.
func (f *Form) Hint(field Field, lang text.Language) string {
	return f.messages[field.key+".description"].In(lang)
}

// Option is the label of one answer of a choice.
func (f *Form) Option(field Field, value string, lang text.Language) string {
	return f.messages[field.key+"."+value].In(lang)
}

// Title is what a page asks.
func (f *Form) Title(p Page, lang text.Language) string {
	return f.messages[p.key+".label"].In(lang)
}

// Help is the sentence below a page's title.
func (f *Form) Help(p Page, lang text.Language) string {
	return f.messages[p.key+".description"].In(lang)
}

// Field finds a field and the index of its page.
func (f *Form) Field(id string) (field Field, page int, ok bool) {
	for i, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.ID == id {
				return fd, i, true
			}
		}
	}
	return Field{}, 0, false
}

// uiNode is the part of a JSON Forms UI schema that we understand; anything else is a fault.
type uiNode struct {
	Type     string   `json:"type"`
	I18n     string   `json:"i18n"`
	Scope    string   `json:"scope"`
	Elements []uiNode `json:"elements"`
	Options  struct {
		Input    Input    `json:"input"`
		Prefill  CardFact `json:"prefill"`
		Keypad   string   `json:"keypad"`
		NotAfter string   `json:"notAfter"`
		Scan     bool     `json:"scan"`
	} `json:"options"`
}

// schemaFile and propertyFile are the part of JSON Schema whose faults can be shown at a field.
type schemaFile struct {
	Schema     string                  `json:"$schema"`
	ID         string                  `json:"$id"`
	Type       string                  `json:"type"`
	Additional *bool                   `json:"additionalProperties"`
	Required   []string                `json:"required"`
	Properties map[string]propertyFile `json:"properties"`
}

type propertyFile struct {
	Type      string   `json:"type"`
	I18n      string   `json:"i18n"`
	Enum      []string `json:"enum"`
	MinLength int      `json:"minLength"`
	MaxLength int      `json:"maxLength"`
	Pattern   string   `json:"pattern"`
	Format    string   `json:"format"`
}

func loadForm(fsys fs.FS, id string, langs []text.Language) (*Form, error) {
	schemaName, uiName, msgName := path.Join(id, "form.schema.json"), path.Join(id, "form.ui.json"), path.Join(id, "messages.yaml")
	var sf schemaFile
	var ui uiNode
	f := &Form{}
	if err := errors.Join(readJSON(fsys, schemaName, &sf), readJSON(fsys, uiName, &ui), readYAML(fsys, msgName, &f.messages)); err != nil {
		return nil, err
	}
	var bad faults
	if err := f.compile(fsys, schemaName, sf.ID); err != nil {
		bad = append(bad, err)
	}
	if ui.Type != "Categorization" || len(ui.Elements) == 0 {
		bad.add(uiName, "want a Categorization with at least one Category")
	}
	for key, l := range f.messages {
		bad.strangers(msgName, key, l, langs)
	}
	needText := func(key string) {
		for _, lang := range langs {
			if strings.TrimSpace(f.messages[key][lang]) == "" {
				bad.add(msgName, "%s has no %s", key, lang)
			}
		}
	}
	seen := map[string]bool{}
	for i, cat := range ui.Elements {
		if cat.Type != "Category" {
			bad.add(uiName, "elements[%d] is a %q, want a Category", i, cat.Type)
			continue
		}
		page := Page{key: cat.I18n}
		needText(cat.I18n + ".label")
		for j, c := range cat.Elements {
			field, err := fieldOf(c, sf)
			if err != nil {
				bad.add(uiName, "elements[%d].elements[%d]: %v", i, j, err)
				continue
			}
			if seen[field.ID] {
				bad.add(uiName, "%s stands twice", field.ID)
			}
			seen[field.ID] = true
			needText(field.key + ".label")
			for _, o := range field.Options {
				needText(field.key + "." + o)
			}
			page.Fields = append(page.Fields, field)
		}
		f.Pages = append(f.Pages, page)
	}
	for _, name := range sf.Required {
		if !seen[name] {
			bad.add(uiName, "required property %s is asked nowhere", name)
		}
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	return f, nil
}

func fieldOf(c uiNode, sf schemaFile) (Field, error) {
	name, ok := strings.CutPrefix(c.Scope, "#/properties/")
	prop, known := sf.Properties[name]
	switch {
	case c.Type != "Control" || !ok:
		return Field{}, fmt.Errorf("want a Control with scope #/properties/NAME, have %q %q", c.Type, c.Scope)
	case !known:
		return Field{}, fmt.Errorf("scope %q is not in the schema", c.Scope)
	case prop.Type != "string":
		return Field{}, fmt.Errorf("%s: type %q can not be asked here", name, prop.Type)
	case prop.I18n == "":
		return Field{}, fmt.Errorf("%s has no i18n key in the schema", name)
	}
	fd := Field{ID: name, key: prop.I18n, Input: c.Options.Input, Prefill: c.Options.Prefill, Keypad: c.Options.Keypad,
		Options: prop.Enum, Limit: prop.MaxLength, NotAfter: c.Options.NotAfter == "today", Scan: c.Options.Scan,
		Required: slices.Contains(sf.Required, name)}
	if fd.Prefill != "" {
		fd.Input = InputFixed
	}
	if fd.Scan && fd.Input != InputText {
		return fd, fmt.Errorf("%s: only a text can be scanned", name)
	}
	switch fd.Input {
	case InputFixed:
		if fd.Prefill != CardName && fd.Prefill != CardNumber && fd.Prefill != CardAddress {
			return fd, fmt.Errorf("%s: prefill %q is not on a card", name, fd.Prefill)
		}
	case InputChoice:
		if len(fd.Options) < 2 {
			return fd, fmt.Errorf("%s: a choice needs an enum of at least two", name)
		}
	case InputText:
		if fd.Limit == 0 {
			return fd, fmt.Errorf("%s: a text needs maxLength", name)
		}
		if fd.Keypad != "address" && fd.Keypad != "code" {
			return fd, fmt.Errorf("%s: keypad %q is not known", name, fd.Keypad)
		}
	case InputPhone:
		fd.Limit = 11
	case InputDate:
		fd.Limit = 8
	default:
		return fd, fmt.Errorf("%s: input %q is not known", name, fd.Input)
	}
	return fd, nil
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
