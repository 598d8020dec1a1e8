package badgerstore_test

import (
	"context"
	"encoding/binary"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/central/storetest"
)

func benchStore(b *testing.B) central.Store {
	b.Helper()
	store, err := badgerstore.Open(badgerstore.Config{Dir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	return store
}

// BenchmarkIngest is a whole batch from request to signed answer.
func BenchmarkIngest(b *testing.B) { storetest.BenchIngest(b, "badger", benchStore) }

// BenchmarkStoreIngest is the store's share of it.
func BenchmarkStoreIngest(b *testing.B) { storetest.BenchStore(b, "badger", benchStore) }

// BenchmarkPlainInsert is the floor: the same bytes as plain records.
func BenchmarkPlainInsert(b *testing.B) {
	storetest.BenchPlain(b, "badger", func(b *testing.B) storetest.Insert {
		db, err := badger.Open(badger.DefaultOptions(filepath.Join(b.TempDir(), "db")).WithSyncWrites(true).WithLogger(nil))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := db.Close(); err != nil {
				b.Error(err)
			}
		})
		return func(_ context.Context, first uint64, rows [][]byte) error {
			return db.Update(func(txn *badger.Txn) error {
				for i, row := range rows {
					if err := txn.Set(binary.BigEndian.AppendUint64([]byte("l/"), first+uint64(i)), row); err != nil {
						return err
					}
				}
				return nil
			})
		}
	})
}
