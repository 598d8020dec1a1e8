package health

import "onedoor/app/catalog"

// Problems are what is wrong at one moment, worst first.
type Problems []Problem

// Closed gives the problem for which nobody can be served; ok is false when somebody can.
func (all Problems) Closed() (p Problem, ok bool) {
	if len(all) > 0 && all[0].Severity == BlocksAll {
		return all[0], true
	}
	return Problem{}, false
}

// Lacks gives the worst problem that takes a capability away; ok is false when it can be had.
func (all Problems) Lacks(c Capability) (p Problem, ok bool) {
	for _, p := range all {
		if p.takes(c) {
			return p, true
		}
	}
	return Problem{}, false
}

// OfDevice gives the problem of a device; ok is false when there is none.
func (all Problems) OfDevice(d Device) (p Problem, ok bool) {
	for _, p := range all {
		if p.Device == d {
			return p, true
		}
	}
	return Problem{}, false
}

// Extent is how much of a service can be had.
type Extent uint8

// The extents.
const (
	Whole  Extent = iota // it can be finished here and now
	Partly               // it can be finished, and something is missing: no paper, say
	Not                  // it can not be applied for here and now
)

// String is the extent for machines: whole, partly, not.
func (e Extent) String() string { return [...]string{"whole", "partly", "not"}[e] }

// Verdict is what can be said of a service.
type Verdict struct {
	Extent  Extent
	Because Problems // worst first; empty for Whole
}

// Need is a capability that a service uses.
type Need struct {
	Capability Capability
	Essential  bool // without it nobody can apply
}

// Needs lists what a service uses.
func Needs(s *catalog.Service) []Need {
	needs := []Need{{Accepting, true}, {CardReading, !s.Identity.Typed}, {ReceiptPrinting, false}}
	if s.Offline.Refuse {
		needs = append(needs, Need{LiveProgress, true})
	}
	if s.Form != nil {
		for _, p := range s.Form.Pages {
			for _, f := range p.Fields {
				if f.Scan {
					return append(needs, Need{CodeScanning, false})
				}
			}
		}
	}
	return needs
}

// Service judges whether a service can be finished here and now, and if not, why.
func (all Problems) Service(s *catalog.Service) Verdict {
	var v Verdict
	needs := Needs(s)
	for _, p := range all {
		counts := false
		for _, n := range needs {
			if !p.takes(n.Capability) {
				continue
			}
			counts = true
			if n.Essential {
				v.Extent = Not
			}
		}
		if counts {
			v.Because = append(v.Because, p)
			v.Extent = max(v.Extent, Partly)
		}
	}
	return v
}
