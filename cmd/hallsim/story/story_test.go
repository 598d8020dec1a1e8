package story_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"onedoor/cmd/hallsim/citizen"
	"onedoor/cmd/hallsim/story"
)

// TestVisitInARealWindow lets the scripted citizen tap through the real kiosk on an X server, in landscape; the demo does it
// in portrait. It needs Xvfb and a C compiler.
func TestVisitInARealWindow(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the kiosk with cgo")
	}
	bin := t.TempDir()
	for _, program := range []string{"kiosk", "central"} {
		build := exec.Command("go", "build", "-tags", "no_animations", "-o", filepath.Join(bin, program), "onedoor/cmd/"+program)
		build.Env = append(os.Environ(), "CGO_ENABLED=1")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", program, err, out)
		}
	}
	const width, height = 1920, 1080
	display, stop, err := citizen.StartXvfb(t.Context(), width, height)
	if errors.Is(err, citizen.ErrNoXvfb) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var log bytes.Buffer
	stage, err := story.Set(t.Context(), story.Config{Bin: bin, Width: width, Height: height, Log: &log,
		Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s", log.Bytes())
		}
	}()
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
