// Package parcel carries items on a stick: from a kiosk that has no link, or is dying, to a machine that has one.
//
// It guarantees that a parcel is read as it was written or not at all: its last line has the digest of all before it, signed
// with the key that signed the items, and every item is checked against that key. Items are sealed to central, so a parcel
// shows nobody anything.
package parcel

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"onedoor/sync/item"
)

// ErrParcel is returned for a file that is no parcel, or not as it was written.
var ErrParcel = errors.New("not a whole parcel")

const (
	version = 1
	maxLine = 1 << 20 // bytes; an item is smaller
)

// Head says whose items a parcel holds.
type Head struct {
	Version int       `json:"onedoor_parcel"`
	Source  string    `json:"source"`
	Suite   string    `json:"suite"`
	SignKey string    `json:"sign_key"` // id
	Public  []byte    `json:"public"`   // of that key
	Made    time.Time `json:"made"`
}

// tail ends a parcel.
type tail struct {
	Count     int    `json:"count"`
	Digest    []byte `json:"digest"`    // SHA-256 of all lines before it
	Signature []byte `json:"signature"` // over the digest
}

// Writer writes a parcel.
type Writer struct {
	to     io.Writer
	sum    hash.Hash
	suite  item.Suite
	priv   []byte
	count  int
	source string
}

// NewWriter begins a parcel. private is the key that signed the items.
func NewWriter(to io.Writer, suite item.Suite, h Head, private []byte) (*Writer, error) {
	h.Version, h.Suite = version, suite.Name()
	w := &Writer{to: to, sum: sha256.New(), suite: suite, priv: private, source: h.Source}
	return w, w.line(h)
}

func (w *Writer) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write parcel: %w", err)
	}
	b = append(b, '\n')
	w.sum.Write(b)
	if _, err := w.to.Write(b); err != nil {
		return fmt.Errorf("write parcel: %w", err)
	}
	return nil
}

// Add puts an item in.
func (w *Writer) Add(it *item.Item) error {
	if it.Source != w.source {
		return fmt.Errorf("write parcel: item %s is of another source", it.ID)
	}
	w.count++
	return w.line(it)
}

// Close ends the parcel; without it the parcel is not whole.
func (w *Writer) Close() error {
	digest := w.sum.Sum(nil)
	sig, err := w.suite.Sign(w.priv, digest)
	if err != nil {
		return fmt.Errorf("sign parcel: %w", err)
	}
	return w.line(tail{w.count, digest, sig})
}

// Read reads a whole parcel and checks it and every item in it. suites are those that this program knows, by name.
func Read(from io.Reader, suites map[string]item.Suite) (Head, []*item.Item, error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	var h Head
	sum := sha256.New()
	var items []*item.Item
	var suite item.Suite
	for n := 0; lines.Scan(); n++ {
		line := lines.Bytes()
		switch {
		case n == 0:
			if err := strict(line, &h); err != nil || h.Version != version {
				return h, nil, fmt.Errorf("%w: it does not begin as one", ErrParcel)
			}
			if suite = suites[h.Suite]; suite == nil {
				return h, nil, fmt.Errorf("%w: suite %q is not known", ErrParcel, h.Suite)
			}
		case bytes.HasPrefix(line, []byte(`{"count":`)):
			var t tail
			if err := strict(line, &t); err != nil || t.Count != len(items) || !bytes.Equal(t.Digest, sum.Sum(nil)) || !suite.Verify(h.Public, t.Digest, t.Signature) {
				return h, nil, fmt.Errorf("%w: it was altered, or cut and glued", ErrParcel)
			}
			if lines.Scan() {
				return h, nil, fmt.Errorf("%w: it goes on behind its end", ErrParcel)
			}
			return h, items, nil
		default:
			it := new(item.Item)
			if err := json.Unmarshal(line, it); err != nil {
				return h, nil, fmt.Errorf("%w: item %d can not be read", ErrParcel, n)
			}
			if err := item.Verify(it, suite, h.Public); err != nil || it.Source != h.Source {
				return h, nil, fmt.Errorf("%w: item %d is not by the kiosk that it names", ErrParcel, n)
			}
			items = append(items, it)
		}
		sum.Write(line)
		sum.Write([]byte{'\n'})
	}
	if err := lines.Err(); err != nil {
		return h, nil, fmt.Errorf("%w: %w", ErrParcel, err)
	}
	return h, nil, fmt.Errorf("%w: its end is missing", ErrParcel)
}

func strict(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
