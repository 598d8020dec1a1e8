package outbox

import (
	"encoding/hex"
	"strconv"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// packed is a record as the index keeps it: 128 bytes, where a record with its texts takes four times that.
type packed struct {
	seq      uint64
	at, next stamp
	rest     *rest // nil for most
	size     uint32
	caseSeq  uint32 // 0 without a case
	attempts uint32
	refusals uint32
	kind     uint16 // in names.types; 0 is for a type that has no place there
	state    uint8  // in names.states
	numbered bool
	receipt  [10]byte // two digits each
	id       uuid     // zero: nothing else is known of it
	caseID   uuid     // zero without a case
	digest   item.Digest
}

// rest is what few records have.
type rest struct {
	lastError string
	ack       *wire.Ack
	epoch     string
	kind      item.Type // when packed.kind is 0
}

// uuid is an ID as its bytes. All IDs here were found to be UUIDs in small letters before they got a place in the chain.
type uuid [16]byte

// parseUUID gives the zero uuid for what is none.
func parseUUID(s string) (u uuid) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return uuid{}
	}
	if _, err := hex.Decode(u[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return uuid{}
	}
	return u
}

func (u uuid) String() string {
	if u == (uuid{}) {
		return ""
	}
	var b [36]byte
	hex.Encode(b[:8], u[:4])
	hex.Encode(b[9:13], u[4:6])
	hex.Encode(b[14:18], u[6:8])
	hex.Encode(b[19:23], u[8:10])
	hex.Encode(b[24:], u[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// stamp is a time in microseconds since the zero time.
type stamp int64

func stampOf(t time.Time) stamp { return stamp(t.UnixMicro() - time.Time{}.UnixMicro()) }

func (s stamp) time() time.Time { return time.UnixMicro(int64(s) + time.Time{}.UnixMicro()).UTC() }

// names are the texts that repeat, once each.
type names struct {
	types  []item.Type
	states []State
}

// code finds a name's place, or makes one while there are less than most.
func code[S ~string](all *[]S, name S, most int) (int, bool) {
	for i, n := range *all {
		if n == name {
			return i, true
		}
	}
	if len(*all) == most {
		return 0, false
	}
	*all = append(*all, name)
	return len(*all) - 1, true
}

// mostTypes bounds the search for a type's place; this program makes about ten.
const mostTypes = 64

func (n *names) pack(r *record) *packed {
	p := &packed{seq: r.seq, at: stampOf(r.At), next: stampOf(r.Next), size: uint32(r.Size), attempts: uint32(r.Attempts),
		refusals: uint32(r.Refusals), id: parseUUID(r.ID), caseID: parseUUID(r.CaseID)}
	var other rest
	if i, ok := code(&n.types, r.Type, mostTypes); ok {
		p.kind = uint16(i) + 1
	} else {
		other.kind = r.Type
	}
	i, _ := code(&n.states, r.State, 256) // there are ten
	p.state = uint8(i)
	if d, err := item.ParseDigest(r.Digest); err == nil { // without one nothing else is known of it
		p.digest = d
	}
	if len(r.ReceiptNo) == 20 {
		p.numbered = true
		for i := range p.receipt {
			p.receipt[i] = (r.ReceiptNo[2*i]-'0')*10 + r.ReceiptNo[2*i+1] - '0'
		}
	}
	if r.CaseSeq != "" {
		n, _ := strconv.ParseUint(r.CaseSeq, 10, 32) // six digits
		p.caseSeq = uint32(n)
	}
	other.lastError, other.ack, other.epoch = r.LastError, r.Ack, r.Epoch
	if other != (rest{}) {
		p.rest = &other
	}
	return p
}

func (n *names) unpack(p *packed) *record {
	r := &record{seq: p.seq, At: p.at.time(), Next: p.next.time(), Size: int(p.size), Attempts: int(p.attempts), Refusals: int(p.refusals),
		State: n.states[p.state], ID: p.id.String(), CaseID: p.caseID.String()}
	if p.rest != nil {
		r.LastError, r.Ack, r.Epoch, r.Type = p.rest.lastError, p.rest.ack, p.rest.epoch, p.rest.kind
	}
	if p.kind > 0 {
		r.Type = n.types[p.kind-1]
	}
	if p.id != (uuid{}) {
		r.Digest = p.digest.String()
	}
	if p.numbered {
		var b [20]byte
		for i, two := range p.receipt {
			b[2*i], b[2*i+1] = '0'+two/10, '0'+two%10
		}
		r.ReceiptNo = string(b[:])
	}
	if p.caseSeq > 0 {
		r.CaseSeq = item.FormatCaseSeq(p.caseSeq)
	}
	return r
}
