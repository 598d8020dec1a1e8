package pgstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// meaning is what central understood of an item, beside its effect.
type meaning struct {
	Facts  *central.Facts `json:"facts,omitempty"`
	Print  *central.Print `json:"print,omitempty"`
	Holder central.Holder `json:"holder,omitempty"`

	Checkpoint *wire.Checkpoint `json:"checkpoint,omitempty"`
}

// lineColumns are what scanLine reads, in this order, from lineTables: a row of the ledger with what became known and
// what happened after it came. The item's data is not among them.
const (
	lineColumns = ` l.position, l.at, l.digest, l.device, COALESCE(m.effect, l.effect), CASE WHEN m.position IS NULL THEN l.meaning ELSE m.meaning END,
		l.applied OR r.position IS NOT NULL, l.attributes `
	lineTables = ` ledger l LEFT JOIN readings m USING (position) LEFT JOIN released r USING (position) `
)

// line is a row of the ledger. One that is about to be written has no position yet, but its number among those.
type line struct {
	central.Row
	fresh int // from 1; 0 when the row is there
}

// scanLine reads lineColumns, and the columns after them into more.
func scanLine(rows pgx.Rows, more ...any) (*line, error) {
	var l line
	var digest, known, attributes []byte
	e := &l.Entry
	err := rows.Scan(append([]any{&l.Position, &l.At, &digest, &e.Device, &e.Effect, &known, &l.Applied, &attributes}, more...)...)
	if err != nil {
		return nil, err
	}
	if copy(e.Digest[:], digest) != len(digest) || len(digest) != len(e.Digest) {
		return nil, fmt.Errorf("%w: ledger position %d", ErrDamaged, l.Position)
	}
	l.At = l.At.UTC()
	if err := json.Unmarshal(attributes, &e.Item); err != nil {
		return nil, fmt.Errorf("%w: ledger position %d: %w", ErrDamaged, l.Position, err)
	}
	if known != nil {
		var m meaning
		if err := json.Unmarshal(known, &m); err != nil {
			return nil, fmt.Errorf("%w: ledger position %d: %w", ErrDamaged, l.Position, err)
		}
		e.Facts, e.Print, e.Holder, e.Checkpoint = m.Facts, m.Print, m.Holder, m.Checkpoint
	}
	return &l, nil
}

// scanRow reads lineColumns and the data behind them, and checks them against the digest.
func scanRow(rows pgx.Rows, more ...any) (central.Row, error) {
	var data []byte
	l, err := scanLine(rows, append([]any{&data}, more...)...)
	if err != nil {
		return central.Row{}, err
	}
	l.Entry.Item.Data = data
	if l.Entry.Item.Digest() != l.Entry.Digest {
		return central.Row{}, fmt.Errorf("%w: ledger position %d", ErrDamaged, l.Position)
	}
	return l.Row, nil
}

// attributesOf writes an item without its data.
func attributesOf(it *item.Item) (string, error) {
	bare := *it
	bare.Data = nil
	raw, err := json.Marshal(&bare)
	if err != nil {
		return "", fmt.Errorf("encode item: %w", err)
	}
	return string(raw), nil
}

// meaningOf writes what was understood of an item; nil when nothing was.
func meaningOf(e *central.Entry) (*string, error) {
	if e.Facts == nil && e.Print == nil && e.Checkpoint == nil {
		return nil, nil
	}
	raw, err := json.Marshal(meaning{e.Facts, e.Print, e.Holder, e.Checkpoint})
	if err != nil {
		return nil, fmt.Errorf("encode meaning: %w", err)
	}
	s := string(raw)
	return &s, nil
}

// micro cuts a time to what PostgreSQL keeps, so that an outcome says the same for ever.
func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// scanCase reads position, feed_pos and body.
func scanCase(rows pgx.Rows) (*central.Case, error) {
	var c central.Case
	var pos, feed uint64
	var body []byte
	if err := rows.Scan(&pos, &feed, &body); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("%w: case at ledger position %d: %w", ErrDamaged, pos, err)
	}
	c.Position, c.FeedPos = pos, feed
	return &c, nil
}

// caseColumns are what scanCase reads.
const caseColumns = ` position, feed_pos, body `

// bodyOf writes a case without its positions, which have columns of their own.
func bodyOf(c central.Case) (string, error) {
	c.Position, c.FeedPos = 0, 0
	raw, err := json.Marshal(&c)
	if err != nil {
		return "", fmt.Errorf("encode case: %w", err)
	}
	return string(raw), nil
}
