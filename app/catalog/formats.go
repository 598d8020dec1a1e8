package catalog

import (
	"errors"
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// formats are the string formats of our own that a form may name.
func formats() []*jsonschema.Format {
	return []*jsonschema.Format{
		{Name: "cn-mobile", Validate: onString(isMobile)},
		{Name: "resident-number", Validate: onString(isCardNumber)},
	}
}

func onString(right func(string) bool) func(any) error {
	return func(v any) error {
		if s, ok := v.(string); ok && !right(s) {
			return errors.New("wrong format") // never the value: it is personal
		}
		return nil
	}
}

// isMobile accepts the 11 digits of a mobile number in mainland China.
func isMobile(s string) bool { return regexp.MustCompile(`^1[3-9][0-9]{9}$`).MatchString(s) }

// isCardNumber accepts what stands on a resident identity card, a residence permit (both GB 11643) or a foreigner's
// permanent residence card of either edition. The check digits are judged where the card is read.
func isCardNumber(s string) bool {
	return regexp.MustCompile(`^([0-9]{17}[0-9X]|[A-Z]{3}[0-9]{12})$`).MatchString(strings.ToUpper(s))
}
