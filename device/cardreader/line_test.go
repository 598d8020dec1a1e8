package cardreader_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/sim"
)

func TestReaderIsPluggedInLater(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "card-reader")
	b := attach(t, nil, link)
	if p := expect[cardreader.Disconnected](b).Problem; p != device.ProblemNoPort {
		t.Errorf("problem %q", p)
	}
	s, err := sim.NewReader(sim.ReaderConfig{Link: link})
	if err != nil {
		t.Fatal(err)
	}
	b.sim = s
	t.Cleanup(func() { _ = s.Close() })
	expect[cardreader.Connected](b)
}

// R2 and R3: the reader comes back under another name, beside a printer that is none.
func TestAReaderIsFoundUnderAnotherName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(dir, "ttyUSB0")})
	if err != nil {
		t.Fatal(err)
	}
	paper, err := sim.NewPrinter(sim.PrinterConfig{Link: filepath.Join(dir, "ttyUSB1")})
	if err != nil {
		t.Fatal(err)
	}
	defer paper.Close()
	var candidates []port.Config
	for _, name := range []string{"ttyUSB1", "ttyUSB0", "ttyUSB2"} {
		candidates = append(candidates, port.Config{Path: filepath.Join(dir, name)})
	}
	find := &port.Finder{Candidates: func() ([]port.Config, error) { return candidates, nil }, Probe: cardreader.Probe}
	b := attachOpen(t, first, find.Open)
	expect[cardreader.Connected](b)
	first.Unplug()
	expect[cardreader.Disconnected](b)
	second, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(dir, "ttyUSB2")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	b.sim = second
	for {
		if _, ok := b.next().(cardreader.Connected); ok {
			break
		}
	}
	b.reader.Enable(true)
	check(t, b.read(sim.Cards()[0]), sim.Cards()[0])
	// The other way round: the printer is told from the reader.
	for path, want := range map[string]error{filepath.Join(dir, "ttyUSB1"): nil, filepath.Join(dir, "ttyUSB2"): port.ErrInUse} {
		p := &port.Finder{Candidates: func() ([]port.Config, error) { return []port.Config{{Path: path}}, nil }, Probe: printer.Probe}
		line, err := p.Open(context.Background())
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
		if line != nil {
			_ = line.Close()
		}
	}
}

// R10: a reader that was set to another speed falls back to its usual one when it restarts, and is found there.
func TestAReaderThatFallsBackToItsSpeedIsFound(t *testing.T) {
	t.Parallel()
	s, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(t.TempDir(), "card-reader")})
	if err != nil {
		t.Fatal(err)
	}
	s.Levers(func(l *sim.ReaderLevers) { l.Strict, l.Baud, l.RestartAt = true, 9600, 200 })
	var candidates []port.Config
	for _, baud := range []int{9600, 115200} {
		candidates = append(candidates, port.Config{Path: s.Path(), Baud: baud})
	}
	find := &port.Finder{Candidates: func() ([]port.Config, error) { return candidates, nil }, Probe: cardreader.Probe}
	b := attachOpen(t, s, find.Open)
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	b.sim.Lay(sim.Cards()[0])
	expect[cardreader.Found](b)
	if p := expect[cardreader.Disconnected](b).Problem; p != device.ProblemSilent {
		t.Errorf("problem %q", p)
	}
	expect[cardreader.Connected](b)
	expect[cardreader.Found](b)
	check(t, expect[cardreader.CardRead](b).Card, sim.Cards()[0])
}

// The module's number is believed when it has come twice.
func TestAWrongNumberOfTheModuleAtFirst(t *testing.T) {
	t.Parallel()
	for wrong, want := range map[int]string{1: "05.03-20180130-0001234567-0987654321", 3: ""} {
		b := setup(t, func(l *sim.ReaderLevers) { l.WrongSAM = wrong })
		if got := expect[cardreader.Connected](b).SAM; got != want {
			t.Errorf("%d wrong answers: number %q, want %q", wrong, got, want)
		}
	}
}
