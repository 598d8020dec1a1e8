package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/device/sim"
	"onedoor/device/trace"
)

func TestPrinterTestAndStatus(t *testing.T) {
	t.Parallel()
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

func TestTheExampleOfTheHelpPrints(t *testing.T) {
	p := paper(t)
	file := filepath.Join(t.TempDir(), "doc.yaml")
	if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, "device", "printer", "print", "--port", p.Path(), "--file", file); code != 0 || !strings.Contains(out, "printed") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if n := len(p.Papers()); n != 1 {
		t.Errorf("%d papers", n)
	}
}

// result runs a printer command with --json.
func result(t *testing.T, args ...string) (code int, status statusLine, outcome outcomeLine) {
	t.Helper()
	code, out, errs := call(t, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &status); err != nil {
		t.Fatalf("%v: %v: %s%s", args, err, out, errs)
	}
	if err := json.Unmarshal([]byte(out), &outcome); err != nil {
		t.Fatal(err)
	}
	return code, status, outcome
}

func TestASilentPrinterIsToldAsOne(t *testing.T) {
	t.Parallel()
	p := paper(t)
	p.Levers(func(l *sim.PrinterLevers) { l.Mute = true })
	code, status, _ := result(t, "device", "printer", "status", "--port", p.Path())
	if code == 0 || status.State != "problem" || status.Problem != "silent" || !strings.Contains(status.Remedy, "device list") {
		t.Errorf("%d %+v", code, status)
	}
	code, _, outcome := result(t, "device", "printer", "test", "--port", p.Path())
	if code == 0 || outcome.Outcome != "not_printed" || outcome.Cause != "silent" || outcome.Bytes != 0 {
		t.Errorf("%d %+v", code, outcome)
	}
	code, _, outcome = result(t, "device", "printer", "test", "--port", filepath.Join(t.TempDir(), "none"))
	if code == 0 || outcome.Outcome != "not_printed" || outcome.Cause != "no-port" || outcome.Remedy == "" {
		t.Errorf("%d %+v", code, outcome)
	}
}

// answering is a device that knows these questions and no others.
func answering(t *testing.T, words ...string) string {
	t.Helper()
	var all []trace.Exchange
	for i := 0; i+1 < len(words); i += 2 {
		all = append(all, trace.Exchange{Sent: []byte(words[i]), Received: []trace.Piece{{Bytes: []byte(words[i+1])}}})
	}
	r, err := sim.NewReplay(sim.ReplayConfig{Exchanges: all})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r.Path()
}

// TestAPrinterOfFewWords: what it tells counts, and what it does not is said.
func TestAPrinterOfFewWords(t *testing.T) {
	t.Parallel()
	code, status, _ := result(t, "device", "printer", "status", "--port", answering(t, "\x10\x04\x01", "\x12", "\x10\x04\x02", "\x12"))
	if code != 0 || status.State != "ready" || len(status.Unanswered) != 2 || status.Unanswered[0] != 3 || status.Unanswered[1] != 4 {
		t.Errorf("%d %+v", code, status)
	}
	code, status, _ = result(t, "device", "printer", "status", "--port", answering(t, "\x10\x04\x01", "\x1A", "\x10\x04\x02", "\x32"))
	if code == 0 || status.Problem != "paper-out" {
		t.Errorf("%d %+v", code, status)
	}
	code, _, outcome := result(t, "device", "printer", "test", "--port", answering(t, "\x10\x04\x04", "\x72"))
	if code == 0 || outcome.Outcome != "not_printed" || outcome.Cause != "paper-out" {
		t.Errorf("%d %+v", code, outcome)
	}
}

// TestALostAnswerIsNotAMissingOne: the first question often ends in what a broken job has left.
func TestALostAnswerIsNotAMissingOne(t *testing.T) {
	t.Parallel()
	p := paper(t)
	p.Levers(func(l *sim.PrinterLevers) { l.DeafFor = 1 })
	code, status, _ := result(t, "device", "printer", "status", "--port", p.Path())
	if code != 0 || status.State != "ready" || len(status.Unanswered) > 0 {
		t.Errorf("%d %+v", code, status)
	}
}

// TestAPrinterThatDoesNotTellWhenItIsDone prints, and that is all that is known.
func TestAPrinterThatDoesNotTellWhenItIsDone(t *testing.T) {
	t.Parallel()
	p := paper(t)
	p.Levers(func(l *sim.PrinterLevers) { l.MuteQueued = true })
	file := filepath.Join(t.TempDir(), "doc.yaml")
	if err := os.WriteFile(file, []byte("blocks:\n  - text: {text: 收件回执}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, outcome := result(t, "device", "printer", "print", "--port", p.Path(), "--file", file)
	if code == 0 || outcome.Outcome != "unknown" || outcome.Cause != "" || !strings.Contains(outcome.Remedy, "look at the paper") {
		t.Errorf("%d %+v", code, outcome)
	}
	if n := len(p.Papers()); n != 1 {
		t.Errorf("%d papers", n)
	}
}
