package badgerstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

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
	if s.format < formatRevocations {
		if err := s.renameStaff(context.Background()); err != nil {
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

// renameStaff gives rosters and checkpoints keys that nothing else has: a roster stood among the cases that nobody had looked at.
func (s *Store) renameStaff(ctx context.Context) error {
	for _, was := range []struct{ prefix, now string }{{oldRosters, string(keyRoster(""))}, {oldCheckpoints, "C/urn:"}} {
		for more := true; more; {
			err := s.update(ctx, func(txn *badger.Txn) error {
				old := keysOf(txn, was.prefix)
				more = len(old) == upgradePage
				for _, key := range old {
					var body json.RawMessage
					if err := get(txn, key, &body); err != nil {
						return err
					}
					if err := set(txn, append([]byte(was.now), key[len(was.prefix):]...), body); err != nil {
						return err
					}
					if err := txn.Delete(key); err != nil {
						return fmt.Errorf("delete record: %w", err)
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Where rosters and checkpoints were kept.
const (
	oldRosters     = "g/"
	oldCheckpoints = "b/urn:"
)

// keysOf gives up to upgradePage keys that are no numbers behind a prefix.
func keysOf(txn *badger.Txn, prefix string) (keys [][]byte) {
	it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefix)})
	defer it.Close()
	for it.Rewind(); it.Valid() && len(keys) < upgradePage; it.Next() {
		if key := it.Item().KeyCopy(nil); len(key) != len(prefix)+8 {
			keys = append(keys, key)
		}
	}
	return keys
}
