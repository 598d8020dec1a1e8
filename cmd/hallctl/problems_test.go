package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/health"
	"onedoor/app/health/observe"
)

// TestProblems: what was wrong of late and what still is, with the kiosk's own words; a file that can not be read is said.
func TestProblems(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kiosk.yaml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("kiosk.yaml", "version: 1\ndata: .\ncentral: {url: 'http://127.0.0.1'}\nreader: {port: /dev/a}\nprinter: {port: /dev/b}\n")
	if code, out, errs := call(t, "problems", "--config", file); code != 0 || out != "" {
		t.Errorf("none: status %d: %s%s", code, out, errs)
	}
	now := time.Now()
	raw, err := json.Marshal([]health.Episode{{Code: "PRINTER-PAPER-OUT", Opened: now.Add(-50 * time.Hour), Closed: now.Add(-49 * time.Hour)},
		{Code: health.LinkDown, Opened: now.Add(-2 * time.Hour), Closed: now.Add(-time.Hour)}, {Code: health.DiskLow, Opened: now.Add(-100 * time.Hour)},
		{Code: "OF-A-FORMER-VERSION", Opened: now.Add(-2 * time.Hour), Closed: now.Add(-time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	write(observe.HistoryFile, string(raw))
	code, out, _ := call(t, "problems", "--config", file, "--for", "24h", "--lang", "zh")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); code != 0 || len(lines) != 3 || !strings.Contains(lines[0], "LINK-DOWN") || !strings.Contains(lines[0], "连不上中心") ||
		!strings.Contains(lines[1], "…") || !strings.Contains(lines[1], "DISK-LOW") || !strings.Contains(lines[2], "OF-A-FORMER-VERSION") {
		t.Errorf("status %d:\n%s", code, out)
	}
	code, out, _ = call(t, "--json", "problems", "--config", file)
	dec := json.NewDecoder(strings.NewReader(out))
	var first problemLine
	if err := dec.Decode(&first); err != nil || code != 0 || first.Event != "problem" || first.Code != "PRINTER-PAPER-OUT" || first.Cause == "" || first.Closed.IsZero() {
		t.Errorf("status %d, %v: %s", code, err, out)
	}
	write(observe.HistoryFile, "{")
	if code, _, errs := call(t, "problems", "--config", file); code != 1 || !strings.Contains(errs, "history") {
		t.Errorf("unreadable: status %d: %s", code, errs)
	}
}
