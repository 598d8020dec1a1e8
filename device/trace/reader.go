package trace

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// ErrFormat is returned for what is no trace.
var ErrFormat = errors.New("not a trace")

// maxLine is longer than any line that a Recorder writes: the longest is a print.
const maxLine = 16 << 20

// Trace is a file that was read.
type Trace struct {
	Began   time.Time
	entries []entry
}

// Exchange is what went to a device at once, and what came from it until the next.
type Exchange struct {
	// Sent is empty for what came unasked, after the opening of the line.
	Sent []byte
	// Received is in the pieces in which it came.
	Received []Piece
	// Gone says that the device was pulled: so long after the question, or the opening, as Stayed says, and for as long as Away
	// says, which is 0 when it never came back.
	Gone         bool
	Stayed, Away time.Duration
}

// Piece is bytes that came together.
type Piece struct {
	After time.Duration // since the question, or since the opening
	Bytes []byte
}

// Read reads a whole file. A last line that broke off is left out. The errors are ErrFormat, with the line, and those of r.
func Read(r io.Reader) (*Trace, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	var t Trace
	var bad error // of the line before: only the last may be bad
	for n := 1; lines.Scan(); n++ {
		if bad != nil {
			return nil, bad
		}
		if n == 1 {
			var h head
			if err := json.Unmarshal(lines.Bytes(), &h); err != nil || h.Trace != version {
				return nil, fmt.Errorf("%w: line 1 is no head of version %d", ErrFormat, version)
			}
			t.Began = h.Began
			continue
		}
		var e entry
		err := json.Unmarshal(lines.Bytes(), &e)
		if err == nil && e.Hex != "" {
			_, err = hex.DecodeString(e.Hex)
		}
		if err != nil {
			bad = fmt.Errorf("%w: line %d", ErrFormat, n)
			continue
		}
		t.entries = append(t.entries, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	if t.Began.IsZero() {
		return nil, fmt.Errorf("%w: it is empty", ErrFormat)
	}
	return &t, nil
}

// Ports are those that were opened, in order of their first opening.
func (t *Trace) Ports() []string {
	var ports []string
	for _, e := range t.entries {
		if e.What == opened && !slices.Contains(ports, e.Port) {
			ports = append(ports, e.Port)
		}
	}
	return ports
}

// Device is what was said to be at a port.
func (t *Trace) Device(port string) string {
	for _, e := range t.entries {
		if e.What == opened && e.Port == port {
			return e.Device
		}
	}
	return ""
}

// Exchanges is all that went over a port, in order, whatever the openings of it.
func (t *Trace) Exchanges(port string) []Exchange {
	var all []Exchange
	lines := map[int]int64{} // openings of the port, and when they or the present exchange began
	var pulled int64         // when; 0 while it is there
	fresh := true            // nothing was sent since the opening
	for _, e := range t.entries {
		if e.What == opened && e.Port == port {
			if pulled > 0 && len(all) > 0 {
				all[len(all)-1].Away = time.Duration(e.Micros-pulled) * time.Microsecond
			}
			lines[e.Line], pulled, fresh = e.Micros, 0, true
			continue
		}
		began, ours := lines[e.Line]
		if !ours {
			continue
		}
		bytes, err := hex.DecodeString(e.Hex)
		if err != nil || len(bytes) == 0 && e.What != gone {
			continue
		}
		switch e.What {
		case out:
			all = append(all, Exchange{Sent: bytes})
			lines[e.Line], fresh = e.Micros, false
		case in:
			if fresh {
				all = append(all, Exchange{})
				fresh = false
			}
			x := &all[len(all)-1]
			x.Received = append(x.Received, Piece{After: time.Duration(e.Micros-began) * time.Microsecond, Bytes: bytes})
		case gone:
			if fresh {
				all = append(all, Exchange{})
				fresh = false
			}
			x := &all[len(all)-1]
			x.Gone, x.Stayed, pulled = true, time.Duration(e.Micros-began)*time.Microsecond, e.Micros
		}
	}
	return all
}
