package badgerstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
)

// CasesOf implements central.Store.
func (s *Store) CasesOf(ctx context.Context, holder central.Holder, limit int) ([]central.Case, error) {
	if holder == "" {
		return nil, nil
	}
	var list []central.Case
	err := s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefixHolder(holder)), Reverse: true})
		defer it.Close()
		for it.Seek(keyHolder(holder, ^uint64(0))); it.Valid() && len(list) < limit; it.Next() {
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
	return list, err
}

// Unindexed implements central.Store.
func (s *Store) Unindexed(ctx context.Context, limit int) ([]central.Case, error) {
	var list []central.Case
	err := s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("g/")})
		defer it.Close()
		for it.Rewind(); it.Valid() && len(list) < limit; it.Next() {
			var c central.Case
			if err := byIndex(txn, keyOpened(position(it.Item().Key())), &c); err != nil {
				return err
			}
			list = append(list, c)
		}
		return nil
	})
	return list, err
}

// Indexed implements central.Store.
func (s *Store) Indexed(ctx context.Context, found []central.Holding) error {
	return s.update(ctx, func(txn *badger.Txn) error {
		for _, f := range found {
			if _, err := txn.Get(keyUnindexed(f.Position)); errors.Is(err, badger.ErrKeyNotFound) {
				continue
			} else if err != nil {
				return fmt.Errorf("read record: %w", err)
			}
			if f.Holder != "" {
				var key []byte
				if err := get(txn, keyOpened(f.Position), &key); err != nil {
					return err
				}
				if err := set(txn, keyHolder(f.Holder, f.Position), key); err != nil {
					return err
				}
			}
			if err := txn.Delete(keyUnindexed(f.Position)); err != nil {
				return fmt.Errorf("write record: %w", err)
			}
		}
		return nil
	})
}

// upgradePage is how many records one transaction of an upgrade writes.
const upgradePage = 1000

// upgrade brings a ledger of an older format up to this one. It is done again from its beginning when it was interrupted.
func (s *Store) upgrade() error {
	if s.format == formatVersion {
		return nil
	}
	if s.format < formatHolders {
		if err := s.markUnindexed(context.Background()); err != nil {
			return fmt.Errorf("upgrade ledger: %w", err)
		}
	}
	if err := s.update(context.Background(), func(txn *badger.Txn) error { return set(txn, keyFormat(), formatVersion) }); err != nil {
		return fmt.Errorf("upgrade ledger: %w", err)
	}
	s.logger.Info("ledger was upgraded", "from", s.format, "to", formatVersion)
	s.format = formatVersion
	return nil
}

// markUnindexed marks every case that is there as not indexed yet, since holders were not kept.
func (s *Store) markUnindexed(ctx context.Context) error {
	for after, more := uint64(0), true; more; {
		var opened []uint64
		err := s.view(ctx, func(txn *badger.Txn) error {
			it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("o/")})
			defer it.Close()
			for it.Seek(keyOpened(after + 1)); it.Valid() && len(opened) < upgradePage; it.Next() {
				opened = append(opened, position(it.Item().Key()))
			}
			return nil
		})
		if err != nil {
			return err
		}
		if more = len(opened) == upgradePage; len(opened) > 0 {
			after = opened[len(opened)-1]
		}
		err = s.update(ctx, func(txn *badger.Txn) error {
			for _, pos := range opened {
				if err := set(txn, keyUnindexed(pos), true); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
