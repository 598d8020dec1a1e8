package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/console"
)

func TestConsole(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kiosk.yaml")
	write := func(more string) {
		t.Helper()
		text := "version: 1\ndata: data\ncentral: {url: \"http://127.0.0.1:1\"}\nreader: {port: /dev/a}\nprinter: {port: /dev/b}\n" + more
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ask := func() (string, int) {
		t.Helper()
		var out, errs strings.Builder
		code := run(t.Context(), []string{"--json", "console", "--config", file}, &out, &errs)
		return out.String() + errs.String(), code
	}
	write("")
	if said, code := ask(); code == 0 || !strings.Contains(said, "no-console") {
		t.Errorf("without a console: %d %s", code, said)
	}
	write("console: {listen: \"10.0.0.7:8443\"}\n")
	if said, code := ask(); code == 0 || !strings.Contains(said, "no-certificate") {
		t.Errorf("before the first start: %d %s", code, said)
	}
	cert, err := console.OwnCertificate(console.Dir(filepath.Join(dir, "data")), "107", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	said, code := ask()
	var got consoleLine
	if err := json.Unmarshal([]byte(said), &got); err != nil || code != 0 {
		t.Fatalf("%d %s: %v", code, said, err)
	}
	if want := (consoleLine{"https://10.0.0.7:8443/", console.Fingerprint(cert.Certificate[0]), true}); got != want {
		t.Errorf("says %+v, want %+v", got, want)
	}
	own := filepath.Join(console.Dir(filepath.Join(dir, "data")), "console.crt")
	write("console: {listen: \":8443\", cert: " + own + ", key: k.pem}\n")
	if said, code := ask(); code != 0 || !strings.Contains(said, got.SHA256) || strings.Contains(said, "own") {
		t.Errorf("a configured certificate: %d %s", code, said)
	}
}
