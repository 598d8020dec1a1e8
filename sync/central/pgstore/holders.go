package pgstore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
)

// CasesOf implements central.Store.
func (s *Store) CasesOf(ctx context.Context, holder central.Holder, limit int) ([]central.Case, error) {
	if holder == "" || !plain(string(holder)) {
		return nil, nil
	}
	return s.listCases(ctx, "holder = $1 ORDER BY position DESC LIMIT $2", string(holder), limit)
}

// Unindexed implements central.Store.
func (s *Store) Unindexed(ctx context.Context, limit int) ([]central.Case, error) {
	return s.listCases(ctx, "NOT indexed ORDER BY position LIMIT $1", limit)
}

func (s *Store) listCases(ctx context.Context, where string, args ...any) (list []central.Case, err error) {
	err = s.read(ctx, func(rows pgx.Rows) error {
		c, err := scanCase(rows)
		if err == nil {
			list = append(list, *c)
		}
		return err
	}, "SELECT"+caseColumns+"FROM cases WHERE "+where, args...)
	return list, err
}

// Indexed implements central.Store.
func (s *Store) Indexed(ctx context.Context, found []central.Holding) error {
	if len(found) == 0 {
		return nil
	}
	var positions []int64
	var holders []*string
	for _, f := range found {
		var holder *string
		if f.Holder != "" {
			h := string(f.Holder)
			holder = &h
		}
		positions, holders = append(positions, position(f.Position)), append(holders, holder)
	}
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		b := w.begin()
		b.Queue(`UPDATE cases SET holder = n.holder, indexed = true FROM unnest($1::bigint[], $2::text[]) AS n (position, holder)
			WHERE cases.position = n.position AND NOT cases.indexed`, positions, holders)
		return w.commit(ctx, b)
	})
	if err != nil {
		return fmt.Errorf("index holders: %w", err)
	}
	return nil
}
