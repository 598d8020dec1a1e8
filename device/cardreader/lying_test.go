package cardreader_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/sim"
)

func TestACardLeftLyingIsReadOnce(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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

// One missed answer right after the read must not brand the module as one that hides its cards: the card would be read
// twice without having been lifted.
func TestOneMissedAnswerAfterTheReadIsNoLifting(t *testing.T) {
	t.Parallel()
	b := setup(t, func(l *sim.ReaderLevers) { l.KeepsFound, l.NoAddress, l.MissesAfterRead = true, true, 1 })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	b.nothing()
	b.sim.Lift()
	expect[cardreader.Removed](b)
	b.read(tray[1]).Wipe()
	b.nothing()
	b.sim.Lift()
	expect[cardreader.Removed](b)
}

// Another person's card is laid in place of the first between two looks of the driver, or behind one that found nothing. It
// must be read at once, whatever the module tells of a card that it has read. Two modules can not tell: one that goes on
// finding cards without naming them, once it is known for that, and one that hides a card which came over a bad line. There
// the card is read when it is laid down again.
func TestACardExchangedBetweenTwoLooksIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		module string
		levers func(*sim.ReaderLevers)
		known  int // look from which the module can not tell; 0 means that it always can
	}{
		{"hides a card it has read", func(l *sim.ReaderLevers) { l.NoAddress = true }, 0},
		{"goes on finding", func(l *sim.ReaderLevers) { l.NoAddress, l.KeepsFound = true, true }, 3},
		{"hides, answers the address question", func(*sim.ReaderLevers) {}, 0},
		{"finds, answers the address question", func(l *sim.ReaderLevers) { l.KeepsFound = true }, 0},
		{"goes on finding, misses a card once", func(l *sim.ReaderLevers) { l.NoAddress, l.KeepsFound, l.MissesAfterRead = true, true, 1 }, 0},
		{"hides a card it has read, bad line", func(l *sim.ReaderLevers) { l.NoAddress, l.Noise = true, 3 }, 1},
	} {
		for _, look := range []int{1, 2, 3} {
			t.Run(fmt.Sprintf("module %s, at look %d", c.module, look), func(t *testing.T) {
				t.Parallel()
				s, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(t.TempDir(), "card-reader")})
				if err != nil {
					t.Fatal(err)
				}
				s.Levers(c.levers)
				ear := &listener{end: t.Context().Done()}
				b := attachOpen(t, s, ear.over(port.Opener(port.Config{Path: s.Path()})))
				expect[cardreader.Connected](b)
				tray := sim.Cards()
				exchanged := make(chan struct{})
				b.readHeld(t, ear, tray[0], look, func() {
					b.sim.Lay(tray[1])
					close(exchanged)
				})
				if c.known > 0 && look >= c.known {
					select {
					case <-exchanged:
					case <-time.After(15 * time.Second):
						t.Fatal("the driver asks no more")
					}
					b.readInTheEnd(t, tray[1], 10)
					return
				}
				expect[cardreader.Removed](b)
				expect[cardreader.Found](b)
				check(t, expect[cardreader.CardRead](b).Card, tray[1])
				b.nothing()
			})
		}
	}
}

// A module is known by what it does with the card that lies there, not by one that took its place: were it thought to go on
// finding a card, every later card would count as lifted at once.
func TestAnExchangeDoesNotBrandTheModule(t *testing.T) {
	t.Parallel()
	b := setup(t, func(l *sim.ReaderLevers) { l.NoAddress = true })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	for _, c := range tray[3:6] {
		b.sim.Lay(c)
		expect[cardreader.Removed](b)
		expect[cardreader.Found](b)
		check(t, expect[cardreader.CardRead](b).Card, c)
	}
	b.nothing()
}

// Once it is known that a module goes on finding a card, a missed answer alone does not tell that the card was exchanged.
func TestACardMissedOnceIsStillTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t, func(l *sim.ReaderLevers) { l.NoAddress, l.KeepsFound = true, true })
	expect[cardreader.Connected](b)
	b.reader.Enable(true)
	tray := sim.Cards()
	b.read(tray[0]).Wipe()
	b.nothing()
	b.sim.Levers(func(l *sim.ReaderLevers) { l.MissesAfterRead = 1 })
	b.nothing()
	b.sim.Lift()
	expect[cardreader.Removed](b)
	check(t, b.read(tray[1]), tray[1])
}

// readHeld lays a card down, again if the driver asks for that, until it was read, and arms the listener at the nth look from
// there. The driver's questions wait for the test, or it would have looked before a slow machine has armed anything.
func (b *bench) readHeld(t *testing.T, ear *listener, c sim.CardData, look int, do func()) {
	t.Helper()
	questions := ear.hold()
	b.reader.Enable(true)
	b.sim.Lay(c)
	read := false
	take := func(e cardreader.Event) {
		switch e := e.(type) {
		case cardreader.CardRead:
			check(t, e.Card, c)
			e.Card.Wipe()
			read = true
		case cardreader.Failed:
			b.sim.Lay(c)
		}
	}
	for limit := time.After(30 * time.Second); ; {
		select {
		case e := <-b.reader.Events():
			take(e)
		case goOn := <-questions:
			for len(b.reader.Events()) > 0 { // whatever it had to tell is there
				take(<-b.reader.Events())
			}
			if read {
				ear.at(look, do)
				ear.release()
				close(goOn)
				return
			}
			close(goOn)
		case <-limit:
			t.Fatalf("the card is not read: %+v\n%s", b.reader.Status(), b.log)
		}
	}
}

// The card is lifted between the read and the question that shows how the module treats it.
func TestACardLiftedRightAfterTheReadIsGone(t *testing.T) {
	t.Parallel()
	for name, levers := range map[string]func(*sim.ReaderLevers){
		"finds nothing after a read": func(*sim.ReaderLevers) {},
		"goes on finding":            func(l *sim.ReaderLevers) { l.KeepsFound = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(t.TempDir(), "card-reader")})
			if err != nil {
				t.Fatal(err)
			}
			s.Levers(levers)
			ear := &listener{only: []byte{0x30, 0x03}}
			b := attachOpen(t, s, ear.over(port.Opener(port.Config{Path: s.Path()})))
			expect[cardreader.Connected](b)
			b.reader.Enable(true)
			ear.at(1, b.sim.Lift)
			b.read(sim.Cards()[0]).Wipe()
			expect[cardreader.Removed](b)
			check(t, b.read(sim.Cards()[1]), sim.Cards()[1])
		})
	}
}

// listener does something when the driver is about to look for a card the nth time from now, and holds up the driver's
// questions for a test that must not be late.
type listener struct {
	only []byte          // the question that counts; nil means any that looks for a card
	end  <-chan struct{} // of the test: nothing is held up any more

	mu        sync.Mutex
	left      int
	do        func()
	questions chan chan<- struct{} // each waits until what it brings is closed; nil means that none waits
}

func (x *listener) at(n int, do func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.left, x.do = n, do
}

func (x *listener) hold() <-chan chan<- struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.questions = make(chan chan<- struct{})
	return x.questions
}

func (x *listener) release() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.questions = nil
}

func (x *listener) over(open func(context.Context) (port.Port, error)) func(context.Context) (port.Port, error) {
	return func(ctx context.Context) (port.Port, error) {
		p, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &heard{p, x}, nil
	}
}

type heard struct {
	port.Port
	by *listener
}

// Flush is what every question begins with, and it has no limit of its own.
func (h *heard) Flush() error {
	h.by.mu.Lock()
	questions := h.by.questions
	h.by.mu.Unlock()
	if questions != nil {
		goOn := make(chan struct{})
		select {
		case questions <- goOn:
			select {
			case <-goOn:
			case <-h.by.end:
			}
		case <-h.by.end:
		}
	}
	return h.Port.Flush()
}

func (h *heard) Write(ctx context.Context, b []byte) (int, error) {
	h.by.mu.Lock()
	looks := bytes.Equal(b[7:9], []byte{0x20, 0x01}) || bytes.Equal(b[7:9], []byte{0x30, 0x03})
	if h.by.only != nil {
		looks = bytes.Equal(b[7:9], h.by.only)
	}
	if looks && h.by.do != nil {
		if h.by.left--; h.by.left == 0 {
			h.by.do()
			h.by.do = nil
		}
	}
	h.by.mu.Unlock()
	return h.Port.Write(ctx, b)
}
