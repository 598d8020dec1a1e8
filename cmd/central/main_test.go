package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// start runs serve until the test ends and gives its address.
func start(t *testing.T, dir string) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX.EXAMPLE"}, w, io.Discard)
		w.CloseWithError(err)
		ended <- err
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("central did not start: %v", err)
	}
	_, url, ok := strings.Cut(strings.TrimSpace(line), " at ")
	if !ok {
		t.Fatalf("ready line %q", line)
	}
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(20 * time.Second):
			t.Fatal("central did not stop")
			return nil
		}
	}
	t.Cleanup(func() { _ = stop() })
	return url, stop
}

// call runs a command and gives what it printed.
func call(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out, io.Discard)
	return out.String(), err
}

func TestOperatorsDay(t *testing.T) {
	dir := t.TempDir()
	url, stop := start(t, dir)
	token := filepath.Join(dir, central.TokenFile)
	out, err := call(t, "enrol-code", "--url", url, "--token-file", token, "--hall", "44011", "--hall-name", "大厅", "--kiosk", "107")
	if err != nil {
		t.Fatal(err)
	}
	code, _, _ := strings.Cut(out, "\n")
	suite := item.Default()
	_, pub, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	dev, err := wire.Enrol(t.Context(), url, wire.HTTPOptions{}, suite, wire.Enrolment{Code: code, Suite: suite.Name(), SignPublic: pub})
	if err != nil || dev.Hall != "44011" || dev.TrackingURL != "HTTPS://SX.EXAMPLE" {
		t.Fatalf("enrol with the printed code: %+v, %v", dev, err)
	}
	if out, err = call(t, "cases", "--json", "--url", url, "--token-file", token); err != nil {
		t.Fatal(err)
	}
	var list central.CaseList
	if err := json.Unmarshal([]byte(out), &list); err != nil || list.Count != 0 {
		t.Errorf("cases: %s, %v", out, err)
	}
	_, err = call(t, "stage", "4401 1107 0100 0001 8343", "accepted", "--url", url, "--token-file", token)
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("stage of an unknown case: %v", err)
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if _, err = call(t, "cases", "--url", url, "--token-file", token); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("cases of a stopped central: %v", err)
	}
	// The same directory again: same keys, same device.
	url, _ = start(t, dir)
	if _, err = call(t, "cases", "--url", url, "--token-file", token); err != nil {
		t.Errorf("after restart: %v", err)
	}
}

func TestClearRefusals(t *testing.T) {
	dir := t.TempDir()
	_, stop := start(t, dir)
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	open := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(open, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve := func(args ...string) []string {
		return append([]string{"serve", "--tracking-url", "HTTPS://SX.EXAMPLE"}, args...)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"second on the same directory", serve("--data", dir, "--listen", "127.0.0.1:0"), "another central already runs"},
		{"plain HTTP to the world", serve("--data", t.TempDir(), "--listen", "0.0.0.0:0"), "not loopback"},
		{"port taken", serve("--data", t.TempDir(), "--listen", busy.Addr().String()), "address already in use"},
		{"half a certificate", serve("--data", t.TempDir(), "--tls-cert", open), "go together"},
		{"tracking URL with a path", []string{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX/T/"}, "not a scheme and a host"},
		{"no data directory", []string{"serve", "--tracking-url", "HTTPS://SX"}, "--data"},
		{"no such command", []string{"sevre"}, "sevre"},
	}
	for _, tt := range tests {
		if _, err := call(t, tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	// A ledger whose keys are gone must not get new ones once it holds something.
	url, stop := start(t, dir)
	if _, err := call(t, "enrol-code", "--url", url, "--token-file", filepath.Join(dir, central.TokenFile), "--hall", "44011", "--hall-name", "x", "--kiosk", "107"); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, "cases", "--url", url, "--token-file", open); err == nil || !strings.Contains(err.Error(), "token is missing or wrong") {
		t.Errorf("wrong token: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	out, err := call(t, "--help")
	if err != nil || !strings.Contains(out, "enrol-code") {
		t.Errorf("help: %v\n%s", err, out)
	}
}

func TestLostKeysAreNotReplaced(t *testing.T) {
	dir := t.TempDir()
	url, stop := start(t, dir)
	out, err := call(t, "enrol-code", "--url", url, "--token-file", filepath.Join(dir, central.TokenFile), "--hall", "44011", "--hall-name", "x", "--kiosk", "107")
	if err != nil {
		t.Fatal(err)
	}
	code, _, _ := strings.Cut(out, "\n")
	_, pub, err := item.Default().GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Enrol(t.Context(), url, wire.HTTPOptions{}, item.Default(), wire.Enrolment{Code: code, Suite: item.Default().Name(), SignPublic: pub}); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, central.KeysFile)); err != nil {
		t.Fatal(err)
	}
	_, err = call(t, "serve", "--data", dir, "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX.EXAMPLE")
	if err == nil || !strings.Contains(err.Error(), "restore it from the backup") {
		t.Errorf("serve without keys: %v", err)
	}
}

// TestMainProcess is not a test: it is central itself, in the process that TestAcksSurviveKill kills.
func TestMainProcess(t *testing.T) {
	dir := os.Getenv("ONEDOOR_CENTRAL_TEST_DIR")
	if dir == "" {
		t.Skip("only in the process that another test starts")
	}
	if err := run(t.Context(), []string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX.EXAMPLE"}, os.Stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
}

// I3: killing central at any instant never makes an acknowledged item disappear.
func TestAcksSurviveKill(t *testing.T) {
	dir := t.TempDir()
	suite := item.Default()
	priv, pub, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	var dev wire.Device
	type acked struct {
		item *item.Item
		ack  wire.Ack
	}
	var all []acked
	const rounds = 4
	for round := range rounds {
		url, kill := startProcess(t, dir)
		if round == 0 {
			out, err := call(t, "enrol-code", "--url", url, "--token-file", filepath.Join(dir, central.TokenFile), "--hall", "44011", "--hall-name", "x", "--kiosk", "107")
			if err != nil {
				t.Fatal(err)
			}
			code, _, _ := strings.Cut(out, "\n")
			if dev, err = wire.Enrol(t.Context(), url, wire.HTTPOptions{}, suite, wire.Enrolment{Code: code, Suite: suite.Name(), SignPublic: pub}); err != nil {
				t.Fatal(err)
			}
		}
		client, err := wire.NewClient(wire.ClientConfig{
			BaseURL: url, Suite: suite, Source: dev.Source(), SignKey: dev.SignKey, SignPriv: priv,
			UpstreamKey: dev.UpstreamKey, UpstreamPub: dev.UpstreamPub, Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, old := range all {
			a, err := client.PostBatch(t.Context(), []*item.Item{old.item})
			if err != nil {
				t.Fatal(err)
			}
			r := a.Results[0]
			if r.Status != wire.Duplicate || r.Ack == nil || r.Ack.Position != old.ack.Position || r.Ack.Epoch != old.ack.Epoch || !bytes.Equal(r.Ack.Sig, old.ack.Sig) {
				t.Fatalf("round %d: position %d was acknowledged and is now %+v", round, old.ack.Position, r)
			}
		}
		sealer := item.Sealer{Suite: suite, SealKey: dev.SealKey, SealPublic: dev.SealPublic, SignKey: dev.SignKey, SignPriv: priv}
		for range 5 {
			it := &item.Item{ID: item.NewID(time.Now()), Source: dev.Source().String(), Type: item.TypeHealth, Time: item.FormatTime(time.Now()),
				Sequence: item.FormatSequence(uint64(len(all) + 1)), Prev: item.Genesis}
			if err := sealer.Finish(it, []byte("{}")); err != nil {
				t.Fatal(err)
			}
			a, err := client.PostBatch(t.Context(), []*item.Item{it})
			if err != nil {
				t.Fatal(err)
			}
			r := a.Results[0]
			if r.Status != wire.Stored || r.Ack == nil {
				t.Fatalf("round %d: %+v", round, r)
			}
			all = append(all, acked{it, *r.Ack})
		}
		client.Close()
		kill()
	}
}

// startProcess runs central in a process of its own; kill ends it as a power switch would end it.
func startProcess(t *testing.T, dir string) (url string, kill func()) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestMainProcess$")
	cmd.Env = append(os.Environ(), "ONEDOOR_CENTRAL_TEST_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("central did not start: %v", err)
	}
	_, url, _ = strings.Cut(strings.TrimSpace(line), " at ")
	return url, func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed: that is its error
	}
}
