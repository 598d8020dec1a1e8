package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"onedoor/sync/item"
)

// Entry is one line of the log.
type Entry struct {
	Seq         uint64      `json:"seq"`  // from 1, without a gap
	Time        string      `json:"time"` // RFC 3339 UTC with milliseconds, by the kiosk's clock; nothing is ordered by it
	Boot        string      `json:"boot"` // the run of the machine
	Up          int64       `json:"up"`   // milliseconds since it began, a time that nobody can step
	Actor       string      `json:"actor"`
	Role        Role        `json:"role,omitempty"`
	Event       Kind        `json:"event"`
	Disposition Disposition `json:"disposition"`
	Subject     string      `json:"subject,omitempty"`
	Detail      Detail      `json:"detail,omitempty"`
	Count       uint64      `json:"count,omitempty"`
	Prev        string      `json:"prev"` // item.Digest of the line before it, without its line feed; item.Genesis for the first
}

// maxLine bounds a line, in bytes. The longest that can be written has some 500.
const maxLine = 2048

// ErrLine is returned for a line that is no entry.
var ErrLine = errors.New("line is no entry of an audit log")

// ParseEntry reads a line, without its line feed. It takes fields, kinds and words that a newer program may have added.
func ParseEntry(line []byte) (Entry, error) {
	var e Entry
	if len(line) > maxLine {
		return e, fmt.Errorf("%w: too long", ErrLine)
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	if err := dec.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("%w: not JSON of the expected form", ErrLine)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Entry{}, fmt.Errorf("%w: something follows it", ErrLine)
	}
	if _, err := time.Parse(time.RFC3339, e.Time); err != nil {
		return Entry{}, fmt.Errorf("%w: time", ErrLine)
	}
	if _, err := item.ParseDigest(e.Prev); err != nil && e.Prev != item.Genesis {
		return Entry{}, fmt.Errorf("%w: prev", ErrLine)
	}
	if e.Seq == 0 || (e.Prev == item.Genesis) != (e.Seq == 1) || e.Actor == "" || e.Event == "" || e.Disposition == "" {
		return Entry{}, fmt.Errorf("%w: a field is missing", ErrLine)
	}
	return e, nil
}

// Known reports whether kind and detail are of this program's closed lists.
func (e Entry) Known() bool {
	_, known := kindOf(e.Event)
	return known && slices.Contains(details, e.Detail)
}

// At is the entry's time.
func (e Entry) At() time.Time {
	at, err := time.Parse(time.RFC3339, e.Time)
	if err != nil {
		return time.Time{} // ParseEntry has refused it
	}
	return at
}

// line encodes the entry.
func (e Entry) line() ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode entry: %w", err)
	}
	return b, nil
}

// digestOf is the digest of a line, without its line feed, with the hash of the suite.
func digestOf(suite string, line []byte) string { return item.Digest(item.Sum(suite, line)).String() }
