package badgerstore

import (
	"bytes"
	"context"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/item"
)

// Has implements central.Store.
func (s *Store) Has(ctx context.Context, source string, from, to uint64) ([]uint64, error) {
	var out []uint64
	prefix := keySeq(source, "")
	last := keySeq(source, item.FormatSequence(to))
	err := s.view(ctx, func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
		defer it.Close()
		for it.Seek(keySeq(source, item.FormatSequence(from))); it.Valid() && bytes.Compare(it.Item().Key(), last) <= 0; it.Next() {
			n, err := item.ParseSequence(string(it.Item().Key()[len(prefix):]))
			if err != nil {
				return fmt.Errorf("read sequences: %w", err)
			}
			out = append(out, n)
		}
		return nil
	})
	return out, err
}
