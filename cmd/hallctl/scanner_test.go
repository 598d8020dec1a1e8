package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/device/sim"
)

func TestScannerRead(t *testing.T) {
	s, err := sim.NewScanner(sim.ScannerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	type result struct {
		code int
		out  string
	}
	read, write := io.Pipe()
	ended := make(chan result, 1)
	go func() {
		var out bytes.Buffer
		code := run(t.Context(), []string{"--json", "--log", "device", "scanner", "read", "--port", s.Path()}, &out, write)
		write.Close()
		ended <- result{code, out.String()}
	}()
	var said []string
	for log := bufio.NewScanner(read); log.Scan(); {
		said = append(said, log.Text())
		if strings.Contains(log.Text(), "scanner up") { // what was shown before it listens could come in part
			if err := s.Show([]byte("HTTPS://X/T/收件")); err != nil {
				t.Error(err)
			}
		}
	}
	if got := <-ended; got.code != 0 || !strings.Contains(got.out, `"text":"HTTPS://X/T/收件"`) || !strings.Contains(got.out, `"encoding":"utf-8"`) {
		t.Errorf("%+v, says %q", got, said)
	}
}

// TestScannerWatchGoesOn through a code and a pulled cable until it is stopped.
func TestScannerWatchGoesOn(t *testing.T) {
	t.Parallel()
	s, err := sim.NewScanner(sim.ScannerConfig{Link: filepath.Join(t.TempDir(), "scanner")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, []string{"device", "scanner", "read", "--watch", "--port", s.Path(), "--json"}, write, io.Discard)
		write.Close()
		ended <- code
	}()
	lines := json.NewDecoder(read)
	want := func(event string) scanEvent {
		t.Helper()
		var e scanEvent
		if err := lines.Decode(&e); err != nil || e.Event != event {
			t.Fatalf("%+v, %v, want %s", e, err, event)
		}
		return e
	}
	for _, code := range []string{"A1", "B22"} {
		want("connected")
		if err := s.Show([]byte(code)); err != nil {
			t.Fatal(err)
		}
		if e := want("scan"); e.Scan.Text != code || e.Scan.Bytes != len(code) {
			t.Errorf("%+v", e.Scan)
		}
		s.Unplug()
		if e := want("disconnected"); e.Code != "unplugged" || e.Message == "" {
			t.Errorf("%+v", e)
		}
		if err := s.Plug(); err != nil {
			t.Fatal(err)
		}
	}
	want("connected")
	stop()
	go func() { _, _ = io.Copy(io.Discard, read) }()
	if code := <-ended; code != 0 {
		t.Errorf("a stopped watch ends with %d", code)
	}
}
