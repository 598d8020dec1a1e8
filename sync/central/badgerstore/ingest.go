package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// ref is what the two identities of an item point to.
type ref struct {
	Position uint64      `json:"p"`
	Digest   item.Digest `json:"d"`
}

// Ingest implements central.Store.
func (s *Store) Ingest(ctx context.Context, at time.Time, entries []central.Entry) ([]central.Outcome, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	var out []central.Outcome
	changed := map[central.Kiosk]bool{}
	err := s.update(ctx, func(txn *badger.Txn) error {
		for i := range entries {
			o, err := ingestOne(txn, at.UTC(), entries[i], changed)
			if err != nil {
				return fmt.Errorf("ingest item %s: %w", entries[i].Item.ID, err)
			}
			out = append(out, o)
		}
		return nil
	})
	if errors.Is(err, badger.ErrTxnTooBig) && len(entries) > 1 {
		return s.ingestHalves(ctx, at, entries)
	}
	if err != nil {
		return nil, err
	}
	// A later entry of the same call may have released a held one.
	for i := range out {
		if out[i].Status != wire.Held {
			continue
		}
		if row, err := s.Row(ctx, entries[i].Item.ID); err == nil && row.Applied {
			out[i].Status = wire.Stored
		}
	}
	for kiosk := range changed {
		s.Notify(kiosk)
	}
	return out, nil
}

// ingestHalves takes in what is too much for one of Badger's transactions, in two. When the second fails, the first is
// durable all the same; it is then a duplicate in the repetition.
func (s *Store) ingestHalves(ctx context.Context, at time.Time, entries []central.Entry) ([]central.Outcome, error) {
	mid := len(entries) / 2
	first, err := s.Ingest(ctx, at, entries[:mid])
	if err != nil {
		return nil, err
	}
	second, err := s.Ingest(ctx, at, entries[mid:])
	if err != nil {
		return nil, err
	}
	return append(first, second...), nil
}

func ingestOne(txn *badger.Txn, at time.Time, e central.Entry, changed map[central.Kiosk]bool) (central.Outcome, error) {
	it := &e.Item
	for _, key := range [][]byte{keyID(it.ID), keySeq(it.Source, it.Sequence)} {
		var have ref
		err := get(txn, key, &have)
		if errors.Is(err, central.ErrNotFound) {
			continue
		}
		if err != nil {
			return central.Outcome{}, err
		}
		if have.Digest != e.Digest {
			return conflict(txn, e, "identity is taken by other bytes")
		}
		return again(txn, have)
	}
	kiosk, err := kioskOf(it)
	if err != nil {
		return central.Outcome{}, err
	}
	if it.CaseID != "" {
		taken, err := caseSeqTaken(txn, kiosk, it)
		if err != nil {
			return central.Outcome{}, err
		}
		if taken {
			return conflict(txn, e, "place in the case is taken by another item")
		}
	}
	pos, err := next(txn, "ledger")
	if err != nil {
		return central.Outcome{}, err
	}
	row := central.Row{Position: pos, At: at, Entry: e}
	r := ref{pos, e.Digest}
	for _, err := range []error{
		set(txn, keyRow(pos), row), set(txn, keyID(it.ID), r), set(txn, keySeq(it.Source, it.Sequence), r), extend(txn, it),
	} {
		if err != nil {
			return central.Outcome{}, err
		}
	}
	o := central.Outcome{Status: wire.Stored, Position: pos, At: at}
	if it.CaseID == "" {
		if e.Effect == central.EffectUnknown {
			o.Status = wire.Held
			return o, nil
		}
		return o, set(txn, keyApplied(pos), true)
	}
	if err := set(txn, keyHeld(kiosk, it.CaseID, it.CaseSeq), pos); err != nil {
		return o, err
	}
	last, err := applyCase(txn, kiosk, it.CaseID, changed)
	if err != nil {
		return o, err
	}
	if seq, err := item.ParseSequence(it.CaseSeq); err != nil || seq > last {
		o.Status = wire.Held
		return o, err
	}
	return o, nil
}

// again repeats the outcome of an item that is there already.
func again(txn *badger.Txn, have ref) (central.Outcome, error) {
	var row central.Row
	if err := readRow(txn, have.Position, &row); err != nil {
		return central.Outcome{}, err
	}
	o := central.Outcome{Status: wire.Duplicate, Position: row.Position, At: row.At}
	if !row.Applied {
		o.Status = wire.Held
	}
	return o, nil
}

// readRow reads a line of the ledger. That it has taken effect stands apart, so that the line itself is written once.
func readRow(txn *badger.Txn, pos uint64, row *central.Row) error {
	if err := get(txn, keyRow(pos), row); err != nil {
		return err
	}
	err := get(txn, keyApplied(pos), &row.Applied)
	if errors.Is(err, central.ErrNotFound) {
		return nil
	}
	return err
}

// conflict keeps the second item aside as evidence.
func conflict(txn *badger.Txn, e central.Entry, why string) (central.Outcome, error) {
	return central.Outcome{Status: wire.Conflict, Why: why}, set(txn, keyConflict(e.Digest.String()), e.Item)
}

func kioskOf(it *item.Item) (central.Kiosk, error) {
	src, err := item.ParseSource(it.Source)
	return central.Kiosk{Hall: src.Hall, Number: src.Kiosk}, err
}

// caseSeqTaken reports whether another item already stands, applied or waiting, at its place in the case.
func caseSeqTaken(txn *badger.Txn, kiosk central.Kiosk, it *item.Item) (bool, error) {
	seq, err := item.ParseSequence(it.CaseSeq)
	if err != nil {
		return false, err
	}
	var c central.Case
	switch err := get(txn, keyCase(kiosk, it.CaseID), &c); {
	case errors.Is(err, central.ErrNotFound):
	case err != nil:
		return false, err
	case seq <= uint64(c.Items):
		return true, nil
	}
	var pos uint64
	err = get(txn, keyHeld(kiosk, it.CaseID, it.CaseSeq), &pos)
	if errors.Is(err, central.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// extend moves the mark up to which nothing is missing from the source.
func extend(txn *badger.Txn, it *item.Item) error {
	var through uint64
	if err := get(txn, keyThrough(it.Source), &through); err != nil && !errors.Is(err, central.ErrNotFound) {
		return err
	}
	start := through
	for {
		_, err := txn.Get(keySeq(it.Source, item.FormatSequence(through+1)))
		if errors.Is(err, badger.ErrKeyNotFound) {
			break
		}
		if err != nil {
			return fmt.Errorf("read record: %w", err)
		}
		through++
	}
	if through == start {
		return nil
	}
	return set(txn, keyThrough(it.Source), through)
}

// Row implements central.Store.
func (s *Store) Row(ctx context.Context, id string) (central.Row, error) {
	var row central.Row
	err := s.view(ctx, func(txn *badger.Txn) error {
		var r ref
		if err := get(txn, keyID(id), &r); err != nil {
			return err
		}
		if err := readRow(txn, r.Position, &row); err != nil {
			return err
		}
		if row.Entry.Item.Digest() != r.Digest {
			return fmt.Errorf("%w: ledger position %d", ErrDamaged, r.Position)
		}
		return nil
	})
	return row, err
}

// Through implements central.Store.
func (s *Store) Through(ctx context.Context, source string) (uint64, error) {
	var n uint64
	err := s.view(ctx, func(txn *badger.Txn) error { return get(txn, keyThrough(source), &n) })
	if errors.Is(err, central.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// Conflicts implements central.Store.
func (s *Store) Conflicts(ctx context.Context, limit int) ([]item.Item, error) {
	var out []item.Item
	err := s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: keyConflict(""), PrefetchValues: true, PrefetchSize: 10})
		defer it.Close()
		for it.Rewind(); it.Valid() && len(out) < limit; it.Next() {
			var one item.Item
			if err := decode(it.Item(), &one); err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	return out, err
}
