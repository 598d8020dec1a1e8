package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// feedRef is one line of a kiosk's feed; it has one of its fields.
type feedRef struct {
	Case []byte `json:"c,omitempty"` // key
	Row  uint64 `json:"r,omitempty"` // position
}

// applyCase lets the waiting items of a case take effect as far as they go without a gap, and returns the last case
// sequence that has.
func (in *intake) applyCase(kiosk central.Kiosk, caseID string) (uint64, error) {
	var c central.Case
	key := keyCase(kiosk, caseID)
	if err := get(in.txn, key, &c); err != nil && !errors.Is(err, central.ErrNotFound) {
		return 0, err
	}
	for {
		held := keyHeld(kiosk, caseID, item.FormatCaseSeq(c.Items+1))
		var pos uint64
		err := get(in.txn, held, &pos)
		if errors.Is(err, central.ErrNotFound) {
			return uint64(c.Items), nil
		}
		if err != nil {
			return 0, err
		}
		row := in.fresh[pos]
		if row == nil {
			row = new(central.Row)
			if err := readRow(in.txn, pos, row); err != nil {
				return 0, err
			}
		}
		if row.Entry.Effect == central.EffectUnknown || c.ID == "" && row.Entry.Effect != central.EffectOpen {
			return uint64(c.Items), nil // waits for a central that knows it
		}
		if c.ID == "" {
			if foreign, err := ofAnother(in.txn, kiosk, caseID); foreign || err != nil {
				in.alarm = "case is another kiosk's"
				return 0, err
			}
		}
		if err := in.applyRow(&c, kiosk, key, row); err != nil {
			return 0, err
		}
		for _, err := range []error{set(in.txn, keyApplied(pos), true), set(in.txn, key, c), in.txn.Delete(held), in.release(kiosk, pos)} {
			if err != nil {
				return 0, err
			}
		}
	}
}

func (in *intake) applyRow(c *central.Case, kiosk central.Kiosk, key []byte, row *central.Row) error {
	e := &row.Entry
	switch e.Effect {
	case central.EffectOpen:
		if c.ID != "" {
			break // a second submission in a case has its place in the ledger and no other effect
		}
		if err := in.openCase(c, kiosk, key, row); err != nil {
			return err
		}
	case central.EffectPrint:
		if e.Print != nil {
			p := *e.Print
			p.At = row.At
			c.Prints = append(c.Prints, p)
		}
	}
	c.Items++
	return nil
}

func (in *intake) openCase(c *central.Case, kiosk central.Kiosk, key []byte, row *central.Row) error {
	it, txn := &row.Entry.Item, in.txn
	dev, ok := in.devices[it.Source]
	if !ok {
		if err := get(txn, keyDevice(it.Source), &dev); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		in.devices[it.Source] = dev
	}
	*c = central.Case{
		ID: it.CaseID, Kiosk: kiosk, Device: row.Entry.Device, HallName: dev.HallName, ReceiptNo: it.ReceiptNo,
		Position: row.Position, ItemSource: it.Source, ItemID: it.ID, Version: 1, Stage: wire.StageDelivered,
		Steps: []central.Step{{Stage: wire.StageDelivered, At: row.At}},
	}
	if row.Entry.Facts != nil {
		c.Facts = *row.Entry.Facts
	}
	if _, err := next(txn, "cases"); err != nil {
		return err
	}
	if err := errors.Join(set(txn, keyOpened(row.Position), key), set(txn, keyCaseID(it.CaseID), key)); err != nil {
		return err
	}
	if h := row.Entry.Holder; h != "" {
		if err := set(txn, keyHolder(h, row.Position), key); err != nil {
			return err
		}
	}
	// The first case keeps a number or a code; a second one (a cloned machine) is found by its case id, and by the person
	// whom the alarm calls.
	for _, index := range []struct {
		what string
		key  []byte
	}{{"receipt number", keyReceipt(it.ReceiptNo)}, {"tracking code", keyTrack(row.Entry.Device, it.TrackHash)}} {
		switch _, err := txn.Get(index.key); {
		case err == nil:
			in.alarm = index.what + " is that of another case; both are kept"
			continue
		case !errors.Is(err, badger.ErrKeyNotFound):
			return fmt.Errorf("read record: %w", err)
		}
		if err := set(txn, index.key, key); err != nil {
			return err
		}
	}
	in.changed[kiosk] = true
	return moveInFeed(txn, c, key)
}

// moveInFeed puts the case at the end of its kiosk's feed, where it stands once.
func moveInFeed(txn *badger.Txn, c *central.Case, key []byte) error {
	pos, err := next(txn, "feed")
	if err != nil {
		return err
	}
	if c.FeedPos != 0 {
		if err := txn.Delete(keyFeed(c.Kiosk, c.FeedPos)); err != nil {
			return fmt.Errorf("write record: %w", err)
		}
	}
	c.FeedPos = pos
	return set(txn, keyFeed(c.Kiosk, pos), feedRef{Case: key})
}

// byIndex follows an index entry to its case.
func byIndex(txn *badger.Txn, index []byte, c *central.Case) error {
	var key []byte
	if err := get(txn, index, &key); err != nil {
		return err
	}
	return get(txn, key, c)
}

// Case implements central.Store.
func (s *Store) Case(ctx context.Context, ref string) (central.Case, error) {
	var c central.Case
	err := s.view(ctx, func(txn *badger.Txn) error {
		index := keyCaseID(ref)
		if len(ref) == 20 {
			index = keyReceipt(ref)
		}
		return byIndex(txn, index, &c)
	})
	return c, err
}

// CaseByTrack implements central.Store.
func (s *Store) CaseByTrack(ctx context.Context, device uint16, hash string) (central.Case, error) {
	var c central.Case
	if hash == "" {
		return c, central.ErrNotFound
	}
	err := s.view(ctx, func(txn *badger.Txn) error {
		return byIndex(txn, keyTrack(device, hash), &c)
	})
	return c, err
}

// Cases implements central.Store.
func (s *Store) Cases(ctx context.Context, before uint64, limit int) (list []central.Case, total int, err error) {
	err = s.view(ctx, func(txn *badger.Txn) error {
		if err := get(txn, keyCounter("cases"), &total); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("o/"), Reverse: true})
		defer it.Close()
		for it.Seek(keyOpened(before - 1)); it.Valid() && len(list) < limit; it.Next() { // before 0 wraps to the top
			var key []byte
			if err := decode(it.Item(), &key); err != nil {
				return err
			}
			var c central.Case
			if err := get(txn, key, &c); err != nil {
				return err
			}
			list = append(list, c)
		}
		return nil
	})
	return list, total, err
}

// Advance implements central.Store.
func (s *Store) Advance(ctx context.Context, change central.Change) (central.Case, error) {
	var c central.Case
	err := s.update(ctx, func(txn *badger.Txn) error {
		key := keyCase(change.Kiosk, change.CaseID)
		if err := get(txn, key, &c); err != nil {
			return err
		}
		if c.Version != change.IfVersion {
			return central.ErrVersion
		}
		step := change.Step
		step.At = step.At.UTC()
		c.Version++
		c.Stage = step.Stage
		if step.OfficialNo != "" {
			c.OfficialNo = step.OfficialNo
		}
		c.Steps = append(c.Steps, step)
		if err := moveInFeed(txn, &c, key); err != nil {
			return err
		}
		return set(txn, key, c)
	})
	if err != nil {
		return central.Case{}, err
	}
	s.Notify(c.Kiosk)
	return c, nil
}

// Feed implements central.Store.
func (s *Store) Feed(ctx context.Context, kiosk central.Kiosk, after uint64, limit int) (changed []central.FeedEntry, last, head uint64, err error) {
	last = after
	var staff central.Roster
	err = s.view(ctx, func(txn *badger.Txn) error {
		if err := get(txn, keyCounter("feed"), &head); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		if after >= head {
			return nil
		}
		if err := get(txn, keyRoster(kiosk.Hall), &staff); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		insert := func(before uint64) {
			if staff.FeedPos > after && staff.FeedPos < before && len(changed) < limit {
				changed, last = append(changed, central.FeedEntry{Roster: &staff}), staff.FeedPos
				after = staff.FeedPos
			}
		}
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefixFeed(kiosk)), PrefetchValues: true, PrefetchSize: 50})
		defer it.Close()
		for it.Seek(keyFeed(kiosk, after+1)); it.Valid() && len(changed) < limit; it.Next() {
			if insert(position(it.Item().Key())); len(changed) == limit {
				break
			}
			var to feedRef
			if err := decode(it.Item(), &to); err != nil {
				return err
			}
			var entry central.FeedEntry
			var err error
			if to.Row != 0 {
				entry.Row = new(central.Row)
				err = readRow(txn, to.Row, entry.Row)
			} else {
				entry.Case = new(central.Case)
				err = get(txn, to.Case, entry.Case)
			}
			if err != nil {
				return err
			}
			changed = append(changed, entry)
			last = position(it.Item().Key())
		}
		insert(math.MaxUint64)
		return nil
	})
	return changed, last, head, err
}
