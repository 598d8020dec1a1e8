package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// EndSession implements central.Store. It forgets those that are over anyway.
func (s *Store) EndSession(ctx context.Context, at time.Time, id string, until time.Time) error {
	if !plain(id) {
		return fmt.Errorf("end session: %q is not an id", id)
	}
	return s.write(ctx, func(ctx context.Context, w *writer) error {
		b := w.begin()
		b.Queue("DELETE FROM sessions WHERE until < $1", at.UTC())
		b.Queue("INSERT INTO sessions (id, until) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET until = EXCLUDED.until", id, until.UTC())
		return w.commit(ctx, b)
	})
}

// SessionEnded implements central.Store.
func (s *Store) SessionEnded(ctx context.Context, id string) (bool, error) {
	ended := false
	if !plain(id) {
		return false, nil
	}
	err := s.read(ctx, func(pgx.Rows) error {
		ended = true
		return nil
	}, "SELECT id FROM sessions WHERE id = $1", id)
	return ended, err
}
