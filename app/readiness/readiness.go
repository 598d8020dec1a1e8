// Package readiness says, when the hall opens, who can be served with what, and has the machine test itself at night.
//
// It guarantees that a report follows from what it is given and nothing else; that it names no person; that no test is begun
// while somebody is at the screen, that one under way ends when somebody comes, and that nothing is printed then; and that each
// day has at most one report on paper, whatever restarts. The package reads no file and asks no device: whoever wires it does.
package readiness

import (
	"slices"
	"time"

	"onedoor/app/text"
)

// Extent is how much of a service can be had.
type Extent string

// The extents.
const (
	Whole  Extent = "whole"  // it can be finished here
	Partly Extent = "partly" // it can be finished, and something is missing: no paper, say
	Not    Extent = "not"    // it can not be applied for here
)

// Service is what can be said of one service.
type Service struct {
	ID      string     `json:"id"`
	Title   text.Local `json:"title"`
	Extent  Extent     `json:"extent"`
	Because []string   `json:"because,omitempty"` // codes of Problems; empty for Whole
}

// Problem is something that is wrong, in words for those who put it right.
type Problem struct {
	Code  string     `json:"code"`
	Since time.Time  `json:"since,omitzero"`
	Cause text.Local `json:"cause"`
	Do    text.Local `json:"do,omitempty"`
}

// Outcome is how a test ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped" // there was nothing to test, or no time
)

// Test is one test that the machine made of itself.
type Test struct {
	Name    text.Local `json:"name"`
	Outcome Outcome    `json:"outcome"`
	Problem *Problem   `json:"problem,omitempty"` // why it failed; nil otherwise
}

// SelfTest is all tests of one night.
type SelfTest struct {
	At    time.Time `json:"at"` // when they began; zero when there were none
	Tests []Test    `json:"tests,omitempty"`
}

// Failed are the tests that failed.
func (s SelfTest) Failed() []Test { return s.of(Failed) }

func (s SelfTest) of(o Outcome) []Test {
	return slices.DeleteFunc(slices.Clone(s.Tests), func(t Test) bool { return t.Outcome != o })
}

// Site is whose report it is.
type Site struct {
	Hall  string `json:"hall"`
	Kiosk string `json:"kiosk"`
}

// Report is who can be served with what. As JSON it is for machines, and holds no personal data.
type Report struct {
	Site
	At       time.Time `json:"at"`
	Opens    string    `json:"opens"` // 08:30; empty where the hall has not said it
	Services []Service `json:"services"`
	Problems []Problem `json:"problems,omitempty"`
	SelfTest SelfTest  `json:"self_test,omitzero"`
	Printed  bool      `json:"printed"`
}

// Of lists the services of an extent.
func (r Report) Of(e Extent) []Service {
	return slices.DeleteFunc(slices.Clone(r.Services), func(s Service) bool { return s.Extent != e })
}

// Extent is that of the hall's whole day: Not when a service can not be had, Partly when one lacks something or a test failed.
func (r Report) Extent() Extent {
	switch {
	case len(r.Services) == 0, len(r.Of(Not)) > 0:
		return Not
	case len(r.Of(Partly)) > 0, len(r.SelfTest.Failed()) > 0:
		return Partly
	}
	return Whole
}

// File is what a kiosk's data directory calls the last report.
const File = "readiness.json"
