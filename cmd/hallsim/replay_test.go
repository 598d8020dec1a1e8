package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/device/cardreader"
	"onedoor/device/port"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recording is of a reader that was asked once, and of another port.
const recording = `{"trace":1,"began":"2025-03-01T09:00:00Z"}
{"us":1,"line":1,"what":"open","port":"/dev/reader","device":"card-reader","baud":115200}
{"us":2,"line":2,"what":"open","port":"/dev/other","device":"probe","baud":9600}
{"us":300,"line":1,"what":"out","hex":"aaaaaa9669000311ffed"}
{"us":900,"line":1,"what":"in","hex":"aaaaaa9669000400009094"}
`

// replaying is the command at work. end stops it and gives its status and what it has said since.
type replaying struct {
	t    *testing.T
	link string
	end  func() (code int, said string)
}

func replay(t *testing.T, flags ...string) replaying {
	t.Helper()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "trace"), filepath.Join(dir, "reader")
	if err := os.WriteFile(file, []byte(recording), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute) // longer than all that is waited for meanwhile
	out, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"replay", "--file", file, "--link", link}, flags...), write, write)
		write.Close()
		ended <- code
	}()
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return replaying{t, link, func() (int, string) {
		t.Helper()
		stop()
		rest, err := io.ReadAll(lines)
		if err != nil {
			t.Fatal(err)
		}
		return <-ended, first + string(rest)
	}}
}

// ask asks once whether a card reader is there.
func (r replaying) ask() error {
	r.t.Helper()
	p, err := port.Open(port.Config{Path: r.link})
	if err != nil {
		r.t.Fatal(err)
	}
	defer p.Close()
	return cardreader.Probe(r.t.Context(), patient{p})
}

// patient waits longer for the line than a driver does, whose half a second is over when the machine pauses.
type patient struct{ port.Port }

func (p patient) Read(ctx context.Context, b []byte) (int, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return p.Port.Read(ctx, b)
}

func (p patient) Write(ctx context.Context, b []byte) (int, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return p.Port.Write(ctx, b)
}

func TestReplayPlaysTheRecordedDevice(t *testing.T) {
	r := replay(t, "--port", "/dev/reader")
	for range 2 {
		if err := r.ask(); err != nil {
			t.Error(err)
		}
	}
	if code, said := r.end(); code != 0 || !strings.Contains(said, "2 exchanges played, 0 to the end") {
		t.Errorf("status %d: %s", code, said)
	}
}

func TestAStrictReplayFailsWhenTheOrderIsAnother(t *testing.T) {
	r := replay(t, "--port", "/dev/reader", "--strict")
	if err := r.ask(); err != nil {
		t.Error(err)
	}
	if err := r.ask(); err == nil {
		t.Error("a question that was not recorded has an answer")
	}
	if code, said := r.end(); code != 1 || !strings.Contains(said, "not the recorded question") {
		t.Errorf("status %d: %s", code, said)
	}
	if code, said := replay(t, "--port", "/dev/reader", "--strict").end(); code != 1 || !strings.Contains(said, "1 of 1 exchanges were not asked for") {
		t.Errorf("status %d: %s", code, said)
	}
}

func TestReplayAsksWhichPort(t *testing.T) {
	if code, said := replay(t).end(); code != 1 || !strings.Contains(said, "/dev/reader, /dev/other") {
		t.Errorf("status %d: %s", code, said)
	}
	if code, said := replay(t, "--port", "/dev/other").end(); code != 1 || !strings.Contains(said, "nothing was recorded") {
		t.Errorf("status %d: %s", code, said)
	}
}
