package badgerstore

import (
	"context"
	"errors"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
	"onedoor/sync/item"
)

// Roster implements central.Store.
func (s *Store) Roster(ctx context.Context, hall string) (central.Roster, error) {
	var r central.Roster
	err := s.view(ctx, func(txn *badger.Txn) error { return get(txn, keyRoster(hall), &r) })
	return r, err
}

// SaveRoster implements central.Store.
func (s *Store) SaveRoster(ctx context.Context, change central.RosterChange) (central.Roster, error) {
	var kiosks []central.Kiosk
	saved := central.Roster{Hall: change.Hall, Version: change.IfVersion + 1, At: change.At.UTC(), Members: change.Members}
	err := s.update(ctx, func(txn *badger.Txn) error {
		var old central.Roster
		if err := get(txn, keyRoster(change.Hall), &old); err != nil && !errors.Is(err, central.ErrNotFound) {
			return err
		}
		if old.Version != change.IfVersion {
			return central.ErrVersion
		}
		var err error
		if saved.FeedPos, err = next(txn, "feed"); err != nil {
			return err
		}
		if kiosks, err = kiosksOf(txn, change.Hall); err != nil {
			return err
		}
		return set(txn, keyRoster(change.Hall), saved)
	})
	if err != nil {
		return central.Roster{}, err
	}
	for _, k := range kiosks {
		s.Notify(k)
	}
	return saved, nil
}

// kiosksOf lists the kiosks of a hall that were ever enrolled.
func kiosksOf(txn *badger.Txn, hall string) ([]central.Kiosk, error) {
	var list []central.Kiosk
	it := txn.NewIterator(badger.IteratorOptions{Prefix: keyIncarnation(central.Kiosk{Hall: hall})})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		key := it.Item().Key()
		list = append(list, central.Kiosk{Hall: hall, Number: string(key[len(key)-3:])})
	}
	return list, nil
}

// check keeps the checkpoint that an item brings.
func check(txn *badger.Txn, e central.Entry) error {
	if e.Checkpoint == nil {
		return nil
	}
	seq, err := item.ParseSequence(e.Item.Sequence)
	if err != nil {
		return err
	}
	return set(txn, keyCheckpoint(e.Item.Source, e.Checkpoint.Count, seq), central.CheckpointRow{Checkpoint: *e.Checkpoint, Sequence: seq})
}

// Checkpoints implements central.Store.
func (s *Store) Checkpoints(ctx context.Context, source string, from uint64, limit int) ([]central.CheckpointRow, error) {
	var list []central.CheckpointRow
	err := s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefixCheckpoints(source)), PrefetchValues: true, PrefetchSize: 50})
		defer it.Close()
		for it.Seek(keyCheckpoint(source, from, 0)); it.Valid() && len(list) < limit; it.Next() {
			var row central.CheckpointRow
			if err := decode(it.Item(), &row); err != nil {
				return err
			}
			list = append(list, row)
		}
		return nil
	})
	return list, err
}
