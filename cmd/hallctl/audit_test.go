package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// logFile is the bytes after which a log's next file begins: some five entries.
const logFile = 1200

// log makes an audit log of n entries, whose checkpoints go to central.
func (s *site) log(n int) {
	s.Helper()
	out, err := outbox.Open(outbox.Config{Dir: filepath.Join(s.dir, "outbox"), Source: s.id.Device.Source(), Now: time.Now, Ballast: -1,
		Sealer: item.Sealer{Suite: item.Default(), SealKey: s.id.Device.SealKey, SealPublic: s.id.Device.SealPublic, SignKey: s.id.Device.SignKey, SignPriv: s.id.SignPrivate}})
	if err != nil {
		s.Fatal(err)
	}
	s.entries(filepath.Join(s.dir, "audit"), n, s.id.SignPrivate, out)
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
	for out.Stats().Waiting > 0 {
		select {
		case <-tick.C:
		case <-limit:
			s.Fatal("central does not get the checkpoints")
		}
	}
	e.Stop()
	client.Close()
	if err := out.Close(); err != nil {
		s.Fatal(err)
	}
}

// entries writes n entries, and signs for them with a key; out may be nil.
func (s *site) entries(dir string, n int, key []byte, out audit.Outbox) {
	s.Helper()
	l, err := audit.Open(audit.Config{Dir: dir, Source: s.id.Device.Source(), Suite: item.Default(), SignKey: s.id.Device.SignKey,
		SignPrivate: key, Outbox: out, Now: time.Now, FileSize: logFile})
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
}

// TestAuditVerifyFindsWhatWasDoneToTheFiles: I19, and I13 of the log. What leaves no trace on the kiosk is found by what central holds.
func TestAuditVerifyFindsWhatWasDoneToTheFiles(t *testing.T) {
	s := newSite(t)
	s.log(14)
	files := func(dir string) []string {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(dir, "audit", "audit-*.jsonl"))
		if err != nil || len(names) < 3 {
			t.Fatalf("files %v, %v", names, err)
		}
		return names
	}
	lines := func(file string, change func([][]byte) [][]byte) {
		t.Helper()
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all := change(bytes.SplitAfter(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n")))
		all[len(all)-1] = append(bytes.TrimSuffix(bytes.Clone(all[len(all)-1]), []byte("\n")), '\n')
		if err := os.WriteFile(file, bytes.Join(all, nil), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(names ...string) {
		t.Helper()
		for _, name := range names {
			if err := os.RemoveAll(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	cut := func(dir string) {
		lines(files(dir)[len(files(dir))-1], func(l [][]byte) [][]byte { return l[:len(l)-1] })
	}
	checkpoints := func(dir string) string { return filepath.Join(dir, "audit", "checkpoints.jsonl") }
	stranger, _, err := item.Default().GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		change  func(dir string)
		alone   audit.Fault // found by the kiosk's files alone; empty: nothing
		central audit.Fault // found with what central holds
	}{
		{"nothing", func(string) {}, "", ""},
		{"a byte altered", func(dir string) {
			lines(files(dir)[1], func(l [][]byte) [][]byte { l[1] = bytes.Replace(l[1], []byte("li"), []byte("lj"), 1); return l })
		}, audit.FaultAltered, audit.FaultAltered},
		{"an entry removed", func(dir string) {
			lines(files(dir)[1], func(l [][]byte) [][]byte { return append(l[:1], l[2:]...) })
		}, audit.FaultRemoved, audit.FaultRemoved},
		{"two entries exchanged", func(dir string) {
			lines(files(dir)[1], func(l [][]byte) [][]byte { l[0], l[1] = l[1], l[0]; return l })
		}, audit.FaultReordered, audit.FaultReordered},
		{"the last entry removed", cut, audit.FaultRemoved, audit.FaultRemoved},
		{"the last entry and the checkpoint removed", func(dir string) { cut(dir); remove(checkpoints(dir)) }, "", audit.FaultRemoved},
		{"the first file removed", func(dir string) { remove(files(dir)[0]) }, audit.FaultRemoved, audit.FaultRemoved},
		{"a file in the middle removed", func(dir string) { remove(files(dir)[1]) }, audit.FaultRemoved, audit.FaultRemoved},
		{"the last file removed", func(dir string) { remove(files(dir)[len(files(dir))-1]) }, audit.FaultRemoved, audit.FaultRemoved},
		{"all removed", func(dir string) { remove(append(files(dir), checkpoints(dir))...) }, "", audit.FaultRemoved},
		{"another chain, signed with the kiosk's key", func(dir string) {
			remove(filepath.Join(dir, "audit"))
			s.entries(filepath.Join(dir, "audit"), 14, s.id.SignPrivate, nil)
		}, "", audit.FaultAltered},
		{"another chain, signed with another key", func(dir string) {
			remove(filepath.Join(dir, "audit"))
			s.entries(filepath.Join(dir, "audit"), 14, stranger, nil)
		}, audit.FaultCheckpoint, audit.FaultAltered},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "kiosk")
			if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
				t.Fatal(err)
			}
			tt.change(dir)
			for central, want := range map[bool]audit.Fault{false: tt.alone, true: tt.central} {
				args := []string{"--json", "audit", "verify", "--data", dir}
				if central {
					args = append(args, "--central", s.url)
				}
				var stdout bytes.Buffer
				code := run(context.Background(), args, &stdout, io.Discard)
				var v verified
				if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
					t.Fatalf("%s: %v", stdout.String(), err)
				}
				found := audit.Fault("")
				if v.Finding != nil {
					found = v.Finding.Fault
				}
				if found != want || v.Compared != central || (code == 1) != (want != "") || (v.Event == "damaged") != (want != "") {
					t.Errorf("central asked %v: exit %d, %s; want %q", central, code, stdout.String(), want)
				}
			}
		})
	}
}

// TestWhatAnOperatorDoesIsLogged: I19 at the shell. What was decided about a dead letter, and that the queue was taken away, stand in the
// kiosk's log, with the operator; a log that can not be written keeps it from being done.
func TestWhatAnOperatorDoesIsLogged(t *testing.T) {
	s := newSite(t)
	s.log(2)
	ids := s.accept(2)
	o := s.open()
	for _, id := range ids {
		if err := o.Settle(t.Context(), []outbox.Settlement{{ID: id, Status: wire.Rejected, Reason: "test"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(s.dir, "audit", "lock")
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(lock, 0o700); err != nil {
		t.Fatal(err)
	}
	if code, lines := s.ctl("outbox", "void", "--data", s.dir, "--reason", "came to the counter", ids[0]); code != 1 || lines[0]["code"] != "audit" {
		t.Errorf("without a log: %d %v", code, lines)
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "parcel")
	for _, args := range [][]string{{"retry", ids[0]}, {"void", "--reason", "came to the counter", ids[1]}, {"export", "--file", file}} {
		if code, lines := s.ctl(append([]string{"outbox", args[0], "--data", s.dir}, args[1:]...)...); code != 0 {
			t.Fatalf("%v: %d %v", args, code, lines)
		}
	}
	var got []string
	if err := audit.Read(filepath.Join(s.dir, "audit"), func(e audit.Entry) error {
		if e.Actor == "operator" {
			got = append(got, strings.Join([]string{string(e.Event), string(e.Disposition), e.Subject, string(e.Detail)}, " "))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"released ok item/" + ids[0] + " rejected", "voided ok item/" + ids[1] + " rejected", "exported ok  queue"}
	if !slices.Equal(got, want) {
		t.Errorf("logged %q, want %q", got, want)
	}
	if code, lines := s.ctl("audit", "verify", "--data", s.dir); code != 0 {
		t.Errorf("verify: %d %v", code, lines)
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
	if v, out, code := verify("--central", s.url); code != 0 || v.Event != "verified" || !v.Compared || v.Central != v.Checkpoints || v.Entries != 7 || v.Proved != 7 {
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
