// Package device holds the words that all devices share: a closed set of states, and one plain cause.
package device

import "time"

// State is what a device can do right now.
type State string

// The closed set of states. The zero value is StateUnknown.
const (
	StateUnknown      State = ""             // not asked yet
	StateReady        State = "ready"        // takes work
	StateBusy         State = "busy"         // at work
	StateProblem      State = "problem"      // there, but Problem stands in the way
	StateDisconnected State = "disconnected" // not on its line
)

// Problem names what stands in the way. It is a key for machines; what people read comes from the message catalogue.
type Problem string

// The problems that a driver can name.
const (
	ProblemNone          Problem = ""
	ProblemNoPort        Problem = "no-port"      // the device file is not there
	ProblemPortInUse     Problem = "port-in-use"  // another program has it
	ProblemUnplugged     Problem = "unplugged"    // was there, is gone
	ProblemSilent        Problem = "silent"       // the port is there, the device does not answer
	ProblemWrongDevice   Problem = "wrong-device" // something answers, in another language
	ProblemSelfTest      Problem = "self-test"    // the device says that it is broken
	ProblemUnauthorised  Problem = "unauthorised" // card reader without keys
	ProblemPaperOut      Problem = "paper-out"
	ProblemPaperLow      Problem = "paper-low" // still prints
	ProblemCoverOpen     Problem = "cover-open"
	ProblemCutter        Problem = "cutter"
	ProblemOverheated    Problem = "overheated"    // recovers by itself
	ProblemUnrecoverable Problem = "unrecoverable" // needs power off
	ProblemStuck         Problem = "stuck"         // takes no bytes
)

// Status is a device's state as a value, safe to copy.
type Status struct {
	State   State
	Problem Problem   // ProblemPaperLow may stand with StateReady
	Since   time.Time // when this state began
}
