package catalog

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Fault is why an answer can not be taken. What a person reads about it is in the message catalogue.
type Fault string

// The faults.
const (
	FaultMissing Fault = "missing"
	FaultWrong   Fault = "wrong"
	FaultFuture  Fault = "future" // a date after today
	FaultPast    Fault = "past"   // a date before today
	FaultSmall   Fault = "small"  // a number below the least, see Field.Min
	FaultLarge   Fault = "large"  // a number above the most, see Field.Max
	FaultCheck   Fault = "check"  // the form is right, the check digit is not: a slip
	FaultFew     Fault = "few"    // too few entries or choices, see Field.MinItems
	FaultMany    Fault = "many"   // too many, see Field.MaxItems
)

// Validate judges the answers to what is visible and gives the fault of each field that has one; an empty map means
// valid. The members of a repeating group stand under their own keys, "family.0.name". today is the hall's calendar day.
func (f *Form) Validate(a Answers, today time.Time) map[string]Fault {
	out := map[string]Fault{}
	kept, pages := f.walk(a)
	doc, entries := f.document(kept, pages)
	var ve *jsonschema.ValidationError
	if errors.As(f.schema.Validate(doc), &ve) {
		collect(ve, entries, out)
	}
	day := today.Format(time.DateOnly)
	for _, p := range pages {
		for _, fd := range p.Fields {
			if fd.Input != InputGroup {
				fd.judge(kept[fd.ID], day, out)
				continue
			}
			numbers := kept.numbers(fd.ID)
			if len(numbers) < fd.MinItems {
				out[fd.ID] = FaultFew
			}
			for n := range kept.Entries(fd.ID) { // a gap is an entry of which nothing was filled in
				for _, m := range fd.members(kept, n) {
					m.judge(kept[m.ID], day, out)
				}
			}
		}
	}
	return out
}

// judge adds what the schema can not say: what must not be empty, and days as seen from today.
func (fd Field) judge(v, today string, out map[string]Fault) {
	switch {
	case v == "" && fd.Required:
		out[fd.ID] = FaultMissing
	case v == "" || out[fd.ID] != "":
	case strings.ContainsFunc(v, unicode.IsControl):
		out[fd.ID] = FaultWrong
	case fd.NotAfter && v > today:
		out[fd.ID] = FaultFuture
	case fd.NotBefore && v < today:
		out[fd.ID] = FaultPast
	}
}

// collect walks to the leaves, where the fault belongs to one property.
func collect(e *jsonschema.ValidationError, entries map[string][]int, out map[string]Fault) {
	if len(e.Causes) == 0 && len(e.InstanceLocation) > 0 {
		key, fault := keyOf(e.InstanceLocation, entries), faultOf(e.ErrorKind)
		if fault != "" && out[key] != FaultWrong {
			out[key] = fault
		}
	}
	for _, c := range e.Causes {
		collect(c, entries, out)
	}
}

// keyOf is the key of the answer at a place in the document.
func keyOf(at []string, entries map[string][]int) string {
	numbers, group := entries[at[0]]
	if group && len(at) > 2 {
		if i, err := strconv.Atoi(at[1]); err == nil && i < len(numbers) {
			return MemberKey(at[0], numbers[i], at[2])
		}
	}
	return at[0]
}

func faultOf(k jsonschema.ErrorKind) Fault {
	switch k := k.(type) {
	case *kind.Required:
		return "" // judge says it at the field
	case *kind.Minimum:
		return FaultSmall
	case *kind.Maximum:
		return FaultLarge
	case *kind.MinItems:
		return FaultFew
	case *kind.MaxItems:
		return FaultMany
	case *kind.Format:
		if errors.Is(k.Err, errCheck) {
			return FaultCheck
		}
	}
	return FaultWrong
}
