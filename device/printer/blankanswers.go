package printer

import (
	"bytes"
	"slices"
)

// asked is what a printer was asked and has not answered yet. Old questions are forgotten: a device that is no printer must
// not find many open.
type asked struct {
	now   int      // DLE EOT
	later int      // GS r
	auto  bool     // automatic status is on
	jobs  [][]byte // GS ( H
}

const (
	openNow   = 2
	openLater = 4
	openJobs  = 4
)

// realTime notes a real-time command.
func (a *asked) realTime(b []byte) {
	if len(b) == 3 && b[1] == 0x04 {
		a.now = min(a.now+1, openNow)
	}
}

// queued notes the questions among the commands that begin with GS.
func (a *asked) queued(b []byte) {
	switch b[1] {
	case 'r':
		a.later = min(a.later+1, openLater)
	case 'a':
		a.auto = b[2] != 0
	}
}

// job notes the number of a job that is to be confirmed: four digits, which are the driver's own.
func (a *asked) job(id []byte) {
	if slices.ContainsFunc(id, func(c byte) bool { return c < '0' || c > '9' }) {
		clear(id)
		return
	}
	a.jobs = append(a.jobs, append([]byte{0x37, 0x22}, append(bytes.Clone(id), 0)...))
	if len(a.jobs) > openJobs {
		a.jobs = a.jobs[1:]
	}
}

// blank leaves what came as it is when every byte of it belongs to an answer. Otherwise something else speaks there, and
// what of it looks like an answer is none.
func (a *asked) blank(b []byte) {
	left := *a
	if left.explain(b) {
		*a = left
		return
	}
	a.now, a.later = 0, 0 // the rest of what speaks must not pass for an answer that is still owed
	for i, c := range b {
		if !silent(c) {
			b[i] = blankAnswer
		}
	}
}

// silent says whether a byte says nothing of anybody: flow control, and the zero of power that comes back.
func silent(c byte) bool { return c == 0x11 || c == 0x13 || c == 0 }

// explain takes the answers that were asked for off the questions, and says whether b is nothing else.
func (a *asked) explain(b []byte) bool {
	for len(b) > 0 {
		n := a.answer(b)
		if n == 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

// answer is the length of the answer that b begins with; 0 when it begins with none that was asked for.
func (a *asked) answer(b []byte) int {
	switch c := b[0]; {
	case c == 0x11, c == 0x13:
		return 1
	case c&0x93 == 0x12 && a.now > 0:
		a.now--
		return 1
	case c&0x93 == 0x10 && a.auto:
		return autoLength(b)
	case c == 0x37:
		for i, id := range a.jobs {
			if bytes.HasPrefix(b, id) {
				a.jobs = slices.Delete(slices.Clone(a.jobs), i, i+1)
				return len(id)
			}
		}
	case c&0x90 == 0 && a.later > 0:
		a.later--
		return 1
	case c == 0:
		return 1
	}
	return 0
}

// autoLength is the length of automatic status, with flow control put in anywhere; 0 when it is not whole.
func autoLength(b []byte) int {
	left := 3
	for i, c := range b[1:] {
		switch {
		case c == 0x11, c == 0x13:
		case c&0x90 != 0:
			return 0
		default:
			if left--; left == 0 {
				return i + 2
			}
		}
	}
	return 0
}
