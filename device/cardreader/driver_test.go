package cardreader_test

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
	"onedoor/device/cardreader"
	"onedoor/device/port"
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
		s.Unplug() // some show themselves at the plugging
		if err := s.Plug(); err != nil {
			t.Fatal(err)
		}
	}
	return attach(t, s, s.Path())
}

func attach(t testing.TB, s *sim.Reader, path string) *bench {
	t.Helper()
	return attachOpen(t, s, port.Opener(port.Config{Path: path, Baud: 115200}))
}

func attachOpen(t testing.TB, s *sim.Reader, open func(context.Context) (port.Port, error)) *bench {
	t.Helper()
	log := new(logBuffer)
	r, err := cardreader.New(cardreader.Config{
		Open:     open,
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
	checkText(t, card, want)
	checkPhoto(t, card)
}

func checkPhoto(t *testing.T, card *cardreader.Card) {
	t.Helper()
	if len(card.Photo) != 1024 || card.Photo[8] != 56 {
		t.Errorf("photo of %d bytes", len(card.Photo))
	}
}

func checkText(t *testing.T, card *cardreader.Card, want sim.CardData) {
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
}

func TestEveryCardOfTheTray(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

// A module that hides a card until it is laid again is still asked while the reader is stopped. Another card found then is
// the lifting of the first, and not read.
func TestAStoppedReaderReadsNobodysCard(t *testing.T) {
	t.Parallel()
	b := setup(t, func(l *sim.ReaderLevers) { l.NoAddress = true })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	b.nothing()
	b.reader.Enable(false)
	b.sim.Lay(tray[1])
	expect[cardreader.Removed](b)
	select {
	case e := <-b.reader.Events():
		t.Fatalf("event %T", e)
	case <-time.After(50 * time.Millisecond): // ten times the pause between questions
	}
	if n := b.sim.Reads(); n != 1 {
		t.Errorf("%d cards were read", n)
	}
	b.reader.Enable(true)
	expect[cardreader.Found](b)
	check(t, expect[cardreader.CardRead](b).Card, tray[1])
}

func TestProgressCountsUpToTheWholeAnswer(t *testing.T) {
	t.Parallel()
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
