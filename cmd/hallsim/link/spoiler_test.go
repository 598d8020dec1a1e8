package link_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/cmd/hallsim/link"
)

// far is a real server that says what it saw.
type far struct {
	*httptest.Server
	mu   sync.Mutex
	saw  []string // bodies
	host string
}

const asked, answered = "一件办件", "0123456789abcdef"

// newFar answers each request with a header, a status of its own and answered, chunked if chunks is set.
func newFar(t *testing.T, chunks bool) *far {
	t.Helper()
	f := &far{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		f.mu.Lock()
		f.saw, f.host = append(f.saw, string(body)), r.Host
		f.mu.Unlock()
		w.Header().Set("Onedoor-Signature", r.Header.Get("Onedoor-Request"))
		w.WriteHeader(http.StatusCreated)
		if chunks {
			w.(http.Flusher).Flush()
		}
		_, _ = io.WriteString(w, answered)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *far) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.saw...)
}

// near is a client before a spoiler before that server.
type near struct {
	t       *testing.T
	spoiler *link.Spoiler
	url     string
	client  *http.Client
}

func spoil(t *testing.T, to string, faults link.Faults, seed uint64) near {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	s, err := link.NewSpoiler(link.SpoilerConfig{To: target, Faults: faults, Seed: seed, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	client := &http.Client{Timeout: limit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client.Transport = &http.Transport{DisableCompression: true}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		web.Close()
		s.Close()
	})
	return near{t, s, web.URL, client}
}

// outcome is what the client knows afterwards.
type outcome struct {
	status      int
	header      http.Header
	body        string
	err         error // of the request
	cut         error // of the body
	contentType string
}

func (n near) post() outcome {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.t.Context(), http.MethodPost, n.url+"/sync/v1/batches?x=1", strings.NewReader(asked))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Onedoor-Request", "proof")
	req.Host = "central.example"
	resp, err := n.client.Do(req)
	if err != nil {
		return outcome{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return outcome{status: resp.StatusCode, header: resp.Header, body: string(body), cut: err, contentType: resp.Header.Get("Content-Type")}
}

func TestWithoutAFaultNothingChanges(t *testing.T) {
	for _, chunks := range []bool{false, true} {
		f := newFar(t, chunks)
		n := spoil(t, f.URL, link.Faults{}, 1)
		got := n.post()
		if got.err != nil || got.cut != nil || got.status != http.StatusCreated || got.body != answered || got.header.Get("Onedoor-Signature") != "proof" {
			t.Errorf("answer %+v", got)
		}
		if saw := f.requests(); len(saw) != 1 || saw[0] != asked || f.host != "central.example" {
			t.Errorf("the far end saw %q for %s", saw, f.host)
		}
		if n.spoiler.Met(link.NoFault) != 1 {
			t.Error("not counted")
		}
	}
}

// Of a lost request and of a lost reply the client learns the same; the far end tells them apart.
func TestDroppedRequestAndDroppedReply(t *testing.T) {
	for fault, faults := range map[link.Fault]link.Faults{link.DropRequest: {DropRequest: 1}, link.DropReply: {DropReply: 1}} {
		f := newFar(t, false)
		n := spoil(t, f.URL, faults, 1)
		got := n.post()
		if got.err == nil || timedOut(got.err) || !errors.Is(got.err, io.EOF) {
			t.Errorf("%v: the client has %+v, want the end of the connection", fault, got)
		}
		want := 0
		if fault == link.DropReply {
			want = 1
		}
		if saw := f.requests(); len(saw) != want {
			t.Errorf("%v: the far end saw %d requests", fault, len(saw))
		}
		if n.spoiler.Met(fault) != 1 {
			t.Errorf("%v is not counted", fault)
		}
	}
}

func TestCutBodyEndsInItsMiddle(t *testing.T) {
	for _, chunks := range []bool{false, true} {
		f := newFar(t, chunks)
		got := spoil(t, f.URL, link.Faults{CutBody: 1}, 1).post()
		if got.err != nil || got.status != http.StatusCreated || got.body != answered[:len(answered)/2] || !errors.Is(got.cut, io.ErrUnexpectedEOF) {
			t.Errorf("chunks %v: %+v, want half of the body and then its end", chunks, got)
		}
		if saw := f.requests(); len(saw) != 1 {
			t.Errorf("the far end saw %d requests", len(saw))
		}
	}
}

func TestCutBodyOfAnEmptyAnswerIsNoAnswer(t *testing.T) {
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer empty.Close()
	if got := spoil(t, empty.URL, link.Faults{CutBody: 1}, 1).post(); got.err == nil || timedOut(got.err) {
		t.Errorf("answer %+v, want none", got)
	}
}

func TestStrangersAnswerInPlaceOfTheFarEnd(t *testing.T) {
	for name, c := range map[string]struct {
		faults   link.Faults
		status   int
		location string
	}{
		"portal":   {link.Faults{Portal: 1}, 200, ""},
		"redirect": {link.Faults{Redirect: 1}, 302, "http://portal.invalid/login"},
		"status":   {link.Faults{Status: []link.StatusFault{{Share: 1, Code: 503}}}, 503, ""},
	} {
		f := newFar(t, false)
		got := spoil(t, f.URL, c.faults, 1).post()
		if got.err != nil || got.status != c.status || !strings.HasPrefix(got.contentType, "text/html") || got.header.Get("Location") != c.location ||
			got.header.Get("Onedoor-Signature") != "" {
			t.Errorf("%s: %+v", name, got)
		}
		if saw := f.requests(); len(saw) != 0 {
			t.Errorf("%s: the far end saw %d requests", name, len(saw))
		}
	}
}

func TestAFarEndThatIsNotThereIsNoAnswer(t *testing.T) {
	if got := spoil(t, "http://127.0.0.1:1", link.Faults{}, 1).post(); got.err == nil || timedOut(got.err) {
		t.Errorf("answer %+v from a port where nobody is", got)
	}
}

// The n-th exchange of a seed meets the same fault again, and each share is met about as often as it says.
func TestSeedAndShares(t *testing.T) {
	run := func(seed uint64) (fates []string, n near) {
		n = spoil(t, newFar(t, false).URL, link.Faults{DropReply: 0.2, Portal: 0.2, Status: []link.StatusFault{{Share: 0.1, Code: 502}}}, seed)
		for range 200 {
			got := n.post()
			switch {
			case got.err != nil:
				fates = append(fates, "dropped")
			default:
				fates = append(fates, http.StatusText(got.status))
			}
		}
		return fates, n
	}
	first, n := run(7)
	again, _ := run(7)
	other, _ := run(8)
	if strings.Join(first, ",") != strings.Join(again, ",") {
		t.Error("the same seed has another fate")
	}
	if strings.Join(first, ",") == strings.Join(other, ",") {
		t.Error("another seed has the same fate")
	}
	for fault, want := range map[link.Fault]uint64{link.NoFault: 100, link.DropReply: 40, link.Portal: 40, link.Status: 20} {
		if met := n.spoiler.Met(fault); met < want/2 || met > want*2 {
			t.Errorf("%v was met %d times of 200, want about %d", fault, met, want)
		}
	}
}

// A whole line: slow, shared, and spoiled, as the program puts it together. What comes through comes through whole.
func TestSlowAndSpoiledTogether(t *testing.T) {
	f := newFar(t, false)
	n := spoil(t, f.URL, link.Faults{DropReply: 0.5}, 3)
	inner, err := url.Parse(n.url)
	if err != nil {
		t.Fatal(err)
	}
	l := start(t, link.Config{To: inner.Host, Shape: link.Shape{RTT: 2 * time.Millisecond, Jitter: time.Millisecond, Rate: 10e6, Seed: 1}})
	n.url = "http://" + l.Addr()
	var whole, lost int
	for range 40 {
		switch got := n.post(); {
		case got.err != nil:
			lost++
		case got.cut == nil && got.body == answered && got.status == http.StatusCreated:
			whole++
		default:
			t.Fatalf("answer %+v", got)
		}
	}
	if whole == 0 || lost == 0 || uint64(whole) != n.spoiler.Met(link.NoFault) || len(f.requests()) != 40 {
		t.Errorf("%d whole, %d lost; the far end saw %d", whole, lost, len(f.requests()))
	}
	if c := l.Counters(); c.BytesUp < 40*uint64(len(asked)) || c.BytesDown < uint64(whole*len(answered)) {
		t.Errorf("counters %+v", c)
	}
}

func TestAShapedLinkKeepsBytesOrderAndEnd(t *testing.T) {
	l := start(t, link.Config{To: server(t, echo), Shape: link.Shape{RTT: 4 * time.Millisecond, Jitter: 3 * time.Millisecond, Rate: 200e6, Seed: 5}})
	sent := bytes.Repeat([]byte("只进一扇门，最多跑一次。"), 1<<13) // 288 KiB
	var clients sync.WaitGroup
	for range 4 {
		conn := dial(t, l)
		clients.Go(func() {
			if _, err := conn.Write(sent); err != nil {
				t.Error(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Error(err)
			}
		})
		clients.Go(func() {
			got, err := io.ReadAll(conn)
			if err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d bytes came back of %d, %v", len(got), len(sent), err)
			}
		})
	}
	clients.Wait()
	eventually(t, "the pipes end", func() bool { return l.Counters().Live == 0 })
	if c := l.Counters(); c.BytesUp != uint64(4*len(sent)) || c.BytesDown != c.BytesUp {
		t.Errorf("counters %+v", c)
	}
}

// What is under way on a slow line is lost with the cable: an hour's delay does not keep a cut waiting.
func TestACutLosesWhatIsUnderWay(t *testing.T) {
	got := make(chan int64, 1)
	l := start(t, link.Config{To: server(t, func(conn net.Conn) {
		n, _ := io.Copy(io.Discard, conn)
		got <- n
	}), Shape: link.Shape{RTT: time.Hour}})
	conn := dial(t, l)
	if _, err := conn.Write([]byte(asked)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the connection lives", func() bool { return l.Counters().Live == 1 && l.Counters().Accepted == 1 })
	l.Cut()
	if _, err := conn.Read(make([]byte, 1)); err == nil || timedOut(err) {
		t.Errorf("client: %v, want a reset", err)
	}
	if c := l.Counters(); c.Severed != 1 || c.BytesUp != 0 {
		t.Errorf("counters %+v", c)
	}
	select { // the far side may have been dialled or not
	case n := <-got:
		if n != 0 {
			t.Errorf("%d bytes overtook the cut", n)
		}
	default:
	}
}

func TestSpoilerAndShapeRefuseWhatCanNotBe(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	to := &url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	for name, cfg := range map[string]link.SpoilerConfig{
		"no logger": {To: to},
		"no target": {Logger: logger},
		"no host":   {To: &url.URL{Scheme: "http"}, Logger: logger},
		"ftp":       {To: &url.URL{Scheme: "ftp", Host: "a"}, Logger: logger},
		"negative":  {To: to, Logger: logger, Faults: link.Faults{Portal: -0.1}},
		"too much":  {To: to, Logger: logger, Faults: link.Faults{Portal: 0.6, DropReply: 0.6}},
		"no error":  {To: to, Logger: logger, Faults: link.Faults{Status: []link.StatusFault{{Share: 0.1, Code: 200}}}},
	} {
		if _, err := link.NewSpoiler(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, shape := range map[string]link.Shape{"rtt": {RTT: -1}, "jitter": {Jitter: -1}, "rate": {Rate: -1}} {
		if _, err := link.New(link.Config{Listen: "127.0.0.1:0", To: "127.0.0.1:1", Logger: logger, Shape: shape}); err == nil {
			t.Errorf("negative %s: accepted", name)
		}
	}
}
