package central_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Whatever a revoked device asks, it gets a refusal that central has signed; a kiosk believes no other.
func TestRevokedDeviceGetsASignedRefusal(t *testing.T) {
	eachSuite(t, testRevokedDeviceGetsASignedRefusal)
}

func testRevokedDeviceGetsASignedRefusal(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	h.takeUploads(nil)
	k, other := h.enrol("107"), h.enrol("108")
	it, code := k.submit(submission)
	k.stored(it)
	if _, err := h.server.Revoke(t.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "", "stolen in the night"); err != nil {
		t.Fatal(err)
	}
	upload := wire.PathUploads + item.NewID(h.clock.now()) + "?digest=" + url.QueryEscape(it.Digest().String()) + "&length=10"
	for _, ask := range []struct{ method, path, body string }{
		{"GET", wire.PathHello, ""}, {"POST", wire.PathBatches, "[]"}, {"GET", wire.PathFeed, ""}, {"GET", wire.PathFeed + "?wait=25", ""},
		{"POST", wire.PathReconcile, "{}"}, {"POST", wire.PathCases, "{}"}, {"GET", wire.PathCheckpoints, ""},
		{"POST", upload, ""}, {"PATCH", upload + "&offset=0", "x"}, {"GET", "/sync/v1/nothing", ""},
	} {
		header, nonce := k.sign(ask.method, ask.path, []byte(ask.body))
		a := h.do(ask.method, ask.path, header, []byte(ask.body))
		if a.status != http.StatusForbidden || !strings.Contains(string(a.body), wire.ProblemRevoked) {
			t.Errorf("%s %s: %d %s", ask.method, ask.path, a.status, a.body)
		}
		to := wire.Request{Method: ask.method, Path: ask.path, Body: []byte(ask.body), Nonce: nonce}
		if err := wire.VerifyAnswer(h.suite, k.dev.UpstreamPub, a.header.Get(wire.HeaderSignature), to, a.status, a.header.Get(wire.HeaderEpoch), a.body); err != nil {
			t.Errorf("%s %s: %v", ask.method, ask.path, err)
		}
	}
	if n := strings.Count(h.log.String(), "revoked device asks"); n != 1 {
		t.Errorf("ten requests within the hour were logged %d times", n)
	}
	if _, err := other.client.Hello(t.Context()); err != nil {
		t.Errorf("another kiosk: %v", err)
	}
	// What it had sent stays: the citizen's code leads to the case, and staff move it on.
	if a := h.get("/T/" + string(code)); a.status != 200 {
		t.Errorf("its tracking code: %d %s", a.status, text(a.body))
	}
	if a := h.stage(it.ReceiptNo, wire.StageAccepted, ""); a.status != 200 {
		t.Errorf("its case: %d %s", a.status, a.body)
	}
	h.restart()
	k.connect()
	if _, err := k.client.Hello(t.Context()); !refusedWith(err, 403, wire.ProblemRevoked) {
		t.Errorf("after central's restart: %v", err)
	}
}

// watchedStore tells when somebody begins to wait for changes.
type watchedStore struct {
	*badgerstore.Store
	asked chan struct{}
}

func (s watchedStore) Changed(k central.Kiosk) <-chan struct{} {
	ch := s.Store.Changed(k)
	select {
	case s.asked <- struct{}{}:
	default:
	}
	return ch
}

// A kiosk whose feed is held open learns of its revocation at once, not at the end of the wait.
func TestRevocationCutsALongPoll(t *testing.T) { eachSuite(t, testRevocationCutsALongPoll) }

func testRevocationCutsALongPoll(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	store := watchedStore{h.store, make(chan struct{}, 1)}
	server, err := central.New(central.Config{
		Store: store, Suite: h.suite, Keys: h.keys, Now: h.clock.now, Logger: slog.New(slog.DiscardHandler), TrackingURL: "HTTPS://SX.EXAMPLE",
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.Handler())
	defer func() { server.Stop(); web.Close() }()
	k := h.enrol("107")
	h.http.URL, web.URL = web.URL, h.http.URL // the kiosk asks the watched one
	k.connect()
	h.http.URL, web.URL = web.URL, h.http.URL
	got := make(chan error, 1)
	go func() {
		_, err := k.client.Feed(t.Context(), "", wire.MaxWait)
		got <- err
	}()
	<-store.asked
	if _, err := server.Revoke(t.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "01", "retired"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-got:
		if !refusedWith(err, 403, wire.ProblemRevoked) {
			t.Errorf("poll ended with %v", err)
		}
	case <-time.After(wire.MaxWait - 5*time.Second):
		t.Error("the poll was held on")
	}
}

// Batches that are under way while their kiosk is revoked land or are refused. What it still has comes in through the next
// incarnation, and everything is in the ledger once.
func TestRevocationUnderBatchesLosesAndDoublesNothing(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	const batches, each = 40, 5
	var all [][]*item.Item
	for range batches {
		var batch []*item.Item
		for range each {
			it, _ := k.submit(submission)
			batch = append(batch, it)
		}
		all = append(all, batch)
	}
	acks := map[string]*wire.Ack{} // by item
	var mu sync.Mutex
	refusals := 0
	var wg sync.WaitGroup
	half := make(chan struct{})
	landed := 0
	for _, lane := range [][][]*item.Item{all[:batches/2], all[batches/2:]} {
		wg.Go(func() {
			for _, batch := range lane {
				a, err := k.client.PostBatch(t.Context(), batch)
				mu.Lock()
				switch {
				case refusedWith(err, 403, wire.ProblemRevoked):
					refusals++
				case err != nil || len(a.Results) != each:
					t.Errorf("batch: %+v, %v", a, err)
				default:
					for _, r := range a.Results {
						acks[r.ID] = r.Ack
					}
					if landed++; landed == batches/4 {
						close(half)
					}
				}
				mu.Unlock()
			}
		})
	}
	<-half
	if _, err := h.server.Revoke(t.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "", "x"); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if refusals == 0 || len(acks) < each*batches/4 {
		t.Fatalf("%d batches refused, %d items taken in", refusals, len(acks))
	}
	next := h.enrol("107")
	if next.dev.Incarnation != "02" {
		t.Fatalf("enrolled again as %+v", next.dev)
	}
	positions := map[uint64]bool{}
	for _, batch := range all {
		for i, r := range next.post(batch...) {
			switch before := acks[batch[i].ID]; {
			case before == nil && r.Status != wire.Stored, before != nil && r.Status != wire.Duplicate, before != nil && !k.sameAck(batch[i], before, r.Ack):
				t.Errorf("item %s: %+v, before %+v", batch[i].Sequence, r, before)
			}
			positions[r.Ack.Position] = true
		}
	}
	if n, err := h.store.Through(t.Context(), k.dev.Source().String()); err != nil || n != batches*each || len(positions) != batches*each {
		t.Errorf("through %d of %d, %d positions, %v", n, batches*each, len(positions), err)
	}
	it, _ := next.submit(submission)
	next.stored(it)
	if page, err := next.client.Feed(t.Context(), "", 0); err != nil || len(page.Events) == 0 {
		t.Errorf("feed of the place's next kiosk: %+v, %v", page, err)
	}
	if a := next.post(it)[0]; a.Status != wire.Duplicate {
		t.Errorf("%+v", a)
	}
}

func TestRevokeByTheStaffAPI(t *testing.T) {
	h := setup(t, item.Default())
	former := h.enrol("107")
	k := h.enrol("107")
	h.enrol("108")
	post := func(path string, in, out any) answer {
		return h.staff("POST", "/api/v1/halls/"+path+"/revocation", in, out)
	}
	why := func(s string) map[string]string { return map[string]string{"reason": s} }
	for what, a := range map[string]answer{
		"no token": h.do("POST", "/api/v1/halls/44011/kiosks/107/revocation", http.Header{"Content-Type": {wire.TypeJSON}}, []byte(`{"reason":"x"}`)),
		"unknown":  post("44011/kiosks/109", why("x"), nil), "no reason": post("44011/kiosks/107", why(" "), nil),
		"two lines": post("44011/kiosks/107", why("a\nb"), nil), "long": post("44011/kiosks/107", why(strings.Repeat("长", 201)), nil),
		"no number": post("44011/kiosks/10", why("x"), nil), "no such incarnation": post("44011/kiosks/107", map[string]string{"reason": "x", "incarnation": "07"}, nil),
	} {
		want := map[string]int{"no token": 401, "unknown": 404, "no such incarnation": 404}[what]
		if want == 0 {
			want = 422
		}
		if a.status != want {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	// The former incarnation, which somebody found in a cellar.
	var list central.KioskList
	if a := post("44011/kiosks/107", map[string]string{"reason": "old disk", "incarnation": "01"}, &list); a.status != 200 || len(list.Kiosks) != 1 || list.Kiosks[0].RevokedFor != "old disk" {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if _, err := former.client.Hello(t.Context()); !refusedWith(err, 403, wire.ProblemRevoked) {
		t.Errorf("the former incarnation: %v", err)
	}
	if hello, err := k.client.Hello(t.Context()); err != nil || hello.Superseded {
		t.Errorf("the present one: %+v, %v", hello, err)
	}
	h.clock.add(time.Hour)
	for range 2 {
		if a := post("44011/kiosks/107", why("both"), &list); a.status != 200 || len(list.Kiosks) != 2 || list.Kiosks[0].RevokedFor != "old disk" ||
			list.Kiosks[1].RevokedFor != "both" || list.Kiosks[1].RevokedAt != "2026-11-23T02:30:00Z" {
			t.Errorf("%d %s", a.status, a.body)
		}
		h.clock.add(time.Hour)
	}
	if a := h.staff("GET", "/api/v1/kiosks", nil, &list); a.status != 200 || len(list.Kiosks) != 3 {
		t.Fatalf("list: %d %s", a.status, a.body)
	}
	for i, k := range list.Kiosks {
		if heard := i < 2; k.Number != uint16(i+1) || (k.HeardAt == "2026-11-23T01:30:00Z") != heard || (k.RevokedAt != "") != heard || len(k.Key) != 16 {
			t.Errorf("kiosk %d: %+v", i, k)
		}
	}
	if a := h.staff("GET", "/api/v1/kiosks?after=2&limit=5", nil, &list); a.status != 200 || len(list.Kiosks) != 1 || list.Kiosks[0].Kiosk != "108" {
		t.Errorf("page: %d %s", a.status, a.body)
	}
}

// A store that fails says nothing about the device: the answer is no refusal.
func TestAStoreThatFailsRevokesNobody(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if list, err := h.server.Revoke(ctx, central.Kiosk{Hall: "44011", Number: "107"}, "", "x"); err == nil || errors.Is(err, central.ErrNotFound) {
		t.Errorf("revoked with a context that was over: %+v, %v", list, err)
	}
	if _, err := k.client.Hello(t.Context()); err != nil {
		t.Errorf("hello: %v", err)
	}
}
