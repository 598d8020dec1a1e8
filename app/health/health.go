// Package health names what is wrong with a kiosk, for the people who put it right, and what it takes away from citizens.
//
// It guarantees that what can be wrong is one closed list, each with a code, a weight, and its words in every language; that
// a problem which comes and goes is shown as one that stands, and a blink not at all; and that what is told of a service is
// worked out from the same list that staff read. The package is pure: it reads no clock, asks no device and opens no file.
package health

import (
	"slices"
	"strings"
	"time"
)

// Code is what people read to each other over the telephone, such as PRINTER-PAPER-OUT.
type Code string

// Severity is how much a problem stands in the way.
type Severity uint8

// The severities, lightest first.
const (
	Info      Severity = iota // worth knowing
	Warning                   // will stand in the way, or needs a person who is not in the hall
	Blocks                    // something can not be done
	BlocksAll                 // nobody can be served
)

// String is the severity for machines: info, warning, blocks, blocks-all.
func (s Severity) String() string { return [...]string{"info", "warning", "blocks", "blocks-all"}[s] }

// Capability is something that a whole kiosk can do.
type Capability string

// The capabilities.
const (
	CardReading     Capability = "card-reading"
	ReceiptPrinting Capability = "receipt-printing"
	CodeScanning    Capability = "code-scanning"
	Accepting       Capability = "accepting"     // taking an application in, durably
	Delivering      Capability = "delivering"    // bringing what was accepted to central
	LiveProgress    Capability = "live-progress" // telling what central knows of a case now
	ReadingAloud    Capability = "reading-aloud"
	StaffSignIn     Capability = "staff-sign-in"
	Auditing        Capability = "auditing" // writing down what staff do so that it can not be altered
)

// Capabilities lists all of them.
func Capabilities() []Capability {
	return []Capability{CardReading, ReceiptPrinting, CodeScanning, Accepting, Delivering, LiveProgress, ReadingAloud, StaffSignIn, Auditing}
}

// Kind is one entry of the closed list.
type Kind struct {
	Code     Code
	Severity Severity
	Takes    []Capability // what can not be done
	Device   Device       // whose it is; empty for what is no device's
	Citizen  string       // key of what citizens are told
	// Raise is how long it has to stand before it is shown, and Clear how long it has to be gone before it is not.
	Raise, Clear time.Duration
}

// Cause is the key of what is wrong, for staff.
func (k Kind) Cause() string { return k.stem() + ".cause" }

// Remedy is the key of what to do about it, for staff.
func (k Kind) Remedy() string { return k.stem() + ".remedy" }

func (k Kind) stem() string { return "health." + strings.ToLower(string(k.Code)) }

// takes reports whether the capability can not be had.
func (k Kind) takes(c Capability) bool { return slices.Contains(k.Takes, c) }

// Kinds is the closed list, in the order in which people look at problems of one severity.
func Kinds() []Kind { return append([]Kind(nil), kinds()...) }

// KindOf finds a code in the list.
func KindOf(c Code) (Kind, bool) {
	for _, k := range kinds() {
		if k.Code == c {
			return k, true
		}
	}
	return Kind{}, false
}
