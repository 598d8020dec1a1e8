package central

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// refusal is a result for an item that does not reach the store.
type refusal struct {
	status  wire.Status
	problem wire.Problem
}

func reject(kind, detail string) *refusal {
	return &refusal{wire.Rejected, wire.Problem{Type: kind, Title: "Rejected", Detail: detail}}
}

func retry(kind, detail string) *refusal {
	return &refusal{wire.Retry, wire.Problem{Type: kind, Title: "Not now", Detail: detail}}
}

// signers finds the devices that items of a batch say they are of, each once, by their source; those that are not enrolled
// are not among them. The error is the store's.
func (s *Server) signers(ctx context.Context, from Device, items []received) (map[string]Device, error) {
	found := map[string]Device{from.Source().String(): from}
	missing := map[string]bool{}
	for i := range items {
		source := items[i].item.Source
		if _, ok := found[source]; ok || missing[source] || !ofKiosk(source, from.Kiosk) {
			continue
		}
		dev, err := s.cfg.Store.Device(ctx, source)
		switch {
		case errors.Is(err, ErrNotFound):
			missing[source] = true
		case err != nil:
			return nil, fmt.Errorf("find device: %w", err)
		default:
			found[source] = dev
		}
	}
	return found, nil
}

func ofKiosk(source string, kiosk Kiosk) bool {
	src, err := item.ParseSource(source)
	return err == nil && src.Hall == kiosk.Hall && src.Kiosk == kiosk.Number
}

// examine checks one item. It only computes.
func (s *Server) examine(from Device, signers map[string]Device, r *received) (Entry, *refusal) {
	it := &r.item
	if err := it.Validate(); err != nil {
		return Entry{}, reject(ProblemItem, err.Error())
	}
	if len(it.Data) > wire.MaxItemBytes || len(r.raw) > maxRaw {
		return Entry{}, reject(ProblemItem, fmt.Sprintf("the item's data is larger than %d bytes, or its attributes are too long", wire.MaxItemBytes))
	}
	if !ofKiosk(it.Source, from.Kiosk) {
		return Entry{}, reject(ProblemItem, "the source is another machine than the one that sends")
	}
	// A kiosk that was enrolled anew may still drain what its former incarnation accepted; that one's key must have signed.
	signer, ok := signers[it.Source]
	if !ok {
		return Entry{}, reject(ProblemItem, "the source is not enrolled")
	}
	if it.SignKey != signer.KeyID() {
		return Entry{}, reject(ProblemItem, "signed with another key than the enrolled one")
	}
	digest := it.Digest()
	if err := s.verify(it, digest, signer); err != nil {
		if r.newer() {
			return Entry{}, retry(ProblemNewer, "has attributes that this central does not know and so cannot verify")
		}
		return Entry{}, reject(ProblemItem, err.Error())
	}
	return s.understand(Entry{Item: *it, Digest: digest, Device: signer.Number})
}

// verify is item.Verify for an item of valid shape, whose digest is known and is not computed twice.
func (s *Server) verify(it *item.Item, digest item.Digest, signer Device) error {
	if it.Suite != s.cfg.Suite.Name() {
		return fmt.Errorf("%w: suite %q", item.ErrInvalid, it.Suite)
	}
	if !s.cfg.Suite.Verify(signer.SignPublic, digest[:], it.Signature) {
		return item.ErrSignature
	}
	return nil
}

// understand decides the effect of a verified item, opening its payload when that has one.
func (s *Server) understand(e Entry) (Entry, *refusal) {
	it := &e.Item
	switch it.Type {
	case item.TypeSubmission, item.TypePrint:
		if it.CaseID == "" {
			return e, reject(ProblemItem, "belongs to no case")
		}
	case item.TypeEvaluation: // of the ledger's, for whoever counts opinions; it does nothing to its case
		if it.CaseID == "" {
			return e, reject(ProblemItem, "belongs to no case")
		}
		e.Effect = EffectNone
		return e, nil
	case item.TypeHealth:
		e.Effect = EffectNone
		return e, nil
	case item.TypeAudit:
		if it.CaseID != "" {
			return e, reject(ProblemItem, "belongs to a case")
		}
	default:
		e.Effect = EffectUnknown
		return e, nil
	}
	if it.SealKey != s.cfg.Keys.SealID {
		// The key may only be missing here, after a restore; the item must not become a dead letter for that.
		return e, retry(ProblemSealKey, "sealed to a key that this central does not have")
	}
	payload, err := s.opener.Open(it)
	if errors.Is(err, item.ErrDictionary) {
		e.Effect = EffectUnknown
		return e, nil
	}
	if err != nil {
		return e, reject(ProblemPayload, "the payload cannot be opened")
	}
	defer clear(payload)
	switch it.Type {
	case item.TypePrint:
		e.Effect = EffectPrint
		e.Print, err = readPrint(payload)
	case item.TypeAudit:
		e.Effect = EffectAudit
		e.Checkpoint, err = readCheckpoint(payload, it)
	default:
		e.Effect = EffectOpen
		switch {
		case len(it.ReceiptNo) != 20 || !strings.HasPrefix(it.ReceiptNo, receiptPrefix(it.Source)):
			return e, reject(ProblemItem, "the receipt number is not one of this machine")
		case !checked(it.ReceiptNo):
			return e, reject(ProblemItem, "the receipt number's check digits are wrong")
		case len(it.TrackHash) != 64:
			return e, reject(ProblemItem, "there is no hash of a tracking code")
		}
		if e.Facts, err = readFacts(payload); err == nil {
			e.Facts.Filed = filing(it, s.cfg.Now())
			e.Holder = s.holderOf(payload)
		}
	}
	if err != nil {
		return e, reject(ProblemPayload, err.Error())
	}
	return e, nil
}

// receiptPrefix is how the receipt numbers of a source begin.
func receiptPrefix(source string) string {
	src, err := item.ParseSource(source)
	if err != nil {
		return "?" // which no number begins with
	}
	return src.Hall + src.Kiosk + src.Incarnation
}

// checked reports whether the last two of a number's digits are its check digits (ISO 7064 MOD 97-10).
func checked(number string) bool {
	rest := 0
	for _, c := range []byte(number) {
		if c < '0' || c > '9' {
			return false
		}
		rest = (rest*10 + int(c-'0')) % 97
	}
	return rest == 1
}
