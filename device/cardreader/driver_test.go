package cardreader_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/sim"
)

// These tests wait for the time-outs of lines, not for the processor, so many run side by side.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
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

// A module that hides a card until it is laid again is still asked while the reader is stopped. Another card found then is
// the lifting of the first, and not read.
func TestAStoppedReaderReadsNobodysCard(t *testing.T) {
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

// One missed answer right after the read must not brand the module as one that hides its cards: the card would be read
// twice without having been lifted.
func TestOneMissedAnswerAfterTheReadIsNoLifting(t *testing.T) {
	b := setup(t, func(l *sim.ReaderLevers) { l.KeepsFound, l.NoAddress, l.MissesAfterRead = true, true, 1 })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	b.nothing()
	b.sim.Lift()
	expect[cardreader.Removed](b)
	// By now the module is known: a card that is lifted at once is noticed too.
	b.read(tray[1]).Wipe()
	b.sim.Lift()
	expect[cardreader.Removed](b)
	if n := b.sim.Reads(); n != 2 {
		t.Errorf("%d cards were read", n)
	}
}

// A module that hides a card it has read can not be asked twice: on a bad line the card must be laid down twice.
func TestOnABadLineACardIsReadTwice(t *testing.T) {
	b := setup(t, func(l *sim.ReaderLevers) { l.Noise = 5 })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	for _, c := range sim.Cards()[1:3] {
		b.sim.Lay(c)
		expect[cardreader.Found](b)
		if got := expect[cardreader.Failed](b).Reason; got != cardreader.Moved {
			t.Errorf("reason %q", got)
		}
		expect[cardreader.Removed](b)
		b.sim.Lay(c)
		expect[cardreader.Found](b)
		check(t, expect[cardreader.CardRead](b).Card, c)
		b.sim.Lift()
		expect[cardreader.Removed](b)
	}
}

// R4: whatever the line does to the bytes, what is handed over is what the card holds.
func TestNoiseNeverMakesAnotherPerson(t *testing.T) {
	for _, damage := range []float64{0.0005, 0.003, 0.02, 0.1} {
		t.Run(strconv.FormatFloat(100*damage, 'f', 2, 64)+" percent", func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(l *sim.ReaderLevers) { l.Damage, l.KeepsFound = damage, true })
			b.reader.Enable(true)
			// A line is bad from the start, and has shown it before the first card.
			tray := sim.Cards()
			laid, bad := 0, 100+b.sim.Asked()
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			limit := time.After(5 * time.Second)
			for goal := b.sim.Asked() + 400; b.sim.Asked() < goal; {
				select {
				case e := <-b.reader.Events():
					if got, ok := e.(cardreader.CardRead); ok {
						check(t, got.Card, tray[laid])
						laid = (laid + 1) % 6
						b.sim.Lift()
						b.sim.Lay(tray[laid])
					}
				case <-tick.C:
					if !b.sim.Laid() && b.sim.Asked() > bad {
						b.sim.Lay(tray[laid])
					}
				case <-limit:
					goal = 0
				}
			}
			// When the line is well again, the reader is.
			b.sim.Lift()
			b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{KeepsFound: true} })
			for {
				select {
				case e := <-b.reader.Events():
					if got, ok := e.(cardreader.CardRead); ok && string(got.Card.Number) == tray[6].Number {
						check(t, got.Card, tray[6])
						return
					}
				case <-tick.C:
					if !b.sim.Laid() {
						b.sim.Lay(tray[6])
					}
				case <-time.After(20 * time.Second):
					t.Fatal("the reader does not come back")
				}
			}
		})
	}
}

// R13: the check byte is right, but what the card says can not be true.
func TestCardsThatCanNotBeTrueAreRefused(t *testing.T) {
	for name, change := range map[string]func(*sim.CardData){
		"check digit":             func(c *sim.CardData) { c.Number = "110101190005200027" },
		"not a number":            func(c *sim.CardData) { c.Number = "11010119000520002" },
		"impossible birth":        func(c *sim.CardData) { c.Birth, c.Number = "19001320", "110101190013200026" },
		"number against birth":    func(c *sim.CardData) { c.Birth = "19000521" },
		"birth missing":           func(c *sim.CardData) { c.Birth = "" },
		"foreigner's check digit": func(c *sim.CardData) { *c = sim.Cards()[8]; c.Number = "CAN110000010108" },
		"foreigner's birth":       func(c *sim.CardData) { *c = sim.Cards()[8]; c.Birth = "19000102" },
		"nothing at all":          func(c *sim.CardData) { *c = sim.CardData{} },
	} {
		for module, levers := range map[string]func(*sim.ReaderLevers){
			"hides a card it has read": nil,
			"goes on finding":          func(l *sim.ReaderLevers) { l.KeepsFound = true },
		} {
			t.Run(name+", module "+module, func(t *testing.T) {
				t.Parallel()
				b := setup(t, levers)
				expect[cardreader.Connected](b)
				b.reader.Enable(true)
				c := sim.Cards()[0]
				change(&c)
				b.sim.Lay(c)
				expect[cardreader.Found](b)
				if got := expect[cardreader.Failed](b).Reason; got != cardreader.Damaged {
					t.Errorf("reason %q", got)
				}
				b.nothing()
				if n := strings.Count(b.log.String(), "card refused"); n != 1 {
					t.Errorf("%d refusals in the log:\n%s", n, b.log)
				}
				for _, secret := range []string{c.Name, c.Number, c.Birth} {
					if secret != "" && strings.Contains(b.log.String(), secret) {
						t.Errorf("the log holds a person's data:\n%s", b.log)
					}
				}
				b.sim.Lift()
				expect[cardreader.Removed](b)
				check(t, b.read(sim.Cards()[1]), sim.Cards()[1])
			})
		}
	}
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

// R2 and R3: the reader comes back under another name, beside a printer that is none.
func TestAReaderIsFoundUnderAnotherName(t *testing.T) {
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
		"noise before frames": func(l *sim.ReaderLevers) { l.Noise, l.KeepsFound = 9, true },
		"glued answers":       func(l *sim.ReaderLevers) { l.Glued, l.KeepsFound = true, true },
		"slow line":           func(l *sim.ReaderLevers) { l.Dribble = time.Millisecond },
		"glued and stale":     func(l *sim.ReaderLevers) { l.Glued, l.Stale, l.KeepsFound = true, true, true },
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
		"two cards":            {func(l *sim.ReaderLevers) { l.TwoCards = true }, cardreader.Moved},
		"half an answer":       {func(l *sim.ReaderLevers) { l.HalfAt = 700 }, cardreader.Moved},
		"half a header":        {func(l *sim.ReaderLevers) { l.HalfAt = 20 }, cardreader.Moved},
		"damaged answers":      {func(l *sim.ReaderLevers) { l.FlipAt, l.KeepsFound = 300, true }, cardreader.Moved},
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
			b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{KeepsFound: true} })
			expect[cardreader.Removed](b)
			check(t, b.read(well), well)
		})
	}
	t.Run("byte by byte", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(l *sim.ReaderLevers) { l.Dribble = 50 * time.Millisecond })
		expect[cardreader.Connected](b)
	})
	for name, length := range map[string]uint16{"length 0": 0, "length 2": 2, "length 65535": 65535, "length 2560": 0x0A00} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			expect[cardreader.Connected](b)
			b.reader.Enable(true)
			b.sim.Levers(func(l *sim.ReaderLevers) { l.Lies, l.Length = true, length })
			expect[cardreader.Disconnected](b)
			b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{KeepsFound: true} })
			expect[cardreader.Connected](b)
			check(t, b.read(well), well)
		})
	}
	for name, after := range map[string]sim.Step{"find": sim.AfterFind, "select": sim.AfterSelect, "read": sim.AfterRead} {
		t.Run("another card after "+name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			expect[cardreader.Connected](b)
			b.reader.Enable(true)
			second := sim.Cards()[1]
			second.NewAddress = "another person's"
			b.sim.Levers(func(l *sim.ReaderLevers) { l.Swap, l.SwapAfter = &second, after })
			if after == sim.AfterRead {
				// The first card was read whole, so it counts, and nothing of the second comes with it.
				first := sim.Cards()[0]
				b.sim.Lay(first)
				expect[cardreader.Found](b)
				if e, ok := b.next().(cardreader.CardRead); ok {
					check(t, e.Card, first)
				} // else the answer broke off with the card
				return
			}
			b.sim.Lay(sim.Cards()[0])
			expect[cardreader.Found](b)
			check(t, expect[cardreader.CardRead](b).Card, second)
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
