package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
	"onedoor/sync/item"
)

// Roster implements central.Store.
func (s *Store) Roster(ctx context.Context, hall string) (central.Roster, error) {
	var r central.Roster
	found := false
	if !plain(hall) {
		return r, central.ErrNotFound
	}
	err := s.read(ctx, func(rows pgx.Rows) (err error) {
		found = true
		r, err = scanRoster(rows)
		return err
	}, "SELECT"+rosterColumns+"FROM rosters WHERE hall = $1", hall)
	return r, first(found, err)
}

// rosterColumns are what scanRoster reads.
const rosterColumns = ` feed_pos, body `

func scanRoster(rows pgx.Rows) (central.Roster, error) {
	var r central.Roster
	var feed uint64
	var body []byte
	if err := rows.Scan(&feed, &body); err != nil {
		return r, err
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return r, fmt.Errorf("%w: roster: %w", ErrDamaged, err)
	}
	r.FeedPos = feed
	return r, nil
}

// SaveRoster implements central.Store.
func (s *Store) SaveRoster(ctx context.Context, change central.RosterChange) (central.Roster, error) {
	if !plain(change.Hall) {
		return central.Roster{}, fmt.Errorf("save roster: %q is no hall", change.Hall)
	}
	next := central.Roster{Hall: change.Hall, Version: change.IfVersion + 1, At: micro(change.At), Members: change.Members}
	body, err := json.Marshal(next)
	if err != nil {
		return central.Roster{}, fmt.Errorf("encode roster: %w", err)
	}
	var kiosks []string
	err = s.write(ctx, func(ctx context.Context, w *writer) error {
		kiosks = nil
		version := uint64(0)
		b := w.begin()
		b.Queue("SELECT pg_advisory_xact_lock($1, $2)", lockClass, lockRosters)
		b.Queue("SELECT version FROM rosters WHERE hall = $1", change.Hall).Query(each(func(rows pgx.Rows) error { return rows.Scan(&version) }))
		b.Queue("SELECT DISTINCT kiosk FROM devices WHERE starts_with(kiosk, $1)", change.Hall).Query(each(func(rows pgx.Rows) error {
			var kiosk string
			err := rows.Scan(&kiosk)
			kiosks = append(kiosks, kiosk)
			return err
		}))
		if err := w.send(ctx, b); err != nil {
			return err
		}
		if version != change.IfVersion {
			return central.ErrVersion
		}
		b = &pgx.Batch{}
		b.Queue(`WITH h AS (UPDATE head SET feed = feed + 1 RETURNING feed)
			INSERT INTO rosters (hall, version, feed_pos, body) SELECT $1, $2, h.feed, $3::text::json FROM h
			ON CONFLICT (hall) DO UPDATE SET version = EXCLUDED.version, feed_pos = EXCLUDED.feed_pos, body = EXCLUDED.body RETURNING feed_pos`,
			change.Hall, int64(next.Version), string(body)).
			QueryRow(func(row pgx.Row) error { return row.Scan(&next.FeedPos) })
		b.Queue("SELECT pg_notify($1, kiosk) FROM unnest($2::text[]) AS kiosk", channel, kiosks)
		return w.commit(ctx, b)
	})
	if err != nil {
		return central.Roster{}, err
	}
	for _, digits := range kiosks {
		if kiosk, ok := parseKiosk(digits); ok {
			s.wake(kiosk)
		}
	}
	return next, nil
}

// queueCheckpoints keeps the checkpoints that rows bring which are new, or understood now.
func (in *intake) queueCheckpoints(b *pgx.Batch) error {
	for _, lines := range [][]*line{in.fresh, in.read} {
		for _, l := range lines {
			c := l.Entry.Checkpoint
			if c == nil {
				continue
			}
			seq, err := item.ParseSequence(l.Entry.Item.Sequence)
			if err != nil {
				return err
			}
			body, err := json.Marshal(central.CheckpointRow{Checkpoint: *c, Sequence: seq})
			if err != nil {
				return fmt.Errorf("encode checkpoint: %w", err)
			}
			b.Queue("INSERT INTO checkpoints (source, count, sequence, body) VALUES ($1, $2, $3, $4::text::json) ON CONFLICT DO NOTHING",
				l.Entry.Item.Source, int64(c.Count), int64(seq), string(body))
		}
	}
	return nil
}

// Checkpoints implements central.Store.
func (s *Store) Checkpoints(ctx context.Context, source string, from uint64, limit int) ([]central.CheckpointRow, error) {
	var list []central.CheckpointRow
	if !plain(source) || from > math.MaxInt64 {
		return nil, nil
	}
	err := s.read(ctx, func(rows pgx.Rows) error {
		var row central.CheckpointRow
		if err := scanJSON(rows, &row); err != nil {
			return err
		}
		list = append(list, row)
		return nil
	}, "SELECT body FROM checkpoints WHERE source = $1 AND count >= $2 ORDER BY count, sequence LIMIT $3", source, int64(from), limit)
	return list, err
}
