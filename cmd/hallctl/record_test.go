package main

import (
	"bytes"
	"encoding/hex"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onedoor/device/sim"
	"onedoor/device/trace"
)

// private fails unless only the owner may read the file.
func private(t *testing.T, path string) []byte {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %v", path, info.Mode())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestARecordingHoldsNobody: a card is read and shown in full, and the recording of it holds no byte of the card.
func TestARecordingHoldsNobody(t *testing.T) {
	r := reader(t)
	card := sim.Cards()[1]
	r.Lay(card)
	file := filepath.Join(t.TempDir(), "reader.trace")
	code, out, errs := call(t, "device", "card", "read", "--reveal", "--port", r.Path(), "--record", file)
	if code != 0 || !strings.Contains(out, card.Number) {
		t.Fatalf("status %d: %s%s", code, out, errs)
	}
	b := private(t, file)
	text := card.Text()
	for _, part := range [][]byte{text[:4], text[52:60], text[122:130]} {
		if bytes.Contains(b, []byte(hex.EncodeToString(part))) {
			t.Errorf("the recording holds % X", part)
		}
	}
	read, err := trace.Read(bytes.NewReader(b))
	if err != nil || len(read.Exchanges(r.Path())) < 5 || read.Device(r.Path()) != "card-reader" {
		t.Errorf("%v: %s", err, b)
	}
}

func TestEveryDeviceCommandRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := paper(t)
	s, err := sim.NewScanner(sim.ScannerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.Levers(func(l *sim.ScannerLevers) { l.Repeats = 1 << 30 }) // until somebody listens
	if err := s.Show([]byte("A1")); err != nil {
		t.Fatal(err)
	}
	doc := filepath.Join(dir, "doc.yaml")
	if err := os.WriteFile(doc, []byte("blocks:\n  - row: {label: 姓名, value: 林小满}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string]string{
		"list":    "list --port " + p.Path() + " --port " + reader(t).Path(),
		"status":  "printer status --port " + p.Path(),
		"test":    "printer test --port " + p.Path(),
		"print":   "printer print --port " + p.Path() + " --file " + doc,
		"scanner": "scanner read --port " + s.Path(),
	} {
		file := filepath.Join(dir, name)
		call(t, strings.Fields("device "+args+" --record "+file)...)
		b := private(t, file)
		read, err := trace.Read(bytes.NewReader(b))
		if err != nil || len(read.Ports()) == 0 {
			t.Errorf("%s: %v: %s", name, err, b)
		}
		if bytes.Contains(b, []byte("c1d6d0a1c2fa")) {
			t.Errorf("%s holds the name on the receipt", name)
		}
	}
}

func TestPhotoGoesToAFileOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	var portrait bytes.Buffer
	if err := png.Encode(&portrait, image.NewGray(image.Rect(0, 0, 102, 126))); err != nil {
		t.Fatal(err)
	}
	ready, script := filepath.Join(dir, "ready.png"), filepath.Join(dir, "decode")
	if err := os.WriteFile(ready, portrait.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, []byte("#!/bin/sh\n[ $(wc -c) = 1024 ] && [ \"$1\" = -x ] && exec cat "+ready+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	card := sim.Cards()[0]
	card.Photo = bytes.Repeat([]byte("WLT!"), 256)
	for name, c := range map[string]struct {
		decoder string
		want    []byte
	}{"raw": {"", card.Photo}, "decoded": {script + " -x", portrait.Bytes()}} {
		r := reader(t)
		r.Lay(card)
		file := filepath.Join(dir, name)
		args := []string{"device", "card", "read", "--json", "--reveal", "--port", r.Path(), "--photo", file}
		if c.decoder != "" {
			args = append(args, "--photo-decoder", c.decoder)
		}
		code, out, errs := call(t, args...)
		if code != 0 || !strings.Contains(out, `"photo_bytes":1024,"photo_file":"`+file+`"`) {
			t.Fatalf("%s: status %d: %s%s", name, code, out, errs)
		}
		if got := private(t, file); !bytes.Equal(got, c.want) {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
	r := reader(t)
	r.Lay(card)
	file := filepath.Join(dir, "none")
	f := failed(t, "device", "card", "read", "--json", "--reveal", "--port", r.Path(), "--photo", file, "--photo-decoder", "false")
	if f.Code != "photo-decoder" || !strings.Contains(f.Next, "without --photo-decoder") {
		t.Errorf("%+v", f)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("a file without a photo is left: %v", err)
	}
}
