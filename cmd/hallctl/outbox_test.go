package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/config"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// site is a central and a kiosk's data directory, enrolled with it.
type site struct {
	*testing.T
	url    string
	server *central.Server
	dir    string
	id     config.Identity
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t, dir: filepath.Join(t.TempDir(), "kiosk")}
	home, quiet := filepath.Join(t.TempDir(), "central"), slog.New(slog.DiscardHandler)
	store, err := badgerstore.Open(badgerstore.Config{Dir: home, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := central.OpenKeys(home, item.Default(), true)
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	if s.server, err = central.New(central.Config{Store: store, Suite: item.Default(), Keys: keys, Now: time.Now, Logger: quiet, TrackingURL: web.URL}); err != nil {
		t.Fatal(err)
	}
	handler, s.url = s.server.Handler(), web.URL
	t.Cleanup(func() {
		s.server.Stop()
		web.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s.id = s.enrol(s.dir)
	return s
}

// enrol makes a directory a kiosk's: always the same kiosk, each time its next incarnation.
func (s *site) enrol(dir string) config.Identity {
	s.Helper()
	code, _, err := s.server.NewEnrolCode(s.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "番禺区政务服务大厅")
	if err != nil {
		s.Fatal(err)
	}
	suite := item.Default()
	priv, pub, err := suite.GenerateSignKey()
	if err != nil {
		s.Fatal(err)
	}
	request, err := wire.NewEnrolment(suite, code, priv, pub)
	if err != nil {
		s.Fatal(err)
	}
	device, err := wire.Enrol(s.Context(), s.url, wire.HTTPOptions{}, suite, request)
	if err != nil {
		s.Fatal(err)
	}
	id := config.Identity{Device: device, SignPrivate: priv}
	if err := config.SaveIdentity(dir, id); err != nil {
		s.Fatal(err)
	}
	return id
}

func (s *site) open() *outbox.Outbox {
	s.Helper()
	o, err := outbox.Open(outbox.Config{Dir: filepath.Join(s.dir, "outbox"), Source: s.id.Device.Source(), Now: time.Now, Ballast: -1,
		Sealer: item.Sealer{Suite: item.Default(), SealKey: s.id.Device.SealKey, SealPublic: s.id.Device.SealPublic, SignKey: s.id.Device.SignKey, SignPriv: s.id.SignPrivate}})
	if err != nil {
		s.Fatal(err)
	}
	return o
}

// accept puts n items in, as the kiosk does, and gives their ids.
func (s *site) accept(n int) []string {
	s.Helper()
	o := s.open()
	var ids []string
	for range n {
		a, err := o.Accept(s.Context(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeHealth, Payload: []byte(`{"ok":true}`)})
		if err != nil {
			s.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	if err := o.Close(); err != nil {
		s.Fatal(err)
	}
	return ids
}

// ctl runs a command with --json and gives its lines.
func (s *site) ctl(args ...string) (code int, lines []map[string]any) {
	s.Helper()
	var out, errs strings.Builder
	code = run(s.Context(), append(args, "--json"), &out, &errs)
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var m map[string]any
		if line == "" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			s.Fatalf("%q of %v: %v", line, args, err)
		}
		lines = append(lines, m)
	}
	return code, lines
}

func TestOutboxListShowStatsVerify(t *testing.T) {
	s := newSite(t)
	ids := s.accept(3)
	if code, lines := s.ctl("outbox", "list", "--data", s.dir); code != 0 || len(lines) != 3 || lines[2]["id"] != ids[2] || lines[0]["state"] != "accepted" {
		t.Errorf("list: %d %v", code, lines)
	}
	if code, lines := s.ctl("outbox", "show", "--data", s.dir, ids[1]); code != 0 || len(lines) != 1 || lines[0]["sequence"] != 2.0 {
		t.Errorf("show: %d %v", code, lines)
	}
	if code, lines := s.ctl("outbox", "show", "--data", s.dir, "nothing"); code != 1 || lines[0]["code"] != "not-found" {
		t.Errorf("show nothing: %d %v", code, lines)
	}
	if code, lines := s.ctl("outbox", "stats", "--data", s.dir); code != 0 || lines[0]["waiting"] != 3.0 || lines[0]["last_sequence"] != 3.0 {
		t.Errorf("stats: %d %v", code, lines)
	}
	if code, lines := s.ctl("outbox", "verify", "--data", s.dir); code != 0 || lines[0]["items"] != 3.0 {
		t.Errorf("verify: %d %v", code, lines)
	}
	o := s.open()
	if code, lines := s.ctl("outbox", "list", "--data", s.dir); code != 1 || lines[0]["code"] != "in-use" {
		t.Errorf("beside a running kiosk: %d %v", code, lines)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if code, lines := s.ctl("outbox", "list", "--data", t.TempDir()); code != 1 || lines[0]["code"] != "no-identity" {
		t.Errorf("an empty directory: %d %v", code, lines)
	}
}

func TestOutboxRetryAndVoid(t *testing.T) {
	s := newSite(t)
	ids := s.accept(3)
	o := s.open()
	for _, id := range ids[:2] {
		if err := o.Settle(t.Context(), []outbox.Settlement{{ID: id, Status: wire.Rejected, Reason: "test"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if code, lines := s.ctl("outbox", "retry", "--data", s.dir, ids[0], ids[2]); code != 1 || lines[0]["code"] != "needs-nobody" {
		t.Errorf("retry of one that waits: %d %v", code, lines)
	}
	if code, lines := s.ctl("outbox", "retry", "--data", s.dir, ids[0]); code != 0 || lines[0]["state"] != "accepted" {
		t.Errorf("retry: %d %v", code, lines)
	}
	if code, lines := s.ctl("outbox", "void", "--data", s.dir, "--reason", "came to the counter", ids[1]); code != 0 || lines[0]["state"] != "void" || lines[0]["reason"] != "came to the counter" {
		t.Errorf("void: %d %v", code, lines)
	}
	if code, lines := s.ctl("outbox", "list", "--data", s.dir); code != 0 || len(lines) != 2 {
		t.Errorf("list: %d %v", code, lines)
	}
}

// TestAParcelIsCarried: what a dying kiosk accepted reaches central through its replacement, once, however often it is handed
// in; an altered file is refused, and one that is there is not overwritten.
func TestAParcelIsCarried(t *testing.T) {
	s := newSite(t)
	ids := s.accept(5)
	file := filepath.Join(t.TempDir(), "stick", "parcel.jsonl")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if code, lines := s.ctl("outbox", "export", "--data", s.dir, "--file", file); code != 0 || lines[0]["items"] != 5.0 {
		t.Fatalf("export: %d %v", code, lines)
	}
	if code, _ := s.ctl("outbox", "export", "--data", s.dir, "--file", file); code != 1 {
		t.Error("the parcel was overwritten")
	}
	fresh := filepath.Join(t.TempDir(), "replacement")
	s.enrol(fresh)
	for _, status := range []string{"stored", "duplicate"} {
		code, lines := s.ctl("outbox", "import", "--data", fresh, "--url", s.url, "--file", file)
		counts, _ := lines[0]["counts"].(map[string]any)
		if code != 0 || counts[status] != 5.0 || len(counts) != 1 {
			t.Errorf("import: %d %v, want 5 %s", code, lines, status)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	altered := filepath.Join(t.TempDir(), "altered")
	if err := os.WriteFile(altered, []byte(strings.Replace(string(raw), ids[0], ids[1], 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, lines := s.ctl("outbox", "import", "--data", fresh, "--url", s.url, "--file", altered); code != 1 || lines[0]["code"] != "parcel" {
		t.Errorf("altered: %d %v", code, lines)
	}
}
