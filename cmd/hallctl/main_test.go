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

	"go.uber.org/goleak"

	"onedoor/device/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
	code, out, errs := call(t, "device", "card", "read", "--timeout", "1s", "--port", filepath.Join(t.TempDir(), "none"))
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

func TestPrinterTestAndStatus(t *testing.T) {
	p := paper(t)
	code, out, errs := call(t, "--json", "device", "printer", "status", "--port", p.Path())
	if code != 0 || !strings.Contains(out, `"state":"ready"`) {
		t.Errorf("status: %d %s%s", code, out, errs)
	}
	code, out, errs = call(t, "--json", "device", "printer", "test", "--port", p.Path())
	if code != 0 || !strings.Contains(out, `"outcome":"printed"`) {
		t.Errorf("test: %d %s%s", code, out, errs)
	}
	p.Levers(func(l *sim.PrinterLevers) { l.PaperOut = true })
	code, out, _ = call(t, "--json", "device", "printer", "test", "--port", p.Path())
	if code == 0 || !strings.Contains(out, `"outcome":"not_printed","cause":"paper-out"`) {
		t.Errorf("without paper: %d %s", code, out)
	}
	code, out, _ = call(t, "device", "printer", "status", "--port", p.Path())
	if code == 0 || !strings.Contains(out, "put in a new roll") {
		t.Errorf("status without paper: %d %s", code, out)
	}
}

func TestPrinterPrintsAFile(t *testing.T) {
	p := paper(t)
	file := filepath.Join(t.TempDir(), "doc.yaml")
	if err := os.WriteFile(file, []byte("blocks:\n  - text: {text: 你好, bold: true}\n  - qr: {content: HELLO}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, "device", "printer", "print", "--port", p.Path(), "--file", file); code != 0 || !strings.Contains(out, "printed") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if err := os.WriteFile(file, []byte("blocks:\n  - song: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call(t, "device", "printer", "print", "--port", p.Path(), "--file", file); code == 0 || !strings.Contains(errs, "song") {
		t.Errorf("broken file: %d %s", code, errs)
	}
}

func TestListTellsWhatAnswers(t *testing.T) {
	r, p := reader(t), paper(t)
	code, out, errs := call(t, "--json", "device", "list", "--port", r.Path(), "--port", p.Path(), "--port", filepath.Join(t.TempDir(), "none"))
	if code != 0 {
		t.Fatalf("status %d: %s", code, errs)
	}
	var got []portLine
	for dec := json.NewDecoder(strings.NewReader(out)); dec.More(); {
		var l portLine
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	if len(got) != 3 || got[0].Answers != "card-reader" || got[1].Answers != "printer" || got[2].Answers != "nothing" || got[2].Problem != "no-port" {
		t.Errorf("got %+v", got)
	}
}

func TestScannerRead(t *testing.T) {
	s, err := sim.NewScanner(sim.ScannerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	type result struct {
		code      int
		out, errs string
	}
	ended := make(chan result, 1)
	go func() {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"--json", "device", "scanner", "read", "--port", s.Path()}, &out, &errs)
		ended <- result{code, out.String(), errs.String()}
	}()
	again := time.NewTicker(300 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case got := <-ended:
			if got.code != 0 || !strings.Contains(got.out, `"text":"HTTPS://X/T/收件"`) || !strings.Contains(got.out, `"encoding":"utf-8"`) {
				t.Errorf("%+v", got)
			}
			return
		case <-again.C:
			s.Show([]byte("HTTPS://X/T/收件")) // until the driver listens
		}
	}
}
