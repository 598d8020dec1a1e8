package catalog

import (
	"errors"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Fault is why an answer can not be taken. What a person reads about it is in the message catalogue.
type Fault string

// The faults.
const (
	FaultMissing Fault = "missing"
	FaultWrong   Fault = "wrong"
	FaultFuture  Fault = "future" // a date after today
)

// Answers are the values by field id, as the schema wants them: dates as YYYY-MM-DD, choices as their enum value.
type Answers map[string]string

// Validate judges all answers and gives the fault of each field that has one; an empty map means valid. today is the
// hall's calendar day.
func (f *Form) Validate(a Answers, today time.Time) map[string]Fault {
	out := map[string]Fault{}
	doc := make(map[string]any, len(a))
	for id, v := range a {
		if v != "" {
			doc[id] = v
		}
	}
	var ve *jsonschema.ValidationError
	if errors.As(f.schema.Validate(doc), &ve) {
		collect(ve, out)
	}
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if _, ok := doc[fd.ID]; !ok {
				if fd.Required {
					out[fd.ID] = FaultMissing
				}
				continue
			}
			if fd.NotAfter && out[fd.ID] == "" && a[fd.ID] > today.Format(time.DateOnly) {
				out[fd.ID] = FaultFuture
			}
		}
	}
	return out
}

// collect walks to the leaves, where the fault belongs to one property.
func collect(e *jsonschema.ValidationError, out map[string]Fault) {
	if len(e.Causes) == 0 && len(e.InstanceLocation) > 0 {
		out[e.InstanceLocation[0]] = FaultWrong
	}
	for _, c := range e.Causes {
		collect(c, out)
	}
}
