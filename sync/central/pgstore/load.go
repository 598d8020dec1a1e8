package pgstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
	"onedoor/sync/item"
)

// newCall reads the names of entries. An entry whose names are not of their form is an error.
func newCall(entries []central.Entry) (*call, error) {
	c := &call{entries: make([]entry, len(entries)), sources: map[string]*names{}, byKiosk: map[string][][16]byte{}}
	for i := range entries {
		e, err := newEntry(&entries[i])
		if err != nil {
			return nil, fmt.Errorf("ingest item %.40q: %w", entries[i].Item.ID, err)
		}
		c.entries[i] = e
		it := &e.Item
		lock, err := lockOf(e.kiosk)
		if err != nil {
			return nil, fmt.Errorf("ingest item %s: %w", it.ID, err)
		}
		c.kiosks = append(c.kiosks, lock)
		of := c.sources[it.Source]
		if of == nil {
			of = &names{}
			c.sources[it.Source] = of
		}
		of.ids, of.sequences = append(of.ids, e.id), append(of.sequences, int64(e.sequence))
		if it.CaseID != "" {
			k := formatKiosk(e.kiosk)
			c.byKiosk[k], c.cases = append(c.byKiosk[k], e.caseID), append(c.cases, e.caseID)
		}
		if e.Effect == central.EffectOpen {
			c.numbers, c.devices, c.hashes = append(c.numbers, it.ReceiptNo), append(c.devices, int32(e.Device)), append(c.hashes, []byte(it.TrackHash))
		}
	}
	slices.Sort(c.kiosks)
	c.kiosks = slices.Compact(c.kiosks)
	return c, nil
}

// lockOf is the number of a kiosk's lock, which whoever changes a case of it or takes its items in holds.
func lockOf(k central.Kiosk) (int32, error) {
	n, err := strconv.ParseUint(formatKiosk(k), 10, 31)
	return int32(n), err
}

func newEntry(e *central.Entry) (entry, error) {
	it := &e.Item
	out := entry{Entry: e}
	src, err := item.ParseSource(it.Source)
	if err != nil {
		return out, err
	}
	out.kiosk = central.Kiosk{Hall: src.Hall, Number: src.Kiosk}
	if out.id, err = parseUUID(it.ID); err != nil {
		return out, err
	}
	if out.sequence, err = item.ParseSequence(it.Sequence); err != nil || it.CaseID == "" {
		return out, err
	}
	if out.caseID, err = parseUUID(it.CaseID); err != nil {
		return out, err
	}
	seq, err := item.ParseSequence(it.CaseSeq)
	if err == nil && seq > 999_999 {
		err = fmt.Errorf("case sequence %d is out of range", seq)
	}
	out.caseSeq = uint32(seq)
	return out, err
}

// load begins the transaction, waits for whoever else writes for the same kiosks, and reads all that the entries could
// meet, in one round trip.
func (c *call) load(ctx context.Context, w *writer) (*intake, error) {
	in := newIntake()
	b := w.begin()
	b.Queue("SELECT pg_advisory_xact_lock($1, kiosk) FROM unnest($2::integer[]) AS kiosk", lockKiosk, c.kiosks)
	for source, of := range c.sources {
		in.sources[source] = &reach{}
		b.Queue("SELECT"+lineColumns+"FROM"+lineTables+"WHERE l.source = $1 AND l.id = ANY($2)", source, of.ids).Query(each(in.found))
		b.Queue("SELECT"+lineColumns+"FROM"+lineTables+"WHERE l.source = $1 AND l.sequence = ANY($2)", source, of.sequences).Query(each(in.found))
		b.Queue("SELECT through, highest FROM sources WHERE source = $1", source).Query(each(in.reached(source)))
		b.Queue("SELECT COALESCE(body->>'hall_name', '') FROM devices WHERE source = $1", source).Query(each(in.enrolled(source)))
	}
	for kiosk, ids := range c.byKiosk {
		b.Queue("SELECT"+lineColumns+"FROM"+lineTables+"WHERE l.kiosk = $1 AND l.case_id = ANY($2) AND NOT l.applied AND r.position IS NULL", kiosk, ids).Query(each(in.found))
	}
	if len(c.cases) > 0 {
		b.Queue("SELECT"+caseColumns+"FROM cases WHERE case_id = ANY($1)", c.cases).Query(each(in.known))
	}
	if len(c.numbers) > 0 {
		b.Queue("SELECT receipt_no FROM cases WHERE receipt_no = ANY($1)", c.numbers).Query(each(in.numbered))
		b.Queue(`SELECT t.device, t.hash FROM unnest($1::integer[], $2::bytea[]) AS t (device, hash)
			JOIN cases ON track_device = t.device AND track_hash = t.hash`, c.devices, c.hashes).Query(each(in.tracked))
	}
	if err := w.send(ctx, b); err != nil {
		return nil, err
	}
	return in, nil
}

// found takes a row that claims a name of the entries, or waits in one of their cases.
func (in *intake) found(rows pgx.Rows) error {
	l, err := scanLine(rows)
	if err != nil {
		return err
	}
	return in.remember(l)
}

// remember files a row under its names, one object for each row.
func (in *intake) remember(l *line) error {
	if _, there := in.lines[l.Position]; there {
		return nil
	}
	in.lines[l.Position] = l
	e, err := newEntry(&l.Entry)
	if err != nil {
		return fmt.Errorf("%w: ledger position %d: %w", ErrDamaged, l.Position, err)
	}
	in.file(&e, l)
	return nil
}

func (in *intake) known(rows pgx.Rows) error {
	c, err := scanCase(rows)
	if err != nil {
		return err
	}
	id, err := parseUUID(c.ID)
	if err != nil {
		return fmt.Errorf("%w: case at ledger position %d: %w", ErrDamaged, c.Position, err)
	}
	in.cases[id] = &openCase{Case: *c, there: true}
	return nil
}

func (in *intake) numbered(rows pgx.Rows) error {
	var no string
	err := rows.Scan(&no)
	in.numbers[no] = true
	return err
}

func (in *intake) tracked(rows pgx.Rows) error {
	var device uint16
	var hash []byte
	err := rows.Scan(&device, &hash)
	in.tracks[track{device, string(hash)}] = true
	return err
}

// reached gives what reads the marks of a source.
func (in *intake) reached(source string) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var through, highest int64
		err := rows.Scan(&through, &highest)
		in.sources[source] = &reach{through: uint64(through), highest: uint64(highest)}
		return err
	}
}

// enrolled gives what reads the hall's name of a source's device.
func (in *intake) enrolled(source string) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var hall string
		err := rows.Scan(&hall)
		in.halls[source] = hall
		return err
	}
}

// reach is how far the items of a source have come.
type reach struct {
	through, highest uint64
	fresh            []uint64 // sequences that are new
}

// extend moves the marks over what is new. It reports whether rows that came early may lie behind the new mark; those
// only the database can count.
func (r *reach) extend() (walk bool) {
	early := r.highest > r.through
	slices.SortFunc(r.fresh, cmp.Compare)
	for _, seq := range r.fresh {
		if seq == r.through+1 {
			r.through++
		}
		r.highest = max(r.highest, seq)
	}
	return early
}
