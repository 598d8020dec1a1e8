package pgstore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"onedoor/sync/central"
	"onedoor/sync/item"
)

// chunkBytes bounds what one statement carries of items' data, since the server holds it in memory more than once.
const chunkBytes = 4 << 20

// save writes what was decided and commits, in one round trip. The row of numbers is locked from the first statement,
// whose parameters the server has by then, to the commit.
func (in *intake) save(ctx context.Context, w *writer) error {
	b := &pgx.Batch{}
	rows, cases := int64(len(in.fresh)), int64(len(in.opened))
	for first, from := true, 0; first || from < len(in.fresh); first = false {
		part, err := in.chunk(from)
		if err != nil {
			return err
		}
		if first {
			part.queueFirst(b, rows, in.feed, cases).QueryRow(func(row pgx.Row) error {
				var before int64
				if err := row.Scan(&before); err != nil {
					return err
				}
				in.number(uint64(before))
				return nil
			})
		} else {
			part.queueNext(b, rows-int64(from))
		}
		from += len(part.sources)
	}
	for _, queue := range []func(*pgx.Batch) error{in.queueOpened, in.queueTouched, in.queueRead, in.queueAside, in.queueNamed, in.queueCheckpoints} {
		if err := queue(b); err != nil {
			return err
		}
	}
	in.queueReleased(b)
	in.queueReach(b)
	if len(in.changed) > 0 {
		var kiosks []string
		for k := range in.changed {
			kiosks = append(kiosks, formatKiosk(k))
		}
		b.Queue("SELECT pg_notify($1, kiosk) FROM unnest($2::text[]) AS kiosk", channel, kiosks)
	}
	return w.commit(ctx, b)
}

// number gives the new rows their positions, those after before.
func (in *intake) number(before uint64) {
	for i, l := range in.answered {
		if l != nil && l.fresh > 0 {
			in.outcomes[i].Position = before + uint64(l.fresh)
		}
	}
}

// ledgerChunk is new rows by column.
type ledgerChunk struct {
	at                  any // time.Time of all
	sources, kiosks     []string
	sequences           []int64
	ids                 [][16]byte
	digests, data       [][]byte
	caseIDs             []*[16]byte
	caseSeqs            []*int32
	devices             []int32
	effects, attributes []string
	meanings            []*string
	applied             []bool
}

// chunk gathers the new rows from number from on, as many as one statement should carry.
func (in *intake) chunk(from int) (*ledgerChunk, error) {
	c := &ledgerChunk{at: in.at}
	size := 0
	for i, l := range in.fresh[from:] {
		it, name := &l.Entry.Item, in.names[from+i]
		if size += len(it.Data); i > 0 && size > chunkBytes {
			break
		}
		attributes, err := attributesOf(it)
		if err != nil {
			return nil, err
		}
		meaning, err := meaningOf(&l.Entry)
		if err != nil {
			return nil, err
		}
		data := it.Data
		if data == nil {
			data = []byte{}
		}
		c.sources, c.kiosks = append(c.sources, it.Source), append(c.kiosks, formatKiosk(name.kiosk))
		c.sequences, c.ids = append(c.sequences, int64(name.sequence)), append(c.ids, name.id)
		c.digests, c.data = append(c.digests, l.Entry.Digest[:]), append(c.data, data)
		var caseID *[16]byte
		var caseSeq *int32
		if it.CaseID != "" {
			seq := int32(name.caseSeq)
			caseID, caseSeq = &name.caseID, &seq
		}
		c.caseIDs, c.caseSeqs = append(c.caseIDs, caseID), append(c.caseSeqs, caseSeq)
		c.devices, c.effects = append(c.devices, int32(l.Entry.Device)), append(c.effects, string(l.Entry.Effect))
		c.attributes, c.meanings, c.applied = append(c.attributes, attributes), append(c.meanings, meaning), append(c.applied, l.Applied)
	}
	return c, nil
}

const (
	ledgerInto = `INSERT INTO ledger (position, at, source, kiosk, sequence, id, digest, data, case_id, case_seq, device, effect, attributes, meaning, applied)
		SELECT h.ledger + n.i, $2, n.source, n.kiosk, n.sequence, n.id, n.digest, n.data, n.case_id, n.case_seq, n.device, n.effect,
			n.attributes::json, n.meaning::json, n.applied
		FROM h, (SELECT unnest($3::text[]) AS source, unnest($4::text[]) AS kiosk, unnest($5::bigint[]) AS sequence, unnest($6::uuid[]) AS id,
			unnest($7::bytea[]) AS digest, unnest($8::bytea[]) AS data, unnest($9::uuid[]) AS case_id, unnest($10::integer[]) AS case_seq,
			unnest($11::integer[]) AS device, unnest($12::text[]) AS effect, unnest($13::text[]) AS attributes, unnest($14::text[]) AS meaning,
			unnest($15::boolean[]) AS applied, generate_subscripts($15::boolean[], 1) AS i) AS n`
	ledgerFirst = `WITH h AS (UPDATE head SET ledger = ledger + $1, feed = feed + $16, cases = cases + $17 RETURNING ledger - $1 AS ledger),
		i AS (` + ledgerInto + `) SELECT ledger FROM h`
	ledgerNext = `WITH h AS (SELECT ledger - $1 AS ledger FROM head) ` + ledgerInto
)

func (c *ledgerChunk) parameters(number int64) []any {
	return []any{number, c.at, c.sources, c.kiosks, c.sequences, c.ids, c.digests, c.data, c.caseIDs, c.caseSeqs, c.devices, c.effects,
		c.attributes, c.meanings, c.applied}
}

// queueFirst takes rows, feed and cases numbers and writes the first rows. It answers the position before them.
func (c *ledgerChunk) queueFirst(b *pgx.Batch, rows, feed, cases int64) *pgx.QueuedQuery {
	return b.Queue(ledgerFirst, append(c.parameters(rows), feed, cases)...)
}

// queueNext writes more rows; left is how many are left with these.
func (c *ledgerChunk) queueNext(b *pgx.Batch, left int64) { b.Queue(ledgerNext, c.parameters(left)...) }

// relative is the position of a row as queueOpened's statement wants it: below zero for one that is new, counted from the
// last position before.
func relative(l *line) int64 {
	if l.fresh > 0 {
		return -int64(l.fresh)
	}
	return int64(l.Position)
}

func (in *intake) queueOpened(b *pgx.Batch) error {
	if len(in.opened) == 0 {
		return nil
	}
	var ids [][16]byte
	var kiosks, bodies []string
	var positions, feeds []int64
	var numbers, holders []*string
	var devices []*int32
	var hashes [][]byte
	for _, c := range in.opened {
		id, err := parseUUID(c.ID)
		if err != nil {
			return err
		}
		body, err := bodyOf(c.Case)
		if err != nil {
			return err
		}
		var number *string
		if c.number {
			number = &c.ReceiptNo
		}
		var device *int32
		var hash []byte
		if c.code {
			d := int32(c.Device)
			device, hash = &d, []byte(c.by.Entry.Item.TrackHash)
		}
		var holder *string
		if h := string(c.by.Entry.Holder); h != "" {
			holder = &h
		}
		holders = append(holders, holder)
		ids, kiosks, bodies = append(ids, id), append(kiosks, formatKiosk(c.Kiosk)), append(bodies, body)
		positions, feeds = append(positions, relative(c.by)), append(feeds, c.feed)
		numbers, devices, hashes = append(numbers, number), append(devices, device), append(hashes, hash)
	}
	b.Queue(`INSERT INTO cases (case_id, kiosk, position, feed_pos, receipt_no, track_device, track_hash, body, holder, indexed)
		SELECT n.id, n.kiosk, CASE WHEN n.position < 0 THEN h.ledger - $1 - n.position ELSE n.position END, h.feed - $2 + n.feed,
			n.number, n.device, n.hash, n.body::json, n.holder, true
		FROM head h, (SELECT unnest($3::uuid[]) AS id, unnest($4::text[]) AS kiosk, unnest($5::bigint[]) AS position, unnest($6::bigint[]) AS feed,
			unnest($7::text[]) AS number, unnest($8::integer[]) AS device, unnest($9::bytea[]) AS hash, unnest($10::text[]) AS body,
			unnest($11::text[]) AS holder) AS n`,
		int64(len(in.fresh)), in.feed, ids, kiosks, positions, feeds, numbers, devices, hashes, bodies, holders)
	return nil
}

// queueTouched writes the cases that were there and to which something was added.
func (in *intake) queueTouched(b *pgx.Batch) error {
	var ids [][16]byte
	var bodies []string
	for id, c := range in.cases {
		if !c.there || !c.touched {
			continue
		}
		body, err := bodyOf(c.Case)
		if err != nil {
			return err
		}
		ids, bodies = append(ids, id), append(bodies, body)
	}
	if len(ids) > 0 {
		b.Queue(`UPDATE cases SET body = n.body::json FROM unnest($1::uuid[], $2::text[]) AS n (id, body) WHERE case_id = n.id`, ids, bodies)
	}
	return nil
}

func (in *intake) queueRead(b *pgx.Batch) error {
	for _, l := range in.read {
		meaning, err := meaningOf(&l.Entry)
		if err != nil {
			return err
		}
		b.Queue("INSERT INTO readings (position, effect, meaning) VALUES ($1, $2, $3::text::json)", int64(l.Position), string(l.Entry.Effect), meaning)
	}
	return nil
}

func (in *intake) queueAside(b *pgx.Batch) error {
	for _, a := range in.aside {
		attributes, err := attributesOf(&a.Item)
		if err != nil {
			return err
		}
		b.Queue(`INSERT INTO conflicts (digest, at, why, attributes, data) VALUES ($1, $2, $3, $4::text::json, COALESCE($5, ''::bytea)) ON CONFLICT DO NOTHING`,
			a.Digest[:], in.at, a.why, attributes, a.Item.Data)
	}
	return nil
}

// queueNamed notes the attachments that rows name which are new, or understood now.
func (in *intake) queueNamed(b *pgx.Batch) error {
	var kiosks []string
	var ids [][16]byte
	for _, lines := range [][]*line{in.fresh, in.read} {
		for _, l := range lines {
			if l.Entry.Facts == nil {
				continue
			}
			src, err := item.ParseSource(l.Entry.Item.Source)
			if err != nil {
				return err
			}
			for _, ref := range l.Entry.Facts.Attachments {
				id, err := parseUUID(ref.ID)
				if err != nil {
					return err
				}
				kiosks, ids = append(kiosks, formatKiosk(central.Kiosk{Hall: src.Hall, Number: src.Kiosk})), append(ids, id)
			}
		}
	}
	if len(ids) > 0 {
		b.Queue("INSERT INTO attachments (kiosk, id) SELECT * FROM unnest($1::text[], $2::uuid[]) ON CONFLICT DO NOTHING", kiosks, ids)
	}
	return nil
}

func (in *intake) queueReleased(b *pgx.Batch) {
	if len(in.released) == 0 {
		return
	}
	var positions, feeds []int64
	var kiosks []string
	for _, r := range in.released {
		positions, feeds, kiosks = append(positions, int64(r.Position)), append(feeds, r.feed), append(kiosks, formatKiosk(r.kiosk))
	}
	b.Queue(`INSERT INTO released (position, feed_pos, kiosk) SELECT n.position, h.feed - $1 + n.feed, n.kiosk
		FROM head h, unnest($2::bigint[], $3::bigint[], $4::text[]) AS n (position, feed, kiosk)`, in.feed, positions, feeds, kiosks)
}

// queueReach moves the marks of the sources. Where rows had come early, the new run from 1 may end behind them.
func (in *intake) queueReach(b *pgx.Batch) {
	for source, r := range in.sources {
		if len(r.fresh) == 0 {
			continue
		}
		walk := r.extend()
		b.Queue(`INSERT INTO sources (source, through, highest) VALUES ($1, $2, $3)
			ON CONFLICT (source) DO UPDATE SET through = EXCLUDED.through, highest = EXCLUDED.highest`, source, int64(r.through), int64(r.highest))
		if walk {
			b.Queue(`UPDATE sources SET through = (SELECT l.sequence FROM ledger l WHERE l.source = $1 AND l.sequence > through
					AND NOT EXISTS (SELECT FROM ledger n WHERE n.source = $1 AND n.sequence = l.sequence + 1) ORDER BY l.sequence LIMIT 1)
				WHERE source = $1 AND EXISTS (SELECT FROM ledger n WHERE n.source = $1 AND n.sequence = through + 1)`, source)
		}
	}
}
