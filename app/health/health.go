// Package health names what is wrong with a kiosk, for the people who put it right.
//
// It guarantees that every problem that a device driver can report has a code of its own and a likely cause in words, in
// every language. The package is pure: it reads no clock and asks no device.
package health

import (
	"slices"
	"strings"
	"time"

	"onedoor/device"
)

// Device is one of the machine's devices.
type Device string

// The devices.
const (
	CardReader     Device = "reader"
	ReceiptPrinter Device = "printer"
	CodeScanner    Device = "scanner"
)

// Problem is something that stands in the way, or soon will.
type Problem struct {
	Device Device
	Cause  device.Problem
	Since  time.Time
	Blocks bool // the device takes no work
}

// Of names what a device's status means; ok is false when nothing is wrong, or the device was not asked yet.
func Of(d Device, s device.Status) (p Problem, ok bool) {
	blocks := s.State == device.StateProblem || s.State == device.StateDisconnected
	if !blocks && s.Problem == device.ProblemNone {
		return Problem{}, false
	}
	cause := s.Problem
	if !slices.Contains(Causes(d), cause) {
		cause = device.ProblemSilent
	}
	return Problem{Device: d, Cause: cause, Since: s.Since, Blocks: blocks}, true
}

// Code is what people read to each other over the telephone, such as PRINTER-PAPER-OUT.
func (p Problem) Code() string { return strings.ToUpper(string(p.Device) + "-" + string(p.Cause)) }

// Key is the message that tells staff the likely cause and what to do.
func (p Problem) Key() string { return "health." + string(p.Device) + "." + string(p.Cause) }

// Causes is the closed list of what can be wrong with a device.
func Causes(d Device) []device.Problem {
	line := []device.Problem{device.ProblemNoPort, device.ProblemPortInUse, device.ProblemUnplugged, device.ProblemSilent,
		device.ProblemWrongDevice}
	switch d {
	case CardReader:
		return append(line, device.ProblemSelfTest, device.ProblemUnauthorised)
	case ReceiptPrinter:
		return append(line, device.ProblemPaperOut, device.ProblemPaperLow, device.ProblemCoverOpen, device.ProblemCutter,
			device.ProblemOverheated, device.ProblemUnrecoverable, device.ProblemStuck)
	case CodeScanner:
		return line
	}
	return nil
}

// Devices lists all devices.
func Devices() []Device { return []Device{CardReader, ReceiptPrinter, CodeScanner} }
