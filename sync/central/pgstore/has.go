package pgstore

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Has implements central.Store.
func (s *Store) Has(ctx context.Context, source string, from, to uint64) ([]uint64, error) {
	if !plain(source) {
		return nil, nil
	}
	var out []uint64
	err := s.read(ctx, func(rows pgx.Rows) error {
		var n uint64
		err := rows.Scan(&n)
		out = append(out, n)
		return err
	}, "SELECT sequence FROM ledger WHERE source = $1 AND sequence BETWEEN $2 AND $3 ORDER BY sequence", source, position(from), position(to))
	return out, err
}
