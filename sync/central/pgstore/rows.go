package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onedoor/sync/central"
	"onedoor/sync/item"
)

// look runs fn on a connection. It runs again on another one when that turned out to be dead before it gave anything.
func (s *Store) look(ctx context.Context, fn func(context.Context, *pgxpool.Conn) (began bool, err error)) error {
	ctx, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for n := 1; ; n++ {
		conn, err := s.pool.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("read from the database: %w", err)
		}
		began, err := fn(ctx, conn)
		dead := conn.Conn().IsClosed()
		conn.Release()
		if err == nil {
			return nil
		}
		if began || !dead || n == attempts || ctx.Err() != nil {
			return fmt.Errorf("read from the database: %w", err)
		}
	}
}

// view runs what queue adds to a batch in one snapshot that only reads, in one round trip.
func (s *Store) view(ctx context.Context, queue func(*pgx.Batch)) error {
	return s.look(ctx, func(ctx context.Context, conn *pgxpool.Conn) (began bool, err error) {
		b := &pgx.Batch{}
		b.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").Exec(func(pgconn.CommandTag) error {
			began = true
			return nil
		})
		queue(b)
		b.Queue("COMMIT")
		err = conn.SendBatch(ctx, b).Close()
		return began, err
	})
}

// read runs one query.
func (s *Store) read(ctx context.Context, scan func(pgx.Rows) error, sql string, args ...any) error {
	return s.look(ctx, func(ctx context.Context, conn *pgxpool.Conn) (began bool, err error) {
		rows, err := conn.Query(ctx, sql, args...)
		if err != nil {
			return false, err
		}
		defer rows.Close()
		err = each(func(rows pgx.Rows) error {
			began = true
			return scan(rows)
		})(rows)
		return began, err
	})
}

// each runs scan for every row.
func each(scan func(pgx.Rows) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

// position is a uint64 as the tables keep it; what is above them all stays so.
func position(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// plain reports whether a text can be in the database at all.
func plain(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// Row implements central.Store.
func (s *Store) Row(ctx context.Context, source, id string) (central.Row, error) {
	var row central.Row
	uuid, err := parseUUID(id)
	if err != nil || !plain(source) {
		return row, central.ErrNotFound
	}
	found := false
	err = s.read(ctx, func(rows pgx.Rows) (err error) {
		found = true
		row, err = scanRow(rows)
		return err
	}, "SELECT"+lineColumns+", l.data FROM"+lineTables+"WHERE l.source = $1 AND l.id = $2", source, uuid)
	return row, first(found, err)
}

// Unknown implements central.Store.
func (s *Store) Unknown(ctx context.Context, after uint64, limit int) ([]central.Row, error) {
	var out []central.Row
	err := s.read(ctx, func(rows pgx.Rows) error {
		row, err := scanRow(rows)
		out = append(out, row)
		return err
	}, "SELECT"+lineColumns+", l.data FROM"+lineTables+"WHERE l.effect = 'unknown' AND m.position IS NULL AND l.position > $1 ORDER BY l.position LIMIT $2", position(after), limit)
	return out, err
}

// Through implements central.Store.
func (s *Store) Through(ctx context.Context, source string) (uint64, error) {
	var n uint64
	if !plain(source) {
		return 0, nil
	}
	err := s.read(ctx, func(rows pgx.Rows) error { return rows.Scan(&n) }, "SELECT through FROM sources WHERE source = $1", source)
	return n, err
}

// Named implements central.Store.
func (s *Store) Named(ctx context.Context, kiosk central.Kiosk, ids []string) ([]string, error) {
	var asked [][16]byte
	for _, id := range ids {
		if one, err := parseUUID(id); err == nil {
			asked = append(asked, one)
		}
	}
	var out []string
	err := s.read(ctx, func(rows pgx.Rows) error {
		var id string
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	}, "SELECT id::text FROM attachments WHERE kiosk = $1 AND id = ANY($2)", formatKiosk(kiosk), asked)
	return out, err
}

// Conflicts implements central.Store.
func (s *Store) Conflicts(ctx context.Context, limit int) ([]item.Item, error) {
	var out []item.Item
	err := s.read(ctx, func(rows pgx.Rows) error {
		var one item.Item
		var attributes, data []byte
		if err := rows.Scan(&attributes, &data); err != nil {
			return err
		}
		if err := json.Unmarshal(attributes, &one); err != nil {
			return fmt.Errorf("%w: conflict: %w", ErrDamaged, err)
		}
		one.Data = data
		out = append(out, one)
		return nil
	}, "SELECT attributes, data FROM conflicts LIMIT $1", limit)
	return out, err
}

// first gives the error of a read that should have found one.
func first(found bool, err error) error {
	if err == nil && !found {
		return central.ErrNotFound
	}
	return err
}
