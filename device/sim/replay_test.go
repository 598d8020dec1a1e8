package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/scanner"
	"onedoor/device/sim"
	"onedoor/device/trace"
)

// tape is a recording in memory.
type tape struct {
	t    *testing.T
	file bytes.Buffer
	rec  *trace.Recorder
}

func newTape(t *testing.T) *tape {
	t.Helper()
	tp := &tape{t: t}
	var err error
	if tp.rec, err = trace.New(trace.Config{Out: &tp.file}); err != nil {
		t.Fatal(err)
	}
	return tp
}

// open is the recorded line to a simulator.
func (tp *tape) open(path string, b trace.Blanker) func(context.Context) (port.Port, error) {
	return tp.rec.Opener(trace.Source{Port: "recorded", Blank: b, Open: port.Opener(port.Config{Path: path})})
}

// exchanges is what was recorded, which must not hold any of the secrets.
func (tp *tape) exchanges(secrets ...[]byte) []trace.Exchange {
	tp.t.Helper()
	if err := tp.rec.Close(); err != nil {
		tp.t.Fatal(err)
	}
	read, err := trace.Read(&tp.file)
	if err != nil {
		tp.t.Fatal(err)
	}
	all := read.Exchanges("recorded")
	var heard []byte
	for _, x := range all {
		heard = append(heard, x.Sent...)
		for _, p := range x.Received {
			heard = append(heard, p.Bytes...)
		}
	}
	for _, s := range secrets {
		if len(s) == 0 || bytes.Contains(heard, s) {
			tp.t.Errorf("the trace holds %q", s)
		}
	}
	return all
}

func play(t *testing.T, c sim.ReplayConfig) *sim.Replay {
	t.Helper()
	c.Link = filepath.Join(t.TempDir(), "replay")
	r, err := sim.NewReplay(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// reading drives a card reader until done says so, and gives the events by name.
func reading(t *testing.T, open func(context.Context) (port.Port, error), done func(cardreader.Event) bool) string {
	t.Helper()
	r, err := cardreader.New(cardreader.Config{Open: open, Poll: 10 * time.Millisecond, MaxPause: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r.Enable(true)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	var names []string
	over := false
	for ev := range r.Events() {
		if over {
			continue
		}
		switch ev := ev.(type) {
		case cardreader.Progress:
			continue
		case cardreader.Failed:
			names = append(names, "failed "+string(ev.Reason))
		case cardreader.Disconnected:
			names = append(names, "disconnected "+string(ev.Problem))
		default:
			names = append(names, strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", ev), "cardreader.")))
		}
		if over = done(ev); over {
			cancel()
		}
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if !over {
		t.Fatalf("only %v", names)
	}
	return strings.Join(names, ", ")
}

// TestARecordedReaderPlays: the replay of a visit with a card, a fault and a pulled cable has the driver say the same, but
// that the card is nobody's.
func TestARecordedReaderPlays(t *testing.T) {
	s, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(t.TempDir(), "reader")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	card := sim.Cards()[2]
	s.Lay(card)
	step := 0
	script := func(ev cardreader.Event) bool {
		switch ev.(type) {
		case cardreader.CardRead, cardreader.Failed:
			step++
			s.Lift()
		case cardreader.Removed:
			s.Unplug()
		case cardreader.Disconnected:
			step++
			if err := s.Plug(); err != nil {
				t.Error(err)
			}
		case cardreader.Connected:
			return step == 2
		}
		return false
	}
	tp := newTape(t)
	if got := reading(t, tp.open(s.Path(), cardreader.Blanker{}), script); got != "connected, found, cardread, removed, disconnected unplugged, connected" {
		t.Fatal(got)
	}
	text := card.Text()
	all := tp.exchanges(text[:12], text[52:80], text[122:158], []byte{0x87, 0xD6, 0x12})
	replay := play(t, sim.ReplayConfig{Exchanges: all})
	defer replay.Close()
	step = 0
	over := func(ev cardreader.Event) bool {
		switch ev.(type) {
		case cardreader.Disconnected:
			step++
		case cardreader.Connected:
			return step == 1
		}
		return false
	}
	// A driver that polls at other moments may hear of the pulled cable before the lifted card.
	got := strings.Replace(reading(t, port.Opener(port.Config{Path: replay.Path()}), over), "removed, ", "", 1)
	if got != "connected, found, failed damaged, disconnected unplugged, connected" {
		t.Error(got)
	}
}

// line is the host's side of a replay.
type line struct {
	t *testing.T
	*port.Serial
}

func open(t *testing.T, path string) line {
	t.Helper()
	p, err := port.Open(port.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return line{t, p}
}

func (l line) say(question string) {
	l.t.Helper()
	if _, err := l.Write(l.t.Context(), []byte(question)); err != nil {
		l.t.Fatal(err)
	}
}

// hear waits for an answer.
func (l line) hear(want string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 20*time.Second)
	defer cancel()
	var got []byte
	buf := make([]byte, 64)
	for len(got) < len(want) {
		n, err := l.Read(ctx, buf)
		if err != nil {
			l.t.Fatalf("heard %q, want %q: %v", got, want, err)
		}
		got = append(got, buf[:n]...)
	}
	if string(got) != want {
		l.t.Fatalf("heard %q, want %q", got, want)
	}
}

// exchanges makes a trace of question and answer, question and answer.
func exchanges(words ...string) []trace.Exchange {
	var all []trace.Exchange
	for i := 0; i+1 < len(words); i += 2 {
		x := trace.Exchange{Sent: []byte(words[i])}
		if words[i+1] != "" {
			x.Received = []trace.Piece{{Bytes: []byte(words[i+1])}}
		}
		all = append(all, x)
	}
	return all
}

func TestALenientReplayLooksForTheQuestion(t *testing.T) {
	r := play(t, sim.ReplayConfig{Exchanges: exchanges("name?", "Anna", "age?", "", "name?", "Berta", "age?", "9", "name?more", "Carla")})
	defer r.Close()
	l := open(t, r.Path())
	for _, step := range [][2]string{
		{"name?", "Anna"}, {"noise and name?", "Berta"}, // the next that is the same, past one that nobody asked
		{"age?", "9"}, {"name?", "Berta"}, // asked earlier only: the last answer then
		{"name?more", "Carla"}, {"name?", "Anna"}, // anew behind the end
	} {
		l.say(step[0])
		l.hear(step[1])
	}
	if r.Played() != 6 {
		t.Errorf("%d played", r.Played())
	}
}

func TestAStrictReplayWantsTheOrder(t *testing.T) {
	trace := exchanges("one?", "1", "two?", "2")
	t.Run("kept", func(t *testing.T) {
		r := play(t, sim.ReplayConfig{Exchanges: trace, Strict: true})
		l := open(t, r.Path())
		l.say("on")
		l.say("e?")
		l.hear("1")
		l.say("two?")
		l.hear("2")
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	for name, question := range map[string]string{"another question": "two?", "a broken one": "on"} {
		t.Run(name, func(t *testing.T) {
			r := play(t, sim.ReplayConfig{Exchanges: trace, Strict: true})
			l := open(t, r.Path())
			l.say(question)
			select {
			case <-r.Failed():
			case <-time.After(20 * time.Second):
				t.Error("it goes on")
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if _, err := l.Read(ctx, make([]byte, 1)); !errors.Is(err, port.ErrUnplugged) {
				t.Errorf("the line says %v", err)
			}
			if err := r.Close(); !errors.Is(err, sim.ErrOrder) {
				t.Error(err)
			}
		})
	}
	t.Run("not to the end", func(t *testing.T) {
		r := play(t, sim.ReplayConfig{Exchanges: trace, Strict: true})
		l := open(t, r.Path())
		l.say("one?")
		l.hear("1")
		if err := r.Close(); !errors.Is(err, sim.ErrOrder) || !strings.Contains(err.Error(), "1 of 2") {
			t.Error(err)
		}
	})
	if _, err := sim.NewReplay(sim.ReplayConfig{}); err == nil {
		t.Error("nothing is played")
	}
}

// receipt is a document whose form is the same for everybody.
func receipt(name string) document.Document {
	return document.Document{Blocks: []document.Block{
		document.Text{Text: "收件回执", Align: document.Centre, Bold: true, Width: 2, Height: 2}, document.Row{Label: "姓名", Value: name},
		document.QR{Content: "HTTPS://EXAMPLE.INVALID/T/" + strings.ToUpper(fmt.Sprintf("%x", name))}, document.Barcode{Content: "A0123"},
	}}
}

func print(t *testing.T, open func(context.Context) (port.Port, error), p printer.Profile, name string) printer.Result {
	t.Helper()
	pr, err := printer.New(printer.Config{Open: open, Profile: p})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- pr.Run(ctx) }()
	r := pr.Print(t.Context(), receipt(name))
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return r
}

// TestARecordedPrinterPlays: a receipt of the same form for another person is printed by the replay, strictly in order.
func TestARecordedPrinterPlays(t *testing.T) {
	processID := printer.Generic80()
	processID.Proof, processID.Auto = printer.ProofProcessID, true
	for name, p := range map[string]printer.Profile{"queued": printer.Generic80(), "process id": processID} {
		t.Run(name, func(t *testing.T) {
			s, err := sim.NewPrinter(sim.PrinterConfig{ProcessID: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.Levers(func(l *sim.PrinterLevers) { l.PaperLow = true })
			tp := newTape(t)
			if r := print(t, tp.open(s.Path(), new(printer.Blanker)), p, "林小满"); r.Outcome != printer.Printed {
				t.Fatalf("%+v", r)
			}
			all := tp.exchanges([]byte("\xC1\xD6\xD0\xA1\xC2\xFA"), []byte("E69E97"), []byte("TTPS"))
			blank := func(b []byte) { new(printer.Blanker).Blank(b, nil) }
			replay := play(t, sim.ReplayConfig{Exchanges: all, Blank: blank, Strict: true})
			r := print(t, port.Opener(port.Config{Path: replay.Path()}), p, "王大力")
			if r.Outcome != printer.Printed || r.Cause != device.ProblemPaperLow {
				t.Errorf("%+v", r)
			}
			if err := replay.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestARecordedScannerPlays: codes come unasked, as long as they were.
func TestARecordedScannerPlays(t *testing.T) {
	s, err := sim.NewScanner(sim.ScannerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scan := func(open func(context.Context) (port.Port, error)) string {
		sc, err := scanner.New(scanner.Config{Open: open})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		sc.Enable(true)
		ended := make(chan error, 1)
		go func() { ended <- sc.Run(ctx) }()
		got := ""
		for ev := range sc.Events() {
			switch ev := ev.(type) {
			case scanner.Connected:
				if err := s.Show([]byte("110101190001010014")); err != nil {
					t.Error(err)
				}
			case scanner.Scanned:
				got = string(ev.Code.Text)
				cancel()
			}
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		return got
	}
	tp := newTape(t)
	if got := scan(tp.open(s.Path(), scanner.Blanker{})); got != "110101190001010014" {
		t.Fatalf("scanned %q", got)
	}
	replay := play(t, sim.ReplayConfig{Exchanges: tp.exchanges([]byte("1101"), []byte("0014"))})
	defer replay.Close()
	if got := scan(port.Opener(port.Config{Path: replay.Path()})); got != strings.Repeat("x", 18) {
		t.Errorf("replayed %q", got)
	}
}
