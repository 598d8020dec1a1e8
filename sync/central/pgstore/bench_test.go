package pgstore_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"onedoor/sync/central"
	"onedoor/sync/central/storetest"
)

func benchStore(b *testing.B) central.Store { return open(b, database(b)+"&pool_max_conns=8") }

// BenchmarkIngest is a whole batch from request to signed answer.
func BenchmarkIngest(b *testing.B) { storetest.BenchIngest(b, "postgres", benchStore) }

// BenchmarkStoreIngest is the store's share of it.
func BenchmarkStoreIngest(b *testing.B) { storetest.BenchStore(b, "postgres", benchStore) }

// BenchmarkPlainInsert is the floor: the same bytes as plain rows of one table with nothing but its key.
func BenchmarkPlainInsert(b *testing.B) {
	storetest.BenchPlain(b, "postgres", func(b *testing.B) storetest.Insert {
		pool, err := pgxpool.New(b.Context(), database(b)+"&pool_max_conns=8")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(pool.Close)
		if _, err := pool.Exec(b.Context(), "CREATE TABLE plain (position bigint PRIMARY KEY, item bytea NOT NULL)"); err != nil {
			b.Fatal(err)
		}
		return func(ctx context.Context, first uint64, rows [][]byte) error {
			_, err := pool.Exec(ctx, "INSERT INTO plain SELECT $1::bigint + generate_subscripts($2::bytea[], 1) - 1, unnest($2::bytea[])", int64(first), rows)
			return err
		}
	})
}
