package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
)

// EndSession implements central.Store. It forgets those that are over anyway.
func (s *Store) EndSession(ctx context.Context, at time.Time, id string, until time.Time) error {
	return s.update(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: keySession(""), PrefetchValues: true, PrefetchSize: 50})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			var over time.Time
			if err := decode(it.Item(), &over); err != nil {
				return err
			}
			if over.Before(at) {
				if err := txn.Delete(it.Item().KeyCopy(nil)); err != nil {
					return fmt.Errorf("write record: %w", err)
				}
			}
		}
		return set(txn, keySession(id), until.UTC())
	})
}

// SessionEnded implements central.Store.
func (s *Store) SessionEnded(ctx context.Context, id string) (bool, error) {
	var until time.Time
	err := s.view(ctx, func(txn *badger.Txn) error { return get(txn, keySession(id), &until) })
	if errors.Is(err, central.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
