package catalog_test

import (
	"errors"
	"strings"
	"testing"

	"onedoor/app/catalog"
)

func TestAdmits(t *testing.T) {
	strict := catalog.IdentityPolicy{Cards: []catalog.CardKind{catalog.CardCitizen}}
	kind := catalog.IdentityPolicy{Cards: []catalog.CardKind{catalog.CardCitizen, catalog.CardForeigner2023}, Expired: true, Typed: true}
	for name, c := range map[string]struct {
		applicant    catalog.Applicant
		strict, kind catalog.Refusal
	}{
		"citizen":   {catalog.Applicant{Kind: catalog.CardCitizen}, catalog.Admitted, catalog.Admitted},
		"expired":   {catalog.Applicant{Kind: catalog.CardCitizen, Expired: true}, catalog.RefusedExpired, catalog.Admitted},
		"foreigner": {catalog.Applicant{Kind: catalog.CardForeigner2023}, catalog.RefusedKind, catalog.Admitted},
		"permit":    {catalog.Applicant{Kind: catalog.CardResidencePermit}, catalog.RefusedKind, catalog.RefusedKind},
		"typed":     {catalog.Applicant{Kind: catalog.Typed}, catalog.RefusedTyped, catalog.Admitted},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strict.Admits(c.applicant); got != c.strict {
				t.Errorf("the strict one says %q, want %q", got, c.strict)
			}
			if got := kind.Admits(c.applicant); got != c.kind {
				t.Errorf("the kind one says %q, want %q", got, c.kind)
			}
			both := catalog.Catalogue{Services: []*catalog.Service{{Identity: strict}, {Identity: kind}}}
			if got := both.Admits(c.applicant); got != c.kind {
				t.Errorf("the catalogue says %q, want %q", got, c.kind)
			}
			alone := catalog.Catalogue{Services: []*catalog.Service{{Identity: strict}}}
			if got := alone.Admits(c.applicant); got != c.strict {
				t.Errorf("the strict catalogue says %q, want %q", got, c.strict)
			}
		})
	}
}

// TestIdentityPolicyMustFitTheForm: a service never admits somebody who could not fill its form.
func TestIdentityPolicyMustFitTheForm(t *testing.T) {
	const file = "residence-permit/service.yaml"
	for name, c := range map[string]struct{ policy, says string }{
		"unknown card":        {"cards: [library]", "library"},
		"no card":             {"cards: []", "nobody could apply"},
		"card has no address": {"cards: [citizen, foreigner-2017]", "carries no address"},
		"typed has no name":   {"typed_number: true", "requires a name"},
	} {
		t.Run(name, func(t *testing.T) {
			m := copyOf(t)
			m[file].Data = []byte(strings.Replace(string(m[file].Data), "identity:\n  cards: [citizen]\n", "identity: {"+c.policy+"}\n", 1))
			_, err := catalog.Load(m, both)
			if !errors.Is(err, catalog.ErrCatalogue) || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("err = %v, want one that names the file and says %q", err, c.says)
			}
		})
	}
}
