package central_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"onedoor/sync/attach"
	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// takeUploads puts a server with uploads in the place of the hall's, and notes what it answered.
func (h *hall) takeUploads(spoil func(*http.Request, http.Header)) *requests {
	h.t.Helper()
	h.http.Close()
	h.server.Stop()
	server, err := central.New(central.Config{
		Store: h.store, Suite: h.suite, Keys: h.keys, Dictionaries: h.known, Now: h.clock.now, Logger: slog.New(slog.NewTextHandler(h.log, nil)),
		TrackingURL: "HTTPS://SX.EXAMPLE", Uploads: filepath.Join(h.dir, "uploads"), Limits: h.limits,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.server = server
	log := &requests{next: server.Handler(), spoil: spoil}
	h.http = httptest.NewServer(log)
	return log
}

// requests notes the offsets that were asked of parts that were taken.
type requests struct {
	next  http.Handler
	spoil func(*http.Request, http.Header)
	mu    sync.Mutex
	asked []string // methods
	taken []int64
	parts int
}

func (l *requests) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	l.next.ServeHTTP(rec, r)
	l.mu.Lock()
	l.asked = append(l.asked, r.Method)
	if r.Method == http.MethodPatch {
		l.parts++
		if rec.Code == http.StatusOK {
			offset, _ := strconv.ParseInt(r.Header.Get(wire.HeaderOffset), 10, 64)
			l.taken = append(l.taken, offset)
		}
	}
	l.mu.Unlock()
	if l.spoil != nil {
		l.spoil(r, rec.Header())
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// cutter passes connections on and cuts each after a number of bytes, counted in both directions.
type cutter struct {
	net.Listener
	to      string
	budget  func() int64
	running sync.WaitGroup
}

func newCutter(t *testing.T, to string, budget func() int64) *cutter {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l, to: strings.TrimPrefix(to, "http://"), budget: budget}
	c.running.Go(c.run)
	return c
}

func (c *cutter) stop() { c.Close(); c.running.Wait() }

func (c *cutter) run() {
	for {
		near, err := c.Accept()
		if err != nil {
			return
		}
		far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", c.to)
		if err != nil {
			near.Close()
			continue
		}
		var mu sync.Mutex
		left := c.budget()
		pass := func(to, from net.Conn) {
			defer near.Close()
			defer far.Close()
			b := make([]byte, 8<<10)
			for {
				n, err := from.Read(b)
				mu.Lock()
				n = int(min(int64(n), left))
				left -= int64(n)
				over := left == 0
				mu.Unlock()
				if _, werr := to.Write(b[:n]); err != nil || werr != nil || over {
					return
				}
			}
		}
		c.running.Go(func() { pass(far, near) })
		c.running.Go(func() { pass(near, far) })
	}
}

// through makes a client of the kiosk whose connections go through address.
func (k *kiosk) through(address string) *wire.Client {
	k.h.t.Helper()
	c, err := wire.NewClient(wire.ClientConfig{
		BaseURL: "http://" + address, Suite: k.h.suite, Source: k.dev.Source(), SignKey: k.dev.SignKey, SignPriv: k.priv,
		UpstreamKey: k.dev.UpstreamKey, UpstreamPub: k.dev.UpstreamPub, Now: k.h.clock.now,
	})
	if err != nil {
		k.h.t.Fatal(err)
	}
	return c
}

// attachment puts content beside an outbox and gives what sends it.
func (k *kiosk) attachment(dir string, content []byte) (*attach.Store, attach.Ref) {
	k.h.t.Helper()
	store, err := attach.OpenStore(attach.Config{Dir: dir, Suite: k.h.suite, SealKey: k.dev.SealKey, SealPublic: k.dev.SealPublic})
	if err != nil {
		k.h.t.Fatal(err)
	}
	ref, err := store.Put(k.h.t.Context(), item.NewID(k.h.clock.now()), item.NewID(k.h.clock.now()), "image/jpeg", bytes.NewReader(content))
	if err != nil {
		k.h.t.Fatal(err)
	}
	return store, ref
}

func (k *kiosk) sender(store *attach.Store, c *wire.Client) *attach.Sender {
	return &attach.Sender{Store: store, Client: c, Accepted: func(string) bool { return true }, Source: k.dev.Source(), Suite: k.h.suite, Public: k.dev.UpstreamPub}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(b)
	return b
}

// whole gives the file that central holds under an identity; nil for none.
func (h *hall) whole(k *kiosk, id string) []byte {
	h.t.Helper()
	dev := k.dev
	paths, err := filepath.Glob(filepath.Join(h.dir, "uploads", dev.Hall+"-"+dev.Kiosk+"-"+dev.Incarnation, id+".*"))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, p := range paths {
		if !strings.HasSuffix(p, ".part") {
			return must(os.ReadFile(p))
		}
	}
	return nil
}

func TestAttachmentTravelsThroughCutsAndRestarts(t *testing.T) {
	eachSuite(t, func(t *testing.T, suite item.Suite) {
		h := setup(t, suite)
		k := h.enrol("107")
		content := randomBytes(1<<20 + 1<<19)
		dir := filepath.Join(t.TempDir(), "attachments")
		store, ref := k.attachment(dir, content)
		sealed := must(os.ReadFile(filepath.Join(dir, ref.ID+"."+ref.Digest+"."+ref.Owner+".sealed")))
		var taken []int64
		seed := rand.Uint64()
		t.Log("seed", seed)
		random := rand.New(rand.NewPCG(seed, 1))
		sent, cuts := 0, 0
		for round := 0; sent == 0; round++ {
			if round == 40 {
				t.Fatalf("does not arrive; taken %v", taken)
			}
			log := h.takeUploads(nil)
			c := newCutter(t, h.http.URL, func() int64 { cuts++; return 1 + random.Int64N(600<<10) })
			client := k.through(c.Addr().String())
			var err error
			if sent, err = k.sender(store, client).Send(t.Context()); err != nil && !errors.Is(err, wire.ErrNoAnswer) {
				t.Fatal(err)
			}
			client.Close()
			c.stop()
			h.restart()
			taken = append(taken, log.taken...)
			if store, err = attach.OpenStore(attach.Config{Dir: dir, Suite: suite, SealKey: k.dev.SealKey, SealPublic: k.dev.SealPublic}); err != nil {
				t.Fatal(err)
			}
		}
		if cuts < 3 {
			t.Errorf("only %d connections: nothing was cut", cuts)
		}
		for i, offset := range taken {
			if offset != int64(i)*wire.MaxUploadPart && offset < ref.Size {
				t.Errorf("part %d was taken at %d: %v", i, offset, taken)
				break
			}
		}
		if got := h.whole(k, ref.ID); !bytes.Equal(got, sealed) {
			t.Fatalf("central holds %d bytes, want %d", len(got), len(sealed))
		}
		r, err := attach.Open(bytes.NewReader(h.whole(k, ref.ID)), suite, h.keys.SealPrivate)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) || r.ID() != ref.ID || r.Type() != "image/jpeg" {
			t.Errorf("central opens %d bytes of %s %s: %v", len(got), r.ID(), r.Type(), err)
		}
		if list, err := store.List(); err != nil || len(list) != 0 {
			t.Errorf("still beside the outbox: %v, %v", list, err)
		}
	})
}

// A restart of both sides between two parts costs neither of them what was sent.
func TestUploadGoesOnWhereItWas(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	store, ref := k.attachment(filepath.Join(t.TempDir(), "attachments"), randomBytes(2<<20))
	first := h.takeUploads(nil)
	left := int64(900 << 10) // for all connections
	c := newCutter(t, h.http.URL, func() int64 { n := left; left = 1; return n })
	client := k.through(c.Addr().String())
	if _, err := k.sender(store, client).Send(t.Context()); !errors.Is(err, wire.ErrNoAnswer) {
		t.Fatalf("cut off: %v", err)
	}
	client.Close()
	c.stop()
	h.restart()
	second := h.takeUploads(nil)
	client = k.through(strings.TrimPrefix(h.http.URL, "http://"))
	defer client.Close()
	sent, err := k.sender(store, client).Send(t.Context())
	if err != nil || sent != 1 || int64(len(h.whole(k, ref.ID))) != ref.Size {
		t.Fatalf("sent %d: %v", sent, err)
	}
	if len(first.taken) == 0 || len(second.taken) == 0 || second.taken[0] != int64(len(first.taken))*wire.MaxUploadPart {
		t.Errorf("before %v, after %v", first.taken, second.taken)
	}
	if second.asked[0] != http.MethodHead || slices.Contains(second.asked, http.MethodPost) {
		t.Errorf("goes on by %v, want it to ask for the offset and send parts", second.asked)
	}
}

// An offset that somebody altered on the way is no answer: the client asks with a body instead.
func TestForgedOffsetsAreNotBelieved(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	store, ref := k.attachment(filepath.Join(t.TempDir(), "attachments"), randomBytes(600<<10))
	log := h.takeUploads(func(r *http.Request, header http.Header) {
		if r.Method == http.MethodHead {
			header.Set(wire.HeaderOffset, "131072")
			header.Set(wire.HeaderComplete, "?0")
		}
	})
	if status, _, p := k.upload("POST", wire.Upload{ID: ref.ID, Digest: ref.Digest, Length: ref.Size}, -1, nil, nil); status != 201 {
		t.Fatal(status, p)
	}
	client := k.through(strings.TrimPrefix(h.http.URL, "http://"))
	defer client.Close()
	sent, err := k.sender(store, client).Send(t.Context())
	if err != nil || sent != 1 || h.whole(k, ref.ID) == nil || log.parts != len(log.taken) {
		t.Errorf("sent %d: %v; %d parts, taken %v", sent, err, log.parts, log.taken)
	}
}

// Bytes that went bad at central are found at the end, and the file is sent once more from its begin.
func TestUploadStartsOverWhenTheWholeIsWrong(t *testing.T) {
	h := setup(t, item.Default())
	k := h.enrol("107")
	dir := filepath.Join(t.TempDir(), "attachments")
	store, ref := k.attachment(dir, randomBytes(300<<10))
	sealed := must(os.ReadFile(filepath.Join(dir, ref.ID+"."+ref.Digest+"."+ref.Owner+".sealed")))
	log := h.takeUploads(nil)
	f := wire.Upload{ID: ref.ID, Digest: ref.Digest, Length: ref.Size}
	for _, status := range []int{
		first(k.upload("POST", f, -1, nil, nil)), first(k.upload("PATCH", f, 0, make([]byte, 1000), nil)),
	} {
		if status >= 300 {
			t.Fatal(status)
		}
	}
	client := k.through(strings.TrimPrefix(h.http.URL, "http://"))
	defer client.Close()
	sent, err := k.sender(store, client).Send(t.Context())
	if err != nil || sent != 1 || !bytes.Equal(h.whole(k, ref.ID), sealed) {
		t.Errorf("sent %d: %v; taken %v", sent, err, log.taken)
	}
}

func first(status int, _ wire.UploadState, _ wire.Problem) int { return status }

// upload makes one raw request; edit may alter its header after it was signed.
func (k *kiosk) upload(method string, f wire.Upload, offset int64, body []byte, edit func(http.Header)) (int, wire.UploadState, wire.Problem) {
	k.h.t.Helper()
	path := f.Path(offset)
	header, _ := k.sign(method, path, body)
	header.Set("Content-Type", wire.TypeUpload)
	header.Set(wire.HeaderLength, fmt.Sprint(f.Length))
	header.Set(wire.HeaderOffset, fmt.Sprint(offset))
	if edit != nil {
		edit(header)
	}
	a := k.h.do(method, path, header, body)
	var state wire.UploadState
	var problem wire.Problem
	if a.status < 400 {
		_ = json.Unmarshal(a.body, &state) // HEAD has none
	} else {
		_ = json.Unmarshal(a.body, &problem)
	}
	if method == http.MethodHead {
		state.Offset, _ = strconv.ParseInt(a.header.Get(wire.HeaderOffset), 10, 64)
		state.Complete = a.header.Get(wire.HeaderComplete) == "?1"
	}
	return a.status, state, problem
}

func TestUploadRules(t *testing.T) {
	h := setup(t, item.Default())
	h.takeUploads(nil)
	k, other := h.enrol("107"), h.enrol("108")
	data := randomBytes(1000)
	sum := sha256.Sum256(data)
	f := wire.Upload{ID: item.NewID(h.clock.now()), Digest: hex.EncodeToString(sum[:]), Length: 1000}
	expect := func(what string, status int, kind string) func(int, wire.UploadState, wire.Problem) wire.UploadState {
		return func(got int, state wire.UploadState, p wire.Problem) wire.UploadState {
			t.Helper()
			if got != status || p.Type != kind {
				t.Errorf("%s: %d %+v, want %d %s", what, got, p, status, kind)
			}
			return state
		}
	}
	offset := func(what string, k *kiosk, status int, want int64) {
		t.Helper()
		if at := expect(what, status, "")(k.upload("HEAD", f, -1, nil, nil)); at.Offset != want {
			t.Errorf("%s: at %d, want %d", what, at.Offset, want)
		}
	}
	large := f
	large.Length = wire.MaxUpload + 1
	expect("too large", 400, wire.ProblemUpload)(k.upload("POST", large, -1, nil, nil))
	expect("part before it is announced", 409, wire.ProblemOffset)(k.upload("PATCH", f, 0, data[:500], nil))
	offset("before", k, 404, 0)
	expect("announced", 201, "")(k.upload("POST", f, -1, nil, nil))
	expect("beyond", 409, wire.ProblemOffset)(k.upload("PATCH", f, 10, data[10:500], nil))
	expect("first part", 200, "")(k.upload("PATCH", f, 0, data[:500], nil))
	expect("again", 409, wire.ProblemOffset)(k.upload("PATCH", f, 0, data[:500], nil))
	expect("longer than announced", 409, wire.ProblemOffset)(k.upload("PATCH", f, 500, make([]byte, 501), nil))
	expect("offset said in two ways", 400, wire.ProblemUpload)(k.upload("PATCH", f, 500, data[500:], func(h http.Header) { h.Set(wire.HeaderOffset, "0") }))
	expect("another type", 415, "")(k.upload("PATCH", f, 500, data[500:], func(h http.Header) { h.Set("Content-Type", wire.TypeJSON) }))
	expect("another's signature", 401, "")(other.upload("PATCH", f, 500, data[500:], func(header http.Header) {
		mine, _ := k.sign("PATCH", f.Path(500), data[:500])
		header.Set(wire.HeaderRequest, mine.Get(wire.HeaderRequest))
	}))
	offset("after refusals", k, 204, 500)
	offset("another device's eyes", other, 404, 0)
	expect("another device's part", 409, wire.ProblemOffset)(other.upload("PATCH", f, 500, data[500:], nil))
	if at := expect("announced again", 201, "")(k.upload("POST", f, -1, nil, nil)); at.Offset != 500 {
		t.Errorf("announced again: %+v", at)
	}
	expect("altered bytes", 409, wire.ProblemDigest)(k.upload("PATCH", f, 500, make([]byte, 500), nil))
	offset("after altered bytes", k, 404, 0)
	if h.whole(k, f.ID) != nil {
		t.Error("altered bytes were kept")
	}
	expect("announced anew", 201, "")(k.upload("POST", f, -1, nil, nil))
	at := expect("whole", 200, "")(k.upload("PATCH", f, 0, data, nil))
	again := expect("announced when whole", 201, "")(k.upload("POST", f, -1, nil, nil))
	late := expect("part when whole", 200, "")(k.upload("PATCH", f, 0, data, nil))
	for _, s := range []wire.UploadState{at, again, late} {
		if err := s.Receipt.Verify(k.dev.Source().String(), f, h.suite, k.dev.UpstreamPub); err != nil || !s.Complete || s.Receipt.At != at.Receipt.At {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if !bytes.Equal(h.whole(k, f.ID), data) || h.whole(other, f.ID) != nil {
		t.Error("not kept as it was sent")
	}
	changed := f
	changed.Digest = strings.Repeat("0", 64)
	expect("another file under its identity", 409, central.ProblemIdentity)(k.upload("POST", changed, -1, nil, nil))
}

func TestUnfinishedUploadsAreBounded(t *testing.T) {
	h := setup(t, item.Default())
	h.takeUploads(nil)
	k := h.enrol("107")
	f := wire.Upload{Digest: strings.Repeat("0", 64), Length: 1}
	taken := 0
	for range 100 {
		f.ID = item.NewID(h.clock.now())
		status, _, _ := k.upload("POST", f, -1, nil, nil)
		if status == 201 {
			taken++
		} else if status != 507 {
			t.Fatalf("status %d", status)
		}
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(h.dir, "uploads"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files++
		}
		return err
	})
	if err != nil || taken != 64 || files != 64 {
		t.Errorf("%d taken, %d files, %v", taken, files, err)
	}
	f.ID = item.NewID(h.clock.now())
	if status, _, _ := h.enrol("108").upload("POST", f, -1, nil, nil); status != 201 {
		t.Errorf("another device: %d", status)
	}
}
