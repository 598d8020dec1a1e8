package pgstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
)

// Feed implements central.Store.
func (s *Store) Feed(ctx context.Context, kiosk central.Kiosk, after uint64, limit int) (changed []central.FeedEntry, next, head uint64, err error) {
	type placed struct {
		central.FeedEntry
		at uint64
	}
	var all []placed
	of := formatKiosk(kiosk)
	err = s.view(ctx, func(b *pgx.Batch) {
		b.Queue("SELECT feed FROM head").QueryRow(func(row pgx.Row) error { return row.Scan(&head) })
		b.Queue("SELECT"+caseColumns+"FROM cases WHERE kiosk = $1 AND feed_pos > $2 ORDER BY feed_pos LIMIT $3", of, position(after), limit).
			Query(each(func(rows pgx.Rows) error {
				c, err := scanCase(rows)
				if err == nil {
					all = append(all, placed{central.FeedEntry{Case: c}, c.FeedPos})
				}
				return err
			}))
		b.Queue("SELECT"+lineColumns+", l.data, r.feed_pos FROM"+lineTables+"WHERE r.kiosk = $1 AND r.feed_pos > $2 ORDER BY r.feed_pos LIMIT $3", of, position(after), limit).
			Query(each(func(rows pgx.Rows) error {
				var at uint64
				row, err := scanRow(rows, &at)
				if err == nil {
					all = append(all, placed{central.FeedEntry{Row: &row}, at})
				}
				return err
			}))
		b.Queue("SELECT"+rosterColumns+"FROM rosters WHERE hall = $1 AND feed_pos > $2", kiosk.Hall, position(after)).
			Query(each(func(rows pgx.Rows) error {
				staff, err := scanRoster(rows)
				if err == nil {
					all = append(all, placed{central.FeedEntry{Roster: &staff}, staff.FeedPos})
				}
				return err
			}))
	})
	if err != nil {
		return nil, after, 0, err
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	next = after
	for _, p := range all[:min(limit, len(all))] {
		changed, next = append(changed, p.FeedEntry), p.at
	}
	return changed, next, head, nil
}
