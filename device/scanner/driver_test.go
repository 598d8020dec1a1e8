package scanner_test

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/scanner"
	"onedoor/device/sim"
)

// These tests wait for the time-outs of lines, not for the processor, so many run side by side. Fuzzing is work for the
// processor.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() == "" {
		if err := flag.Set("test.parallel", "16"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

type bench struct {
	t       testing.TB
	sim     *sim.Scanner
	scanner *scanner.Scanner
	log     *logBuffer

	mu  sync.Mutex
	now time.Time
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// clock stands still unless it is moved.
func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) move(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func setup(t testing.TB, sc sim.ScannerConfig, c scanner.Config) *bench {
	t.Helper()
	sc.Link, sc.Baud = filepath.Join(t.TempDir(), "scanner"), 115200
	s, err := sim.NewScanner(sc)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, sim: s, log: new(logBuffer), now: time.Unix(1e9, 0)}
	c.Open = port.Opener(port.Config{Path: s.Path()})
	c.Now = b.clock
	c.Logger = slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if c.Silence == 0 {
		c.Silence = 100 * time.Millisecond
	}
	c.MinPause, c.MaxPause = 5*time.Millisecond, 20*time.Millisecond
	if b.scanner, err = scanner.New(c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.scanner.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range b.scanner.Events() {
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = s.Close()
	})
	return b
}

func expect[E scanner.Event](b *bench) E {
	b.t.Helper()
	select {
	case e := <-b.scanner.Events():
		got, ok := e.(E)
		if !ok {
			b.t.Fatalf("event %T %+v, want %T", e, e, got)
		}
		return got
	case <-time.After(15 * time.Second):
		b.t.Fatalf("no event; status %+v\n%s", b.scanner.Status(), b.log)
	}
	panic("not reached")
}

// show holds a code before the scanner and waits until it went out so many times.
func (b *bench) show(code string, times int) {
	b.t.Helper()
	want := b.sim.Sent() + times
	if err := b.sim.Show([]byte(code)); err != nil {
		b.t.Fatal(err)
	}
	limit := time.After(15 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for b.sim.Sent() < want {
		select {
		case <-tick.C:
		case <-limit:
			b.t.Fatalf("%d codes sent, want %d", b.sim.Sent(), want)
		}
	}
}

// comes checks that the next event is this code. What was dropped before it would have come first.
func (b *bench) comes(want string) {
	b.t.Helper()
	c := expect[scanner.Scanned](b).Code
	if string(c.Raw) != want {
		b.t.Errorf("%.40q, want %.40q", c.Raw, want)
	}
	c.Wipe()
}

func TestCodesComeWholeAndOnce(t *testing.T) {
	t.Parallel()
	// A busy machine pauses within a long code, too.
	b := setup(t, sim.ScannerConfig{}, scanner.Config{Silence: 400 * time.Millisecond})
	expect[scanner.Connected](b)
	b.scanner.Enable(true)
	for _, code := range []string{
		"HTTPS://CASE.EXAMPLE.GOV.CN/T/AB3DE5GH7JK9MN2PQ4RS6TU8VW0XY", "a\rb\nc\x1dd", "居住证", "\xbe\xd3\xd7\xa1\xd6\xa4",
		strings.Repeat("0123456789", 708), "\x00\x01\x02\xff",
	} {
		b.show(code, 1)
		b.comes(code)
	}
	if s := b.scanner.Status(); s.State != device.StateReady {
		t.Errorf("status %+v", s)
	}
	if strings.Contains(b.log.String(), "EXAMPLE") {
		t.Errorf("the log holds a code:\n%s", b.log)
	}
}

func TestTheSameCodeWithinTwoSecondsIsOne(t *testing.T) {
	t.Parallel()
	b := setup(t, sim.ScannerConfig{}, scanner.Config{})
	expect[scanner.Connected](b)
	b.scanner.Enable(true)
	b.sim.Levers(func(l *sim.ScannerLevers) { l.Repeats, l.Every = 3, 400*time.Millisecond })
	b.show("token", 4)
	b.comes("token")
	b.sim.Levers(func(l *sim.ScannerLevers) { *l = sim.ScannerLevers{} })
	b.show("other", 1)
	b.comes("other")
	b.move(scanner.DefaultRepeat)
	b.show("other", 1)
	b.comes("other")
}

func TestWhatIsScannedWhileNobodyWaitsIsGone(t *testing.T) {
	b := setup(t, sim.ScannerConfig{Suffix: []byte("\r")}, scanner.Config{Suffix: scanner.SuffixCR})
	expect[scanner.Connected](b)
	b.show("before", 1)
	// A code that is half through when the screen begins to wait.
	b.sim.Levers(func(l *sim.ScannerLevers) { l.Dribble = 15 * time.Millisecond })
	if err := b.sim.Show([]byte("half before")); err != nil {
		t.Fatal(err)
	}
	b.dropped(1, func() { b.scanner.Enable(true) })
	// One that is half through when the screen is left, and another comes at once.
	if err := b.sim.Show([]byte("half after")); err != nil {
		t.Fatal(err)
	}
	b.dropped(2, func() { b.scanner.Enable(false); b.scanner.Enable(true) })
	b.sim.Levers(func(l *sim.ScannerLevers) { *l = sim.ScannerLevers{} })
	b.show("after", 1)
	b.comes("after")
}

// dropped does something while a code is dribbling, and waits until the code is through.
func (b *bench) dropped(n int, do func()) {
	b.t.Helper()
	start := b.sim.Sent()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(15 * time.Second)
	acted := false
	for b.sim.Sent() == start {
		select {
		case e := <-b.scanner.Events():
			b.t.Fatalf("event %T", e)
		case <-limit:
			b.t.Fatalf("code %d never went out", n)
		case <-tick.C:
			if !acted && b.sim.Sending() > 3 {
				do()
				acted = true
			}
		}
	}
	if !acted {
		b.t.Fatal("the code was too short")
	}
}

func TestTriggerFollowsEnable(t *testing.T) {
	b := setup(t, sim.ScannerConfig{Start: []byte("T"), Stop: []byte("P")}, scanner.Config{Start: []byte("T"), Stop: []byte("P")})
	expect[scanner.Connected](b)
	for _, on := range []bool{true, false, true} {
		b.scanner.Enable(on)
		limit := time.After(15 * time.Second)
		tick := time.NewTicker(time.Millisecond)
		for b.sim.Active() != on {
			select {
			case <-limit:
				t.Fatalf("the scanner never heard of %v", on)
			case <-tick.C:
			}
		}
		tick.Stop()
	}
	b.show("code", 1)
	b.comes("code")
}

func TestNewRefusesNonsense(t *testing.T) {
	open := port.Opener(port.Config{})
	for _, c := range []scanner.Config{{}, {Open: open, Suffix: "bell"}, {Open: open, Silence: -1}} {
		if _, err := scanner.New(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
