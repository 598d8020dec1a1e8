package health

import (
	"slices"
	"strings"

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

// Devices lists all devices.
func Devices() []Device { return []Device{CardReader, ReceiptPrinter, CodeScanner} }

// Causes is the closed list of what can be wrong with a device. A scanner is never asked anything, and so is never silent; what
// answers a printer's questions in another language is taken for noise.
func Causes(d Device) []device.Problem {
	line := []device.Problem{device.ProblemNoPort, device.ProblemPortInUse, device.ProblemUnplugged}
	switch d {
	case CardReader:
		return append(line, device.ProblemSilent, device.ProblemWrongDevice, device.ProblemSelfTest, device.ProblemUnauthorised)
	case ReceiptPrinter:
		return append(line, device.ProblemSilent, device.ProblemPaperOut, device.ProblemPaperLow, device.ProblemCoverOpen, device.ProblemCutter,
			device.ProblemOverheated, device.ProblemUnrecoverable, device.ProblemStuck)
	case CodeScanner:
		return line
	}
	return nil
}

// CodeOf is the code of what a driver names.
func CodeOf(d Device, c device.Problem) Code {
	return Code(strings.ToUpper(string(d) + "-" + string(c)))
}

// Of is what a device's status means; ok is false when nothing is wrong, or the device was not asked yet.
func Of(d Device, s device.Status) (o Observation, ok bool) {
	blocks := s.State == device.StateProblem || s.State == device.StateDisconnected
	if !blocks && s.Problem == device.ProblemNone {
		return Observation{}, false
	}
	cause := s.Problem
	if !slices.Contains(Causes(d), cause) || blocks && cause == device.ProblemPaperLow {
		if cause = device.ProblemSilent; d == CodeScanner {
			cause = device.ProblemUnplugged
		}
	}
	return Observation{Code: CodeOf(d, cause), Since: s.Since}, true
}
