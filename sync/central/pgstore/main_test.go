package pgstore_test

import (
	"fmt"
	"log/slog"
	"os"
	"testing"

	"go.uber.org/goleak"

	"onedoor/sync/central"
	"onedoor/sync/central/pgstore"
	"onedoor/sync/central/pgstore/pgtest"
	"onedoor/sync/central/storetest"
)

// shared is the one server of all tests; those that kill one have their own.
var (
	shared    *pgtest.Server
	errShared error
)

func TestMain(m *testing.M) {
	shared, errShared = pgtest.Start()
	code := m.Run()
	if err := shared.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// database is an empty one on the shared server.
func database(t testing.TB, settings ...string) string {
	t.Helper()
	return pgtest.Need(t, shared, errShared).Database(t, settings...)
}

func open(t testing.TB, url string) *pgstore.Store {
	t.Helper()
	s, err := pgstore.Open(t.Context(), pgstore.Config{Database: url, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// The whole contract; with it C8 (other bytes under a known identity), N7 (the same item twice) and N8 (out of order).
func TestStore(t *testing.T) {
	databases := map[string]string{} // by the directory that the suite would have
	storetest.Suite(t, func(t *testing.T, dir string) central.Store {
		if databases[dir] == "" {
			databases[dir] = database(t)
		}
		return open(t, databases[dir])
	}, func(t *testing.T, dir string) {
		sql(t, databases[dir], "ALTER TABLE cases DROP COLUMN holder, DROP COLUMN indexed", "DROP TABLE rosters, checkpoints")
		sql(t, databases[dir], "DELETE FROM schema_migrations WHERE version >= 3")
	})
}
