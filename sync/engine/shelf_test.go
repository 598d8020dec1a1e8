package engine

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// shelf is an outbox in memory, for tests of many nodes or of months: the real one's queue does something every 50 ms, also in
// fake time. It gives items as the real one does: when they are due, and one of a case at a time.
type shelf struct {
	source  string
	changes chan struct{}

	mu      sync.Mutex
	entries []*outbox.Entry // by sequence, from 1
	byID    map[string]*outbox.Entry
	cases   map[string]int // how many of its items there are
	first   int            // all entries before this one are upstream
	waiting int
}

var _ Outbox = (*shelf)(nil)

func newShelf(source item.Source) *shelf {
	return &shelf{source: source.String(), changes: make(chan struct{}, 1), byID: map[string]*outbox.Entry{}, cases: map[string]int{}}
}

// put accepts an item of a case.
func (s *shelf) put(caseID string) *item.Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cases[caseID]++
	it := &item.Item{ID: item.NewID(time.Now()), Source: s.source, Type: item.TypeSubmission, Time: item.FormatTime(time.Now()),
		Sequence: item.FormatSequence(uint64(len(s.entries) + 1)), CaseID: caseID, CaseSeq: item.FormatCaseSeq(uint32(s.cases[caseID])), Prev: item.Genesis}
	e := &outbox.Entry{Item: it, Sequence: uint64(len(s.entries) + 1), Size: 1000, State: outbox.StateAccepted, AcceptedAt: time.Now()}
	s.entries, s.byID[it.ID] = append(s.entries, e), e
	s.waiting++
	wakeUp(s.changes)
	return it
}

func waits(s outbox.State) bool { return s == outbox.StateAccepted || s == outbox.StateSending }

func (s *shelf) Due(now time.Time, limit int) ([]outbox.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.first < len(s.entries) && !waits(s.entries[s.first].State) {
		s.first++
	}
	var due []outbox.Entry
	blocked := map[string]bool{}
	for _, e := range s.entries[s.first:] {
		if len(due) == limit {
			break
		}
		if waits(e.State) && e.State == outbox.StateAccepted && !blocked[e.Item.CaseID] && !e.Next.After(now) {
			due = append(due, *e)
		}
		blocked[e.Item.CaseID] = blocked[e.Item.CaseID] || waits(e.State)
	}
	return due, nil
}

func (s *shelf) edit(ids []string, edit func(e *outbox.Entry)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		e := s.byID[id]
		if e == nil {
			return fmt.Errorf("%w: %s", outbox.ErrNotFound, id)
		}
		before := waits(e.State)
		edit(e)
		if before && !waits(e.State) {
			s.waiting--
		}
	}
	return nil
}

func (s *shelf) Begin(_ context.Context, ids []string) error {
	return s.edit(ids, func(e *outbox.Entry) { e.State, e.Attempts = outbox.StateSending, e.Attempts+1 })
}

func (s *shelf) Defer(_ context.Context, ids []string, until time.Time, reason string) error {
	return s.edit(ids, func(e *outbox.Entry) {
		e.State, e.Next = outbox.StateAccepted, until
		if reason != "" {
			e.LastError, e.Refusals = reason, e.Refusals+1
		}
	})
}

func (s *shelf) Settle(_ context.Context, settlements []outbox.Settlement) error {
	for _, one := range settlements {
		state := map[wire.Status]outbox.State{wire.Stored: outbox.StateStoredCentral, wire.Held: outbox.StateHeld, wire.Rejected: outbox.StateRejected,
			wire.Conflict: outbox.StateConflict}[one.Status]
		if err := s.edit([]string{one.ID}, func(e *outbox.Entry) { e.State, e.Ack = state, one.Ack }); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Stats() outbox.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return outbox.Stats{Waiting: s.waiting}
}

func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}

func (s *shelf) Changes() <-chan struct{}                           { return s.changes }
func (s *shelf) Meet(context.Context, uint64, bool) error           { return nil }
func (s *shelf) Get(string) (outbox.Entry, error)                   { return outbox.Entry{}, outbox.ErrNotFound }
func (s *shelf) Cursor() (string, error)                            { return "", nil }
func (s *shelf) ApplyFeed(context.Context, outbox.FeedUpdate) error { return nil }
func (s *shelf) ResetFeed(context.Context) error                    { return nil }

// register is an upstream without HTTP: it takes items in once and in the order of their case, and signs acks.
type register struct {
	t         testing.TB
	suite     item.Suite
	priv, pub []byte

	mu    sync.Mutex
	rows  map[string]*wire.Ack // by source and id
	cases map[string]int
	sent  int // items, duplicates too
}

func newRegister(t testing.TB) *register {
	t.Helper()
	r := &register{t: t, suite: item.Default(), rows: map[string]*wire.Ack{}, cases: map[string]int{}}
	var err error
	if r.priv, r.pub, err = r.suite.GenerateSignKey(); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *register) stored() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.rows)
}

func (r *register) has(it *item.Item) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows[it.Source+" "+it.ID] != nil
}

// Hello implements Client.
func (r *register) Hello(context.Context) (wire.Hello, error) {
	return wire.Hello{Tier: wire.TierCentral, Epoch: "e1", MaxBatchItems: wire.MaxBatchItems, MaxBatchBytes: wire.MaxBatchBytes}, nil
}

// Reconcile implements Client.
func (r *register) Reconcile(context.Context, uint64, uint64) (epoch string, lacks []wire.Run, err error) {
	return "e1", nil, nil
}

// PostBatch implements Client.
func (r *register) PostBatch(_ context.Context, items []*item.Item) (wire.BatchAnswer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := wire.BatchAnswer{Tier: wire.TierCentral, Epoch: "e1"}
	for _, it := range items {
		r.sent++
		status, key := wire.Duplicate, it.Source+" "+it.ID
		if r.rows[key] == nil {
			r.cases[it.CaseID]++
			if n, err := strconv.Atoi(it.CaseSeq); err != nil || n != r.cases[it.CaseID] {
				r.t.Errorf("item %s of its case came as number %d", it.CaseSeq, r.cases[it.CaseID])
			}
			status = wire.Stored
			ack := &wire.Ack{Source: it.Source, Sequence: it.Sequence, ID: it.ID, Digest: it.Digest().String(), Status: wire.Stored, Tier: wire.TierCentral,
				Epoch: "e1", Position: uint64(len(r.rows) + 1), At: item.FormatTime(time.Now()), Key: "up-1"}
			if err := ack.Sign(r.suite, r.priv); err != nil {
				r.t.Error(err)
			}
			r.rows[key] = ack
		}
		a.Results = append(a.Results, wire.Result{ID: it.ID, Status: status, Ack: r.rows[key]})
	}
	return a, nil
}

// Feed implements Client: it is quiet.
func (r *register) Feed(ctx context.Context, cursor string, wait time.Duration) (wire.FeedPage, error) {
	select {
	case <-time.After(wait):
		return wire.FeedPage{Epoch: "e1", Cursor: cursor, UpToDate: true}, nil
	case <-ctx.Done():
		return wire.FeedPage{}, ctx.Err()
	}
}

// engine makes an engine between a shelf and a client of this register.
func (r *register) engine(s *shelf, client Client, now func() time.Time) *Engine {
	r.t.Helper()
	e, err := New(Config{Outbox: s, Client: client, Suite: r.suite, AckKeys: map[string]AckKey{"up-1": {wire.TierCentral, r.pub}}, Now: now})
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}
