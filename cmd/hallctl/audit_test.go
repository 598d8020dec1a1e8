package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// log makes an audit log of n entries, whose checkpoint goes to central.
func (s *site) log(n int) {
	s.Helper()
	out, err := outbox.Open(outbox.Config{Dir: filepath.Join(s.dir, "outbox"), Source: s.id.Device.Source(), Now: time.Now, Ballast: -1,
		Sealer: item.Sealer{Suite: item.Default(), SealKey: s.id.Device.SealKey, SealPublic: s.id.Device.SealPublic, SignKey: s.id.Device.SignKey, SignPriv: s.id.SignPrivate}})
	if err != nil {
		s.Fatal(err)
	}
	l, err := audit.Open(audit.Config{Dir: filepath.Join(s.dir, "audit"), Source: s.id.Device.Source(), Suite: item.Default(), SignKey: s.id.Device.SignKey,
		SignPrivate: s.id.SignPrivate, Outbox: out, Now: time.Now})
	if err != nil {
		s.Fatal(err)
	}
	for range n {
		if err := l.Record(s.Context(), audit.Event{Kind: audit.KindSignIn, Actor: audit.Staff("wang-li", audit.Attendant), Detail: audit.AtKiosk}); err != nil {
			s.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		s.Fatal(err)
	}
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: s.url, Suite: item.Default(), Source: s.id.Device.Source(), SignKey: s.id.Device.SignKey,
		SignPriv: s.id.SignPrivate, UpstreamKey: s.id.Device.UpstreamKey, UpstreamPub: s.id.Device.UpstreamPub, Now: time.Now})
	if err != nil {
		s.Fatal(err)
	}
	e, err := engine.New(engine.Config{Outbox: out, Client: client, Suite: item.Default(), Now: time.Now,
		AckKeys: map[string]engine.AckKey{s.id.Device.UpstreamKey: {Tier: wire.TierCentral, Public: s.id.Device.UpstreamPub}}})
	if err != nil {
		s.Fatal(err)
	}
	if err := e.Start(s.Context()); err != nil {
		s.Fatal(err)
	}
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for out.Stats().ByState[outbox.StateStoredCentral] == 0 {
		select {
		case <-tick.C:
		case <-limit:
			s.Fatal("central does not get the checkpoint")
		}
	}
	e.Stop()
	client.Close()
	if err := out.Close(); err != nil {
		s.Fatal(err)
	}
}

func TestAuditVerify(t *testing.T) {
	s := newSite(t)
	s.log(6)
	verify := func(args ...string) (verified, string, int) {
		t.Helper()
		var stdout bytes.Buffer
		args = append([]string{"--json", "audit", "verify", "--data", s.dir}, args...)
		code := run(context.Background(), args, &stdout, io.Discard)
		var v verified
		if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", stdout.String(), err)
		}
		return v, stdout.String(), code
	}
	if v, out, code := verify("--central", s.url); code != 0 || v.Event != "verified" || !v.Compared || v.Central != 1 || v.Entries != 7 || v.Proved != 7 {
		t.Fatalf("whole: %d %s", code, out)
	}
	if v, out, code := verify("--central", "http://127.0.0.1:1"); code != 0 || v.Compared {
		t.Errorf("without central: %d %s", code, out)
	}
	var human bytes.Buffer
	if code := run(context.Background(), []string{"audit", "show", "--data", s.dir, "--event", "sign-in", "--last", "2"}, &human, io.Discard); code != 0 ||
		strings.Count(human.String(), "staff/wang-li") != 2 {
		t.Errorf("show: %d\n%s", code, human.String())
	}
	file := filepath.Join(s.dir, "audit", "audit-000000000001.jsonl")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := bytes.Replace(whole, []byte("wang-li"), []byte("wang-lo"), 1)
	if err := os.WriteFile(file, spoilt, 0o600); err != nil {
		t.Fatal(err)
	}
	if v, out, code := verify(); code != 1 || v.Event != "damaged" || v.Finding == nil || v.Finding.From != 2 || v.Finding.To != 2 {
		t.Errorf("altered: %d %s", code, out)
	}
	human.Reset()
	if code := run(context.Background(), []string{"audit", "verify", "--data", s.dir}, &human, io.Discard); code != 1 || !strings.Contains(human.String(), "Entry 2 was altered") {
		t.Errorf("in words: %d\n%s", code, human.String())
	}
	// Taken away whole, and the kiosk began a new one: only central knows.
	if err := os.RemoveAll(filepath.Join(s.dir, "audit")); err != nil {
		t.Fatal(err)
	}
	s.log(2)
	if v, out, code := verify(); code != 0 || v.Finding != nil {
		t.Errorf("the new log by itself: %d %s", code, out)
	}
	if v, out, code := verify("--central", s.url); code != 1 || v.Finding == nil || v.Finding.By != "central" {
		t.Errorf("beside central's: %d %s", code, out)
	}
}
