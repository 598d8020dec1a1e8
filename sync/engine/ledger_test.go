package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	platform "onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/central/pgstore"
	"onedoor/sync/central/pgstore/pgtest"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// ledger is the real central on one of its stores, and a kiosk's real outbox and engine before it. As a RoundTripper it is the
// line between them; deliver may stand in the line's place.
type ledger struct {
	t     *testing.T
	store platform.Store
	dev   wire.Device
	priv  []byte
	inner http.Handler
	out   *outbox.Outbox
	*Engine

	mu      sync.Mutex
	ahead   time.Duration // of central's clock
	log     []posted      // batches in the order of their arrival
	deliver func(r *http.Request, body []byte) (*http.Response, error)
}

// posted is a batch as it arrived, and the answer.
type posted struct {
	request *http.Request
	body    []byte
	answer  wire.BatchAnswer
}

// eachLedger runs a test on both stores. Badger's is in fake time, PostgreSQL has sockets and so real time.
func eachLedger(t *testing.T, test func(t *testing.T, l *ledger)) {
	t.Run("badger", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store, err := badgerstore.Open(badgerstore.Config{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), MinFree: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			newLedger(t, store, test)
		})
	})
	t.Run("postgres", func(t *testing.T) {
		server, err := pgtest.Start()
		pgtest.Need(t, server, err)
		t.Cleanup(func() { // after the database's own
			if err := server.Stop(); err != nil {
				t.Error(err)
			}
		})
		store, err := pgstore.Open(t.Context(), pgstore.Config{Database: server.Database(t), Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		newLedger(t, store, test)
	})
}

func newLedger(t *testing.T, store platform.Store, test func(t *testing.T, l *ledger)) {
	t.Helper()
	suite := item.Default()
	l := &ledger{t: t, store: store}
	l.deliver = l.arrive
	keys, err := platform.NewKeys(suite)
	if err != nil {
		t.Fatal(err)
	}
	server, err := platform.New(platform.Config{Store: store, Suite: suite, Keys: keys, Now: l.now, Logger: slog.New(slog.DiscardHandler),
		TrackingURL: "HTTPS://SX.EXAMPLE"})
	if err != nil {
		t.Fatal(err)
	}
	l.inner = server.Handler()
	code, _, err := server.NewEnrolCode(t.Context(), platform.Kiosk{Hall: "11010", Number: "107"}, "大厅")
	if err != nil {
		t.Fatal(err)
	}
	var pub []byte
	if l.priv, pub, err = suite.GenerateSignKey(); err != nil {
		t.Fatal(err)
	}
	asked, err := wire.NewEnrolment(suite, code, l.priv, pub)
	if err != nil {
		t.Fatal(err)
	}
	if l.dev, err = wire.Enrol(t.Context(), "http://127.0.0.1", wire.HTTPOptions{Transport: l}, suite, asked); err != nil {
		t.Fatal(err)
	}
	l.out, err = outbox.Open(outbox.Config{Dir: filepath.Join(t.TempDir(), "outbox"), Source: l.dev.Source(), Now: time.Now, CaseNumber: l.number,
		Sealer: item.Sealer{Suite: suite, SealKey: l.dev.SealKey, SealPublic: l.dev.SealPublic, SignKey: l.dev.SignKey, SignPriv: l.priv}})
	if err != nil {
		t.Fatal(err)
	}
	l.Engine = l.engine(wire.HTTPOptions{Transport: l}, "http://127.0.0.1")
	test(t, l)
	l.Stop()
	server.Stop()
	if err := errors.Join(l.out.Verify(t.Context()), l.out.Close(), store.Close()); err != nil {
		t.Error(err)
	}
}

// engine makes one over the outbox.
func (l *ledger) engine(options wire.HTTPOptions, base string) *Engine {
	l.t.Helper()
	suite := item.Default()
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: base, Suite: suite, Source: l.dev.Source(), SignKey: l.dev.SignKey, SignPriv: l.priv,
		UpstreamKey: l.dev.UpstreamKey, UpstreamPub: l.dev.UpstreamPub, Now: time.Now, HTTP: options})
	if err != nil {
		l.t.Fatal(err)
	}
	e, err := New(Config{Outbox: l.out, Client: client, Suite: suite, Now: time.Now,
		AckKeys: map[string]AckKey{l.dev.UpstreamKey: {wire.TierCentral, l.dev.UpstreamPub}}})
	if err != nil {
		l.t.Fatal(err)
	}
	return e
}

func (l *ledger) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Add(l.ahead)
}

// number is a receipt number with its check digits (ISO 7064 MOD 97-10).
func (l *ledger) number(running uint32) (string, error) {
	body := fmt.Sprintf("%s%s%s%06d83", l.dev.Hall, l.dev.Kiosk, l.dev.Incarnation, running)
	n, err := strconv.ParseUint(body, 10, 64)
	return body + fmt.Sprintf("%02d", 98-n%97*100%97), err
}

// RoundTrip implements http.RoundTripper.
func (l *ledger) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	l.mu.Lock()
	deliver := l.deliver
	l.mu.Unlock()
	return deliver(r, body)
}

// arrive hands a request to central, and notes what it answered to a batch.
func (l *ledger) arrive(r *http.Request, body []byte) (*http.Response, error) {
	return l.arriveFrom(r.Context(), "192.0.2.7:40000", r, body)
}

func (l *ledger) arriveFrom(ctx context.Context, addr string, r *http.Request, body []byte) (*http.Response, error) {
	in := httptest.NewRequestWithContext(ctx, r.Method, r.URL.RequestURI(), bytes.NewReader(body))
	in.Header, in.RemoteAddr = r.Header.Clone(), addr
	w := httptest.NewRecorder()
	l.inner.ServeHTTP(w, in)
	if r.URL.Path == wire.PathBatches && w.Code == http.StatusOK {
		p := posted{request: r.Clone(context.Background()), body: body}
		if err := json.Unmarshal(w.Body.Bytes(), &p.answer); err != nil {
			return nil, err
		}
		l.mu.Lock()
		l.log = append(l.log, p)
		l.mu.Unlock()
	}
	return w.Result(), nil
}

func (l *ledger) posts() []posted {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log[:len(l.log):len(l.log)]
}

// accept takes in cases of two items each.
func (l *ledger) accept(cases int) {
	l.t.Helper()
	for range cases {
		caseID := item.NewID(time.Now())
		for _, d := range []outbox.Draft{
			{Type: item.TypeSubmission, Numbered: true, TrackHash: strings.Repeat("5d1e", 15) + fmt.Sprintf("%04x", l.out.Stats().LastSequence),
				Payload: []byte(`{"service":{"id":"jzz"}}`)},
			{Type: item.TypePrint, Payload: []byte(`{"outcome":"printed"}`)},
		} {
			d.ID, d.CaseID = item.NewID(time.Now()), caseID
			if _, err := l.out.Accept(l.t.Context(), d); err != nil {
				l.t.Fatal(err)
			}
		}
	}
}

// drain starts the engine and waits until nothing waits any more.
func (l *ledger) drain() {
	l.t.Helper()
	news, cancel := l.Subscribe()
	defer cancel()
	if err := l.Start(context.Background()); err != nil {
		l.t.Fatal(err)
	}
	over := time.After(time.Minute)
	for {
		select {
		case s := <-news:
			if s.Link == Online && s.Waiting == 0 && l.out.Stats().Waiting == 0 {
				return
			}
		case <-over:
			l.t.Fatalf("not drained: %+v, %+v", l.Status(), l.out.Stats())
		}
	}
}

// wantOnce insists that central has each item once: one row that has taken effect, at a position of its own, for ever the same
// in all answers; that it was stored once and a duplicate every other time; and that each case has both its items.
func (l *ledger) wantOnce(cases int) {
	l.t.Helper()
	items := 2 * cases
	source := l.dev.Source().String()
	if s := l.out.Stats(); s.ByState[outbox.StateStoredCentral] != items || s.Waiting != 0 {
		l.t.Errorf("the outbox says %+v", s)
	}
	through, err := l.store.Through(l.t.Context(), source)
	if err != nil || through != uint64(items) {
		l.t.Errorf("central has everything up to %d, %v; want %d", through, err, items)
	}
	if bad, err := l.store.Conflicts(l.t.Context(), 10); err != nil || len(bad) != 0 {
		l.t.Errorf("%d conflicts, %v", len(bad), err)
	}
	list, total, err := l.store.Cases(l.t.Context(), 0, cases+1)
	if err != nil || total != cases {
		l.t.Errorf("%d cases, %v; want %d", total, err, cases)
	}
	for _, one := range list {
		if one.Items != 2 || len(one.Prints) != 1 || one.Version != 1 {
			l.t.Errorf("case %s has %d items, %d prints, version %d", one.ReceiptNo, one.Items, len(one.Prints), one.Version)
		}
	}
	stored, at := map[string]int{}, map[string]uint64{}
	for _, p := range l.posts() {
		for _, r := range p.answer.Results {
			if r.Ack == nil || r.Status != wire.Stored && r.Status != wire.Duplicate {
				l.t.Fatalf("an item was answered with %+v", r)
			}
			if r.Status == wire.Stored {
				stored[r.ID]++
			}
			if before := at[r.ID]; before != 0 && before != r.Ack.Position {
				l.t.Errorf("item %s is at %d and at %d", r.ID, before, r.Ack.Position)
			}
			at[r.ID] = r.Ack.Position
		}
	}
	rows := map[uint64]bool{}
	for id, n := range stored {
		row, err := l.store.Row(l.t.Context(), source, id)
		if err != nil || n != 1 || !row.Applied || row.Position != at[id] || rows[row.Position] {
			l.t.Errorf("item %s was stored %d times, at %d, and is %+v, %v", id, n, at[id], row.Position, err)
		}
		rows[row.Position] = true
	}
	if len(rows) != items {
		l.t.Errorf("%d rows for %d items", len(rows), items)
	}
}
