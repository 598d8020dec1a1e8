package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/device/sim"
)

// asProgram in the environment makes the test binary be hallctl itself.
const asProgram = "HALLCTL_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

func reader(t *testing.T) *sim.Reader {
	t.Helper()
	r, err := sim.NewReader(sim.ReaderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func paper(t *testing.T) *sim.Printer {
	t.Helper()
	p, err := sim.NewPrinter(sim.PrinterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// call runs a command to its end and gives status, output and errors.
func call(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestCardReadIsMaskedUnlessRevealed(t *testing.T) {
	r := reader(t)
	r.Lay(sim.Cards()[0])
	code, out, errs := call(t, "--json", "device", "card", "read", "--port", r.Path())
	var got cardFields
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatalf("status %d, %v\n%s%s", code, err, out, errs)
	}
	if got.Kind != "citizen" || got.Name != "林*满" || got.Number != "1***************26" || got.PhotoBytes != 1024 || got.Sex != "female" {
		t.Errorf("got %+v", got)
	}
	for _, secret := range []string{"小满", "19000520", "和平里"} {
		if strings.Contains(out, secret) {
			t.Errorf("the masked card shows %s", secret)
		}
	}
	r.Lift()
	r.Lay(sim.Cards()[0])
	code, out, errs = call(t, "--json", "device", "card", "read", "--reveal", "--port", r.Path())
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || got.Number != "110101190005200026" || got.Birth != "19000520" {
		t.Errorf("status %d, %v, %+v\n%s", code, err, got, errs)
	}
}

func TestCardReadWithoutReaderOrCard(t *testing.T) {
	code, out, errs := call(t, "device", "card", "read", "--port", filepath.Join(t.TempDir(), "none"))
	if code == 0 || out != "" || !strings.Contains(errs, "no such port") {
		t.Errorf("status %d, out %q, says %q", code, out, errs)
	}
	code, _, errs = call(t, "device", "card", "read", "--timeout", "1s", "--port", reader(t).Path())
	if code == 0 || !strings.Contains(errs, "no card was laid") {
		t.Errorf("without a card: status %d, says %q", code, errs)
	}
}

// TestWatchGoesOnThroughFaults: one line an event, through a card, its removal and a pulled cable, until it is stopped.
func TestWatchGoesOnThroughFaults(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "reader")
	r, err := sim.NewReader(sim.ReaderConfig{Link: link})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, []string{"--json", "device", "card", "read", "--watch", "--port", link}, write, io.Discard)
		write.Close()
		ended <- code
	}()
	lines := json.NewDecoder(read)
	want := func(event string) cardEvent {
		t.Helper()
		for {
			var e cardEvent
			if err := lines.Decode(&e); err != nil {
				t.Fatalf("waiting for %s: %v", event, err)
			}
			if e.Event == event {
				return e
			}
		}
	}
	limit := time.AfterFunc(30*time.Second, func() { write.CloseWithError(context.DeadlineExceeded) })
	defer limit.Stop()
	want("connected")
	r.Lay(sim.Cards()[1])
	if e := want("card"); e.Card.Name != "王*" {
		t.Errorf("card %+v", e.Card)
	}
	r.Lift()
	want("removed")
	r.Unplug()
	if e := want("disconnected"); e.Code == "" || e.Message == "" {
		t.Errorf("disconnected without a cause: %+v", e)
	}
	if err := r.Plug(); err != nil {
		t.Fatal(err)
	}
	want("connected")
	r.Lay(sim.Cards()[2])
	want("card")
	stop()
	go func() { _, _ = io.Copy(io.Discard, read) }()
	if code := <-ended; code != 0 {
		t.Errorf("a stopped watch ends with %d", code)
	}
}

// failed runs a command that must fail with --json, and gives what it says on standard output.
func failed(t *testing.T, args ...string) failureLine {
	t.Helper()
	code, out, errs := call(t, args...)
	var f failureLine
	if err := json.Unmarshal([]byte(out), &f); err != nil || code == 0 || f.Event != "error" || f.Message == "" {
		t.Fatalf("%v: status %d, %v, says %q", args, code, err, out)
	}
	if !strings.Contains(errs, "hallctl: ") {
		t.Errorf("%v: on standard error: %q", args, errs)
	}
	return f
}

// TestFailuresSayWhatToDoNext: whatever an outsider does wrong, there is one JSON object with a code and the next step.
func TestFailuresSayWhatToDoNext(t *testing.T) {
	dir := t.TempDir()
	none, text := filepath.Join(dir, "none"), filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("song"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken := reader(t)
	taken.Levers(func(l *sim.ReaderLevers) { l.Taken = true })
	for name, c := range map[string]struct{ args, code, says string }{
		"no reader":           {"device card read --port " + none, "no-port", "hallctl device list"},
		"no scanner":          {"device scanner read --port " + none, "no-port", "hallctl device list"},
		"a file":              {"device card read --port " + text, "no-serial-port", "hallctl device list"},
		"a folder":            {"device scanner read --port " + dir, "no-serial-port", "hallctl device list"},
		"port in use":         {"device card read --port " + taken.Path(), "port-in-use", "try again"},
		"strange speed":       {"device card read --baud 12345 --port " + none, "bad-speed", "9600"},
		"no speed":            {"device printer status --baud 0 --port " + none, "bad-speed", "9600"},
		"strange flow":        {"device card read --flow some --port " + none, "usage", "device card read --help"},
		"no port given":       {"device printer test", "usage", "device printer test --help"},
		"half a command":      {"device", "usage", "hallctl device --help"},
		"no command":          {"", "usage", "hallctl --help"},
		"profile":             {"device printer test --profile mine --port " + none, "usage", "generic-80"},
		"no document":         {"device printer print --port " + none + " --file " + text, "document", "device printer print --help"},
		"recording exists":    {"device card read --record " + text + " --port " + none, "file-exists", "another name"},
		"photo exists":        {"device card read --reveal --photo " + text + " --port " + none, "file-exists", "another name"},
		"photo unrevealed":    {"device card read --photo " + none + " --port " + none, "usage", "card read --help"},
		"no such decoder":     {"device card read --reveal --photo " + none + " --photo-decoder /no/such --port " + none, "photo-decoder", "full path"},
		"nobody lays a card":  {"device card read --timeout 500ms --port " + reader(t).Path(), "no-card", "lay a card"},
		"nobody shows a code": {"device scanner read --timeout 500ms --port " + reader(t).Path(), "no-code", "mode"},
	} {
		t.Run(name, func(t *testing.T) {
			f := failed(t, append(strings.Fields(c.args), "--json")...)
			if f.Code != c.code || !strings.Contains(f.Next, c.says) {
				t.Errorf("%+v, want code %s, and a next step with %q", f, c.code, c.says)
			}
		})
	}
	if b, err := os.ReadFile(text); err != nil || string(b) != "song" {
		t.Errorf("the file is now %q, %v", b, err)
	}
	if _, err := os.Stat(none); !os.IsNotExist(err) {
		t.Errorf("a photo file is left behind: %v", err)
	}
}

func TestJSONStandsAnywhere(t *testing.T) {
	p := paper(t)
	words := strings.Fields("device printer status --port " + p.Path())
	for at := range len(words) + 1 {
		if at == len(words)-1 {
			continue // between a flag and its value
		}
		args := slices.Insert(slices.Clone(words), at, "--json")
		if code, out, errs := call(t, args...); code != 0 || out != `{"state":"ready","problem":""}`+"\n" {
			t.Errorf("%v: %d %q %s", args, code, out, errs)
		}
	}
}

func TestJSONCanBeSaidAsAValue(t *testing.T) {
	p := paper(t)
	for flag, want := range map[string]string{"--json=1": "{", "--json=true": "{", "--json=false": "ready"} {
		if code, out, errs := call(t, "device", "printer", "status", "--port", p.Path(), flag); code != 0 || !strings.HasPrefix(out, want) {
			t.Errorf("%s: %d %q %s", flag, code, out, errs)
		}
	}
}

func TestHelpTellsTheKindsOfBlocks(t *testing.T) {
	code, out, errs := call(t, "device", "printer", "print", "--help")
	if code != 0 || errs != "" {
		t.Errorf("status %d: %s", code, errs)
	}
	for _, kind := range []string{"text", "row", "columns", "rule", "qr", "barcode", "picture", "box", "feed", "cut"} {
		if !strings.Contains(out, "- "+kind+": {") {
			t.Errorf("no example of %s", kind)
		}
	}
	if code, out, _ := call(t, "--help"); code != 0 || !strings.Contains(out, "device card read") {
		t.Errorf("status %d: %s", code, out)
	}
}

// TestASignalEndsAWatch: the program itself, told to stop as a person and as a service manager do it.
func TestASignalEndsAWatch(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, os.Args[0], "device", "card", "read", "--watch", "--json", "--port", reader(t).Path())
		cmd.Env = append(os.Environ(), asProgram+"=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var first cardEvent
		if err := json.NewDecoder(out).Decode(&first); err != nil || first.Event != "connected" {
			t.Errorf("%+v, %v", first, err)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
	}
}
