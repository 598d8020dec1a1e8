package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
func start(t *testing.T, dir string, more ...string) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, w := io.Pipe()
	ended := make(chan error, 1)
	args := append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX.EXAMPLE"}, more...)
	go func() {
		err := run(ctx, args, w, io.Discard)
		w.CloseWithError(err)
		ended <- err
	}()
	url = readyLine(t, r)
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

// enrolled makes a kiosk of a running central known, by a code that an operator asked for.
func enrolled(t *testing.T, dir, url string, options wire.HTTPOptions, code string) (dev wire.Device, private []byte) {
	t.Helper()
	suite := item.Default()
	private, public, err := suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	if code == "" {
		code = newCode(t, dir, url)
	}
	e, err := wire.NewEnrolment(suite, code, private, public)
	if err != nil {
		t.Fatal(err)
	}
	if dev, err = wire.Enrol(t.Context(), url, options, suite, e); err != nil {
		t.Fatal(err)
	}
	return dev, private
}

func newCode(t *testing.T, dir, url string) string {
	t.Helper()
	out, err := call(t, "enrol-code", "--url", url, "--token-file", filepath.Join(dir, central.TokenFile), "--hall", "44011", "--hall-name", "大厅", "--kiosk", "107")
	if err != nil {
		t.Fatal(err)
	}
	code, _, _ := strings.Cut(out, "\n")
	return code
}

func connect(t *testing.T, url string, options wire.HTTPOptions, dev wire.Device, private []byte) *wire.Client {
	t.Helper()
	c, err := wire.NewClient(wire.ClientConfig{
		BaseURL: url, Suite: item.Default(), Source: dev.Source(), SignKey: dev.SignKey, SignPriv: private, HTTP: options,
		UpstreamKey: dev.UpstreamKey, UpstreamPub: dev.UpstreamPub, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestOperatorsDay(t *testing.T) {
	dir := t.TempDir()
	url, stop := start(t, dir)
	token := filepath.Join(dir, central.TokenFile)
	dev, _ := enrolled(t, dir, url, wire.HTTPOptions{}, "")
	if dev.Hall != "44011" || dev.TrackingURL != "HTTPS://SX.EXAMPLE" {
		t.Fatalf("enrolled with the printed code: %+v", dev)
	}
	out, err := call(t, "cases", "--json", "--url", url, "--token-file", token)
	if err != nil {
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
		{"proxy that is no network", serve("--data", t.TempDir(), "--listen", "127.0.0.1:0", "--trusted-proxy", "gateway"), "trusted-proxy"},
		{"restore while it runs", []string{"restore", "--data", dir}, "stop it first"},
		{"restore of nothing", []string{"restore", "--data", t.TempDir()}, "no MANIFEST"},
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
	enrolled(t, dir, url, wire.HTTPOptions{}, "")
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, central.KeysFile)); err != nil {
		t.Fatal(err)
	}
	_, err := call(t, "serve", "--data", dir, "--listen", "127.0.0.1:0", "--tracking-url", "HTTPS://SX.EXAMPLE")
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

// acked is an item and the ack it got.
type acked struct {
	item *item.Item
	ack  *wire.Ack
}

// I3: killing central at any instant never makes an acknowledged item disappear. A poster hands over items one after the
// other while the process is killed under it; what it had an answer for must be there in the next round, under the same
// ack, and what it had none for may be there or not, and is sent again.
func TestAcksSurviveKill(t *testing.T) {
	rounds := 8
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	var dev wire.Device
	var private []byte
	var all []acked
	var open *item.Item // sent without an answer
	for round := range rounds {
		url, kill := startProcess(t, dir)
		if round == 0 {
			dev, private = enrolled(t, dir, url, wire.HTTPOptions{}, "")
		}
		client := connect(t, url, wire.HTTPOptions{}, dev, private)
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
		before := len(all)
		for {
			it := open
			if it == nil {
				it = health(t, dev, private, uint64(len(all)+1))
			}
			a, err := client.PostBatch(t.Context(), []*item.Item{it})
			if err != nil {
				if !errors.Is(err, wire.ErrNoAnswer) {
					t.Fatalf("round %d: %v", round, err)
				}
				open = it
				break
			}
			r := a.Results[0]
			arrived := r.Status == wire.Stored || r.Status == wire.Duplicate && it == open
			if r.Ack == nil || !arrived {
				t.Fatalf("round %d: %+v", round, r)
			}
			all, open = append(all, acked{it, r.Ack}), nil
			if len(all) == before+1 { // so that every round is killed in the middle of it
				time.AfterFunc(rand.N(60*time.Millisecond), kill)
			}
		}
		if len(all) == before {
			t.Fatalf("round %d: killed before the first answer", round)
		}
		kill()
		client.Close()
	}
	t.Logf("%d items acknowledged in %d rounds", len(all), rounds)
}

// health makes item seq of a device.
func health(t *testing.T, dev wire.Device, private []byte, seq uint64) *item.Item {
	t.Helper()
	sealer := item.Sealer{Suite: item.Default(), SealKey: dev.SealKey, SealPublic: dev.SealPublic, SignKey: dev.SignKey, SignPriv: private}
	it := &item.Item{ID: item.NewID(time.Now()), Source: dev.Source().String(), Type: item.TypeHealth, Time: item.FormatTime(time.Now()),
		Sequence: item.FormatSequence(seq), Prev: item.Genesis}
	if err := sealer.Finish(it, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	return it
}

// startProcess runs central in a process of its own; kill ends it as a power switch would end it, once.
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
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // or it has ended by itself, which the test sees
		_ = cmd.Wait()         // it was killed: that is its error
	})
	t.Cleanup(kill)
	return readyLine(t, out), kill
}

// readyLine waits, bounded, for central to say where it listens.
func readyLine(t *testing.T, out io.Reader) (url string) {
	t.Helper()
	type said struct {
		line string
		err  error
	}
	first := make(chan said, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadString('\n')
		first <- said{line, err}
	}()
	select {
	case s := <-first:
		_, url, ok := strings.Cut(strings.TrimSpace(s.line), " at ")
		if s.err != nil || !ok {
			t.Fatalf("central did not start: %q, %v", s.line, s.err)
		}
		return url
	case <-time.After(20 * time.Second):
		t.Fatal("central does not say where it listens")
		return ""
	}
}
