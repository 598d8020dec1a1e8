package badgerstore

import (
	"bytes"
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

// reading is what a row means, where central learned it after the row had come.
type reading struct {
	Effect central.Effect `json:"effect"`
	Facts  *central.Facts `json:"facts,omitempty"`
	Print  *central.Print `json:"print,omitempty"`
	Holder central.Holder `json:"holder,omitempty"`

	Checkpoint *wire.Checkpoint `json:"checkpoint,omitempty"`
}

// Ingest implements central.Store.
func (s *Store) Ingest(ctx context.Context, at time.Time, entries []central.Entry) ([]central.Outcome, error) {
	out, err := s.ingest(ctx, at.UTC(), entries)
	if err != nil {
		return nil, err
	}
	// A later entry of the same call may have released a held one.
	for i := range out {
		if out[i].Status != wire.Held {
			continue
		}
		if row, err := s.Row(ctx, entries[i].Item.Source, entries[i].Item.ID); err == nil && row.Applied {
			out[i].Status = wire.Stored
		}
	}
	return out, nil
}

func (s *Store) ingest(ctx context.Context, at time.Time, entries []central.Entry) ([]central.Outcome, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	var out []central.Outcome
	in := intake{at: at, changed: map[central.Kiosk]bool{}, fresh: map[uint64]*central.Row{}, devices: map[string]central.Device{}}
	err := s.update(ctx, func(txn *badger.Txn) error {
		in.txn = txn
		if err := get(txn, keyCounter("ledger"), &in.before); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		for i := range entries {
			in.alarm = ""
			o, err := in.one(entries[i])
			if err != nil {
				return fmt.Errorf("ingest item %s: %w", entries[i].Item.ID, err)
			}
			o.Alarm = in.alarm
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
	for kiosk := range in.changed {
		s.Notify(kiosk)
	}
	return out, nil
}

// ingestHalves takes in what is too much for one of Badger's transactions, in two. When the second fails, the first is
// durable all the same; it is then a duplicate in the repetition.
func (s *Store) ingestHalves(ctx context.Context, at time.Time, entries []central.Entry) ([]central.Outcome, error) {
	mid := len(entries) / 2
	first, err := s.ingest(ctx, at, entries[:mid])
	if err != nil {
		return nil, err
	}
	second, err := s.ingest(ctx, at, entries[mid:])
	if err != nil {
		return nil, err
	}
	return append(first, second...), nil
}

// intake is one transaction that takes items in.
type intake struct {
	txn     *badger.Txn
	at      time.Time
	before  uint64 // last ledger position before it
	changed map[central.Kiosk]bool
	alarm   string // of the item at hand

	fresh   map[uint64]*central.Row   // new rows that are understood, so that they need not be read back
	devices map[string]central.Device // by source, as far as they were asked for
}

func (in *intake) one(e central.Entry) (central.Outcome, error) {
	it := &e.Item
	for _, key := range [][]byte{keyID(it.Source, it.ID), keySeq(it.Source, it.Sequence)} {
		var have ref
		err := get(in.txn, key, &have)
		if errors.Is(err, central.ErrNotFound) {
			continue
		}
		if err != nil {
			return central.Outcome{}, err
		}
		if have.Digest != e.Digest {
			return in.conflict(e, "identity is taken by other bytes")
		}
		return in.again(have, e)
	}
	kiosk, err := kioskOf(it)
	if err != nil {
		return central.Outcome{}, err
	}
	if it.CaseID != "" {
		why, err := in.taken(kiosk, it)
		if err != nil {
			return central.Outcome{}, err
		}
		if why != "" {
			return in.conflict(e, why)
		}
	}
	return in.add(e, kiosk)
}

// add appends what is new to the ledger.
func (in *intake) add(e central.Entry, kiosk central.Kiosk) (central.Outcome, error) {
	it, txn := &e.Item, in.txn
	pos, err := next(txn, "ledger")
	if err != nil {
		return central.Outcome{}, err
	}
	r, row := ref{pos, e.Digest}, central.Row{Position: pos, At: in.at, Entry: e}
	for _, err := range []error{
		set(txn, keyRow(pos), row), set(txn, keyID(it.Source, it.ID), r),
		set(txn, keySeq(it.Source, it.Sequence), r), extend(txn, it), name(txn, kiosk, e.Facts), check(txn, e),
	} {
		if err != nil {
			return central.Outcome{}, err
		}
	}
	o := central.Outcome{Status: wire.Stored, Position: pos, At: in.at}
	if e.Effect != central.EffectUnknown {
		in.fresh[pos] = &row
	} else {
		if err := set(txn, keyUnknown(pos), true); err != nil {
			return o, err
		}
	}
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
	last, err := in.applyCase(kiosk, it.CaseID)
	if err != nil {
		return o, err
	}
	if seq, err := item.ParseSequence(it.CaseSeq); err != nil || seq > last {
		o.Status = wire.Held
		return o, err
	}
	return o, nil
}

// again repeats the outcome of an item that is there already, and understands it if it was not understood before.
func (in *intake) again(have ref, e central.Entry) (central.Outcome, error) {
	var row central.Row
	if err := readRow(in.txn, have.Position, &row); err != nil {
		return central.Outcome{}, err
	}
	if row.Entry.Effect == central.EffectUnknown && e.Effect != central.EffectUnknown {
		if err := in.understand(row, e); err != nil {
			return central.Outcome{}, err
		}
		if err := readRow(in.txn, have.Position, &row); err != nil {
			return central.Outcome{}, err
		}
	}
	o := central.Outcome{Status: wire.Duplicate, Position: row.Position, At: row.At}
	if !row.Applied {
		o.Status = wire.Held
	}
	return o, nil
}

// understand lets a held row take the effect that is known now.
func (in *intake) understand(row central.Row, e central.Entry) error {
	if err := set(in.txn, keyReading(row.Position), reading{e.Effect, e.Facts, e.Print, e.Holder, e.Checkpoint}); err != nil {
		return err
	}
	if err := in.txn.Delete(keyUnknown(row.Position)); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	kiosk, err := kioskOf(&e.Item)
	if err != nil {
		return err
	}
	if err := errors.Join(name(in.txn, kiosk, e.Facts), check(in.txn, e)); err != nil {
		return err
	}
	if e.Item.CaseID != "" {
		_, err := in.applyCase(kiosk, e.Item.CaseID)
		return err
	}
	if err := set(in.txn, keyApplied(row.Position), true); err != nil {
		return err
	}
	return in.release(kiosk, row.Position)
}

// name notes which attachments an item names.
func name(txn *badger.Txn, kiosk central.Kiosk, facts *central.Facts) error {
	if facts == nil {
		return nil
	}
	for _, ref := range facts.Attachments {
		if err := set(txn, keyNamed(kiosk, ref.ID), true); err != nil {
			return err
		}
	}
	return nil
}

// release tells the kiosk that a row has taken effect which it was told is held.
func (in *intake) release(kiosk central.Kiosk, pos uint64) error {
	if pos > in.before {
		return nil // its sender hears it in the answer
	}
	at, err := next(in.txn, "feed")
	if err != nil {
		return err
	}
	in.changed[kiosk] = true
	return set(in.txn, keyFeed(kiosk, at), feedRef{Row: pos})
}

// readRow reads a line of the ledger. What it means and that it has taken effect stand apart, so that the line itself is
// written once.
func readRow(txn *badger.Txn, pos uint64, row *central.Row) error {
	if err := get(txn, keyRow(pos), row); err != nil {
		return err
	}
	if row.Entry.Effect == central.EffectUnknown {
		var r reading
		switch err := get(txn, keyReading(pos), &r); {
		case err == nil:
			row.Entry.Effect, row.Entry.Facts, row.Entry.Print, row.Entry.Holder, row.Entry.Checkpoint = r.Effect, r.Facts, r.Print, r.Holder, r.Checkpoint
		case !errors.Is(err, central.ErrNotFound):
			return err
		}
	}
	err := get(txn, keyApplied(pos), &row.Applied)
	if errors.Is(err, central.ErrNotFound) {
		return nil
	}
	return err
}

// conflict keeps the second item aside as evidence.
func (in *intake) conflict(e central.Entry, why string) (central.Outcome, error) {
	return central.Outcome{Status: wire.Conflict, Why: why}, set(in.txn, keyConflict(e.Digest.String()), e.Item)
}

func kioskOf(it *item.Item) (central.Kiosk, error) {
	src, err := item.ParseSource(it.Source)
	return central.Kiosk{Hall: src.Hall, Number: src.Kiosk}, err
}

// taken says why an item can not have its place in its case; "" when it can.
func (in *intake) taken(kiosk central.Kiosk, it *item.Item) (why string, err error) {
	foreign, err := ofAnother(in.txn, kiosk, it.CaseID)
	if err != nil {
		return "", err
	}
	if foreign {
		return "case is another kiosk's", nil
	}
	seq, err := item.ParseSequence(it.CaseSeq)
	if err != nil {
		return "", err
	}
	const occupied = "place in the case is taken by another item"
	var c central.Case
	switch err := get(in.txn, keyCase(kiosk, it.CaseID), &c); {
	case errors.Is(err, central.ErrNotFound):
	case err != nil:
		return "", err
	case seq <= uint64(c.Items):
		return occupied, nil
	}
	var pos uint64
	err = get(in.txn, keyHeld(kiosk, it.CaseID, it.CaseSeq), &pos)
	if errors.Is(err, central.ErrNotFound) {
		return "", nil
	}
	return occupied, err
}

// ofAnother reports whether the case with that id was opened by another kiosk.
func ofAnother(txn *badger.Txn, kiosk central.Kiosk, caseID string) (bool, error) {
	var key []byte
	err := get(txn, keyCaseID(caseID), &key)
	if errors.Is(err, central.ErrNotFound) {
		return false, nil
	}
	return !bytes.Equal(key, keyCase(kiosk, caseID)), err
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
func (s *Store) Row(ctx context.Context, source, id string) (central.Row, error) {
	var row central.Row
	err := s.view(ctx, func(txn *badger.Txn) error {
		var r ref
		if err := get(txn, keyID(source, id), &r); err != nil {
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

// Unknown implements central.Store.
func (s *Store) Unknown(ctx context.Context, after uint64, limit int) ([]central.Row, error) {
	var out []central.Row
	err := s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("w/")})
		defer it.Close()
		for it.Seek(keyUnknown(after + 1)); it.Valid() && len(out) < limit; it.Next() {
			var row central.Row
			if err := readRow(txn, position(it.Item().Key()), &row); err != nil {
				return err
			}
			out = append(out, row)
		}
		return nil
	})
	return out, err
}

// Named implements central.Store.
func (s *Store) Named(ctx context.Context, kiosk central.Kiosk, ids []string) ([]string, error) {
	var out []string
	err := s.view(ctx, func(txn *badger.Txn) error {
		for _, id := range ids {
			switch _, err := txn.Get(keyNamed(kiosk, id)); {
			case err == nil:
				out = append(out, id)
			case !errors.Is(err, badger.ErrKeyNotFound):
				return fmt.Errorf("read record: %w", err)
			}
		}
		return nil
	})
	return out, err
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
