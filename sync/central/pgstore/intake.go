package pgstore

import (
	"time"

	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// intake is what one transaction knows and decides. It computes only; load fills it and save writes it.
type intake struct {
	at      time.Time
	lines   map[uint64]*line // that are there, by position
	ids     map[identity[[16]byte]]*line
	places  map[identity[uint64]]*line // by sequence
	held    map[place]*line
	cases   map[[16]byte]*openCase
	sources map[string]*reach
	halls   map[string]string // name by source
	numbers map[string]bool   // receipt numbers that a case has
	tracks  map[track]bool

	fresh    []*line // new rows, in their order
	names    []*entry
	read     []*line // rows that are there and are understood now
	released []release
	aside    []aside
	changed  map[central.Kiosk]bool
	feed     int64 // positions of the feed that are given out
	opened   []*openCase
	alarm    string // of the item at hand

	outcomes []central.Outcome
	answered []*line // the rows of outcomes
}

// identity is a name that belongs to its source.
type identity[T comparable] struct {
	source string
	name   T
}

// place is one place in a case.
type place struct {
	kiosk  central.Kiosk
	caseID [16]byte
	seq    uint32
}

type track struct {
	device uint16
	hash   string
}

// release puts a row into its kiosk's feed, at number feed of those that are new.
type release struct {
	*line
	kiosk central.Kiosk
	feed  int64
}

// aside is an item that conflicts.
type aside struct {
	*entry
	why string
}

// openCase is a case as it is in this transaction.
type openCase struct {
	central.Case
	there, touched bool
	by             *line // that opened it, when it is new
	feed           int64 // its number among the new positions of the feed, when it is new
	number, code   bool  // receipt number and tracking code are its own
}

func newIntake() *intake {
	return &intake{
		lines: map[uint64]*line{}, ids: map[identity[[16]byte]]*line{}, places: map[identity[uint64]]*line{}, held: map[place]*line{},
		cases: map[[16]byte]*openCase{}, sources: map[string]*reach{}, halls: map[string]string{}, numbers: map[string]bool{},
		tracks: map[track]bool{}, changed: map[central.Kiosk]bool{},
	}
}

// empty reports whether nothing is to be written.
func (in *intake) empty() bool {
	return len(in.fresh)+len(in.read)+len(in.released)+len(in.aside) == 0
}

// file puts a row under its names.
func (in *intake) file(e *entry, l *line) {
	in.ids[identity[[16]byte]{e.Item.Source, e.id}] = l
	in.places[identity[uint64]{e.Item.Source, e.sequence}] = l
	if e.Item.CaseID != "" && !l.Applied {
		in.held[place{e.kiosk, e.caseID, e.caseSeq}] = l
	}
}

// one takes an entry in and gives the row that it is or was before.
func (in *intake) one(e *entry) (central.Outcome, *line) {
	for _, have := range []*line{in.ids[identity[[16]byte]{e.Item.Source, e.id}], in.places[identity[uint64]{e.Item.Source, e.sequence}]} {
		if have == nil {
			continue
		}
		if have.Entry.Digest != e.Digest {
			return in.conflict(e, "identity is taken by other bytes"), nil
		}
		return in.again(have, e), have
	}
	if e.Item.CaseID != "" {
		if why := in.taken(e); why != "" {
			return in.conflict(e, why), nil
		}
	}
	return in.add(e)
}

// add appends what is new to the ledger.
func (in *intake) add(e *entry) (central.Outcome, *line) {
	l := &line{Row: central.Row{At: in.at, Entry: *e.Entry}, fresh: len(in.fresh) + 1}
	in.fresh, in.names = append(in.fresh, l), append(in.names, e)
	in.file(e, l)
	r := in.sources[e.Item.Source]
	r.fresh = append(r.fresh, e.sequence)
	o := central.Outcome{Status: wire.Stored, At: in.at}
	if e.Item.CaseID == "" {
		l.Applied = e.Effect != central.EffectUnknown
	} else {
		in.applyCase(e.kiosk, e.caseID)
	}
	if !l.Applied {
		o.Status = wire.Held
	}
	return o, l
}

// again repeats the outcome of an item that is there already, and understands it if it was not understood before.
func (in *intake) again(have *line, e *entry) central.Outcome {
	if have.Entry.Effect == central.EffectUnknown && e.Effect != central.EffectUnknown {
		in.understand(have, e)
	}
	o := central.Outcome{Status: wire.Duplicate, Position: have.Position, At: have.At}
	if !have.Applied {
		o.Status = wire.Held
	}
	return o
}

// understand lets a held row take the effect that is known now.
func (in *intake) understand(l *line, e *entry) {
	l.Entry.Effect, l.Entry.Facts, l.Entry.Print, l.Entry.Holder, l.Entry.Checkpoint = e.Effect, e.Facts, e.Print, e.Holder, e.Checkpoint
	if l.fresh == 0 {
		in.read = append(in.read, l)
	}
	if e.Item.CaseID != "" {
		in.applyCase(e.kiosk, e.caseID)
		return
	}
	in.apply(l, e.kiosk)
}

// apply marks a row as having taken effect, and tells the kiosk that was told it is held. The sender of a new row hears
// it in the answer.
func (in *intake) apply(l *line, kiosk central.Kiosk) {
	l.Applied = true
	if l.fresh != 0 {
		return
	}
	in.feed++
	in.released = append(in.released, release{l, kiosk, in.feed})
	in.changed[kiosk] = true
}

// conflict keeps the second item aside as evidence.
func (in *intake) conflict(e *entry, why string) central.Outcome {
	in.aside = append(in.aside, aside{e, why})
	return central.Outcome{Status: wire.Conflict, Why: why}
}

// taken says why an item can not have its place in its case; "" when it can.
func (in *intake) taken(e *entry) (why string) {
	const occupied = "place in the case is taken by another item"
	if c := in.cases[e.caseID]; c != nil {
		if c.Kiosk != e.kiosk {
			return "case is another kiosk's"
		}
		if e.caseSeq <= c.Items {
			return occupied
		}
	}
	if in.held[place{e.kiosk, e.caseID, e.caseSeq}] != nil {
		return occupied
	}
	return ""
}

// applyCase lets the waiting items of a case take effect as far as they go without a gap.
func (in *intake) applyCase(kiosk central.Kiosk, id [16]byte) {
	for {
		c := in.cases[id]
		foreign := c != nil && c.Kiosk != kiosk
		at := place{kiosk, id, 1}
		if c != nil && !foreign {
			at.seq = c.Items + 1
		}
		l := in.held[at]
		if l == nil || l.Entry.Effect == central.EffectUnknown || at.seq == 1 && l.Entry.Effect != central.EffectOpen {
			return // there is a gap, or it waits for a central that knows it
		}
		if foreign {
			in.alarm = "case is another kiosk's"
			return
		}
		if c == nil {
			c = in.newCase(l, kiosk)
			in.cases[id] = c
		}
		if p := l.Entry.Print; l.Entry.Effect == central.EffectPrint && p != nil {
			printed := *p
			printed.At = l.At
			c.Prints = append(c.Prints, printed)
		}
		c.Items++ // a second submission in a case has its place in the ledger and no other effect
		c.touched = true
		delete(in.held, at)
		in.apply(l, kiosk)
	}
}

func (in *intake) newCase(l *line, kiosk central.Kiosk) *openCase {
	it := &l.Entry.Item
	in.feed++
	c := &openCase{by: l, feed: in.feed, Case: central.Case{
		ID: it.CaseID, Kiosk: kiosk, Device: l.Entry.Device, HallName: in.halls[it.Source], ReceiptNo: it.ReceiptNo,
		ItemSource: it.Source, ItemID: it.ID, Version: 1, Stage: wire.StageDelivered,
		Steps: []central.Step{{Stage: wire.StageDelivered, At: l.At}},
	}}
	if l.Entry.Facts != nil {
		c.Facts = *l.Entry.Facts
	}
	// The first case keeps a number or a code; a second one (a cloned machine) is found by its case id, and by the person
	// whom the alarm calls.
	code := track{l.Entry.Device, it.TrackHash}
	c.number, c.code = !in.numbers[it.ReceiptNo], !in.tracks[code]
	if !c.number {
		in.alarm = "receipt number is that of another case; both are kept"
	}
	if !c.code {
		in.alarm = "tracking code is that of another case; both are kept"
	}
	in.numbers[it.ReceiptNo], in.tracks[code] = true, true
	in.opened = append(in.opened, c)
	in.changed[kiosk] = true
	return c
}
