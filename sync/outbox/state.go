package outbox

import (
	"errors"
	"fmt"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// State is where an item is on its way.
type State string

// The states. Accepted and sending items are waiting; rejected ones and conflicts wait for a person and hold back the
// later items of their own case, nobody else's.
const (
	StateAccepted      State = "accepted"       // durable here; to be sent, at Entry.Next if that is set
	StateSending       State = "sending"        // in a request that has not been answered; accepted again after a restart
	StateHeld          State = "held"           // durable upstream, takes effect there later; not sent again
	StateStoredEdge    State = "stored-edge"    // acknowledged by an edge
	StateStoredCentral State = "stored-central" // acknowledged by central: the end
	StateRejected      State = "rejected"       // dead letter
	StateConflict      State = "conflict"       // upstream has other bytes under this identity, or ours were damaged
	StateVoid          State = "void"           // a person decided that it is not sent; kept
	StatePurged        State = "purged"         // central has it, and its bytes were erased here; only Entries say so
	StateLost          State = "lost"           // its bytes are gone from this machine, before central had them; never seen without a Damage
)

// waiting reports whether the item still has to be sent by the engine.
func (s State) waiting() bool { return s == StateAccepted || s == StateSending }

// blocks reports whether later items of the same case have to wait for this one.
func (s State) blocks() bool { return s.waiting() || s == StateRejected || s == StateConflict }

// canBecome is the table of transitions. What central stored changes again only by Resend, in another epoch.
func (s State) canBecome(next State) bool {
	switch s {
	case StateAccepted, StateSending:
		return true
	case StateHeld:
		return !next.waiting()
	case StateStoredEdge:
		return next == StateStoredCentral || next == StateRejected || next == StateConflict
	case StateRejected, StateConflict:
		return next == StateAccepted || next == StateStoredCentral || next == StateVoid // a person decides; or central had it after all
	case StateLost:
		return next == StateStoredCentral
	}
	return false
}

// record is what the store keeps about an item beside the item itself.
type record struct {
	ID        string    `json:"id"`
	Type      item.Type `json:"type"`
	CaseID    string    `json:"case,omitempty"`
	CaseSeq   string    `json:"caseseq,omitempty"`
	ReceiptNo string    `json:"receipt,omitempty"`
	Digest    string    `json:"digest"`
	Size      int       `json:"size"` // of the encoded item, bytes
	At        time.Time `json:"at"`
	State     State     `json:"state"`
	Attempts  int       `json:"attempts,omitempty"`
	Refusals  int       `json:"refusals,omitempty"`
	LastError string    `json:"error,omitempty"`
	Next      time.Time `json:"next,omitzero"`
	Ack       *wire.Ack `json:"ack,omitempty"`
	Epoch     string    `json:"epoch,omitempty"` // of Ack

	seq uint64
}

// Entry is an item with its state, copied out.
type Entry struct {
	Item       *item.Item
	Sequence   uint64
	Size       int // of the item as JSON, bytes
	State      State
	Attempts   int       // requests it was part of, answered or lost
	Refusals   int       // answers in a row that did not take it in for the reason LastError; a lost request is none
	LastError  string    // why the last one did not end its journey; no personal data
	Next       time.Time // not before; zero means now
	AcceptedAt time.Time
	Ack        *wire.Ack // the best ack so far; nil without one
	Epoch      string    // of Ack: the ledger that the upstream had then
}

func (r *record) entry(it *item.Item) Entry {
	return Entry{Item: it, Sequence: r.seq, Size: r.Size, State: r.State, Attempts: r.Attempts, Refusals: r.Refusals, LastError: r.LastError,
		Next: r.Next, AcceptedAt: r.At, Ack: r.Ack, Epoch: r.Epoch}
}

func (r *record) accepted() Accepted {
	return Accepted{ID: r.ID, CaseID: r.CaseID, ReceiptNo: r.ReceiptNo, Sequence: r.seq, At: r.At}
}

// Settlement is an upstream's last word about one item. Whoever settles has verified the ack's signature.
type Settlement struct {
	ID     string
	Status wire.Status // any but Retry, which is a Defer
	Ack    *wire.Ack   // required with Stored, Duplicate and Held
	Reason string      // with Rejected and Conflict; a fixed text without personal data
}

// ErrAck is returned by Settle for an ack that is missing or names other bytes.
var ErrAck = errors.New("settlement without an ack for this item")

// settled applies s to a copy of r; changed is false when s says nothing new.
func (r *record) settled(s Settlement, source string) (next record, changed bool, err error) {
	next = *r
	next.Next, next.LastError = time.Time{}, ""
	switch s.Status {
	case wire.Stored, wire.Duplicate, wire.Held:
		a := s.Ack
		if a == nil || a.Source != source || a.Sequence != item.FormatSequence(r.seq) || a.ID != r.ID || a.Digest != r.Digest {
			return *r, false, fmt.Errorf("%w: %s", ErrAck, s.ID)
		}
		switch {
		case a.Status != s.Status && s.Status != wire.Duplicate, a.Status != wire.Stored && a.Status != wire.Held:
			return *r, false, fmt.Errorf("%w: %s: it says %q", ErrAck, s.ID, a.Status)
		case a.Status == wire.Held:
			next.State = StateHeld
		case a.Tier == wire.TierCentral:
			next.State = StateStoredCentral
		default:
			next.State = StateStoredEdge
		}
		next.Ack, next.Epoch, next.Refusals = a, a.Epoch, 0
	case wire.Rejected:
		next.State, next.LastError = StateRejected, clip(s.Reason)
	case wire.Conflict:
		next.State, next.LastError = StateConflict, clip(s.Reason)
	default:
		return *r, false, fmt.Errorf("settle %s: status %q ends nothing", s.ID, s.Status)
	}
	if next.State == r.State || !r.State.canBecome(next.State) {
		return *r, false, nil
	}
	return next, true, nil
}

// maxReason bounds what is kept of a reason, in bytes.
const maxReason = 200

func clip(s string) string {
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for cut > 0 && s[cut]&0xc0 == 0x80 { // not inside a character
		cut--
	}
	return s[:cut]
}
