package engine

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var kiosk = item.Source{Hall: "11010", Kiosk: "107", Incarnation: "02"}

// errDown is what a cut line looks like.
var errDown = errors.New("network is unreachable")

// central is a small upstream behind a line: it proves requests, keeps a ledger in memory, signs acks and answers. As a
// RoundTripper it works inside a bubble. before may answer in its place; after may spoil or lose its answer.
type central struct {
	suite item.Suite
	t     testing.TB

	sealPriv, sealPub, signPriv, signPub, upPriv, upPub []byte

	mu       sync.Mutex
	epoch    string
	ledger   map[string]*wire.Ack // by id
	digests  map[string]string    // by source and sequence
	caseSeq  map[string]int
	events   []wire.FeedEvent
	changed  chan struct{}
	requests map[string][]time.Time // by path
	posts    [][]string             // ids
	before   func(r *http.Request, body []byte) (*http.Response, error)
	after    func(r *http.Request, resp *http.Response) (*http.Response, error)
	batch    func(items []*item.Item) (status int, problem *wire.Problem) // refuses the whole
	result   func(it *item.Item, r wire.Result) wire.Result               // spoils one
	page     func(cursor string, p wire.FeedPage) (int, any)              // spoils a page
}

func newCentral(t testing.TB, suite item.Suite) *central {
	c := &central{t: t, suite: suite, epoch: "e1", ledger: map[string]*wire.Ack{}, digests: map[string]string{}, caseSeq: map[string]int{},
		changed: make(chan struct{}), requests: map[string][]time.Time{}}
	var errs [3]error
	c.sealPriv, c.sealPub, errs[0] = c.suite.GenerateSealKey()
	c.signPriv, c.signPub, errs[1] = c.suite.GenerateSignKey()
	c.upPriv, c.upPub, errs[2] = c.suite.GenerateSignKey()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *central) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	c.mu.Lock()
	c.requests[r.URL.Path] = append(c.requests[r.URL.Path], time.Now())
	before, after := c.before, c.after
	c.mu.Unlock()
	if before != nil {
		if resp, err := before(r, body); resp != nil || err != nil {
			return resp, err
		}
	}
	w := httptest.NewRecorder()
	if err := c.serve(w, r, body); err != nil {
		return nil, err
	}
	if after != nil {
		return after(r, w.Result())
	}
	return w.Result(), nil
}

func (c *central) serve(w *httptest.ResponseRecorder, r *http.Request, body []byte) error {
	claims, err := wire.VerifyRequest(c.suite, c.signPub, r.Header.Get(wire.HeaderRequest), r.Method, r.URL.RequestURI(), body)
	if err != nil {
		c.t.Errorf("request to %s is not proven: %v", r.URL.Path, err)
	}
	c.mu.Lock()
	epoch := c.epoch
	c.mu.Unlock()
	var status int
	var answer any
	switch r.URL.Path {
	case wire.PathHello:
		status, answer = 200, wire.Hello{Tier: wire.TierCentral, Epoch: epoch, MaxBatchItems: wire.MaxBatchItems, ServerTime: item.FormatTime(time.Now()),
			Through: c.through()}
	case wire.PathBatches:
		status, answer = c.take(body)
	case wire.PathReconcile:
		status, answer = c.reconcile(body)
	case wire.PathFeed:
		if status, answer, err = c.feed(r); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	sig, err := wire.SignAnswer(c.suite, c.upPriv, "up-1", wire.Request{Method: r.Method, Path: r.URL.RequestURI(), Body: body, Nonce: claims.Nonce},
		status, epoch, raw)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set(wire.HeaderVersion, wire.Version)
	h.Set(wire.HeaderEpoch, epoch)
	h.Set(wire.HeaderSignature, sig)
	h.Set("Content-Type", wire.TypeJSON)
	if status >= 400 {
		h.Set("Content-Type", wire.TypeProblem)
	}
	w.WriteHeader(status)
	_, err = w.Write(raw)
	return err
}

// through is the sequence up to which nothing of the kiosk is missing.
func (c *central) through() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := uint64(0)
	for c.digests[kiosk.String()+" "+item.FormatSequence(n+1)] != "" {
		n++
	}
	return item.FormatSequence(n)
}

// reconcile tells what the ledger lacks between two sequences.
func (c *central) reconcile(body []byte) (int, any) {
	var ask wire.ReconcileAsk
	if err := json.Unmarshal(body, &ask); err != nil {
		return 400, wire.Problem{Type: wire.ProblemUnreadable}
	}
	from, err := item.ParseSequence(ask.From)
	to, err2 := item.ParseSequence(ask.To)
	if err := errors.Join(err, err2); err != nil {
		return 400, wire.Problem{Type: wire.ProblemUnreadable}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a := wire.ReconcileAnswer{Epoch: c.epoch, From: ask.From, To: ask.To, Lacks: []wire.Span{}}
	for n := from; n <= to; n++ {
		s := item.FormatSequence(n)
		if c.digests[kiosk.String()+" "+s] == "" {
			if last := len(a.Lacks) - 1; last >= 0 && a.Lacks[last].To == item.FormatSequence(n-1) {
				a.Lacks[last].To = s
			} else {
				a.Lacks = append(a.Lacks, wire.Span{From: s, To: s})
			}
		}
	}
	return 200, a
}

func (c *central) take(body []byte) (int, any) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return 400, wire.Problem{Type: wire.ProblemUnreadable}
	}
	var items []*item.Item
	if err := json.NewDecoder(z).Decode(&items); err != nil {
		return 400, wire.Problem{Type: wire.ProblemUnreadable}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	c.posts = append(c.posts, ids)
	if c.batch != nil {
		if status, problem := c.batch(items); problem != nil {
			return status, *problem
		}
	}
	a := wire.BatchAnswer{Tier: wire.TierCentral, Epoch: c.epoch}
	for _, it := range items {
		r := c.store(it)
		if c.result != nil {
			r = c.result(it, r)
		}
		a.Results = append(a.Results, r)
	}
	return 200, a
}

// store keeps the item as central would: once, in the order of its case.
func (c *central) store(it *item.Item) wire.Result {
	if err := item.Verify(it, c.suite, c.signPub); err != nil {
		c.t.Errorf("item does not verify: %v", err)
	}
	if ack := c.ledger[it.ID]; ack != nil {
		if ack.Digest != it.Digest().String() {
			return wire.Result{ID: it.ID, Status: wire.Conflict}
		}
		return wire.Result{ID: it.ID, Status: wire.Duplicate, Ack: ack}
	}
	place := it.Source + " " + it.Sequence
	if d, taken := c.digests[place]; taken && d != it.Digest().String() {
		c.t.Errorf("two items at %s", place)
	}
	if it.CaseID != "" {
		c.caseSeq[it.CaseID]++
		if it.CaseSeq != item.FormatCaseSeq(uint32(c.caseSeq[it.CaseID])) {
			c.t.Errorf("case %s: item %s arrived as number %d", it.CaseID, it.CaseSeq, c.caseSeq[it.CaseID])
		}
	}
	c.digests[place] = it.Digest().String()
	ack := c.sign(it)
	c.ledger[it.ID] = ack
	return wire.Result{ID: it.ID, Status: wire.Stored, Ack: ack}
}

// altered is the ack with a change that c stands for with its key.
func (c *central) altered(a *wire.Ack, change func(a *wire.Ack)) *wire.Ack {
	b := *a
	change(&b)
	if err := b.Sign(c.suite, c.upPriv); err != nil {
		c.t.Error(err)
	}
	return &b
}

func held(a *wire.Ack) { a.Status = wire.Held }

func (c *central) sign(it *item.Item) *wire.Ack {
	a := &wire.Ack{Source: it.Source, Sequence: it.Sequence, ID: it.ID, Digest: it.Digest().String(), Status: wire.Stored, Tier: wire.TierCentral,
		Epoch: c.epoch, Position: uint64(len(c.ledger) + 1), At: item.FormatTime(time.Now()), Key: "up-1"}
	if err := a.Sign(c.suite, c.upPriv); err != nil {
		c.t.Error(err)
	}
	return a
}

// feed holds the request until there is something, as a long poll does. A cursor is a count of events.
func (c *central) feed(r *http.Request) (int, any, error) {
	seconds, err := strconv.Atoi(r.URL.Query().Get("wait"))
	if err != nil {
		return 0, nil, err
	}
	cursor := r.URL.Query().Get("cursor")
	end := time.NewTimer(time.Duration(seconds) * time.Second)
	defer end.Stop()
	for {
		from, _ := strconv.Atoi(cursor)
		c.mu.Lock()
		if c.page != nil {
			if status, answer := c.page(cursor, wire.FeedPage{Epoch: c.epoch, Cursor: strconv.Itoa(len(c.events)), UpToDate: true}); answer != nil {
				c.mu.Unlock()
				return status, answer, nil
			}
		}
		if from > len(c.events) {
			c.mu.Unlock()
			return 409, wire.Problem{Type: wire.ProblemCursor}, nil
		}
		p := wire.FeedPage{Epoch: c.epoch, Cursor: strconv.Itoa(len(c.events)), UpToDate: true, Events: c.events[from:]}
		changed := c.changed
		c.mu.Unlock()
		if len(p.Events) > 0 {
			return 200, p, nil
		}
		select {
		case <-changed:
		case <-end.C:
			return 200, p, nil
		case <-r.Context().Done():
			return 0, nil, r.Context().Err()
		}
	}
}

func (c *central) publish(events ...wire.FeedEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, events...)
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *central) set(edit func(c *central)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	edit(c)
}

// cut takes the line away, mend gives it back.
func (c *central) cut() {
	c.set(func(c *central) {
		c.before = func(*http.Request, []byte) (*http.Response, error) { return nil, errDown }
	})
}

func (c *central) mend() { c.set(func(c *central) { c.before, c.after = nil, nil }) }

func (c *central) count(path string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if path != "" {
		return len(c.requests[path])
	}
	n := 0
	for _, r := range c.requests {
		n += len(r)
	}
	return n
}

func (c *central) stored() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.ledger)
}

// node is a kiosk's outbox and engine before that central.
type node struct {
	*Engine
	t       testing.TB
	out     *outbox.Outbox
	central *central
	cfg     outbox.Config
}

func newNode(t testing.TB, c *central) *node {
	t.Helper()
	n := &node{t: t, central: c}
	n.cfg = outbox.Config{Dir: t.TempDir(), Source: kiosk, Now: time.Now,
		Sealer:     item.Sealer{Suite: c.suite, SealKey: "seal-1", SealPublic: c.sealPub, SignKey: "kiosk-1", SignPriv: c.signPriv},
		CaseNumber: func(running uint32) (string, error) { return fmt.Sprintf("1101010702%06d8343", running), nil }}
	n.open()
	return n
}

func (n *node) open() {
	n.t.Helper()
	var err error
	if n.out, err = outbox.Open(n.cfg); err != nil {
		n.t.Fatal(err)
	}
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: "https://central.example", Suite: n.central.suite, Source: kiosk, SignKey: "kiosk-1",
		SignPriv: n.central.signPriv, UpstreamKey: "up-1", UpstreamPub: n.central.upPub, Now: time.Now, HTTP: wire.HTTPOptions{Transport: n.central}})
	if err != nil {
		n.t.Fatal(err)
	}
	n.Engine, err = New(Config{Outbox: n.out, Client: client, Suite: n.central.suite, AckKeys: map[string]AckKey{"up-1": {wire.TierCentral, n.central.upPub}}, Now: time.Now})
	if err != nil {
		n.t.Fatal(err)
	}
}

// cfgEngine makes the engine anew from an edited configuration.
func (n *node) cfgEngine(edit func(*Config)) {
	n.t.Helper()
	cfg := n.Engine.cfg
	edit(&cfg)
	var err error
	if n.Engine, err = New(cfg); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) close() {
	n.t.Helper()
	n.Stop()
	if err := n.out.Close(); err != nil {
		n.t.Error(err)
	}
}

func (n *node) start() {
	n.t.Helper()
	if err := n.Start(context.Background()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) submit() outbox.Accepted { return n.submitTo(item.NewID(time.Now())) }

func (n *node) submitTo(caseID string) outbox.Accepted {
	n.t.Helper()
	a, err := n.out.Accept(context.Background(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeSubmission, CaseID: caseID,
		Numbered: true, Payload: []byte("{}")})
	if err != nil {
		n.t.Fatal(err)
	}
	return a
}

func (n *node) print(caseID string) outbox.Accepted {
	n.t.Helper()
	a, err := n.out.Accept(context.Background(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypePrint, CaseID: caseID, Payload: []byte("{}")})
	if err != nil {
		n.t.Fatal(err)
	}
	return a
}

func (n *node) state(id string) outbox.State {
	n.t.Helper()
	e, err := n.out.Get(id)
	if err != nil {
		n.t.Fatal(err)
	}
	return e.State
}

func (n *node) wantDelivered(items int) {
	n.t.Helper()
	s := n.out.Stats()
	if s.ByState[outbox.StateStoredCentral] != items || s.Waiting != 0 || n.central.stored() != items {
		n.t.Errorf("delivered %+v, central has %d; want %d", s, n.central.stored(), items)
	}
}
