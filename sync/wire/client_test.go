package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"onedoor/sync/item"
)

func TestClientSpeaksTheProtocol(t *testing.T) { eachSuite(t, testClientSpeaksTheProtocol) }

func testClientSpeaksTheProtocol(t *testing.T, suite item.Suite) {
	u := newUpstream(t, suite)
	c := u.client(HTTPOptions{})
	if h, err := c.Hello(context.Background()); err != nil || h.Epoch != "e1" {
		t.Errorf("hello %+v, %v", h, err)
	}
	items := []*item.Item{u.keys.item(t, 1), u.keys.item(t, 2)}
	u.set(nil, func(r *http.Request, body []byte) (int, any) {
		if r.URL.Path != PathBatches || r.Method != http.MethodPost || r.Header.Get("Content-Type") != TypeBatch || r.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("batch request %s %s %v", r.Method, r.URL, r.Header)
		}
		var got []*item.Item
		if err := json.Unmarshal(gunzip(t, bytes.NewReader(body)), &got); err != nil || len(got) != 2 {
			t.Errorf("batch: %v", err)
			return 500, Problem{}
		}
		a := BatchAnswer{Epoch: "e1"}
		for i, it := range got {
			if it.Digest() != items[i].Digest() {
				t.Errorf("item %d arrived altered", i)
			}
			a.Results = append(a.Results, Result{ID: it.ID, Status: Stored, Ack: u.keys.ack(t, it)})
		}
		return http.StatusOK, a
	})
	a, err := c.PostBatch(context.Background(), items)
	if err != nil || len(a.Results) != 2 {
		t.Fatalf("batch answer %+v, %v", a, err)
	}
	if err := a.Results[1].Ack.Verify(items[1], suite, u.keys.upPub); err != nil {
		t.Error(err)
	}
	u.set(nil, func(r *http.Request, _ []byte) (int, any) {
		if q := r.URL.Query(); r.URL.Path != PathFeed || q.Get("cursor") != "a/b&c=" || q.Get("wait") != "25" {
			t.Errorf("feed request %s", r.URL)
		}
		return http.StatusOK, FeedPage{Epoch: "e1", Cursor: "next", UpToDate: true}
	})
	if p, err := c.Feed(context.Background(), "a/b&c=", time.Hour); err != nil || p.Cursor != "next" {
		t.Errorf("page %+v, %v", p, err)
	}
}

func TestSignedRefusalIsAProblem(t *testing.T) { eachSuite(t, testSignedRefusalIsAProblem) }

func testSignedRefusalIsAProblem(t *testing.T, suite item.Suite) {
	u := newUpstream(t, suite)
	u.set(func(w http.ResponseWriter, _ *http.Request, signed []byte) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusConflict)
		if _, err := w.Write(signed); err != nil {
			t.Error(err)
		}
	}, func(*http.Request, []byte) (int, any) {
		return http.StatusConflict, Problem{Type: ProblemCursor, Title: "start over"}
	})
	_, err := u.client(HTTPOptions{}).Feed(context.Background(), "old", 0)
	var p *ProblemError
	if !errors.As(err, &p) || p.Status != 409 || p.Problem.Type != ProblemCursor || p.RetryAfter != 7*time.Second || p.Epoch != "e1" || errors.Is(err, ErrNoAnswer) {
		t.Errorf("got %v", err)
	}
}

// What is not the upstream's answer to this request is no answer: N4, N6, N10, N11, N12, I3.
func TestWhateverElseArrivesIsNoAnswer(t *testing.T) { eachSuite(t, testWhateverElseArrivesIsNoAnswer) }

func testWhateverElseArrivesIsNoAnswer(t *testing.T, suite item.Suite) {
	ok, err := json.Marshal(Hello{Tier: TierCentral, Epoch: "e1"})
	if err != nil {
		t.Fatal(err)
	}
	alter := func(change func(h http.Header)) func(http.ResponseWriter, *http.Request, []byte) {
		return func(w http.ResponseWriter, _ *http.Request, signed []byte) {
			change(w.Header())
			_, _ = w.Write(signed)
		}
	}
	var replay string
	u := newUpstream(t, suite)
	reSigned := func(other func(*Request)) func(http.ResponseWriter, *http.Request, []byte) {
		return func(w http.ResponseWriter, r *http.Request, b []byte) {
			_, claims, _ := PeekRequest(r.Header.Get(HeaderRequest))
			to := Request{r.Method, r.URL.RequestURI(), u.raw, claims.Nonce}
			other(&to)
			sig, err := SignAnswer(suite, u.keys.upPriv, "up-1", to, 200, "e1", b)
			if err != nil {
				t.Error(err)
			}
			w.Header().Set(HeaderSignature, sig)
			_, _ = w.Write(b)
		}
	}
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request, []byte){
		"portal page": func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			clear(w.Header())
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>please log in</html>")
		},
		"somebody's json": func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			clear(w.Header())
			w.Header().Set("Content-Type", TypeJSON)
			_, _ = w.Write(ok)
		},
		"redirect": func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		},
		"redirect of a post": func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, PathHello, http.StatusTemporaryRedirect)
		},
		"nothing":        func(http.ResponseWriter, *http.Request, []byte) {},
		"status altered": func(w http.ResponseWriter, _ *http.Request, b []byte) { w.WriteHeader(201); _, _ = w.Write(b) },
		"no content":     func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(204) },
		"html type":      alter(func(h http.Header) { h.Set("Content-Type", "text/html") }),
		"problem type":   alter(func(h http.Header) { h.Set("Content-Type", TypeProblem) }),
		"encoded":        alter(func(h http.Header) { h.Set("Content-Encoding", "br") }),
		"no version":     alter(func(h http.Header) { h.Del(HeaderVersion) }),
		"other version":  alter(func(h http.Header) { h.Set(HeaderVersion, "2") }),
		"no epoch":       alter(func(h http.Header) { h.Del(HeaderEpoch) }),
		"other epoch":    alter(func(h http.Header) { h.Set(HeaderEpoch, "e2") }),
		"no signature":   alter(func(h http.Header) { h.Del(HeaderSignature) }),
		"cut signature":  alter(func(h http.Header) { h.Set(HeaderSignature, h.Get(HeaderSignature)[:60]) }),
		"altered body": func(w http.ResponseWriter, _ *http.Request, b []byte) {
			_, _ = w.Write(bytes.Replace(b, []byte("e1"), []byte("e2"), 1))
		},
		"cut body": func(w http.ResponseWriter, _ *http.Request, b []byte) { _, _ = w.Write(b[:len(b)-1]) },
		"torn connection": func(w http.ResponseWriter, _ *http.Request, b []byte) {
			w.Header().Set("Content-Length", "5000")
			_, _ = w.Write(b)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"huge body": func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			chunk := bytes.Repeat([]byte(" "), 1<<16)
			for range 2 * maxAnswer / len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return // the client has seen enough
				}
			}
		},
		"old answer": func(w http.ResponseWriter, _ *http.Request, b []byte) {
			w.Header().Set(HeaderSignature, replay)
			_, _ = w.Write(b)
		},
		"own key's signature": func(w http.ResponseWriter, r *http.Request, b []byte) {
			_, claims, _ := PeekRequest(r.Header.Get(HeaderRequest))
			sig, err := SignAnswer(suite, u.keys.signPriv, "up-1", Request{r.Method, r.URL.RequestURI(), nil, claims.Nonce}, 200, "e1", b)
			if err != nil {
				t.Error(err)
			}
			w.Header().Set(HeaderSignature, sig)
			_, _ = w.Write(b)
		},
		// Whoever makes the upstream sign an answer for this nonce to a question of his own gains nothing by it.
		"answer to another path":    reSigned(func(r *Request) { r.Path = PathHealthz }),
		"answer to another query":   reSigned(func(r *Request) { r.Path += "?x=1" }),
		"answer to another method":  reSigned(func(r *Request) { r.Method = http.MethodPut }),
		"answer to another body":    reSigned(func(r *Request) { r.Body = []byte("[]") }),
		"answer to another request": reSigned(func(r *Request) { r.Nonce = "other" }),
		"unsigned 500":              func(w http.ResponseWriter, _ *http.Request, _ []byte) { clear(w.Header()); w.WriteHeader(500) },
		"gateway's problem":         func(w http.ResponseWriter, _ *http.Request, b []byte) { w.WriteHeader(403); _, _ = w.Write(b) },
	} {
		t.Run(name, func(t *testing.T) {
			c := u.client(HTTPOptions{HeaderTimeout: 5 * time.Second})
			u.set(func(w http.ResponseWriter, _ *http.Request, b []byte) {
				replay = w.Header().Get(HeaderSignature)
				_, _ = w.Write(b)
			}, nil)
			if _, err := c.Hello(context.Background()); err != nil {
				t.Fatalf("sound hello: %v", err)
			}
			u.set(fault, nil)
			h, err := c.Hello(context.Background())
			var no *NoAnswerError
			if !errors.Is(err, ErrNoAnswer) || !errors.As(err, &no) || no.Reason == "" || h != (Hello{}) {
				t.Fatalf("hello %+v, %v", h, err)
			}
			if u.count() != 1 {
				t.Errorf("%d requests, want 1: nothing is followed or repeated", u.count())
			}
			// A batch may be repeated, but never more than twice, and never elsewhere.
			if _, err := c.PostBatch(context.Background(), []*item.Item{u.keys.item(t, 1)}); !errors.Is(err, ErrNoAnswer) {
				t.Errorf("batch: %v", err)
			}
			if n := u.count(); n > 1+1+quickRetries {
				t.Errorf("%d requests", n)
			}
			if strings.Contains(err.Error(), "127.0.0.1:") {
				t.Errorf("error names the address: %v", err)
			}
		})
	}
}

// What does not name its ledger can not be told from an older one's.
func TestAnswerWithoutItsEpochIsNoAnswer(t *testing.T) {
	eachSuite(t, testAnswerWithoutItsEpochIsNoAnswer)
}

func testAnswerWithoutItsEpochIsNoAnswer(t *testing.T, suite item.Suite) {
	u := newUpstream(t, suite)
	c := u.client(HTTPOptions{})
	for _, epoch := range []string{"", "e2"} {
		u.set(nil, func(r *http.Request, _ []byte) (int, any) {
			switch r.URL.Path {
			case PathHello:
				return 200, Hello{Epoch: epoch}
			case PathFeed:
				return 200, FeedPage{Epoch: epoch, Cursor: "c"}
			}
			return 200, BatchAnswer{Epoch: epoch}
		})
		if h, err := c.Hello(context.Background()); !errors.Is(err, ErrNoAnswer) || h != (Hello{}) {
			t.Errorf("hello of epoch %q: %+v, %v", epoch, h, err)
		}
		if p, err := c.Feed(context.Background(), "", 0); !errors.Is(err, ErrNoAnswer) || p.Cursor != "" {
			t.Errorf("feed of epoch %q: %+v, %v", epoch, p, err)
		}
		if _, err := c.PostBatch(context.Background(), []*item.Item{u.keys.item(t, 1)}); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("batch of epoch %q: %v", epoch, err)
		}
	}
}

// A reply that is lost once does not even reach the schedule: go-retryablehttp repeats the same bytes.
func TestLostReplyIsRepeatedQuickly(t *testing.T) { eachSuite(t, testLostReplyIsRepeatedQuickly) }

func testLostReplyIsRepeatedQuickly(t *testing.T, suite item.Suite) {
	u := newUpstream(t, suite)
	lost := 0
	var bodies [][]byte
	u.set(func(w http.ResponseWriter, _ *http.Request, b []byte) {
		if lost++; lost <= quickRetries {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(b)
	}, func(_ *http.Request, body []byte) (int, any) {
		bodies = append(bodies, body)
		return 200, BatchAnswer{Epoch: "e1"}
	})
	if _, err := u.client(HTTPOptions{}).PostBatch(context.Background(), []*item.Item{u.keys.item(t, 1)}); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 1+quickRetries || !bytes.Equal(bodies[0], bodies[2]) {
		t.Errorf("%d requests", len(bodies))
	}
}

func TestNobodyThere(t *testing.T) { eachSuite(t, testNobodyThere) }

func testNobodyThere(t *testing.T, suite item.Suite) {
	u := newUpstream(t, suite)
	c := u.client(HTTPOptions{})
	u.Close()
	_, err := c.PostBatch(context.Background(), []*item.Item{u.keys.item(t, 1)})
	var no *NoAnswerError
	if !errors.As(err, &no) || no.Status != 0 {
		t.Errorf("got %v", err)
	}
}

func TestStalledUpstreamIsGivenUp(t *testing.T) { eachSuite(t, testStalledUpstreamIsGivenUp) }

func testStalledUpstreamIsGivenUp(t *testing.T, suite item.Suite) {
	u := newUpstream(t, suite)
	u.set(func(_ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() }, nil)
	if _, err := u.client(HTTPOptions{HeaderTimeout: 50 * time.Millisecond}).Hello(context.Background()); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("silent upstream: %v", err)
	}
	u.set(func(w http.ResponseWriter, r *http.Request, b []byte) { // header, then a drip that never ends
		_, _ = w.Write(b[:3])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, nil)
	if _, err := u.client(HTTPOptions{CallTimeout: 50 * time.Millisecond}).Hello(context.Background()); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("dripping upstream: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := u.client(HTTPOptions{}).Hello(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrNoAnswer) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestPlainHTTPOnlyToLoopback(t *testing.T) { eachSuite(t, testPlainHTTPOnlyToLoopback) }

func testPlainHTTPOnlyToLoopback(t *testing.T, suite item.Suite) {
	u := newUpstream(t, suite)
	for base, want := range map[string]error{
		"http://127.0.0.1:8080": nil, "http://localhost": nil, "http://[::1]:9/": nil, "https://sync.example.gov.cn": nil,
		"http://10.0.0.1": ErrInsecure, "http://sync.example.gov.cn": ErrInsecure, "http://localhost.example.com": ErrInsecure,
	} {
		cfg := u.config()
		cfg.BaseURL = base
		if _, err := NewClient(cfg); !errors.Is(err, want) {
			t.Errorf("%s: %v", base, err)
		}
	}
	for _, base := range []string{"", "ftp://127.0.0.1", "https://host/path", "https://u:p@host", "https://host?x=1", "host:80", "://"} {
		cfg := u.config()
		cfg.BaseURL = base
		if _, err := NewClient(cfg); err == nil {
			t.Errorf("%q was accepted", base)
		}
		if _, err := Enrol(context.Background(), base, HTTPOptions{}, suite, Enrolment{}); err == nil {
			t.Errorf("enrolled at %q", base)
		}
	}
	for name, change := range map[string]func(*ClientConfig){
		"key": func(c *ClientConfig) { c.SignPriv = nil }, "upstream": func(c *ClientConfig) { c.UpstreamPub = nil },
		"clock": func(c *ClientConfig) { c.Now = nil }, "source": func(c *ClientConfig) { c.Source.Hall = "" },
	} {
		cfg := u.config()
		change(&cfg)
		if _, err := NewClient(cfg); err == nil {
			t.Errorf("made without %s", name)
		}
	}
}

// Retry-After is followed within a cap, and a date is read by the sender's clock: K7, N15.
func TestRetryAfter(t *testing.T) {
	sent := start.AddDate(-20, 0, 0)
	for value, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "-3": 0, "999999999": MaxRetryAfter, "99999999999999999999": 0, "soon": 0,
		sent.Add(30 * time.Second).Format(http.TimeFormat): 30 * time.Second,
		sent.Add(-time.Hour).Format(http.TimeFormat):       0,
		sent.AddDate(9, 0, 0).Format(http.TimeFormat):      MaxRetryAfter,
	} {
		h := http.Header{"Date": {sent.Format(http.TimeFormat)}, "Retry-After": {value}}
		if got := retryAfter(h, start); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
	for attempt := range 40 {
		if d := backoff(200*time.Millisecond, 2*time.Second, attempt, nil); d < 100*time.Millisecond || d > 2*time.Second {
			t.Errorf("attempt %d waits %v", attempt, d)
		}
	}
}

func device(k keys) Device {
	return Device{Hall: "11010", Kiosk: "107", Incarnation: "02", Number: 7, SignKey: "kiosk-1", Suite: k.suite.Name(), SealKey: "seal-1",
		SealPublic: k.sealPub, UpstreamKey: "up-1", UpstreamPub: k.upPub, TrackingKey: []byte("secret"), TrackingURL: "HTTPS://SX.GOV.CN", Epoch: "e1"}
}

func TestEnrol(t *testing.T) { eachSuite(t, testEnrol) }

func testEnrol(t *testing.T, suite item.Suite) {
	k := newKeys(t, suite)
	d := device(k)
	key, status, path := k.upPriv, http.StatusOK, PathEnrolments
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e Enrolment
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil || r.URL.Path != PathEnrolments || e.Code != "7K3M-9QXD" || r.Method != http.MethodPost {
			t.Errorf("enrolment %+v to %s: %v", e, r.URL, err)
		}
		asked, err := json.Marshal(e)
		if err != nil {
			t.Error(err)
		}
		body, err := json.Marshal(d)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set(HeaderVersion, Version)
		w.Header().Set(HeaderEpoch, "e1")
		w.Header().Set("Content-Type", TypeJSON)
		if status != http.StatusOK {
			w.Header().Set("Content-Type", TypeProblem)
			body = []byte(`{"type":"` + ProblemCode + `","title":"unknown code"}`)
		}
		sig, err := SignAnswer(suite, key, "up-1", Request{Method: r.Method, Path: path, Body: asked}, status, "e1", body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set(HeaderSignature, sig)
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	defer s.Close()
	enrol := func() (Device, error) {
		return Enrol(context.Background(), s.URL, HTTPOptions{}, suite, Enrolment{Code: "7K3M-9QXD", Suite: d.Suite, SignPublic: k.signPub})
	}
	got, err := enrol()
	if err != nil || got.Source() != kiosk || !bytes.Equal(got.UpstreamPub, k.upPub) || got.Number != 7 {
		t.Fatalf("enrolled as %+v, %v", got, err)
	}
	key = k.signPriv
	if _, err := enrol(); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("answer not signed with the key it brings: %v", err)
	}
	key, path = k.upPriv, PathHealthz
	if _, err := enrol(); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("answer to another path: %v", err)
	}
	path, d.TrackingKey = PathEnrolments, nil
	if _, err := enrol(); err == nil {
		t.Error("incomplete document accepted")
	}
	d = device(k)
	d.Suite = "other"
	if _, err := enrol(); err == nil {
		t.Error("document of another suite accepted")
	}
	status = http.StatusForbidden
	var p *ProblemError
	if _, err := enrol(); !errors.As(err, &p) || p.Problem.Type != ProblemCode {
		t.Errorf("refused with %v", err)
	}
}
