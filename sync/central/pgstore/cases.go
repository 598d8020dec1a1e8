package pgstore

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
)

func (s *Store) oneCase(ctx context.Context, where string, args ...any) (central.Case, error) {
	var c central.Case
	found := false
	err := s.read(ctx, func(rows pgx.Rows) error {
		one, err := scanCase(rows)
		if err == nil {
			c, found = *one, true
		}
		return err
	}, "SELECT"+caseColumns+"FROM cases WHERE "+where, args...)
	return c, first(found, err)
}

// Case implements central.Store.
func (s *Store) Case(ctx context.Context, ref string) (central.Case, error) {
	if len(ref) == 20 && plain(ref) {
		return s.oneCase(ctx, "receipt_no = $1", ref)
	}
	id, err := parseUUID(ref)
	if err != nil {
		return central.Case{}, central.ErrNotFound
	}
	return s.oneCase(ctx, "case_id = $1", id)
}

// CaseByTrack implements central.Store.
func (s *Store) CaseByTrack(ctx context.Context, device uint16, hash string) (central.Case, error) {
	if hash == "" {
		return central.Case{}, central.ErrNotFound
	}
	return s.oneCase(ctx, "track_device = $1 AND track_hash = $2", int32(device), []byte(hash))
}

// Cases implements central.Store.
func (s *Store) Cases(ctx context.Context, before uint64, limit int) (list []central.Case, total int, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	err = s.view(ctx, func(b *pgx.Batch) {
		b.Queue("SELECT cases FROM head").QueryRow(func(row pgx.Row) error { return row.Scan(&total) })
		b.Queue("SELECT"+caseColumns+"FROM cases WHERE position < $1 ORDER BY position DESC LIMIT $2", position(before), limit).
			Query(each(func(rows pgx.Rows) error {
				c, err := scanCase(rows)
				if err == nil {
					list = append(list, *c)
				}
				return err
			}))
	})
	return list, total, err
}

// Advance implements central.Store.
func (s *Store) Advance(ctx context.Context, change central.Change) (central.Case, error) {
	id, err := parseUUID(change.CaseID)
	lock, noKiosk := lockOf(change.Kiosk)
	if err != nil || noKiosk != nil {
		return central.Case{}, central.ErrNotFound
	}
	var c *central.Case
	err = s.write(ctx, func(ctx context.Context, w *writer) error {
		c = nil
		b := w.begin()
		b.Queue("SELECT pg_advisory_xact_lock($1, $2)", lockKiosk, lock)
		b.Queue("SELECT"+caseColumns+"FROM cases WHERE case_id = $1 AND kiosk = $2", id, formatKiosk(change.Kiosk)).
			Query(each(func(rows pgx.Rows) (err error) {
				c, err = scanCase(rows)
				return err
			}))
		if err := w.send(ctx, b); err != nil {
			return err
		}
		if c == nil {
			return central.ErrNotFound
		}
		if c.Version != change.IfVersion {
			return central.ErrVersion
		}
		step := change.Step
		step.At = step.At.UTC()
		c.Version++
		c.Stage = step.Stage
		if step.OfficialNo != "" {
			c.OfficialNo = step.OfficialNo
		}
		c.Steps = append(c.Steps, step)
		body, err := bodyOf(*c)
		if err != nil {
			return err
		}
		b = &pgx.Batch{}
		b.Queue(`WITH h AS (UPDATE head SET feed = feed + 1 RETURNING feed)
			UPDATE cases SET feed_pos = h.feed, body = $2::text::json FROM h WHERE case_id = $1 RETURNING feed_pos`, id, body).
			QueryRow(func(row pgx.Row) error { return row.Scan(&c.FeedPos) })
		b.Queue("SELECT pg_notify($1, $2)", channel, formatKiosk(c.Kiosk))
		return w.commit(ctx, b)
	})
	if err != nil {
		return central.Case{}, err
	}
	s.wake(c.Kiosk)
	return *c, nil
}
