package cardreader_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"onedoor/device/cardreader"
	"onedoor/device/sim"
)

// trouble is a fault, and what the driver tells of it.
type trouble struct {
	rows   string // of the catalogue of faults
	name   string
	levers func(*sim.ReaderLevers)
	start  string // events when the reader is plugged in with the fault; empty: not tried
	use    string // events when the fault comes before a card is laid down; empty: not tried
}

// troubles holds at least one row for every lever.
func troubles() []trouble {
	const silent, wrong = "down silent", "down silent, down wrong-device"
	const read, usual = "up, found, read", "found, read"
	second := sim.Cards()[1]
	second.NewAddress = "another person's"
	return []trouble{
		{"R1", "unplugged in the header", func(l *sim.ReaderLevers) { l.UnplugAt = 6 }, "", "found, down unplugged"},
		{"R1", "unplugged in the text", func(l *sim.ReaderLevers) { l.UnplugAt = 150 }, "", "found, down unplugged"},
		{"R1", "unplugged in the photo", func(l *sim.ReaderLevers) { l.UnplugAt = 1294 }, "", "found, down unplugged"},
		{"R3", "no card reader", func(l *sim.ReaderLevers) { l.Echo = true }, "down wrong-device", wrong},
		{"R4", "one damaged answer", func(l *sim.ReaderLevers) { l.BadChecksum = 1 }, read, usual},
		{"R4", "every answer damaged", func(l *sim.ReaderLevers) { l.BadChecksum = 1 << 30 }, "down wrong-device", wrong},
		{"R4", "every read damaged", func(l *sim.ReaderLevers) { l.FlipAt, l.KeepsFound = 300, true }, "up, found, failed moved", "found, failed moved"},
		{"R4", "noise before answers", func(l *sim.ReaderLevers) { l.Noise, l.KeepsFound = 9, true }, read, usual},
		{"R4", "noise behind answers", func(l *sim.ReaderLevers) { l.NoiseAfter, l.KeepsFound = 9, true }, read, usual},
		{"R4", "noise, and cards hidden", func(l *sim.ReaderLevers) { l.Noise = 9 }, "up, found, failed moved, removed", "found, failed moved, removed"},
		{"R4", "one byte in ten damaged", func(l *sim.ReaderLevers) { l.Damage = 0.1 }, "anything", "anything"},
		{"R5", "half an answer", func(l *sim.ReaderLevers) { l.HalfAt = 700 }, "up, found, failed moved", "found, failed moved"},
		{"R5", "half a header", func(l *sim.ReaderLevers) { l.HalfAt = 5 }, "down wrong-device", wrong},
		{"R5", "1 ms a byte", func(l *sim.ReaderLevers) { l.Dribble, l.NoPhoto = time.Millisecond, true }, "up, found, read without photo", "found, read without photo"},
		{"R5", "50 ms a byte", func(l *sim.ReaderLevers) { l.Dribble = 50 * time.Millisecond }, "", "found, down silent"},
		{"R5", "glued answers", func(l *sim.ReaderLevers) { l.Glued, l.KeepsFound = true, true }, read, usual},
		{"R5", "stale answers", func(l *sim.ReaderLevers) { l.Stale = true }, read, usual},
		{"R5", "glued and stale", func(l *sim.ReaderLevers) { l.Glued, l.Stale, l.KeepsFound = true, true, true }, read, usual},
		{"R6", "length 0", func(l *sim.ReaderLevers) { l.Lies = true }, "down wrong-device", wrong},
		{"R6", "length 2", func(l *sim.ReaderLevers) { l.Lies, l.Length = true, 2 }, "down wrong-device", wrong},
		{"R6", "length 2560", func(l *sim.ReaderLevers) { l.Lies, l.Length = true, 0x0A00 }, "down wrong-device", wrong},
		{"R6", "length 65535", func(l *sim.ReaderLevers) { l.Lies, l.Length = true, 65535 }, "down wrong-device", wrong},
		{"R7", "one select fails", func(l *sim.ReaderLevers) { l.SelectFails = 1 }, read, usual},
		{"R7", "one read fails", func(l *sim.ReaderLevers) { l.ReadFails = 1 }, read, usual},
		{"R7", "reads fail", func(l *sim.ReaderLevers) { l.ReadFails = 1 << 30 }, "up, found, failed moved", "found, failed moved"},
		{"R7", "the card's check fails", func(l *sim.ReaderLevers) { l.ReadFails, l.FailCode = 1<<30, 0x33 }, "up, found, failed damaged", "found, failed damaged"},
		{"R7", "an unknown code", func(l *sim.ReaderLevers) { l.SelectFails, l.FailCode = 1<<30, 0x24 }, "up, found, failed moved", "found, failed moved"},
		{"R7", "pulled in the header", func(l *sim.ReaderLevers) { l.PullAt = 5 }, "", "found, failed moved, removed"},
		{"R7", "pulled in the text", func(l *sim.ReaderLevers) { l.PullAt = 100 }, "", "found, failed moved, removed"},
		{"R7", "pulled in the photo", func(l *sim.ReaderLevers) { l.PullAt = 1290 }, "", "found, failed moved, removed"},
		{"R8", "two cards", func(l *sim.ReaderLevers) { l.TwoCards = true }, "up, found, failed moved", "found, failed moved"},
		{"R8", "another card after find", func(l *sim.ReaderLevers) { l.Swap, l.SwapAfter = &second, sim.AfterFind }, "", "found, read another"},
		{"R8", "another card after select", func(l *sim.ReaderLevers) { l.Swap, l.SwapAfter = &second, sim.AfterSelect }, "", "found, read another"},
		{"R8", "another card in the read", func(l *sim.ReaderLevers) { l.Swap, l.SwapAfter = &second, sim.AfterRead }, "", "found, read, removed, found, read another"},
		{"R9", "goes on finding", func(l *sim.ReaderLevers) { l.KeepsFound = true }, read, usual},
		{"R9", "does not know the address question", func(l *sim.ReaderLevers) { l.NoAddress = true }, read, usual},
		{"R9", "misses the card after the read", func(l *sim.ReaderLevers) { l.KeepsFound, l.NoAddress, l.MissesAfterRead = true, true, 1 }, read, usual},
		{"R10", "thinks for 8 s", func(l *sim.ReaderLevers) { l.Think = 8 * time.Second }, "", usual},
		{"R10", "thinks for 5 s behind stale answers", func(l *sim.ReaderLevers) { l.Think, l.Stale = 5*time.Second, true }, "", usual},
		{"R10", "hangs over the card", func(l *sim.ReaderLevers) { l.Think = 14 * time.Second }, "", "found, failed moved"},
		{"R10", "every answer 0.4 s late", func(l *sim.ReaderLevers) { l.Lag = 400 * time.Millisecond }, read, usual},
		{"R10", "every answer 0.7 s late", func(l *sim.ReaderLevers) { l.Lag = 700 * time.Millisecond }, read, usual},
		{"R10", "1 s from power to the first answer", func(l *sim.ReaderLevers) { l.Boot = time.Second }, read, ""},
		{"R10", "6 s from power to the first answer", func(l *sim.ReaderLevers) { l.Boot = 6 * time.Second }, silent + ", " + read, ""},
		{"R10", "restarts in the read", func(l *sim.ReaderLevers) { l.RestartAt = 200 }, read, usual},
		{"R10", "restarts in the read, and takes 1 s", func(l *sim.ReaderLevers) { l.RestartAt, l.Boot = 200, time.Second }, read, usual},
		{"R10", "at another speed", func(l *sim.ReaderLevers) { l.Strict, l.Baud = true, 9600 }, silent, silent},
		{"R10", "says nothing", func(l *sim.ReaderLevers) { l.Silent = true }, silent, silent},
		{"R10", "broken", func(l *sim.ReaderLevers) { l.SelfTest = true }, "down self-test", "down self-test"},
		{"R10", "without keys", func(l *sim.ReaderLevers) { l.NoKeys = true }, "down unauthorised", "down unauthorised"},
		{"R10", "a wrong number of its own at first", func(l *sim.ReaderLevers) { l.WrongSAM = 1 }, read, usual},
		{"R11", "no identity card", func(l *sim.ReaderLevers) { l.OtherCard = true }, "up, found, failed other-card", "found, failed other-card"},
		{"R11", "no photo", func(l *sim.ReaderLevers) { l.NoPhoto = true }, "up, found, read without photo", "found, read without photo"},
		{"R11", "numbers of the card in find and select", func(l *sim.ReaderLevers) { l.Numbered = true }, read, usual},
		{"R12", "another program has the line", func(l *sim.ReaderLevers) { l.Taken = true }, "down port-in-use", ""},
		{"R13", "a number that can not be", func(l *sim.ReaderLevers) { l.BadNumber = true }, "up, found, failed damaged", "found, failed damaged"},
		{"R13", "a birth that can not be", func(l *sim.ReaderLevers) { l.BadBirth = true }, "up, found, failed damaged", "found, failed damaged"},
	}
}

// Whatever the fault, the driver tells it as the table has it, hands over nothing but what one of the cards holds, reads a card
// left lying once, and when the fault is gone reads the next person's card.
func TestFaultsOfTheReader(t *testing.T) {
	t.Parallel()
	for _, c := range troubles() {
		for when, want := range map[string]string{"from the start": c.start, "in use": c.use} {
			if want == "" {
				continue
			}
			t.Run(c.rows+" "+c.name+" "+when, func(t *testing.T) {
				t.Parallel()
				var b *bench
				first := sim.Cards()[0]
				if when == "in use" {
					b = setup(t, nil)
					expect[cardreader.Connected](b)
					b.sim.Levers(c.levers)
				} else {
					b = setup(t, c.levers)
				}
				b.reader.Enable(true)
				b.sim.Lay(first)
				if want == "anything" {
					b.anything(t, first)
				} else {
					b.tells(t, want, first)
				}
				b.recovers(t)
				for _, p := range sim.Cards() {
					if strings.Contains(b.log.String(), p.Number) || strings.Contains(b.log.String(), p.Address) && p.Address != "" {
						t.Errorf("the log holds a person's data:\n%s", b.log)
					}
				}
			})
		}
	}
}

// tells checks the events, one by one. After a card was read it goes on lying, and nothing more must come.
func (b *bench) tells(t *testing.T, want string, laid sim.CardData) {
	t.Helper()
	for i, w := range strings.Split(want, ", ") {
		e := b.next()
		if got := word(e, laid); got != w {
			t.Fatalf("event %d: %s, want %s of %q", i+1, got, w, want)
		}
		if c, ok := e.(cardreader.CardRead); ok {
			person := laid
			if w == "read another" {
				person = sim.Cards()[1]
				person.NewAddress = "another person's"
			}
			checkText(t, c.Card, person)
			if w != "read without photo" {
				checkPhoto(t, c.Card)
			}
			c.Card.Wipe()
		}
	}
	if strings.HasSuffix(want, "read") {
		b.nothing()
	}
}

// word is an event as the table has it.
func word(e cardreader.Event, laid sim.CardData) string {
	switch e := e.(type) {
	case cardreader.Connected:
		return "up"
	case cardreader.Disconnected:
		return "down " + string(e.Problem)
	case cardreader.Found:
		return "found"
	case cardreader.Failed:
		return "failed " + string(e.Reason)
	case cardreader.Removed:
		return "removed"
	case cardreader.CardRead:
		switch {
		case string(e.Card.Number) != laid.Number:
			return "read another"
		case len(e.Card.Photo) == 0:
			return "read without photo"
		}
		return "read"
	}
	return fmt.Sprintf("%T", e)
}

// anything lets a fault work that shows itself differently each time. What is read is right all the same.
func (b *bench) anything(t *testing.T, laid sim.CardData) {
	t.Helper()
	limit := time.After(5 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for goal := b.sim.Asked() + 20; b.sim.Asked() < goal; {
		select {
		case e := <-b.reader.Events():
			if c, ok := e.(cardreader.CardRead); ok {
				check(t, c.Card, laid)
				c.Card.Wipe()
			}
		case <-limit:
			return
		case <-tick.C:
		}
	}
}

// recovers takes the card and the fault away and lays down another person's card, again if the driver asks for that.
func (b *bench) recovers(t *testing.T) {
	t.Helper()
	b.sim.Lift()
	b.sim.Levers(func(l *sim.ReaderLevers) { *l = sim.ReaderLevers{KeepsFound: true} })
	_ = b.sim.Plug() // fails when it is plugged in already
	b.readInTheEnd(t, sim.Cards()[2], 1<<30)
}

// readInTheEnd waits until this card is read, and no other. Who is told that it failed lays it down again, and so does one to
// whom nothing happens for so many questions.
func (b *bench) readInTheEnd(t *testing.T, c sim.CardData, patience int) {
	t.Helper()
	limit := time.After(60 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for since := b.sim.Asked(); ; {
		select {
		case e := <-b.reader.Events():
			switch e := e.(type) {
			case cardreader.CardRead:
				check(t, e.Card, c)
				e.Card.Wipe()
				return
			case cardreader.Failed:
				b.sim.Lift()
				since = b.sim.Asked()
			}
		case <-tick.C:
			switch waited := b.sim.Asked() - since; {
			case b.sim.Laid() && waited > patience:
				b.sim.Lift()
				since += waited
			case !b.sim.Laid() && waited > 3:
				b.sim.Lay(c)
				since += waited
			}
		case <-limit:
			t.Fatalf("the card is not read: %+v\n%s", b.reader.Status(), b.log)
		}
	}
}

// A lever that no row pulls is a fault that nobody has tried.
func TestEveryLeverIsPulled(t *testing.T) {
	pulled := map[string]bool{}
	for _, c := range troubles() {
		var l sim.ReaderLevers
		c.levers(&l)
		note(pulled, reflect.ValueOf(l))
	}
	for name, was := range pulled {
		if !was {
			t.Errorf("no row pulls the lever %s", name)
		}
	}
}

// note marks the fields that are not zero, those of embedded structs too.
func note(pulled map[string]bool, levers reflect.Value) {
	for i := range levers.NumField() {
		f, v := levers.Type().Field(i), levers.Field(i)
		if f.Anonymous {
			note(pulled, v)
			continue
		}
		pulled[f.Name] = pulled[f.Name] || !v.IsZero()
	}
}
