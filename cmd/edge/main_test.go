package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/app/config"
	"onedoor/assets/dictionaries"
	"onedoor/cmd/edge/node"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds each wait; nothing is measured here.
const limit = 30 * time.Second

// hall is a real central, and a data directory for an edge.
type hall struct {
	*testing.T
	url, data, home string
	store           *badgerstore.Store
	server          *central.Server
	handler         atomic.Pointer[http.Handler] // central's, at one address whatever is restored
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{T: t, data: filepath.Join(t.TempDir(), "edge"), home: filepath.Join(t.TempDir(), "central")}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*h.handler.Load()).ServeHTTP(w, r) }))
	h.url = web.URL
	h.begin()
	t.Cleanup(func() {
		h.server.Stop()
		web.Close()
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// begin starts central on its directory.
func (h *hall) begin() {
	h.Helper()
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if h.store, err = badgerstore.Open(badgerstore.Config{Dir: h.home, Logger: quiet}); err != nil {
		h.Fatal(err)
	}
	keys, err := central.OpenKeys(h.home, item.Default(), true)
	if err != nil {
		h.Fatal(err)
	}
	known, err := central.OpenDictionaries(h.home, dictionaries.FS)
	if err != nil {
		h.Fatal(err)
	}
	h.server, err = central.New(central.Config{Store: h.store, Suite: item.Default(), Keys: keys, Now: time.Now, Logger: quiet, TrackingURL: h.url,
		Dictionaries: known, Uploads: filepath.Join(h.home, "uploads")})
	if err != nil {
		h.Fatal(err)
	}
	handler := h.server.Handler()
	h.handler.Store(&handler)
}

// end stops central.
func (h *hall) end() {
	h.Helper()
	h.server.Stop()
	if err := h.store.Close(); err != nil {
		h.Fatal(err)
	}
}

// edge runs the program to its end.
func (h *hall) edge(args ...string) (code int, said string) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), limit)
	defer cancel()
	var out bytes.Buffer
	code = run(ctx, args, &out, &out)
	return code, out.String()
}

func (h *hall) enrol() {
	h.Helper()
	code, _, err := h.server.NewEnrolCode(h.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "番禺区政务服务大厅")
	if err != nil {
		h.Fatal(err)
	}
	if status, said := h.edge("enrol", "--data", h.data, "--upstream", h.url, "--code", code); status != 0 || !strings.Contains(said, "107 of hall 44011") {
		h.Fatalf("status %d: %s", status, said)
	}
}

// accept puts so many items into the outbox while the program is stopped.
func (h *hall) accept(items int) {
	h.Helper()
	id, err := config.LoadIdentity(h.data)
	if err != nil {
		h.Fatal(err)
	}
	o, err := node.OpenOutbox(h.data, id, time.Now, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		h.Fatal(err)
	}
	for range items {
		_, err := o.Accept(h.Context(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeSubmission, Subject: "service/residence-permit",
			CaseID: item.NewID(time.Now()), TrackHash: tracking.New(id.Device.Number, id.Device.TrackingKey).Hash(), Numbered: true,
			Catalogue: "214", Payload: []byte(`{"service":{"id":"residence-permit"}}`)})
		if err != nil {
			h.Fatal(err)
		}
	}
	if err := o.Close(); err != nil {
		h.Fatal(err)
	}
}

// running is the program at work with --json.
type running struct {
	*hall
	lines *bufio.Reader
	log   *bytes.Buffer
	stop  context.CancelFunc
	ended chan int
}

func (h *hall) run(args ...string) *running {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), limit)
	out, write := io.Pipe()
	r := &running{hall: h, lines: bufio.NewReader(out), log: &bytes.Buffer{}, stop: cancel, ended: make(chan int, 1)}
	go func() {
		code := run(ctx, append(args, "--json"), write, r.log)
		write.Close()
		r.ended <- code
	}()
	h.Cleanup(cancel)
	return r
}

// until reads statuses until one is as wanted.
func (r *running) until(what string, cond func(status) bool) status {
	r.Helper()
	for {
		line, err := r.lines.ReadBytes('\n')
		if err != nil {
			r.Fatalf("never came: %s (%v); status %d: %s", what, err, <-r.ended, r.log)
		}
		var s status
		if err := json.Unmarshal(line, &s); err != nil {
			r.Fatalf("%s: %v", line, err)
		}
		if cond(s) {
			return s
		}
	}
}

// end stops it as a signal does and gives its status and log.
func (r *running) end() (int, string) {
	r.Helper()
	r.stop()
	_, _ = io.Copy(io.Discard, r.lines)
	return <-r.ended, r.log.String()
}

// Both forms of the command line: what waits goes to central, is told on the way, and central has it once.
func TestRunDeliversWhatWaits(t *testing.T) {
	h := newHall(t)
	h.enrol()
	for turn, command := range [][]string{{"run"}, {}} {
		h.accept(120)
		r := h.run(append(command, "--data", h.data, "--upstream", h.url)...)
		s := r.until("all is delivered", func(s status) bool { return s.Waiting == 0 })
		if s.Delivered != 120*(turn+1) || s.Bytes != 0 || s.Link != "online" || s.Dead != 0 || s.Held != 0 || s.Stopped {
			t.Errorf("status %+v", s)
		}
		if code, log := r.end(); code != 0 || !strings.Contains(log, "delivered=") || !strings.Contains(log, "link=online") {
			t.Errorf("status %d: %s", code, log)
		}
	}
}

// Without a link everything waits, which is no failure, and a second program on the directory ends at once.
func TestRunWithoutALinkWaits(t *testing.T) {
	h := newHall(t)
	h.enrol()
	h.accept(7)
	r := h.run("run", "--data", h.data, "--upstream", "http://127.0.0.1:1")
	s := r.until("the link is known to be down", func(s status) bool { return s.Link == "offline" })
	if s.Waiting != 7 || s.Bytes == 0 || s.Delivered != 0 || s.Trouble != "no-answer" {
		t.Errorf("status %+v", s)
	}
	if code, said := h.edge("--data", h.data, "--upstream", h.url); code != 1 || !strings.Contains(said, "Another program has this data directory") {
		t.Errorf("a second one: status %d: %s", code, said)
	}
	if code, log := r.end(); code != 0 || !strings.Contains(log, "waiting=7") {
		t.Errorf("status %d: %s", code, log)
	}
}

func TestWhatCanNotBeUsedEndsWithTwo(t *testing.T) {
	h := newHall(t)
	for want, args := range map[string][]string{
		"missing flags":                {"run", "--data", h.data},
		"unknown flag":                 {"--data", h.data, "--upstream", h.url, "--screen"},
		"want https://HOST":            {"--data", h.data, "--upstream", "central.example"},
		"plain http goes to this":      {"--data", h.data, "--upstream", "http://central.example"},
		"scheme and host only":         {"run", "--data", h.data, "--upstream", "https://central.example/sync"},
		"plain http goes to this mach": {"enrol", "--data", h.data, "--upstream", "http://10.0.0.1", "--code", "A"},
	} {
		if code, said := h.edge(args...); code != 2 || !strings.Contains(said, want) {
			t.Errorf("%v: status %d: %s; want %q", args, code, said, want)
		}
	}
	if code, said := h.edge("--data", h.data, "--upstream", h.url); code != 1 || !strings.Contains(said, "not enrolled") {
		t.Errorf("before enrolment: status %d: %s", code, said)
	}
	if code, said := h.edge("--help"); code != 0 || !strings.Contains(said, "enrol") {
		t.Errorf("help: status %d: %s", code, said)
	}
}

// A directory is enrolled once, and a wrong code leaves it as it was.
func TestEnrol(t *testing.T) {
	h := newHall(t)
	if code, said := h.edge("enrol", "--data", h.data, "--upstream", h.url, "--code", "AAAA-BBBB-CC"); code != 1 || !strings.Contains(said, "answered and refused") {
		t.Errorf("wrong code: status %d: %s", code, said)
	}
	h.enrol()
	before, err := config.LoadIdentity(h.data)
	if err != nil {
		t.Fatal(err)
	}
	if code, said := h.edge("enrol", "--data", h.data, "--upstream", h.url, "--code", "AAAA-BBBB-CC"); code != 1 || !strings.Contains(said, "it is 107 of hall 44011") {
		t.Errorf("twice: status %d: %s", code, said)
	}
	after, err := config.LoadIdentity(h.data)
	if err != nil || !bytes.Equal(before.SignPrivate, after.SignPrivate) {
		t.Errorf("the key has changed: %v", err)
	}
	if code, said := h.edge("enrol", "--data", filepath.Join(h.TempDir(), "x"), "--upstream", "http://127.0.0.1:1", "--code", "AAAA-BBBB-CC"); code != 1 ||
		!strings.Contains(said, "Check --upstream") {
		t.Errorf("nobody there: status %d: %s", code, said)
	}
}
