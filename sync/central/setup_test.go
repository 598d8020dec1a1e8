package central_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/assets/dictionaries"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// logBuffer may be written by many handlers at once.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// eachSuite runs a test for every suite of algorithms.
func eachSuite(t *testing.T, test func(t *testing.T, suite item.Suite)) {
	t.Helper()
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) { test(t, suite) })
	}
}

// hall is a central with everything around it.
type hall struct {
	t      *testing.T
	dir    string
	suite  item.Suite
	known  item.Dictionaries
	limits central.UploadLimits // of takeUploads
	keys   central.Keys
	clock  *clock
	log    *logBuffer
	store  *badgerstore.Store
	server *central.Server
	http   *httptest.Server
	client *http.Client
}

func setup(t *testing.T, suite item.Suite) *hall {
	h := &hall{t: t, dir: t.TempDir(), suite: suite, log: &logBuffer{}, clock: &clock{t: time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)}}
	h.client = &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	h.start()
	t.Cleanup(h.stop)
	return h
}

func (h *hall) start() {
	h.t.Helper()
	logger := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if h.store, err = badgerstore.Open(badgerstore.Config{Dir: h.dir, Logger: logger}); err != nil {
		h.t.Fatal(err)
	}
	if h.keys, err = central.OpenKeys(h.dir, h.suite, true); err != nil {
		h.t.Fatal(err)
	}
	if h.known, err = central.OpenDictionaries(h.dir, dictionaries.FS); err != nil {
		h.t.Fatal(err)
	}
	h.server, err = central.New(central.Config{
		Store: h.store, Suite: h.suite, Keys: h.keys, Dictionaries: h.known, Now: h.clock.now, Logger: logger, TrackingURL: "HTTPS://SX.EXAMPLE",
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.http = httptest.NewServer(h.server.Handler())
}

func (h *hall) stop() {
	h.t.Helper()
	h.server.Stop()
	h.http.Close()
	h.client.CloseIdleConnections()
	if err := h.store.Close(); err != nil {
		h.t.Error(err)
	}
}

// restart closes everything and opens the same directory again.
func (h *hall) restart() { h.stop(); h.start() }

// answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (h *hall) do(method, path string, header http.Header, body []byte) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.http.URL+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, raw}
}

func (h *hall) get(path string) answer { h.t.Helper(); return h.do("GET", path, nil, nil) }

// staff calls the staff API and decodes into out when the answer is a success.
func (h *hall) staff(method, path string, in, out any) answer {
	h.t.Helper()
	var body []byte
	if in != nil {
		body = must(json.Marshal(in))
	}
	a := h.do(method, path, http.Header{"Authorization": {"Bearer " + h.keys.OperatorToken}, "Content-Type": {"application/json"}}, body)
	if out != nil && a.status/100 == 2 {
		if err := json.Unmarshal(a.body, out); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, a.body)
		}
	}
	return a
}

// kiosk is an enrolled device that seals and signs for real.
type kiosk struct {
	h      *hall
	dev    wire.Device
	priv   []byte
	sealer item.Sealer
	client *wire.Client
	seq    uint64
	prev   string
}

func (h *hall) enrol(number string) *kiosk {
	h.t.Helper()
	code, _, err := h.server.NewEnrolCode(h.t.Context(), central.Kiosk{Hall: "44011", Number: number}, "河源市民服务中心")
	if err != nil {
		h.t.Fatal(err)
	}
	priv, pub, err := h.suite.GenerateSignKey()
	if err != nil {
		h.t.Fatal(err)
	}
	dev, err := h.redeem(code, keyPair{priv, pub})
	if err != nil {
		h.t.Fatal(err)
	}
	k := &kiosk{h: h, dev: dev, priv: priv, prev: item.Genesis, sealer: item.Sealer{
		Suite: h.suite, SealKey: dev.SealKey, SealPublic: dev.SealPublic, SignKey: dev.SignKey, SignPriv: priv, Dictionary: h.known.Newest(),
	}}
	k.connect()
	return k
}

// connect makes a client for the hall's present address.
func (k *kiosk) connect() {
	k.h.t.Helper()
	var err error
	k.client, err = wire.NewClient(wire.ClientConfig{
		BaseURL: k.h.http.URL, Suite: k.h.suite, Source: k.dev.Source(), SignKey: k.dev.SignKey, SignPriv: k.priv,
		UpstreamKey: k.dev.UpstreamKey, UpstreamPub: k.dev.UpstreamPub, SealKey: k.dev.SealKey, SealPublic: k.dev.SealPublic, Now: k.h.clock.now,
	})
	if err != nil {
		k.h.t.Fatal(err)
	}
	k.h.t.Cleanup(k.client.Close)
}

const canary = "王小明110101190001010014"

const submission = `{"service":{"id":"jzz","title":{"zh-Hans":"居住证签注","en":"Residence permit renewal"},"department":{"zh-Hans":"河源市公安局","en":"Heyuan Public Security Bureau"}},` +
	`"applicant":{"name":"` + canary + `"},"form":{"phone":"13800000000","agree":true},"next":{"zh-Hans":"请等待短信通知，5 个工作日内答复。","en":"You will hear from us within 5 working days."}}`

// item makes the kiosk's next item; edit may change attributes before it is sealed.
func (k *kiosk) item(typ item.Type, caseID string, caseSeq uint32, payload string, edit func(*item.Item)) *item.Item {
	k.h.t.Helper()
	k.seq++
	it := &item.Item{
		ID: item.NewID(k.h.clock.now()), Source: k.dev.Source().String(), Type: typ, Time: item.FormatTime(k.h.clock.now()),
		Sequence: item.FormatSequence(k.seq), Prev: k.prev,
	}
	if caseID != "" {
		it.CaseID, it.CaseSeq = caseID, item.FormatCaseSeq(caseSeq)
	}
	if edit != nil {
		edit(it)
	}
	if err := k.sealer.Finish(it, []byte(payload)); err != nil {
		k.h.t.Fatal(err)
	}
	k.prev = it.Digest().String()
	return it
}

// number is the receipt number of a running number, with its check digits (ISO 7064 MOD 97-10).
func (k *kiosk) number(running uint64) string {
	body := fmt.Sprintf("%s%s%s%06d83", k.dev.Hall, k.dev.Kiosk, k.dev.Incarnation, running)
	n := must(strconv.ParseUint(body, 10, 64))
	return body + fmt.Sprintf("%02d", 98-n%97*100%97)
}

// submit makes a submission with its own case and tracking code.
func (k *kiosk) submit(payload string) (*item.Item, tracking.Code) {
	k.h.t.Helper()
	code := tracking.New(k.dev.Number, k.dev.TrackingKey)
	it := k.item(item.TypeSubmission, item.NewID(k.h.clock.now()), 1, payload, func(it *item.Item) {
		it.Subject = "service/jzz"
		it.ReceiptNo = k.number(k.seq)
		it.TrackHash = code.Hash()
	})
	return it, code
}

func (k *kiosk) post(items ...*item.Item) []wire.Result {
	k.h.t.Helper()
	a, err := k.client.PostBatch(k.h.t.Context(), items)
	if err != nil {
		k.h.t.Fatal(err)
	}
	if len(a.Results) != len(items) {
		k.h.t.Fatalf("%d results for %d items", len(a.Results), len(items))
	}
	return a.Results
}

// stored posts one item and insists on a verified ack.
func (k *kiosk) stored(it *item.Item) *wire.Ack {
	k.h.t.Helper()
	r := k.post(it)[0]
	if r.Status != wire.Stored || r.Ack == nil {
		k.h.t.Fatalf("result %+v, problem %+v", r, r.Problem)
	}
	if err := r.Ack.Verify(it, k.h.suite, k.dev.UpstreamPub); err != nil {
		k.h.t.Fatal(err)
	}
	return r.Ack
}

// sameAck reports whether two acks of an item say the same and verify. Signatures of one suite are drawn anew each time.
func (k *kiosk) sameAck(it *item.Item, a, b *wire.Ack) bool {
	k.h.t.Helper()
	if a == nil || b == nil {
		return false
	}
	for _, ack := range []*wire.Ack{a, b} {
		if err := ack.Verify(it, k.h.suite, k.dev.UpstreamPub); err != nil {
			k.h.t.Error(err)
			return false
		}
	}
	x, y := *a, *b
	x.Sig, y.Sig = nil, nil
	return fmt.Sprint(x) == fmt.Sprint(y)
}

// sign gives the headers of a request of this kiosk, and its nonce.
func (k *kiosk) sign(method, path string, body []byte) (http.Header, string) {
	k.h.t.Helper()
	token, nonce, err := wire.SignRequest(k.h.suite, k.priv, k.dev.SignKey, k.dev.Source().String(), method, path, body, k.h.clock.now())
	if err != nil {
		k.h.t.Fatal(err)
	}
	return http.Header{wire.HeaderVersion: {wire.Version}, wire.HeaderRequest: {token}, "Content-Type": {wire.TypeBatch}}, nonce
}

func (h *hall) stage(receiptNo string, to wire.Stage, official string) answer {
	h.t.Helper()
	return h.staff("POST", "/api/v1/cases/"+receiptNo+"/stage", map[string]string{"stage": string(to), "official_no": official}, nil)
}

func (h *hall) form(path string, header http.Header, values url.Values) answer {
	h.t.Helper()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.do("POST", path, header, []byte(values.Encode()))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// text is the part of a page that is worth showing in a failure.
func text(body []byte) string {
	s := string(body)
	if _, after, ok := strings.Cut(s, "<main>"); ok {
		s = after
	}
	return s[:min(len(s), 1500)]
}

func mustContain(t *testing.T, body []byte, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(string(body), w) {
			t.Errorf("page lacks %q:\n%s", w, text(body))
		}
	}
}

func mustLack(t *testing.T, body []byte, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(string(body), w) {
			t.Errorf("page has %q:\n%s", w, text(body))
		}
	}
}
