package wire

import (
	"time"

	"onedoor/sync/item"
)

// Protocol constants. Every request and answer carries HeaderVersion: Version.
const (
	Version         = "1"
	HeaderVersion   = "Onedoor-Version"
	HeaderEpoch     = "Onedoor-Epoch"
	HeaderRequest   = "Onedoor-Request"   // compact JWS of the device over the request
	HeaderSignature = "Onedoor-Signature" // compact JWS of the upstream over the answer and its request

	TypeBatch   = "application/cloudevents-batch+json"
	TypeJSON    = "application/json"
	TypeProblem = "application/problem+json"

	PathHello      = "/sync/v1/hello"
	PathBatches    = "/sync/v1/batches"
	PathFeed       = "/sync/v1/feed"
	PathEnrolments = "/sync/v1/enrolments"
	PathHealthz    = "/healthz"
)

// Limits of one request. An upstream may announce smaller ones in Hello.
const (
	MaxBatchItems = 100
	MaxBatchBytes = 8 << 20 // of expanded JSON
	MaxItemBytes  = 64 << 10
	MaxWait       = 25 * time.Second // of a feed's long poll
)

// Status is an upstream's word about one item.
type Status string

// The closed set of item results.
const (
	Stored    Status = "stored"    // durable there now
	Duplicate Status = "duplicate" // durable before, same digest: success
	Held      Status = "held"      // durable, but its predecessor is missing or its type unknown: do not resend
	Retry     Status = "retry"     // not stored now, try this item again later
	Rejected  Status = "rejected"  // never acceptable as it is: dead letter
	Conflict  Status = "conflict"  // same identity, other digest: quarantine
)

// Tier tells how far up an ack comes from. Only TierCentral lets a node forget an item.
type Tier string

// The tiers.
const (
	TierEdge    Tier = "edge"
	TierCentral Tier = "central"
)

// Ack is an upstream's signed statement that it holds one item durably. Status is Stored when the item has taken effect
// there, also as the answer to a duplicate, and Held when it is durable but waits; an ack that says neither proves no
// more than that the bytes arrived.
type Ack struct {
	Source   string `json:"source"`
	Sequence string `json:"sequence"`
	ID       string `json:"id"`
	Digest   string `json:"digest"`
	Status   Status `json:"status"`
	Tier     Tier   `json:"tier"`
	Epoch    string `json:"epoch"`
	Position uint64 `json:"position"` // in the upstream's ledger, from 1
	At       string `json:"at"`       // RFC 3339, the upstream's clock
	Key      string `json:"key"`      // id of the upstream's signing key
	Sig      []byte `json:"signature"`
}

// Result answers one item of a batch. Ack is present with Stored, Duplicate and Held, and says itself which it is:
// a duplicate's is Stored, or Held while the item still waits there.
type Result struct {
	ID      string   `json:"id"`
	Status  Status   `json:"status"`
	Ack     *Ack     `json:"ack,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// BatchAnswer answers POST /sync/v1/batches with 200, in the order of the request.
type BatchAnswer struct {
	Tier       Tier     `json:"tier"`
	Epoch      string   `json:"epoch"`
	ServerTime string   `json:"server_time"`
	Results    []Result `json:"results"`
}

// Hello answers GET /sync/v1/hello.
type Hello struct {
	Tier          Tier   `json:"tier"`
	Epoch         string `json:"epoch"`
	ServerTime    string `json:"server_time"`
	MaxBatchItems int    `json:"max_batch_items"`
	MaxBatchBytes int    `json:"max_batch_bytes"`
	MaxItemBytes  int    `json:"max_item_bytes"`
	// Through is the last sequence of the asking source up to which nothing is missing upstream; 20 digits.
	Through string `json:"contiguous_through"`
	// Superseded is true when a later incarnation of the asking kiosk was enrolled: it may send what waits, and accept no more.
	Superseded bool `json:"superseded,omitempty"`
}

// Stage is how far a case has come. The three truths shown to a citizen are received on the machine (no stage yet),
// StageDelivered and StageAccepted; the later ones are the department's.
type Stage string

// The stages central knows.
const (
	StageDelivered Stage = "delivered" // 已送达
	StageAccepted  Stage = "accepted"  // 已受理
	StageReturned  Stage = "returned"  // needs something from the citizen
	StageDone      Stage = "done"      // 已办结
)

// CaseStatus is one event of the feed. Version only grows within a case and an epoch; a node ignores smaller ones.
type CaseStatus struct {
	CaseID     string `json:"case_id"`
	ReceiptNo  string `json:"receipt_no"`
	Version    uint64 `json:"version"`
	Stage      Stage  `json:"stage"`
	OfficialNo string `json:"official_no,omitempty"` // 受理编号, bound by the department
	At         string `json:"at"`
}

// FeedEvent holds exactly one of its fields. A node skips an event that has none it knows.
type FeedEvent struct {
	Status *CaseStatus `json:"status,omitempty"`
	Ack    *Ack        `json:"ack,omitempty"`
	Roster *Roster     `json:"roster,omitempty"`
}

// FeedPage answers GET /sync/v1/feed?cursor=&wait=SECONDS. Cursor is opaque; an invalid one is answered with 409 and
// means "start over without a cursor", never loss.
type FeedPage struct {
	Epoch    string      `json:"epoch"`
	Cursor   string      `json:"cursor"`
	UpToDate bool        `json:"up_to_date"`
	Events   []FeedEvent `json:"events"`
	// Staff says which roster is the newest; nil for a hall that has none, and from a central that keeps none.
	Staff *RosterMark `json:"staff,omitempty"`
}

// Enrolment asks central to know a device. Code is a one-time code handed out by an operator.
type Enrolment struct {
	Code       string `json:"code"`
	Suite      string `json:"suite"`
	SignPublic []byte `json:"sign_public"`
	Proof      []byte `json:"proof"` // signature of the new key over code and public key; see NewEnrolment
}

// Device is central's answer to an enrolment: everything a node needs to work offline from then on. TrackingKey is
// secret.
type Device struct {
	Hall        string `json:"hall"`
	HallName    string `json:"hall_name"`
	Kiosk       string `json:"kiosk"`
	Incarnation string `json:"incarnation"`
	Number      uint16 `json:"device_number"` // in tracking codes
	SignKey     string `json:"sign_key"`      // id of the device's signing key
	Suite       string `json:"suite"`
	SealKey     string `json:"seal_key"`
	SealPublic  []byte `json:"seal_public"`
	UpstreamKey string `json:"upstream_key"` // id of central's signing key
	UpstreamPub []byte `json:"upstream_public"`
	TrackingKey []byte `json:"tracking_key"`
	TrackingURL string `json:"tracking_url"` // scheme and host of tracking codes
	Epoch       string `json:"epoch"`
}

// Source is the device's identity in items.
func (d Device) Source() item.Source {
	return item.Source{Hall: d.Hall, Kiosk: d.Kiosk, Incarnation: d.Incarnation}
}

// Problem is an RFC 9457 body. Type is one of the urn:onedoor:problem: values or about:blank.
type Problem struct {
	Type   string `json:"type,omitempty"`
	Title  string `json:"title,omitempty"`
	Status int    `json:"status,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Problem types that a node acts on.
const (
	ProblemCursor     = "urn:onedoor:problem:cursor-reset"
	ProblemUnreadable = "urn:onedoor:problem:batch-unreadable"
	ProblemUnknown    = "urn:onedoor:problem:device-unknown"
	ProblemRevoked    = "urn:onedoor:problem:device-revoked" // for good: the machine has to be enrolled again
	ProblemCode       = "urn:onedoor:problem:enrolment-code"
	ProblemFenced     = "urn:onedoor:problem:device-superseded" // a later incarnation of the kiosk was enrolled
	ProblemSuite      = "urn:onedoor:problem:suite"             // enrolment: the upstream uses another; the code is not used up
)
