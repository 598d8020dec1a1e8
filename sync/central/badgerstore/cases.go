package badgerstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// applyCase lets the waiting items of a case take effect as far as they go without a gap, and returns the last case
// sequence that has.
func applyCase(txn *badger.Txn, kiosk central.Kiosk, caseID string, changed map[central.Kiosk]bool) (uint64, error) {
	var c central.Case
	key := keyCase(kiosk, caseID)
	if err := get(txn, key, &c); err != nil && !errors.Is(err, central.ErrNotFound) {
		return 0, err
	}
	for {
		held := keyHeld(kiosk, caseID, item.FormatCaseSeq(c.Items+1))
		var pos uint64
		err := get(txn, held, &pos)
		if errors.Is(err, central.ErrNotFound) {
			return uint64(c.Items), nil
		}
		if err != nil {
			return 0, err
		}
		var row central.Row
		if err := get(txn, keyRow(pos), &row); err != nil {
			return 0, err
		}
		if row.Entry.Effect == central.EffectUnknown || c.ID == "" && row.Entry.Effect != central.EffectOpen {
			return uint64(c.Items), nil // waits for a central that knows it
		}
		if err := applyRow(txn, &c, kiosk, key, row, changed); err != nil {
			return 0, err
		}
		for _, err := range []error{set(txn, keyApplied(pos), true), set(txn, key, c), txn.Delete(held)} {
			if err != nil {
				return 0, err
			}
		}
	}
}

func applyRow(txn *badger.Txn, c *central.Case, kiosk central.Kiosk, key []byte, row central.Row, changed map[central.Kiosk]bool) error {
	e := &row.Entry
	switch e.Effect {
	case central.EffectOpen:
		if c.ID != "" {
			break // a second submission in a case has its place in the ledger and no other effect
		}
		if err := openCase(txn, c, kiosk, key, row); err != nil {
			return err
		}
		changed[kiosk] = true
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

func openCase(txn *badger.Txn, c *central.Case, kiosk central.Kiosk, key []byte, row central.Row) error {
	it := &row.Entry.Item
	var dev central.Device
	if err := get(txn, keyDevice(it.Source), &dev); err != nil && !errors.Is(err, central.ErrNotFound) {
		return err
	}
	*c = central.Case{
		ID: it.CaseID, Kiosk: kiosk, Device: row.Entry.Device, HallName: dev.HallName, ReceiptNo: it.ReceiptNo,
		Position: row.Position, ItemID: it.ID, Version: 1, Stage: wire.StageDelivered,
		Steps: []central.Step{{Stage: wire.StageDelivered, At: row.At}},
	}
	if row.Entry.Facts != nil {
		c.Facts = *row.Entry.Facts
	}
	if err := set(txn, keyOpened(row.Position), key); err != nil {
		return err
	}
	// The first case keeps a number or a code; a second one (a cloned machine) is found by its case id.
	for _, index := range [][]byte{keyCaseID(it.CaseID), keyReceipt(it.ReceiptNo), keyTrack(row.Entry.Device, it.TrackHash)} {
		if _, err := txn.Get(index); err == nil {
			continue
		} else if !errors.Is(err, badger.ErrKeyNotFound) {
			return fmt.Errorf("read record: %w", err)
		}
		if err := set(txn, index, key); err != nil {
			return err
		}
	}
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
	return set(txn, keyFeed(c.Kiosk, pos), key)
}

// byIndex follows an index entry to its case.
func byIndex(txn *badger.Txn, index []byte, c *central.Case) (key []byte, err error) {
	if err := get(txn, index, &key); err != nil {
		return nil, err
	}
	return key, get(txn, key, c)
}

// Case implements central.Store.
func (s *Store) Case(ctx context.Context, ref string) (central.Case, error) {
	var c central.Case
	err := s.view(ctx, func(txn *badger.Txn) error {
		index := keyCaseID(ref)
		if len(ref) == 20 {
			index = keyReceipt(ref)
		}
		_, err := byIndex(txn, index, &c)
		return err
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
		_, err := byIndex(txn, keyTrack(device, hash), &c)
		return err
	})
	return c, err
}

// Cases implements central.Store.
func (s *Store) Cases(ctx context.Context, before uint64, limit int) (list []central.Case, total int, err error) {
	err = s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("o/"), Reverse: true})
		defer it.Close()
		for it.Seek(keyOpened(1<<64 - 1)); it.Valid(); it.Next() {
			total++
			if len(list) == limit || before != 0 && string(it.Item().Key()) >= string(keyOpened(before)) {
				continue // counted only
			}
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
		key, err := byIndex(txn, keyCaseID(change.CaseID), &c)
		if err != nil {
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
func (s *Store) Feed(ctx context.Context, kiosk central.Kiosk, after uint64, limit int) (changed []central.Case, last, head uint64, err error) {
	last = after
	err = s.view(ctx, func(txn *badger.Txn) error {
		if err := get(txn, keyCounter("feed"), &head); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		if after >= head {
			return nil
		}
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefixFeed(kiosk)), PrefetchValues: true, PrefetchSize: 50})
		defer it.Close()
		for it.Seek(keyFeed(kiosk, after+1)); it.Valid() && len(changed) < limit; it.Next() {
			var key []byte
			if err := decode(it.Item(), &key); err != nil {
				return err
			}
			var c central.Case
			if err := get(txn, key, &c); err != nil {
				return err
			}
			changed = append(changed, c)
			last = c.FeedPos
		}
		return nil
	})
	return changed, last, head, err
}
