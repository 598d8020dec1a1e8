package central

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

type batchInput struct {
	RawBody []byte `contentType:"application/cloudevents-batch+json"`
}

type batchAnswer struct{ Body wire.BatchAnswer }

func (s *Server) sendBatch(ctx context.Context, in *batchInput) (*batchAnswer, error) {
	dev, err := requester(ctx)
	if err != nil {
		return nil, err
	}
	items, err := parseBatch(in.RawBody)
	if err != nil {
		return nil, s.failed("read batch", err)
	}
	results, err := s.ingest(ctx, dev, items)
	if err != nil {
		return nil, s.failed("ingest batch", err)
	}
	return &batchAnswer{wire.BatchAnswer{
		Tier: wire.TierCentral, Epoch: s.cfg.Store.Epoch(), ServerTime: item.FormatTime(s.cfg.Now()), Results: results,
	}}, nil
}

// received is one item of a batch, read and as it came.
type received struct {
	item item.Item
	raw  json.RawMessage
}

// newer reports whether the item has attributes that this central does not know.
func (r *received) newer() bool {
	strict := json.NewDecoder(bytes.NewReader(r.raw))
	strict.DisallowUnknownFields()
	return strict.Decode(new(item.Item)) != nil
}

// maxRaw bounds one item as it travels: its data in base64 and its attributes.
const maxRaw = 2 * wire.MaxItemBytes

// parseBatch reads a JSON array of items. A batch that is not one is refused as a whole; the device bisects it.
func parseBatch(body []byte) ([]received, error) {
	unreadable := func(why string) error {
		return newProblem(http.StatusBadRequest, wire.ProblemUnreadable, why)
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, unreadable("the batch is not a JSON array")
	}
	switch {
	case len(raw) == 0:
		return nil, unreadable("the batch is empty")
	case len(raw) > wire.MaxBatchItems:
		return nil, newProblem(http.StatusRequestEntityTooLarge, "", fmt.Sprintf("a batch holds at most %d items", wire.MaxBatchItems))
	}
	items := make([]received, len(raw))
	for i, one := range raw {
		if err := json.Unmarshal(one, &items[i].item); err != nil {
			return nil, unreadable(fmt.Sprintf("item %d of the batch is not an item", i+1))
		}
		items[i].raw = one
	}
	return items, nil
}

// ingest checks every item, commits those that pass in one transaction, and only then signs acks.
func (s *Server) ingest(ctx context.Context, from Device, items []received) ([]wire.Result, error) {
	results := make([]wire.Result, len(items))
	var entries []Entry
	var places []int // of entries in results
	for i := range items {
		it := &items[i].item
		results[i].ID = it.ID
		entry, refusal, err := s.examine(ctx, from, items[i])
		if err != nil {
			return nil, err
		}
		if refusal != nil {
			results[i].Status, results[i].Problem = refusal.status, &refusal.problem
			s.cfg.Logger.Warn("item refused", "source", from.Source().String(), "id", it.ID, "status", refusal.status, "problem", refusal.problem.Type, "detail", refusal.problem.Detail)
			continue
		}
		entries, places = append(entries, entry), append(places, i)
	}
	if len(entries) == 0 {
		return results, nil
	}
	outcomes, err := s.cfg.Store.Ingest(ctx, s.cfg.Now(), entries)
	if err != nil {
		return nil, err
	}
	if len(outcomes) != len(entries) {
		return nil, fmt.Errorf("store answered %d of %d entries", len(outcomes), len(entries))
	}
	for n, o := range outcomes {
		if err := s.answer(&results[places[n]], &entries[n], o); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// answer turns what the store did into a result, with an ack for what is durable.
func (s *Server) answer(r *wire.Result, e *Entry, o Outcome) (err error) {
	it := &e.Item
	r.Status = o.Status
	if o.Alarm != "" {
		s.cfg.Logger.Error("item needs a person's eye", "source", it.Source, "sequence", it.Sequence, "id", it.ID, "why", o.Alarm)
	}
	switch o.Status {
	case wire.Stored, wire.Duplicate, wire.Held:
		if r.Ack, err = s.ack(e, o); err != nil {
			return err
		}
		if o.Status == wire.Held {
			r.Problem = &wire.Problem{Type: ProblemHeld, Title: "Held", Detail: "kept; takes effect when the items before it, or a central that knows its type and has its dictionary, are there"}
		}
	case wire.Conflict:
		s.cfg.Logger.Error("items conflict, both are kept", "source", it.Source, "sequence", it.Sequence, "id", it.ID, "why", o.Why)
		r.Problem = &wire.Problem{Type: ProblemIdentity, Title: "Conflict", Detail: o.Why}
	}
	return nil
}

// ack signs that an item is in the ledger, and whether it has taken effect. For the same state it says the same for ever;
// only the signature of a suite that draws it at random is another each time.
func (s *Server) ack(e *Entry, o Outcome) (*wire.Ack, error) {
	it, status := &e.Item, wire.Stored
	if o.Status == wire.Held {
		status = wire.Held
	}
	a := &wire.Ack{
		Source: it.Source, Sequence: it.Sequence, ID: it.ID, Digest: e.Digest.String(), Status: status, Tier: wire.TierCentral,
		Epoch: s.cfg.Store.Epoch(), Position: o.Position, At: item.FormatTime(o.At), Key: s.cfg.Keys.SignID,
	}
	return a, a.Sign(s.cfg.Suite, s.cfg.Keys.SignPrivate)
}

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

// examine checks one item. The error is the store's; what is wrong with the item is the refusal.
func (s *Server) examine(ctx context.Context, from Device, r received) (Entry, *refusal, error) {
	it := &r.item
	if err := it.Validate(); err != nil {
		return Entry{}, reject(ProblemItem, err.Error()), nil
	}
	if len(it.Data) > wire.MaxItemBytes || len(r.raw) > maxRaw {
		return Entry{}, reject(ProblemItem, fmt.Sprintf("the item's data is larger than %d bytes, or its attributes are too long", wire.MaxItemBytes)), nil
	}
	src, err := item.ParseSource(it.Source)
	if err != nil || src.Hall != from.Kiosk.Hall || src.Kiosk != from.Kiosk.Number {
		return Entry{}, reject(ProblemItem, "the source is another machine than the one that sends"), nil //nolint:nilerr // a refusal is the item's result, not a failure
	}
	// A kiosk that was enrolled anew may still drain what its former incarnation accepted; that one's key must have signed.
	signer := from
	if it.Source != from.Source().String() {
		signer, err = s.cfg.Store.Device(ctx, it.Source)
		if errors.Is(err, ErrNotFound) {
			return Entry{}, reject(ProblemItem, "the source is not enrolled"), nil
		}
		if err != nil {
			return Entry{}, nil, fmt.Errorf("find device: %w", err)
		}
	}
	if it.SignKey != signer.KeyID() {
		return Entry{}, reject(ProblemItem, "signed with another key than the enrolled one"), nil
	}
	if err := item.Verify(it, s.cfg.Suite, signer.SignPublic); err != nil {
		if r.newer() {
			return Entry{}, retry(ProblemNewer, "has attributes that this central does not know and so cannot verify"), nil
		}
		return Entry{}, reject(ProblemItem, err.Error()), nil
	}
	e := Entry{Item: *it, Digest: it.Digest(), Device: signer.Number}
	return s.understand(e, src)
}

// understand decides the effect of a verified item, opening its payload when that has one.
func (s *Server) understand(e Entry, src item.Source) (Entry, *refusal, error) {
	it := &e.Item
	switch it.Type {
	case item.TypeSubmission, item.TypePrint:
		if it.CaseID == "" {
			return e, reject(ProblemItem, "belongs to no case"), nil
		}
	case item.TypeHealth:
		e.Effect = EffectNone
		return e, nil, nil
	default:
		e.Effect = EffectUnknown
		return e, nil, nil
	}
	if it.SealKey != s.cfg.Keys.SealID {
		// The key may only be missing here, after a restore; the item must not become a dead letter for that.
		return e, retry(ProblemSealKey, "sealed to a key that this central does not have"), nil
	}
	payload, err := s.opener.Open(it)
	if errors.Is(err, item.ErrDictionary) {
		e.Effect = EffectUnknown
		return e, nil, nil
	}
	if err != nil {
		return e, reject(ProblemPayload, "the payload cannot be opened"), nil
	}
	defer clear(payload)
	if it.Type == item.TypePrint {
		e.Effect = EffectPrint
		e.Print, err = readPrint(payload)
	} else {
		e.Effect = EffectOpen
		switch {
		case len(it.ReceiptNo) != 20 || !strings.HasPrefix(it.ReceiptNo, src.Hall+src.Kiosk+src.Incarnation):
			return e, reject(ProblemItem, "the receipt number is not one of this machine"), nil
		case !checked(it.ReceiptNo):
			return e, reject(ProblemItem, "the receipt number's check digits are wrong"), nil
		case len(it.TrackHash) != 64:
			return e, reject(ProblemItem, "there is no hash of a tracking code"), nil
		}
		e.Facts, err = readFacts(payload)
	}
	if err != nil {
		return e, reject(ProblemPayload, err.Error()), nil
	}
	return e, nil, nil
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
