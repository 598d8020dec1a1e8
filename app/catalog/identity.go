package catalog

import "slices"

// CardKind is a kind of identity card, named as the card reader names it.
type CardKind string

// The kinds that a service may take, and Typed for a number that was typed where no card could be read.
const (
	CardCitizen         CardKind = "citizen"
	CardResidencePermit CardKind = "residence-permit"
	CardForeigner2017   CardKind = "foreigner-2017"
	CardForeigner2023   CardKind = "foreigner-2023"
	Typed               CardKind = "typed"
)

func cardKinds() []CardKind {
	return []CardKind{CardCitizen, CardResidencePermit, CardForeigner2017, CardForeigner2023}
}

// IdentityPolicy is by what a service lets an applicant be known.
type IdentityPolicy struct {
	Cards   []CardKind // kinds of cards it takes
	Expired bool       // also past their last day
	Typed   bool       // also a number typed by hand, where the card reader does not work
}

// Applicant is who asks: by which card, and whether its last day is over.
type Applicant struct {
	Kind    CardKind
	Expired bool
}

// Refusal is why a service does not take an applicant.
type Refusal string

// The refusals.
const (
	Admitted       Refusal = ""
	RefusedKind    Refusal = "kind"
	RefusedExpired Refusal = "expired"
	RefusedTyped   Refusal = "typed"
)

// Admits judges an applicant.
func (p IdentityPolicy) Admits(a Applicant) Refusal {
	switch {
	case a.Kind == Typed && p.Typed:
		return Admitted
	case a.Kind == Typed:
		return RefusedTyped
	case !slices.Contains(p.Cards, a.Kind):
		return RefusedKind
	case a.Expired && !p.Expired:
		return RefusedExpired
	}
	return Admitted
}

// Admits tells whether any service takes the applicant, and otherwise why none does: a card that is merely too old says
// more than one of the wrong kind.
func (c *Catalogue) Admits(a Applicant) Refusal {
	worst := RefusedKind
	for _, s := range c.Services {
		switch r := s.Identity.Admits(a); r {
		case Admitted:
			return Admitted
		case RefusedExpired, RefusedTyped:
			worst = r
		}
	}
	return worst
}

type identityFile struct {
	Cards       []CardKind `yaml:"cards"`
	Expired     bool       `yaml:"expired"`
	TypedNumber bool       `yaml:"typed_number"`
}

// policy reads the identity part of a service. Without a list of cards it takes those that carry an address.
func (f identityFile) policy(file string, form *Form, bad *faults) IdentityPolicy {
	p := IdentityPolicy{Cards: f.Cards, Expired: f.Expired, Typed: f.TypedNumber}
	if p.Cards == nil {
		p.Cards = []CardKind{CardCitizen, CardResidencePermit}
	}
	if len(p.Cards) == 0 {
		bad.add(file, "identity.cards is empty: nobody could apply")
	}
	for _, k := range p.Cards {
		if !slices.Contains(cardKinds(), k) {
			bad.add(file, "identity.cards has %q, want some of %v", k, cardKinds())
		}
		if foreign := k == CardForeigner2017 || k == CardForeigner2023; foreign && form.requires(CardAddress) {
			bad.add(file, "identity.cards has %q, which carries no address, and the form requires one", k)
		}
	}
	if p.Typed && (form.requires(CardName) || form.requires(CardAddress)) {
		bad.add(file, "identity.typed_number is set, and the form requires a name or an address from the card")
	}
	return p
}

// requires says whether a form can not be handed in without a fact of the card.
func (f *Form) requires(fact CardFact) bool {
	if f == nil { // it has faults of its own, which are reported
		return false
	}
	for _, p := range f.Pages {
		for _, fd := range p.Fields {
			if fd.Prefill == fact && fd.Required {
				return true
			}
		}
	}
	return false
}
