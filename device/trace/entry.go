package trace

import "time"

// version is that of the format.
const version = 1

// head is the first line of a file.
type head struct {
	Trace int       `json:"trace"`
	Began time.Time `json:"began"`
}

// what is the kind of an entry.
type what string

const (
	opened  what = "open"
	refused what = "refused"
	out     what = "out"
	in      what = "in"
	gone    what = "gone"
	closed  what = "close"
	full    what = "full"
)

// entry is one line of a file.
type entry struct {
	Micros  int64  `json:"us"`
	Line    int    `json:"line"`
	What    what   `json:"what"`
	Hex     string `json:"hex,omitempty"`
	Port    string `json:"port,omitempty"`
	Device  string `json:"device,omitempty"`
	Baud    int    `json:"baud,omitempty"`
	Problem string `json:"problem,omitempty"`
}
