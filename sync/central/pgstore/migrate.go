package pgstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// ErrNewer is returned for a database that a newer version of central has migrated.
var ErrNewer = errors.New("database was migrated by a newer central")

// migration is one step of the schema. They are numbered from 1 without a gap and never change once released.
type migration struct {
	name string
	sql  string
}

func migrations() ([]migration, error) {
	files, err := fs.Glob(migrationFiles, "migrations/*.sql") // sorted by name
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	all := make([]migration, 0, len(files))
	for i, file := range files {
		raw, err := migrationFiles.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		name := strings.TrimSuffix(path.Base(file), ".sql")
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("read migrations: %s is not number %d", file, i+1)
		}
		all = append(all, migration{name, string(raw)})
	}
	return all, nil
}

// migrate brings the schema up to date. Each step is a transaction; one process at a time.
func migrate(ctx context.Context, conn *pgx.Conn) (err error) {
	all, err := migrations()
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1, $2)", lockClass, lockMigrate); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	defer func() {
		if _, unlock := conn.Exec(ctx, "SELECT pg_advisory_unlock($1, $2)", lockClass, lockMigrate); unlock != nil {
			err = errors.Join(err, fmt.Errorf("migrate database: %w", unlock))
		}
	}()
	done, err := migrated(ctx, conn)
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	if done > len(all) {
		return fmt.Errorf("%w: it is at %d, this version knows %d", ErrNewer, done, len(all))
	}
	for i, m := range all[done:] {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil { // a large table takes its time
				return err
			}
			if _, err := tx.Exec(ctx, m.sql); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", done+i+1, m.name)
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate database to %s: %w", m.name, err)
		}
	}
	return nil
}

// migrated gives the number of the last step that was done. A database that is up to date needs no right to create.
func migrated(ctx context.Context, conn *pgx.Conn) (version int, err error) {
	var there bool
	if err := conn.QueryRow(ctx, "SELECT to_regclass('schema_migrations') IS NOT NULL").Scan(&there); err != nil {
		return 0, err
	}
	if !there {
		_, err := conn.Exec(ctx, `CREATE TABLE schema_migrations (
			version integer PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())`)
		return 0, err
	}
	err = conn.QueryRow(ctx, "SELECT COALESCE(max(version), 0) FROM schema_migrations").Scan(&version)
	return version, err
}
