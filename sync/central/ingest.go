package central

import (
	"context"
	"fmt"

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

// ingest checks every item, commits those that pass in one transaction, and only then signs acks. Items are checked and
// acks are signed side by side, since each is a computation of its own; all else is done in the order of the batch.
func (s *Server) ingest(ctx context.Context, from Device, items []received) ([]wire.Result, error) {
	signers, err := s.signers(ctx, from, items)
	if err != nil {
		return nil, err
	}
	looked := make([]examined, len(items))
	err = s.crew.spread(ctx, len(items), func(i int) error {
		looked[i].entry, looked[i].refusal = s.examine(from, signers, &items[i])
		return nil
	})
	if err != nil {
		return nil, err
	}
	results := make([]wire.Result, len(items))
	var entries []Entry
	var places []int // of entries in results
	for i := range looked {
		it := &items[i].item
		results[i].ID = it.ID
		if refusal := looked[i].refusal; refusal != nil {
			results[i].Status, results[i].Problem = refusal.status, &refusal.problem
			s.cfg.Logger.Warn("item refused", "source", from.Source().String(), "id", it.ID, "status", refusal.status, "problem", refusal.problem.Type, "detail", refusal.problem.Detail)
			continue
		}
		entries, places = append(entries, looked[i].entry), append(places, i)
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
		s.answer(&results[places[n]], &entries[n], o)
	}
	for n := range entries {
		if entries[n].Checkpoint != nil && durable(outcomes[n].Status) {
			s.watchAudit(ctx, &entries[n])
		}
	}
	err = s.crew.spread(ctx, len(outcomes), func(n int) (err error) {
		if durable(outcomes[n].Status) {
			results[places[n]].Ack, err = s.ack(&entries[n], outcomes[n])
		}
		return err
	})
	return results, err
}

// examined is an item that was looked at: an entry for the store, or a refusal.
type examined struct {
	entry   Entry
	refusal *refusal
}

// durable reports whether an item with that status is in the ledger, and has an ack.
func durable(status wire.Status) bool {
	return status == wire.Stored || status == wire.Duplicate || status == wire.Held
}

// answer turns what the store did into a result, but for the ack.
func (s *Server) answer(r *wire.Result, e *Entry, o Outcome) {
	it := &e.Item
	r.Status = o.Status
	if o.Alarm != "" {
		s.cfg.Logger.Error("item needs a person's eye", "source", it.Source, "sequence", it.Sequence, "id", it.ID, "why", o.Alarm)
	}
	switch o.Status {
	case wire.Held:
		r.Problem = &wire.Problem{Type: ProblemHeld, Title: "Held", Detail: "kept; takes effect when the items before it, or a central that knows its type and has its dictionary, are there"}
	case wire.Conflict:
		s.cfg.Logger.Error("items conflict, both are kept", "source", it.Source, "sequence", it.Sequence, "id", it.ID, "why", o.Why)
		r.Problem = &wire.Problem{Type: ProblemIdentity, Title: "Conflict", Detail: o.Why}
	}
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
