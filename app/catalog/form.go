package catalog

import (
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onedoor/app/text"
)

// Form is the questions of one service, in pages. It is immutable.
type Form struct {
	Pages    []Page // all; see Visible
	schema   *jsonschema.Schema
	messages map[string]text.Local
}

// Page is one group of questions that stand on a screen together.
type Page struct {
	Fields    []Field
	Single    bool  // each field deserves a screen of its own
	Situation bool  // the first page: choices that decide materials and fields, asked before the materials are shown
	When      *Rule // nil: always there
	key       string
}

// ID names a page, also among those that Visible gives.
func (p Page) ID() string { return p.key }

// Input is how a field is answered.
type Input string

// The inputs.
const (
	InputFixed   Input = "fixed"  // from the card
	InputChoice  Input = "choice" // one of Options
	InputMulti   Input = "multi"  // any of Options, kept joined by commas
	InputText    Input = "text"
	InputPhone   Input = "phone"
	InputDate    Input = "date"    // kept as YYYY-MM-DD
	InputNumber  Input = "number"  // from Min to Max
	InputMoney   Input = "money"   // yuan and fen, kept as "123.45"
	InputAddress Input = "address" // code of a division, a space, the rest
	InputGroup   Input = "group"   // entries of Members
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
	ID        string
	Input     Input
	Prefill   CardFact // with InputFixed
	Keypad    string   // with InputText: name, text, address or code
	Format    string   // one of the formats of this package, or empty
	Options   []string // with InputChoice and InputMulti, in order
	Limit     int      // most characters that can be typed; of an address with the code and the space
	Min, Max  string   // with InputNumber and InputMoney: least and most, as numbers are kept
	Whole     bool     // with InputNumber: no decimals
	NotAfter  bool     // a date not later than today
	NotBefore bool     // a date not earlier than today
	Scan      bool     // with InputText: the code of a material may be scanned instead
	Required  bool     // must be answered where it is visible
	Members   []Field  // with InputGroup; see Form.Members
	MinItems  int      // with InputGroup and InputMulti: least entries or choices
	MaxItems  int      // and most
	When      *Rule    // nil: always there
	key       string
	examples  []string
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

// Entry is what one entry of a repeating group is called ("家庭成员").
func (f *Form) Entry(group Field, lang text.Language) string {
	return f.messages[group.key+".entry"].In(lang)
}

// Add is what the button says that begins one more entry of a repeating group.
func (f *Form) Add(group Field, lang text.Language) string {
	return f.messages[group.key+".add"].In(lang)
}

// Title is what a page asks.
func (f *Form) Title(p Page, lang text.Language) string {
	return f.messages[p.key+".label"].In(lang)
}

// Help is the sentence below a page's title.
func (f *Form) Help(p Page, lang text.Language) string {
	return f.messages[p.key+".description"].In(lang)
}

// Field finds a field and the index of its page. A member of a group is found by the key of its answer, and has that as its id.
func (f *Form) Field(id string) (field Field, page int, ok bool) {
	group, _, member, entry := splitKey(id)
	for i, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.ID == id {
				return fd, i, true
			}
			if !entry || fd.ID != group {
				continue
			}
			for _, m := range fd.Members {
				if m.ID == member {
					m.ID = id
					return m, i, true
				}
			}
		}
	}
	return Field{}, 0, false
}

// situations are the questions of the page that is marked so.
func (f *Form) situations() []Field {
	if f == nil || len(f.Pages) == 0 || !f.Pages[0].Situation {
		return nil
	}
	return f.Pages[0].Fields
}

// fieldName says whether a property's name can be the key of an answer.
func fieldName(s string) bool { return s != "" && !strings.ContainsAny(s, "., ") }
