package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"onedoor/device"
	"onedoor/device/port"
)

// failure is an error that says what to do next.
type failure struct {
	Code    string // for machines
	Message string
	Next    string // empty when there is nothing to do but to look
}

func (f failure) Error() string {
	if f.Next == "" {
		return f.Message
	}
	return f.Message + "; " + f.Next
}

// failureLine is a failure with --json.
type failureLine struct {
	Event   string `json:"event"` // error
	Code    string `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next,omitempty"`
}

// errFailed is returned when the result itself, already written, says that it failed.
var errFailed = errors.New("failed")

// status is returned when the result, already written, has an exit status of its own.
type status int

func (s status) Error() string { return fmt.Sprintf("status %d", int(s)) }

// fail tells an error and gives the exit status.
func (e *env) fail(stderr io.Writer, err error) int {
	f := failure{Code: "failed", Message: err.Error()}
	var result status
	switch {
	case errors.As(err, &f):
	case errors.Is(err, errFailed):
		return 1
	case errors.As(err, &result):
		return int(result)
	}
	if e.json {
		// When standard output has gone there is still the sentence below.
		_ = e.say(failureLine{Event: "error", Code: f.Code, Message: f.Message, Next: f.Next}, nil)
	}
	fmt.Fprintln(stderr, "hallctl:", err)
	return 1
}

// remedy says what to do about a device's problem.
func remedy(p device.Problem) string {
	switch p {
	case device.ProblemNoPort:
		return "there is no such port: check the cable and the name, best one from /dev/serial/by-id"
	case device.ProblemPortInUse:
		return "another program has the port: stop the kiosk first"
	case device.ProblemUnplugged:
		return "the cable was pulled"
	case device.ProblemSilent:
		return "the port is there, nothing answers: check power and speed"
	case device.ProblemWrongDevice:
		return "something else answers there: check which port is which, and the speed"
	case device.ProblemSelfTest:
		return "the device says that it is broken: switch it off and on, else replace it"
	case device.ProblemUnauthorised:
		return "the reader has no keys: call its maker"
	case device.ProblemPaperOut:
		return "put in a new roll"
	case device.ProblemPaperLow:
		return "have a new roll at hand"
	case device.ProblemCoverOpen:
		return "close the cover"
	case device.ProblemCutter:
		return "clear the cutter, then switch off and on"
	case device.ProblemOverheated:
		return "wait until the head has cooled down"
	case device.ProblemUnrecoverable:
		return "switch the device off and on"
	case device.ProblemStuck:
		return "the device takes no bytes: check flow control and cable"
	default:
		return ""
	}
}

// next says which command helps with a problem of the line; empty when none does.
func next(p device.Problem, path string) string {
	const list = `"hallctl device list"`
	switch p {
	case device.ProblemNoPort:
		lines, err := port.List()
		if err != nil || len(lines) == 0 {
			return "this machine shows no serial ports at all: plug the device in, then run " + list
		}
		var names []string
		for _, l := range lines {
			names = append(names, l.Path)
		}
		const most = 4
		if more := len(names) - most; more > 0 {
			names = append(names[:most], fmt.Sprintf("and %d more", more))
		}
		return "give --port one that " + list + " shows; there are " + strings.Join(names, ", ")
	case device.ProblemSilent, device.ProblemWrongDevice:
		return `"hallctl device list --port ` + path + `" tries all usual speeds; give --baud as it shows`
	case device.ProblemPortInUse:
		return "then try again"
	default:
		return ""
	}
}

// openFailure names why a port could not be opened where the drivers' closed set of problems has no word for it. ok is false
// for what they do know.
func openFailure(path string, err error) (f failure, ok bool) {
	switch {
	case errors.Is(err, port.ErrBadSpeed):
		return badSpeed(), true
	case errors.Is(err, fs.ErrPermission):
		return failure{"not-allowed", "you may not open " + path, "run as a member of its group, usually dialout: sudo usermod -aG dialout $USER, and log in anew"}, true
	case err == nil, port.ProblemOf(err) != device.ProblemUnplugged:
		return failure{}, false
	}
	if info, serr := os.Stat(path); errors.Is(err, syscall.ENOTTY) || serr == nil && info.Mode()&fs.ModeCharDevice == 0 {
		return failure{"no-serial-port", path + " is no serial port", `give --port a device file, as "hallctl device list" shows them`}, true
	}
	return failure{}, false
}

func badSpeed() failure {
	return failure{"bad-speed", "the line can not be set to that speed", "take 9600, 19200, 38400, 57600 or 115200"}
}
