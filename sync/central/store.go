package central

import (
	"context"
	"errors"
	"time"

	"onedoor/sync/attach"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Store is central's durable memory: the ledger, the cases, the devices. Every method that writes is one transaction
// and returns only after it is durable; when it returns an error, nothing of it has happened or, after ErrStopped, it is
// decided at the next start. One on PostgreSQL may also answer pgstore.ErrUncertain, when the line broke before the answer
// to a commit: then all of it happened or nothing, and the same call again tells. The Server does not repeat it itself: the
// request fails with 500 and without an ack, and the kiosk sends the batch again, whose items are then stored or duplicates;
// staff look at the case and decide again. storetest.Suite is the contract in full.
type Store interface {
	// Epoch is the UUID of this ledger, made when the ledger was.
	Epoch() string

	// Ingest appends the entries that are new and lets them take effect, in one transaction, and answers in the order of
	// the entries. An entry may depend on one before it in the same call. Identities are a source's own: neither an id nor
	// a sequence of one source is taken by another. A case is its kiosk's own: what another kiosk sends under its id is a
	// conflict. An entry that is there already with EffectUnknown is understood by the entry that comes now.
	Ingest(ctx context.Context, at time.Time, entries []Entry) ([]Outcome, error)
	// Row reads one item of the ledger by its source and id. ErrNotFound.
	Row(ctx context.Context, source, id string) (Row, error)
	// Unknown lists up to limit rows after position after that are held because of EffectUnknown, in their order.
	Unknown(ctx context.Context, after uint64, limit int) ([]Row, error)
	// Through is the last sequence of source up to which nothing is missing; 0 when nothing is there.
	Through(ctx context.Context, source string) (uint64, error)
	// Has gives those of a source's sequences between from and to, both included, that are there, in their order.
	Has(ctx context.Context, source string, from, to uint64) ([]uint64, error)
	// Conflicts lists up to limit items that were kept aside, in no particular order.
	Conflicts(ctx context.Context, limit int) ([]item.Item, error)

	// Named gives those of ids that items of a kiosk name in their Facts.Attachments, whether or not these have taken effect.
	Named(ctx context.Context, kiosk Kiosk, ids []string) ([]string, error)

	// Case finds a case by receipt number (20 digits) or case id. ErrNotFound.
	Case(ctx context.Context, ref string) (Case, error)
	// CaseByTrack finds a case by the hash of the tracking code that the device made. ErrNotFound.
	CaseByTrack(ctx context.Context, device uint16, hash string) (Case, error)
	// Cases lists up to limit cases, the newest first, and counts all. before is the Position to go on below; 0 for the top.
	Cases(ctx context.Context, before uint64, limit int) (list []Case, total int, err error)
	// CasesOf lists up to limit cases of a holder, the newest first; none for the empty holder.
	CasesOf(ctx context.Context, holder Holder, limit int) ([]Case, error)
	// Unindexed lists up to limit cases that were opened before holders were kept and for which none was looked for yet, in
	// their order. Indexed notes what was found; a Holding that is noted already, or is of no such case, changes nothing.
	Unindexed(ctx context.Context, limit int) ([]Case, error)
	Indexed(ctx context.Context, found []Holding) error
	// Advance changes the stage of a case if its version still is change.IfVersion, else ErrVersion. ErrNotFound when the
	// kiosk has no such case.
	Advance(ctx context.Context, change Change) (Case, error)

	// Feed gives up to limit changes of a kiosk's after position after, in their order: cases, each once, as it is now,
	// items that took effect after their sender had been told that they are held, and the staff of its hall. next is the position to go on from;
	// head is the last position given out to anyone.
	Feed(ctx context.Context, kiosk Kiosk, after uint64, limit int) (changed []FeedEntry, next, head uint64, err error)
	// Changed gives a channel that is closed after the next change that Feed would show for kiosk. Take it before Feed.
	Changed(kiosk Kiosk) <-chan struct{}

	// Roster is the staff of a hall. ErrNotFound when it never had any.
	Roster(ctx context.Context, hall string) (Roster, error)
	// SaveRoster replaces the staff of a hall if its version still is change.IfVersion, else ErrVersion, and puts it at the
	// end of the feed of each of the hall's kiosks.
	SaveRoster(ctx context.Context, change RosterChange) (Roster, error)
	// Checkpoints lists up to limit checkpoints of a source's audit log about from entries or more, by their count and then in
	// the order in which they were made.
	Checkpoints(ctx context.Context, source string, from uint64, limit int) ([]CheckpointRow, error)

	// SaveCode keeps a one-time code. ErrExists when its handle is that of a code that has not expired at that time.
	SaveCode(ctx context.Context, at time.Time, code EnrolCode) error
	// Enrol redeems a code and makes the device known, under the next number and the kiosk's next incarnation. A wrong
	// secret counts as a try. The same code with the same key again gives the same device, however late, unless that was
	// revoked. ErrCode.
	Enrol(ctx context.Context, req EnrolRequest) (Device, error)
	// Device finds a device by its source urn, DeviceByNumber by the number in its tracking codes. ErrNotFound.
	Device(ctx context.Context, source string) (Device, error)
	DeviceByNumber(ctx context.Context, number uint16) (Device, error)
	// Devices lists up to limit devices with numbers above after, in their order.
	Devices(ctx context.Context, after uint16, limit int) ([]Device, error)
	// Revoke notes that devices of a kiosk are turned away from now on, and gives them all, in the order of their numbers. One
	// that was revoked before keeps its time and reason. Whoever waits for the kiosk's feed is woken. ErrNotFound when there
	// is no such device.
	Revoke(ctx context.Context, r Revocation) ([]Device, error)

	// EndSession remembers at least until until that a staff session is over; SessionEnded tells. at is now.
	EndSession(ctx context.Context, at time.Time, id string, until time.Time) error
	SessionEnded(ctx context.Context, id string) (bool, error)

	// Close waits for whoever reads or writes. It may be called twice.
	Close() error
}

// Errors of a Store.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	ErrVersion  = errors.New("case was changed by someone else meanwhile")
	ErrCode     = errors.New("enrolment code is unknown, used, expired or tried too often")
	ErrFull     = errors.New("too little free space to take anything in")
	ErrLocked   = errors.New("another process uses this data directory")
	ErrClosed   = errors.New("store is closed")
	// ErrStopped is returned by everything after the first failed write: only a restart can tell what is durable.
	ErrStopped = errors.New("store stopped after a failed write")
)

// Kiosk names one machine whatever its incarnation. Its cases stay its own when it is replaced.
type Kiosk struct {
	Hall   string `json:"hall"`  // 5 digits
	Number string `json:"kiosk"` // 3 digits
}

// Effect tells what an item does to its case when it takes effect.
type Effect string

// The effects. EffectUnknown is for types this central does not know, and for payloads whose dictionary it lacks: the item
// is held.
const (
	EffectNone    Effect = "none"
	EffectOpen    Effect = "open"  // opens the case
	EffectPrint   Effect = "print" // adds to its history
	EffectAudit   Effect = "audit" // keeps a checkpoint of the kiosk's audit log; of no case
	EffectUnknown Effect = "unknown"
)

// Entry is one verified item on its way into the ledger.
type Entry struct {
	Item   item.Item   `json:"item"`
	Digest item.Digest `json:"digest"`
	Device uint16      `json:"device"` // number of the device that signed it
	Effect Effect      `json:"effect"`
	Facts  *Facts      `json:"facts,omitempty"`  // with EffectOpen
	Print  *Print      `json:"print,omitempty"`  // with EffectPrint
	Holder Holder      `json:"holder,omitempty"` // with EffectOpen; empty when the payload names none

	Checkpoint *wire.Checkpoint `json:"checkpoint,omitempty"` // with EffectAudit
}

// Outcome is what became of an Entry. Position and At are set for Stored, Duplicate and Held, and stay the same for
// ever, so that the ack can be repeated. Why is for a log, in English, with Conflict. Alarm, too: it tells what a person
// must look at although the item is taken in, as a receipt number that another case has.
type Outcome struct {
	Status   wire.Status
	Position uint64
	At       time.Time
	Why      string
	Alarm    string
}

// Row is one line of the ledger.
type Row struct {
	Position uint64    `json:"position"` // from 1
	At       time.Time `json:"at"`       // by central's clock
	Applied  bool      `json:"applied"`  // has taken effect
	Entry    Entry     `json:"entry"`
}

// Holder is a pseudonym of the person that a case is of: the same for the same resident number, and without central's keys
// nobody can tell whose, or try numbers out. 22 characters, or empty.
type Holder string

// Holding says whose the case is that the row at Position opened; an empty Holder that this can not be told.
type Holding struct {
	Position uint64
	Holder   Holder
}

// FeedEntry holds exactly one of its fields.
type FeedEntry struct {
	Case   *Case
	Row    *Row // was held and has taken effect since
	Roster *Roster
}

// Text is one text in several languages, by BCP 47 tag. zh-Hans is the one that every text should have.
type Text map[string]string

// In gives the text in lang, else in Chinese, else "".
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	return t["zh-Hans"]
}

// Facts is what central indexes of a submission: nothing of it is about a person.
type Facts struct {
	ServiceID  string `json:"service_id"`
	Title      Text   `json:"title,omitempty"`
	Department Text   `json:"department,omitempty"`
	Next       Text   `json:"next,omitempty"` // what the citizen waits for or does next

	Attachments []attach.Ref `json:"attachments,omitempty"` // sealed files that the submission names
	Filed       Filing       `json:"filed"`
}

// Print is the outcome of one receipt.
type Print struct {
	Outcome string    `json:"outcome"` // printed, not_printed or unknown
	Cause   string    `json:"cause,omitempty"`
	Copy    int       `json:"copy"` // 0 for the original
	At      time.Time `json:"at"`   // when central took it in
}

// Step is one stage that a case reached.
type Step struct {
	Stage      wire.Stage `json:"stage"`
	At         time.Time  `json:"at"`
	OfficialNo string     `json:"official_no,omitempty"`
	Note       string     `json:"note,omitempty"` // by staff, for staff
}

// Case is one 办件 as central knows it.
type Case struct {
	ID         string     `json:"case_id"`
	Kiosk      Kiosk      `json:"kiosk"`
	Device     uint16     `json:"device"`
	HallName   string     `json:"hall_name"`
	ReceiptNo  string     `json:"receipt_no"`
	Position   uint64     `json:"position"` // in the ledger, of the item that opened it
	ItemSource string     `json:"item_source"`
	ItemID     string     `json:"item_id"` // of the item that opened it, and its source
	Items      uint32     `json:"items"`   // how many took effect: case sequences 1 to Items
	Version    uint64     `json:"version"` // of the status, from 1
	Stage      wire.Stage `json:"stage"`
	OfficialNo string     `json:"official_no,omitempty"`
	Facts      Facts      `json:"facts"`
	Steps      []Step     `json:"steps"`
	Prints     []Print    `json:"prints,omitempty"`
	FeedPos    uint64     `json:"feed_pos"`
}

// Reached gives the time at which the case first came to stage; zero when it has not.
func (c *Case) Reached(stage wire.Stage) time.Time {
	for _, s := range c.Steps {
		if s.Stage == stage {
			return s.At
		}
	}
	return time.Time{}
}

// Changed is the time of the last step.
func (c *Case) Changed() time.Time {
	if len(c.Steps) == 0 {
		return time.Time{}
	}
	return c.Steps[len(c.Steps)-1].At
}

// Change moves a case on. Kiosk and CaseID are the case's.
type Change struct {
	Kiosk     Kiosk
	CaseID    string
	IfVersion uint64
	Step      Step
}

// Device is one enrolled incarnation of a kiosk.
type Device struct {
	Number      uint16    `json:"number"` // from 1
	Kiosk       Kiosk     `json:"kiosk"`
	HallName    string    `json:"hall_name"`
	Incarnation string    `json:"incarnation"` // 01 to 99
	Suite       string    `json:"suite"`
	SignPublic  []byte    `json:"sign_public"`
	EnrolledAt  time.Time `json:"enrolled_at"`
	RevokedAt   time.Time `json:"revoked_at,omitzero"` // zero while it is not
	RevokedFor  string    `json:"revoked_for,omitempty"`
}

// Revoked reports whether the device is turned away.
func (d Device) Revoked() bool { return !d.RevokedAt.IsZero() }

// Revocation turns devices of a kiosk away for good.
type Revocation struct {
	Kiosk       Kiosk
	Incarnation string // 01 to 99; empty: all that are enrolled by now
	At          time.Time
	Reason      string
}

// Of reports whether it is about that device of its kiosk.
func (r Revocation) Of(d Device) bool { return r.Incarnation == "" || r.Incarnation == d.Incarnation }

// Source is the device's urn.
func (d Device) Source() item.Source {
	return item.Source{Hall: d.Kiosk.Hall, Kiosk: d.Kiosk.Number, Incarnation: d.Incarnation}
}

// KeyID names the device's signing key.
func (d Device) KeyID() string {
	return d.Kiosk.Hall + "-" + d.Kiosk.Number + "-" + d.Incarnation
}

// EnrolCode is a one-time code as it is kept: the handle finds it, the secret itself is not there.
type EnrolCode struct {
	Handle     string    `json:"handle"`
	SecretHash string    `json:"secret_hash"`
	Kiosk      Kiosk     `json:"kiosk"`
	HallName   string    `json:"hall_name"`
	Expires    time.Time `json:"expires"`
	Tries      int       `json:"tries"`             // wrong ones so far
	UsedBy     string    `json:"used_by,omitempty"` // source of the device that it made
}

// EnrolRequest redeems a code.
type EnrolRequest struct {
	Handle, SecretHash string
	Suite              string
	SignPublic         []byte
	At                 time.Time
	MaxTries           int
}
