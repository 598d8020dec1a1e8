package cardreader_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"onedoor/device/cardreader"
	"onedoor/device/sim"
)

// A module that hides a card it has read can not be asked twice: on a bad line the card must be laid down twice.
func TestOnABadLineACardIsReadTwice(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
