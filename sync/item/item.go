// Package item is the one record that travels from a kiosk to the central platform.
//
// It guarantees three things. Attributes hold no personal data. The payload is sealed to central and bound to those of its
// attributes that are known before the item has its numbers, ID and source among them, so that it can not be moved to
// another item. Digest and signature cover all attributes and the sealed bytes, made once at acceptance and carried
// unchanged over every hop, so that (Source, Sequence, ID, digest) names the item for ever.
//
// An item is a CloudEvents 1.0 event in structured JSON; its data is always data_base64.
package item

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Type tells what an item records. An upstream that does not know a type holds the item; it never rejects it.
type Type string

// The item types. Submissions and withdrawals go first; health goes last and alone may be dropped.
const (
	TypeSubmission Type = "cn.onedoor.submission.v1"
	TypePrint      Type = "cn.onedoor.print.v1" // outcome of a receipt
	TypeEvaluation Type = "cn.onedoor.evaluation.v1"
	TypeAudit      Type = "cn.onedoor.audit.v1" // checkpoint of the device's audit log
	TypeHealth     Type = "cn.onedoor.health.v1"
)

// SpecVersion and ContentType are the fixed CloudEvents attributes of every item.
const (
	SpecVersion = "1.0"
	ContentType = "application/vnd.onedoor.sealed"
)

// Item is one record in the form in which it travels. The zero value is not valid.
type Item struct {
	SpecVersion string `json:"specversion"`
	ID          string `json:"id"`     // UUIDv7, made when the review page opens
	Source      string `json:"source"` // urn:hall:<hall>:<kiosk>:<incarnation>
	Type        Type   `json:"type"`
	Subject     string `json:"subject,omitempty"` // service/<id> for a submission
	Time        string `json:"time"`              // RFC 3339 UTC by the kiosk's clock; never used for order
	Sequence    string `json:"sequence"`          // 20 digits, contiguous per source from 1
	CaseID      string `json:"caseid,omitempty"`
	CaseSeq     string `json:"caseseq,omitempty"` // 6 digits, contiguous per case from 1
	ReceiptNo   string `json:"receiptno,omitempty"`
	TrackHash   string `json:"trackhash,omitempty"`  // tracking.Hash of the code on the receipt
	Prev        string `json:"prev"`                 // digest of the source's item before this one; Genesis for the first
	Catalogue   string `json:"catalogue,omitempty"`  // version of the service catalogue in use
	Suite       string `json:"suite"`                // names the sealing and signing algorithms
	SealKey     string `json:"sealkey"`              // id of central's sealing key
	SignKey     string `json:"signkey"`              // id of the device's signing key
	Dictionary  string `json:"dictionary,omitempty"` // Dictionary.ID of the one that the payload is compressed with; empty for none
	Clock       string `json:"clock,omitempty"`      // what was known of Time's error: Clock.String
	DataType    string `json:"datacontenttype"`
	Data        []byte `json:"data_base64"` // sealed payload
	Signature   []byte `json:"signature"`   // by the device over Digest
}

// Digest is the hash of an item's attributes and sealed data, without the signature: SHA-256, and SM3 with the SM suite.
type Digest [sha256.Size]byte

// Genesis is the Prev of a source's first item.
const Genesis = "0"

// String gives the digest in unpadded URL-safe base64, 43 characters.
func (d Digest) String() string { return base64.RawURLEncoding.EncodeToString(d[:]) }

// ParseDigest reads the form that String writes.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(d) || len(s) != 43 { // the decoder would skip line breaks
		return d, fmt.Errorf("parse digest: want 43 base64url characters, have %d", len(s))
	}
	copy(d[:], b)
	return d, nil
}

// attribute is one of an item's. A late one is a number, or a link of the chain, that only the commit gives: the seal is
// made before and does not bind it.
type attribute struct {
	name, value string
	late        bool
}

// attributes lists what the signature binds, in an order that never changes. A new attribute is appended and written
// only when present, so that older items keep their digests.
func (it *Item) attributes() [19]attribute {
	return [19]attribute{
		{"specversion", it.SpecVersion, false}, {"id", it.ID, false}, {"source", it.Source, false},
		{"type", string(it.Type), false}, {"subject", it.Subject, false}, {"time", it.Time, false},
		{"sequence", it.Sequence, true}, {"caseid", it.CaseID, false}, {"caseseq", it.CaseSeq, true},
		{"receiptno", it.ReceiptNo, true}, {"trackhash", it.TrackHash, false}, {"prev", it.Prev, true},
		{"catalogue", it.Catalogue, false}, {"suite", it.Suite, false}, {"sealkey", it.SealKey, false},
		{"signkey", it.SignKey, false}, {"datacontenttype", it.DataType, false}, {"dictionary", it.Dictionary, false},
		{"clock", it.Clock, false},
	}
}

// Header is the hash of all attributes; Digest and signature bind it.
func (it *Item) Header() [sha256.Size]byte { return it.hash("onedoor item header v1", true) }

// Binding is the hash of the attributes that are known before an item is numbered: all but sequence, case sequence,
// receipt number and prev. It is the info that the seal binds.
func (it *Item) Binding() [sha256.Size]byte { return it.hash("onedoor item seal v1", false) }

// hash writes each attribute that is present as its name and its value, both with their length in four bytes before them.
func (it *Item) hash(domain string, late bool) [sha256.Size]byte {
	buf := make([]byte, 0, 1024)
	buf = append(buf, domain...)
	for _, a := range it.attributes() {
		if a.value == "" || (a.late && !late) {
			continue
		}
		buf = append(binary.BigEndian.AppendUint32(buf, uint32(len(a.name))), a.name...)
		buf = append(binary.BigEndian.AppendUint32(buf, uint32(len(a.value))), a.value...)
	}
	return it.sum(buf)
}

// sum hashes parts one after the other with the hash of the item's suite.
func (it *Item) sum(parts ...[]byte) [sha256.Size]byte { return Sum(it.Suite, parts...) }

// Sum is the hash of a suite, by its name, over all parts as one: SM3 with the SM suite and SHA-256 with any other.
func Sum(suite string, parts ...[]byte) (sum [sha256.Size]byte) {
	h := newHash(suite)
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}

// Digest computes the item's identity of content.
func (it *Item) Digest() Digest {
	header := it.Header()
	return it.sum([]byte("onedoor item v1"), header[:], it.Data)
}

// FormatSequence writes n as the 20 digits of Item.Sequence; FormatCaseSeq as the 6 of Item.CaseSeq.
func FormatSequence(n uint64) string { return fmt.Sprintf("%020d", n) }

// FormatCaseSeq writes n as the 6 digits of Item.CaseSeq.
func FormatCaseSeq(n uint32) string { return fmt.Sprintf("%06d", n) }

// ParseSequence reads Item.Sequence or Item.CaseSeq.
func ParseSequence(s string) (uint64, error) {
	if len(s) != 20 && len(s) != 6 {
		return 0, fmt.Errorf("parse sequence: want 20 or 6 digits, have %d characters", len(s))
	}
	var n uint64
	for _, c := range []byte(s) {
		if c < '0' || c > '9' || n > (1<<64-1-9)/10 {
			return 0, errors.New("parse sequence: not a decimal number of 64 bits")
		}
		n = n*10 + uint64(c-'0')
	}
	return n, nil
}

// FormatTime writes t as Item.Time, in UTC with milliseconds.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// ErrInvalid marks an item whose attributes break the rules of this package.
var ErrInvalid = errors.New("invalid item")

func bad(field string) error { return fmt.Errorf("%w: %s", ErrInvalid, field) }

// Validate checks the shape of the attributes. It does not check seal, signature or order.
func (it *Item) Validate() error {
	if err := it.validateBound(); err != nil {
		return err
	}
	switch {
	case (it.CaseID == "") != (it.CaseSeq == ""):
		return bad("caseseq")
	case it.ReceiptNo != "" && !digits(it.ReceiptNo, 20):
		return bad("receiptno")
	}
	if n, err := ParseSequence(it.Sequence); err != nil || n == 0 || len(it.Sequence) != 20 {
		return bad("sequence")
	}
	if it.CaseSeq != "" {
		if n, err := ParseSequence(it.CaseSeq); err != nil || n == 0 || len(it.CaseSeq) != 6 {
			return bad("caseseq")
		}
	}
	if it.Prev != Genesis {
		if _, err := ParseDigest(it.Prev); err != nil {
			return bad("prev")
		}
	}
	return nil
}

// validateBound checks what the seal binds.
func (it *Item) validateBound() error {
	switch {
	case it.SpecVersion != SpecVersion:
		return bad("specversion")
	case !validUUID(it.ID):
		return bad("id")
	case !validSource(it.Source):
		return bad("source")
	case it.Type == "" || len(it.Type) > 100:
		return bad("type")
	case it.DataType != ContentType:
		return bad("datacontenttype")
	case !validDictionary(it.Dictionary):
		return bad("dictionary")
	case it.Suite == "" || it.SealKey == "" || it.SignKey == "":
		return bad("suite, sealkey or signkey")
	case it.CaseID != "" && !validUUID(it.CaseID):
		return bad("caseid")
	}
	if _, err := time.Parse(time.RFC3339, it.Time); err != nil {
		return bad("time")
	}
	if _, err := ParseClock(it.Clock); err != nil {
		return bad("clock")
	}
	for _, a := range it.attributes() {
		if !a.late && !utf8.ValidString(a.value) { // JSON would alter it, and so the digest
			return bad(a.name)
		}
	}
	return nil
}

func digits(s string, n int) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) == n
}
