package story_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/story"
)

// programs builds kiosk and central once for all tests. They need a C compiler.
var programs = sync.OnceValues(func() (string, error) {
	bin, err := os.MkdirTemp("", "onedoor-bin-")
	if err != nil {
		return "", err
	}
	for _, program := range []string{"kiosk", "central"} {
		build := exec.Command("go", "build", "-tags", "no_animations", "-o", filepath.Join(bin, program), "onedoor/cmd/"+program)
		build.Env = append(os.Environ(), "CGO_ENABLED=1")
		if out, err := build.CombinedOutput(); err != nil {
			return bin, fmt.Errorf("build %s: %w\n%s", program, err, out)
		}
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := programs(); err == nil {
		if err := os.RemoveAll(bin); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

func built(t *testing.T) string {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// xvfb starts an X server for a test.
func xvfb(t *testing.T, width, height int) string {
	t.Helper()
	display, stop, err := citizen.StartXvfb(context.WithoutCancel(t.Context()), width, height)
	if errors.Is(err, citizen.ErrNoXvfb) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return display
}

// set builds a stage that is closed at the end of the test.
func set(t *testing.T, width, height int) *story.Stage {
	t.Helper()
	var log bytes.Buffer
	stage, err := story.Set(context.WithoutCancel(t.Context()), story.Config{Bin: built(t), Width: width, Height: height, Log: &log,
		Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s", log.Bytes())
		}
	})
	return stage
}

// TestBadInputIsExplained: what can not work ends with a status and a sentence that names the cause, and changes nothing.
func TestBadInputIsExplained(t *testing.T) {
	kiosk := filepath.Join(built(t), "kiosk")
	dir := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const good = "version: 1\ndata: data\ncentral: {url: 'http://127.0.0.1:1'}\nreader: {port: /nowhere/reader}\nprinter: {port: /nowhere/printer}\n"
	for name, c := range map[string]struct {
		args    []string
		display string
		status  int
		says    string
	}{
		"no configuration":    {[]string{"run", "--config", filepath.Join(dir, "none.yaml")}, ":0", 2, "no such file"},
		"unreadable":          {[]string{"run", "--config", write("broken.yaml", "version: [")}, ":0", 2, "broken.yaml"},
		"unknown field":       {[]string{"run", "--config", write("unknown.yaml", good+"colour: red\n")}, ":0", 2, "colour"},
		"no display":          {[]string{"run", "--config", write("good.yaml", good)}, "", 1, "no display"},
		"unknown command":     {[]string{"dance"}, ":0", 2, "dance"},
		"central not there":   {[]string{"enrol", "--config", write("good.yaml", good), "--code", "AAAA-BBBB-CCCC"}, "", 1, "Central was not reached"},
		"not enrolled so far": {[]string{"run", "--config", write("good.yaml", good)}, "xvfb", 1, "one-time code"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.display == "xvfb" {
				c.display = xvfb(t, 1080, 1920)
			}
			cmd := exec.CommandContext(t.Context(), kiosk, c.args...)
			cmd.Env = append(os.Environ(), "DISPLAY="+c.display)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != c.status || !strings.Contains(string(out), c.says) {
				t.Errorf("ends with %v and says:\n%s\nwant status %d and %q", err, out, c.status, c.says)
			}
		})
	}
}

// TestD15SecondCopyEndsAtOnce: the second kiosk on a data directory says which one is in use; the first goes on.
func TestD15SecondCopyEndsAtOnce(t *testing.T) {
	display := xvfb(t, 1080, 1920)
	stage := set(t, 1080, 1920)
	if err := stage.StartKiosk(display); err != nil {
		t.Fatal(err)
	}
	if err := stage.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	said, err := stage.SecondCopy(t.Context(), display)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(said, "Another kiosk program") {
		t.Errorf("second copy ends with %v and says:\n%s", err, said)
	}
	if err := stage.Ready(t.Context()); err != nil {
		t.Errorf("the first copy: %v", err)
	}
}

// TestVisitInARealWindow lets the scripted citizen tap through the real kiosk on an X server, in landscape; the demo does it
// in portrait.
func TestVisitInARealWindow(t *testing.T) {
	const width, height = 1920, 1080
	display := xvfb(t, width, height)
	stage := set(t, width, height)
	if err := stage.StartKiosk(display); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := stage.Play(t.Context(), display, out); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(out, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s story.Summary
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	if !s.AcceptedWhileOffline || s.CentralCount != 1 || s.PrintOutcome != "printed" || len(s.CaseNumber) != 20 {
		t.Errorf("summary: %s", data)
	}
	if want := []string{"genuine, not yet arrived", "delivered", "accepted"}; !slices.Equal(s.StatesSeen, want) {
		t.Errorf("the receipt led to %q, want %q", s.StatesSeen, want)
	}
	if s.ReceiptBytes > 1536 {
		t.Errorf("the receipt takes %d bytes", s.ReceiptBytes)
	}
	for _, name := range append(s.Screens, "receipt.png") {
		f, err := os.Open(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name != "receipt.png" && (img.Bounds().Dx() != width || img.Bounds().Dy() != height) {
			t.Errorf("%s is %v", name, img.Bounds())
		}
	}
	if err := stage.StopKiosk(); err != nil {
		t.Error(err)
	}
}
