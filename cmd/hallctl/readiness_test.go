package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/readiness"
	"onedoor/app/text"
)

func TestReadiness(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kiosk.yaml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	base := "version: 1\ndata: .\ncentral: {url: 'http://127.0.0.1'}\nreader: {port: /dev/a}\nprinter: {port: /dev/b}\n"
	write("kiosk.yaml", base)
	if code, _, errs := call(t, "readiness", "--config", file); code != 1 || !strings.Contains(errs, "hall.opens") {
		t.Errorf("not configured: status %d: %s", code, errs)
	}
	write("kiosk.yaml", base+"hall: {opens: '08:30'}\n")
	if code, _, errs := call(t, "readiness", "--config", file); code != 1 || !strings.Contains(errs, "08:30") {
		t.Errorf("none yet: status %d: %s", code, errs)
	}
	service := func(e readiness.Extent) readiness.Service {
		return readiness.Service{ID: "a", Title: text.Local{text.Chinese: "高龄津贴"}, Extent: e, Because: []string{"LINK-DOWN"}}
	}
	report := func(at time.Time, e readiness.Extent) {
		b, err := json.Marshal(readiness.Report{At: at, Opens: "08:30", Services: []readiness.Service{service(e)}})
		if err != nil {
			t.Fatal(err)
		}
		write(readiness.File, string(b))
	}
	for extent, want := range map[readiness.Extent]int{readiness.Whole: 0, readiness.Partly: 3, readiness.Not: 1} {
		report(time.Now(), extent)
		code, out, _ := call(t, "readiness", "--config", file, "--lang", "zh")
		if code != want || (extent != readiness.Whole) != strings.Contains(out, "高龄津贴  LINK-DOWN") {
			t.Errorf("%s: status %d: %s", extent, code, out)
		}
		code, out, _ = call(t, "--json", "readiness", "--config", file)
		var r readiness.Report
		if err := json.Unmarshal([]byte(out), &r); err != nil || code != want || r.Services[0].Extent != extent {
			t.Errorf("%s: status %d, %v: %s", extent, code, err, out)
		}
	}
	report(time.Now().AddDate(0, 0, -1), readiness.Whole)
	if code, _, errs := call(t, "readiness", "--config", file, "--lang", "en"); code != 1 || !strings.Contains(errs, "not of today") {
		t.Errorf("yesterday's: status %d: %s", code, errs)
	}
	write(readiness.File, "{")
	if code, _, _ := call(t, "readiness", "--config", file); code != 1 {
		t.Errorf("a spoilt one: status %d", code)
	}
}
