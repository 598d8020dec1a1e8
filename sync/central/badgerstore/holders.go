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
