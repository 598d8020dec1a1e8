package wire

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/sync/item"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eachSuite runs a test for every suite of algorithms.
func eachSuite(t *testing.T, test func(t *testing.T, suite item.Suite)) {
	t.Helper()
	for _, suite := range item.Suites() {
		t.Run(suite.Name(), func(t *testing.T) { test(t, suite) })
	}
}

var (
	kiosk = item.Source{Hall: "11010", Kiosk: "107", Incarnation: "02"}
	start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
)

type keys struct {
	suite                                               item.Suite
	sealPriv, sealPub, signPriv, signPub, upPriv, upPub []byte
}

func newKeys(t testing.TB, suite item.Suite) keys {
	t.Helper()
	k := keys{suite: suite}
	var errs [3]error
	k.sealPriv, k.sealPub, errs[0] = k.suite.GenerateSealKey()
	k.signPriv, k.signPub, errs[1] = k.suite.GenerateSignKey()
	k.upPriv, k.upPub, errs[2] = k.suite.GenerateSignKey()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k keys) item(t testing.TB, seq uint64) *item.Item {
	t.Helper()
	it := &item.Item{ID: item.NewID(start), Source: kiosk.String(), Type: item.TypeSubmission, Time: item.FormatTime(start),
		Sequence: item.FormatSequence(seq), CaseID: item.NewID(start), CaseSeq: item.FormatCaseSeq(1), Prev: item.Genesis}
	s := item.Sealer{Suite: k.suite, SealKey: "seal-1", SealPublic: k.sealPub, SignKey: "kiosk-1", SignPriv: k.signPriv}
	if err := s.Finish(it, []byte("payload")); err != nil {
		t.Fatal(err)
	}
	return it
}

func (k keys) ack(t testing.TB, it *item.Item) *Ack {
	t.Helper()
	a := &Ack{Source: it.Source, Sequence: it.Sequence, ID: it.ID, Digest: it.Digest().String(), Status: Stored, Tier: TierCentral, Epoch: "e1",
		Position: 7, At: item.FormatTime(start), Key: "up-1"}
	if err := a.Sign(k.suite, k.upPriv); err != nil {
		t.Fatal(err)
	}
	return a
}

// upstream is an httptest server that proves requests and signs answers; answer says what it gives, and fault, when set,
// takes the place of sending it.
type upstream struct {
	*httptest.Server
	t    testing.TB
	keys keys

	mu     sync.Mutex
	answer func(r *http.Request, body []byte) (status int, answer any)
	fault  func(w http.ResponseWriter, r *http.Request, signed []byte)
	calls  int
	raw    []byte // the last request's body; read only inside answer and fault
}

func newUpstream(t testing.TB, suite item.Suite) *upstream {
	u := &upstream{t: t, keys: newKeys(t, suite)}
	u.answer = func(*http.Request, []byte) (int, any) { return http.StatusOK, Hello{Tier: TierCentral, Epoch: "e1"} }
	u.Server = httptest.NewServer(u)
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls++
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client hung up
	}
	u.raw = raw
	claims, err := VerifyRequest(u.keys.suite, u.keys.signPub, r.Header.Get(HeaderRequest), r.Method, r.URL.RequestURI(), raw)
	if err != nil || claims.Source != kiosk.String() || r.Header.Get(HeaderVersion) != Version {
		u.t.Errorf("request %s %s is not proven: %v", r.Method, r.URL, err)
	}
	status, answer := u.answer(r, raw)
	body, err := json.Marshal(answer)
	if err != nil {
		u.t.Error(err)
	}
	sig, err := SignAnswer(u.keys.suite, u.keys.upPriv, "up-1", Request{r.Method, r.URL.RequestURI(), raw, claims.Nonce}, status, "e1", body)
	if err != nil {
		u.t.Error(err)
	}
	h := w.Header()
	h.Set(HeaderVersion, Version)
	h.Set(HeaderEpoch, "e1")
	h.Set(HeaderSignature, sig)
	h.Set("Content-Type", TypeJSON)
	if status >= 400 {
		h.Set("Content-Type", TypeProblem)
	}
	if u.fault != nil {
		u.fault(w, r, body)
		return
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		u.t.Logf("write answer: %v", err)
	}
}

func (u *upstream) set(fault func(http.ResponseWriter, *http.Request, []byte), answer func(*http.Request, []byte) (int, any)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.fault, u.calls = fault, 0
	if answer != nil {
		u.answer = answer
	}
}

func (u *upstream) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls
}

func (u *upstream) config() ClientConfig {
	return ClientConfig{BaseURL: u.URL, Suite: u.keys.suite, Source: kiosk, SignKey: "kiosk-1", SignPriv: u.keys.signPriv,
		UpstreamKey: "up-1", UpstreamPub: u.keys.upPub, Now: func() time.Time { return start }}
}

func (u *upstream) client(options HTTPOptions) *Client {
	u.t.Helper()
	cfg := u.config()
	cfg.HTTP = options
	c, err := NewClient(cfg)
	if err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(c.Close)
	return c
}

func gunzip(t testing.TB, r io.Reader) []byte {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Error(err)
		return nil
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Error(err)
	}
	return b
}
