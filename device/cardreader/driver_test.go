package cardreader_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a simulated reader on a pseudo terminal with a driver on it.
type bench struct {
	t      testing.TB
	sim    *sim.Reader
	reader *cardreader.Reader
	log    *logBuffer
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

func setup(t testing.TB, levers func(*sim.ReaderLevers)) *bench {
	t.Helper()
	s, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(t.TempDir(), "card-reader")})
	if err != nil {
		t.Fatal(err)
	}
	if levers != nil {
		s.Levers(levers)
	}
	return attach(t, s, s.Path())
}

func attach(t testing.TB, s *sim.Reader, path string) *bench {
	t.Helper()
	log := new(logBuffer)
	r, err := cardreader.New(cardreader.Config{
		Open:     port.Opener(port.Config{Path: path, Baud: 115200}),
		Logger:   slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Poll:     5 * time.Millisecond,
		MinPause: 5 * time.Millisecond, MaxPause: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range r.Events() {
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if s != nil {
			_ = s.Close()
		}
	})
	return &bench{t, s, r, log}
}

// next waits for the next event that is not Progress.
func (b *bench) next() cardreader.Event {
	b.t.Helper()
	limit := time.After(15 * time.Second)
	for {
		select {
		case e := <-b.reader.Events():
			if _, ok := e.(cardreader.Progress); !ok {
				return e
			}
		case <-limit:
			b.t.Fatalf("no event; status %+v", b.reader.Status())
		}
	}
}

func expect[E cardreader.Event](b *bench) E {
	b.t.Helper()
	e := b.next()
	got, ok := e.(E)
	if !ok {
		b.t.Fatalf("event %T %+v, want %T", e, e, got)
	}
	return got
}

// nothing checks that no event comes while the driver asks the reader ten more questions.
func (b *bench) nothing() {
	b.t.Helper()
	limit := time.After(15 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for start := b.sim.Asked(); b.sim.Asked() < start+10; {
		select {
		case e := <-b.reader.Events():
			b.t.Fatalf("event %T %+v, want none", e, e)
		case <-limit:
			b.t.Fatal("the driver asks no more")
		case <-tick.C:
		}
	}
}

func (b *bench) read(c sim.CardData) *cardreader.Card {
	b.t.Helper()
	b.sim.Lay(c)
	expect[cardreader.Found](b)
	return expect[cardreader.CardRead](b).Card
}

func check(t *testing.T, card *cardreader.Card, want sim.CardData) {
	t.Helper()
	for _, f := range []struct {
		name, got, want string
	}{
		{"name", string(card.Name), want.Name},
		{"english name", string(card.EnglishName), want.EnglishName},
		{"birth", string(card.Birth), want.Birth},
		{"address", string(card.Address), want.Address},
		{"newest address", string(card.NewAddress), want.NewAddress},
		{"number", string(card.Number), want.Number},
		{"issuer", string(card.Issuer), want.Issuer},
		{"from", string(card.ValidFrom), want.From},
		{"to", string(card.ValidTo), want.To},
		{"pass", string(card.PassNumber), want.Pass},
		{"country", string(card.Nationality), want.Country},
		{"ethnic", card.EthnicCode(), want.Ethnic},
		{"sex", string('0' + byte(card.Sex())), want.Sex},
	} {
		if f.got != f.want {
			t.Errorf("%s: %q, want %q", f.name, f.got, f.want)
		}
	}
	if !card.NumberValid() || !card.Consistent() {
		t.Errorf("number valid %v, consistent %v", card.NumberValid(), card.Consistent())
	}
	if len(card.Photo) != 1024 || card.Photo[8] != 56 {
		t.Errorf("photo of %d bytes", len(card.Photo))
	}
}

func TestEveryCardOfTheTray(t *testing.T) {
	b := setup(t, nil)
	if got := expect[cardreader.Connected](b).SAM; got != "05.03-20180130-0001234567-0987654321" {
		t.Errorf("SAM number %q", got)
	}
	b.reader.Enable(true)
	for _, c := range sim.Cards() {
		card := b.read(c)
		check(t, card, c)
		if c.Link != "" && string(card.OldNumber()) != "CAN110000010107" {
			t.Errorf("old number %q", card.OldNumber())
		}
		card.Wipe()
		b.sim.Lift()
		expect[cardreader.Removed](b)
	}
	for _, c := range sim.Cards() {
		for _, secret := range []string{c.Name, c.EnglishName, c.Number, c.Address} {
			if secret != "" && strings.Contains(b.log.String(), secret) {
				t.Errorf("the log holds a person's data:\n%s", b.log)
			}
		}
	}
	if s := b.reader.Status(); s.State != device.StateReady || s.Problem != device.ProblemNone {
		t.Errorf("status %+v", s)
	}
}

func TestACardLeftLyingIsReadOnce(t *testing.T) {
	for name, levers := range map[string]func(*sim.ReaderLevers){
		"finds nothing after a read":           nil,
		"goes on finding":                      func(l *sim.ReaderLevers) { l.KeepsFound = true },
		"goes on finding, no address question": func(l *sim.ReaderLevers) { l.KeepsFound, l.NoAddress = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, levers)
			expect[cardreader.Connected](b)
			b.reader.Enable(true)
			tray := sim.Cards()
			b.read(tray[0]).Wipe()
			b.nothing()
			b.reader.Enable(false)
			b.reader.Enable(true)
			b.nothing()
			b.sim.Lift()
			expect[cardreader.Removed](b)
			check(t, b.read(tray[1]), tray[1])
		})
	}
}

func TestModuleThatHidesACardUntilItIsLaidAgain(t *testing.T) {
	b := setup(t, func(l *sim.ReaderLevers) { l.NoAddress = true })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	b.nothing()
	b.sim.Lay(tray[1])
	expect[cardreader.Removed](b)
	expect[cardreader.Found](b)
	check(t, expect[cardreader.CardRead](b).Card, tray[1])
}

func TestACardLeftLyingIsNotReadAgainAfterReplugging(t *testing.T) {
	b := setup(t, nil)
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	b.sim.Unplug()
	if p := expect[cardreader.Disconnected](b).Problem; p != device.ProblemUnplugged {
		t.Errorf("problem %q", p)
	}
	if s := b.reader.Status(); s.State != device.StateDisconnected {
		t.Errorf("status %+v", s)
	}
	if err := b.sim.Plug(); err != nil {
		t.Fatal(err)
	}
	expect[cardreader.Connected](b)
	b.nothing()
	b.sim.Lift()
	expect[cardreader.Removed](b)
	check(t, b.read(tray[1]), tray[1])
}

func TestAnotherCardAfterReplugging(t *testing.T) {
	b := setup(t, nil)
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	b.sim.Unplug()
	expect[cardreader.Disconnected](b)
	b.sim.Lay(tray[3])
	if err := b.sim.Plug(); err != nil {
		t.Fatal(err)
	}
	expect[cardreader.Connected](b)
	expect[cardreader.Found](b)
	check(t, expect[cardreader.CardRead](b).Card, tray[3])
}

func TestNothingIsReadUnlessEnabled(t *testing.T) {
	b := setup(t, nil)
	expect[cardreader.Connected](b)
	asked := b.sim.Asked()
	b.sim.Lay(sim.Cards()[0])
	select {
	case e := <-b.reader.Events():
		t.Fatalf("event %T", e)
	case <-time.After(50 * time.Millisecond): // ten times the pause between questions
	}
	if n := b.sim.Asked() - asked; n > 1 {
		t.Errorf("asked %d times", n)
	}
	b.reader.Enable(true)
	expect[cardreader.Found](b)
	check(t, expect[cardreader.CardRead](b).Card, sim.Cards()[0])
}

func TestStoppingEndsTheTrialOfACard(t *testing.T) {
	b := setup(t, func(l *sim.ReaderLevers) { l.ReadFails = 1 << 30 })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	b.sim.Lay(sim.Cards()[0])
	expect[cardreader.Found](b)
	expect[cardreader.Failed](b)
	b.reader.Enable(false)
	expect[cardreader.Removed](b)
	b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{} })
	b.sim.Lay(sim.Cards()[1])
	b.reader.Enable(true)
	expect[cardreader.Found](b)
	check(t, expect[cardreader.CardRead](b).Card, sim.Cards()[1])
}

func TestReaderIsPluggedInLater(t *testing.T) {
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

func TestReadersThatAreOfNoUse(t *testing.T) {
	for want, levers := range map[device.Problem]func(*sim.ReaderLevers){
		device.ProblemSilent:       func(l *sim.ReaderLevers) { l.Silent = true },
		device.ProblemSelfTest:     func(l *sim.ReaderLevers) { l.SelfTest = true },
		device.ProblemUnauthorised: func(l *sim.ReaderLevers) { l.NoKeys = true },
		device.ProblemWrongDevice:  func(l *sim.ReaderLevers) { l.Echo = true },
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			b := setup(t, levers)
			if got := expect[cardreader.Disconnected](b).Problem; got != want {
				t.Errorf("problem %q", got)
			}
			if s := b.reader.Status(); s.State != device.StateProblem || s.Problem != want {
				t.Errorf("status %+v", s)
			}
			b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{} })
			expect[cardreader.Connected](b)
		})
	}
}

// Every fault in the middle of a read ends with the card read whole, or with the citizen told why, and never with wrong data.
func TestFaultsWhileReading(t *testing.T) {
	well := sim.Cards()[2]
	for name, levers := range map[string]func(*sim.ReaderLevers){
		"one read fails":      func(l *sim.ReaderLevers) { l.ReadFails = 1 },
		"one damaged answer":  func(l *sim.ReaderLevers) { l.BadChecksum = 1 },
		"noise before frames": func(l *sim.ReaderLevers) { l.Noise = 9 },
		"stale answers":       func(l *sim.ReaderLevers) { l.Stale = true },
		"slow module":         func(l *sim.ReaderLevers) { l.Think = 700 * time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			expect[cardreader.Connected](b)
			b.sim.Levers(levers)
			b.reader.Enable(true)
			check(t, b.read(well), well)
		})
	}
	for name, c := range map[string]struct {
		levers func(*sim.ReaderLevers)
		want   cardreader.Reason
	}{
		"reads fail":           {func(l *sim.ReaderLevers) { l.ReadFails = 3 }, cardreader.Moved},
		"no identity card":     {func(l *sim.ReaderLevers) { l.OtherCard = true }, cardreader.OtherCard},
		"pulled in the header": {func(l *sim.ReaderLevers) { l.PullAt = 5 }, cardreader.Moved},
		"pulled in the text":   {func(l *sim.ReaderLevers) { l.PullAt = 100 }, cardreader.Moved},
		"pulled in the photo":  {func(l *sim.ReaderLevers) { l.PullAt = 1290 }, cardreader.Moved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.levers)
			expect[cardreader.Connected](b)
			b.reader.Enable(true)
			b.sim.Lay(sim.Cards()[0])
			expect[cardreader.Found](b)
			if got := expect[cardreader.Failed](b).Reason; got != c.want {
				t.Errorf("reason %q, want %q", got, c.want)
			}
			b.sim.Lift()
			b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{} })
			expect[cardreader.Removed](b)
			check(t, b.read(well), well)
		})
	}
	t.Run("unplugged in the text", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(l *sim.ReaderLevers) { l.UnplugAt = 150 })
		expect[cardreader.Connected](b)
		b.reader.Enable(true)
		b.sim.Lay(sim.Cards()[0])
		expect[cardreader.Found](b)
		expect[cardreader.Disconnected](b)
		b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{} })
		b.sim.Lay(well)
		if err := b.sim.Plug(); err != nil {
			t.Fatal(err)
		}
		expect[cardreader.Connected](b)
		expect[cardreader.Found](b)
		check(t, expect[cardreader.CardRead](b).Card, well)
	})
}

func TestACardThatHoldsNonsense(t *testing.T) {
	b := setup(t, nil)
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	b.sim.Lay(sim.CardData{}) // all blanks
	b.sim.Levers(func(l *sim.ReaderLevers) { l.KeepsFound = true })
	expect[cardreader.Found](b)
	if got := expect[cardreader.Failed](b).Reason; got != cardreader.Damaged {
		t.Errorf("reason %q", got)
	}
}

func TestProgressCountsUpToTheWholeAnswer(t *testing.T) {
	b := setup(t, nil)
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	b.sim.Lay(sim.Cards()[0])
	expect[cardreader.Found](b)
	last, steps := 0, 0
	for {
		e := <-b.reader.Events()
		if p, ok := e.(cardreader.Progress); ok {
			if p.Total != 1295 || p.Bytes < last {
				t.Errorf("progress %+v after %d", p, last)
			}
			last = p.Bytes
			steps++
			continue
		}
		e.(cardreader.CardRead).Card.Wipe()
		break
	}
	if steps < 3 || steps > 12 {
		t.Errorf("%d steps", steps)
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	if _, err := cardreader.New(cardreader.Config{}); err == nil {
		t.Error("no Open")
	}
}

// BenchmarkCard measures from the moment a card is laid down to its data, and names the line's own time beside it.
func BenchmarkCard(b *testing.B) {
	x := setup(b, nil)
	expect[cardreader.Connected](x)
	x.reader.Enable(true)
	card := sim.Cards()[0]
	for b.Loop() {
		x.read(card).Wipe()
		b.StopTimer()
		x.sim.Lift()
		expect[cardreader.Removed](x)
		b.StartTimer()
	}
	b.ReportMetric(1295*10*1000/115200.0, "line-ms/op")
}
