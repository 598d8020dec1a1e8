package sim_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/sim"
)

// soak says how long to go on. ONEDOOR_SOAK set to anything asks for the long version; a number above 1 is the seed.
func soak(t *testing.T, quick, long int) (rounds int, dice *rand.Rand) {
	t.Helper()
	seed, rounds := uint64(1), quick
	if v := os.Getenv("ONEDOOR_SOAK"); v != "" {
		rounds, seed = long, uint64(time.Now().UnixNano())
		if n, err := strconv.ParseUint(v, 10, 64); err == nil && n > 1 {
			seed = n
		}
	}
	t.Logf("%d rounds, seed %d", rounds, seed)
	return rounds, rand.New(rand.NewPCG(seed, 0))
}

// footprint is what must not grow.
type footprint struct {
	goroutines, descriptors int
	heap                    uint64
}

func measure(t *testing.T) footprint {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return footprint{runtime.NumGoroutine(), len(fds), m.HeapAlloc}
}

// flat compares the footprint with that at half time. Goroutines on their way out are waited for.
func (f footprint) flat(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(10 * time.Second)
	for {
		now := measure(t)
		if now.goroutines <= f.goroutines && now.descriptors <= f.descriptors && now.heap <= f.heap+8<<20 {
			t.Logf("footprint %+v, was %+v", now, f)
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("footprint %+v, was %+v", now, f)
		}
	}
}

// readerSoak is one hall's card reader through a bad day.
type readerSoak struct {
	t      *testing.T
	dice   *rand.Rand
	sim    *sim.Reader
	reader *cardreader.Reader
	base   sim.ReaderLevers // of the module itself
	lying  []sim.CardData   // cards that may be read now
	reads  int
	waits  int // times that nothing happened for a while
	pulled bool

	fault sim.ReaderLevers // the last fault, for the report
}

// Nobody is ever taken for another: the soak of the card reader (I10, I15, I24; R1 to R8).
func TestSoakOfTheReader(t *testing.T) {
	rounds, dice := soak(t, 40, 2000)
	s, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(t.TempDir(), "reader")})
	if err != nil {
		t.Fatal(err)
	}
	r, err := cardreader.New(cardreader.Config{
		Open: port.Opener(port.Config{Path: s.Path()}), Poll: 5 * time.Millisecond,
		MinPause: 5 * time.Millisecond, MaxPause: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	defer func() {
		cancel()
		for range r.Events() {
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = s.Close()
	}()
	x := &readerSoak{t: t, dice: dice, sim: s, reader: r}
	x.await("connected", isEvent[cardreader.Connected])
	r.Enable(true)
	faults, cards := 0, sim.Cards()
	var first footprint
	for i := range rounds {
		if i == rounds/2 {
			first = measure(t)
		}
		card := cards[dice.IntN(len(cards))]
		x.lying = []sim.CardData{card}
		if dice.IntN(4) == 0 {
			faults++
			x.spoil(card)
			x.sim.Lay(card)
			x.trouble()
			x.heal()
		} else {
			x.sim.Lay(card)
		}
		x.readAndLift(card)
	}
	first.flat(t)
	t.Logf("%d cards read with %d faults; %d times a card had to be laid again unasked", x.reads, faults, x.waits)
}

func isEvent[E cardreader.Event](e cardreader.Event) bool {
	_, ok := e.(E)
	return ok
}

// spoil pulls one lever at random.
func (x *readerSoak) spoil(card sim.CardData) {
	x.base = sim.ReaderLevers{KeepsFound: x.dice.IntN(2) == 0, NoAddress: x.dice.IntN(4) == 0}
	l := x.base
	switch x.dice.IntN(15) {
	case 0:
		l.PullAt = 1 + x.dice.IntN(1290)
	case 1:
		l.UnplugAt, x.pulled = 1+x.dice.IntN(1290), true
	case 2:
		l.ReadFails = 1 + x.dice.IntN(3)
	case 3:
		l.BadChecksum = 1 + x.dice.IntN(4)
	case 4:
		l.Stale = true
	case 5:
		l.Glued = true
	case 6:
		l.Noise = 1 + x.dice.IntN(30)
	case 7:
		l.HalfAt = 1 + x.dice.IntN(1290)
	case 8:
		l.Think = 200 * time.Millisecond
	case 9:
		l.FlipAt = 5 + x.dice.IntN(1285)
	case 10:
		other := sim.Cards()[x.dice.IntN(len(sim.Cards()))]
		x.lying = append(x.lying, other)
		l.Swap, l.SwapAfter = &other, sim.Step(x.dice.IntN(3))
	case 11:
		l.TwoCards = true
	case 12:
		l.MissesAfterRead = 1
	case 13:
		l.Lies, l.Length = true, uint16(x.dice.IntN(1<<16))
	case 14:
		l.Damage = 0.03 + 0.07*x.dice.Float64()
	}
	x.fault = l
	x.sim.Levers(func(now *sim.ReaderLevers) { *now = l })
	if l.Damage > 0 {
		// A bad line is bad for long, and has shown it before the card comes: the protocol's check byte alone lets one in
		// 256 damaged answers pass.
		x.asked(12)
	}
}

// trouble lets the fault work for a while.
func (x *readerSoak) trouble() {
	x.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Duration(100+x.dice.IntN(900)) * time.Millisecond)
	for {
		select {
		case e := <-x.reader.Events():
			x.check(e)
		case <-limit:
			return
		}
	}
}

// heal makes all well again, with nothing on the reader.
func (x *readerSoak) heal() {
	x.t.Helper()
	x.sim.Levers(func(l *sim.ReaderLevers) { *l = x.base })
	x.sim.Lift()
	if x.pulled {
		x.pulled = false
		x.sim.Unplug()
		if err := x.sim.Plug(); err != nil {
			x.t.Fatal(err)
		}
	}
}

// readAndLift lays the card down, again if need be, until it is read, and takes it away.
func (x *readerSoak) readAndLift(card sim.CardData) {
	x.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	laid := time.Now()
	for read := false; !read; {
		select {
		case e := <-x.reader.Events():
			// Told that it failed, or back at the beginning, a person takes the card up again.
			if read = x.check(e); isEvent[cardreader.Failed](e) || isEvent[cardreader.Removed](e) {
				x.sim.Lift()
			}
		case <-tick.C:
			switch {
			case x.reader.Status().State != device.StateReady:
			case !x.sim.Laid():
				laid = time.Now()
				x.sim.Lay(card)
			case time.Since(laid) > 5*time.Second: // so does one to whom nothing happens
				x.waits++
				x.sim.Lift()
			}
		case <-limit:
			x.t.Fatalf("the card is not read; status %+v", x.reader.Status())
		}
	}
	x.sim.Lift()
	// A module that hides its cards shows the lifting with the next card only.
	if !x.base.NoAddress {
		x.await("removed", isEvent[cardreader.Removed])
	}
}

// check looks at what is handed over: one of the cards that lay there, field by field.
func (x *readerSoak) check(e cardreader.Event) bool {
	x.t.Helper()
	got, ok := e.(cardreader.CardRead)
	if !ok {
		return false
	}
	defer got.Card.Wipe()
	x.reads++
	for _, want := range x.lying {
		c := got.Card
		if string(c.Number) == want.Number && string(c.Name) == want.Name && string(c.EnglishName) == want.EnglishName &&
			string(c.Address) == want.Address && (c.NewAddress == nil || string(c.NewAddress) == want.NewAddress) && string(c.Issuer) == want.Issuer &&
			string(c.ValidTo) == want.To && c.EthnicCode() == want.Ethnic {
			return true
		}
	}
	x.t.Fatalf("another person: %s %s, born %s, of %s (%s), valid to %s; levers %+v", got.Card.Name, got.Card.Number, got.Card.Birth,
		got.Card.Address, got.Card.NewAddress, got.Card.ValidTo, x.fault)
	return false
}

func (x *readerSoak) await(what string, want func(cardreader.Event) bool) {
	x.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		select {
		case e := <-x.reader.Events():
			x.check(e)
			if want(e) {
				return
			}
		case <-limit:
			x.t.Fatalf("not %s; status %+v", what, x.reader.Status())
		}
	}
}

// asked waits until the driver has asked so many more questions.
func (x *readerSoak) asked(n int) {
	x.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for goal := x.sim.Asked() + n; x.sim.Asked() < goal; {
		select {
		case e := <-x.reader.Events():
			x.check(e)
		case <-tick.C:
		case <-limit:
			x.t.Fatal("the driver asks no more")
		}
	}
}

// No receipt comes out twice without a mark, and none counts as printed that is not: the soak of the printer (I9; T1 to T8).
func TestSoakOfThePrinter(t *testing.T) {
	rounds, dice := soak(t, 12, 500)
	papers := make(chan sim.Paper, 4096)
	s, err := sim.NewPrinter(sim.PrinterConfig{
		Link: filepath.Join(t.TempDir(), "printer"), OnPaper: func(p sim.Paper) { papers <- sim.Paper{Bytes: p.Bytes} },
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := printer.New(printer.Config{
		Open: port.Opener(port.Config{Path: s.Path()}), Profile: printer.Generic80(), Poll: 10 * time.Millisecond,
		MinPause: 5 * time.Millisecond, MaxPause: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = s.Close()
	}()
	tally := map[int]*tally{}
	outcomes := map[printer.Outcome]int{}
	var first footprint
	for i := range rounds {
		if i == rounds/2 {
			first = measure(t)
		}
		tally[i] = newTally(t, i)
		ready(t, p)
		if dice.IntN(3) == 0 {
			spoilPrinter(s, dice)
		}
		marked, sure := false, false
		for try := 0; !sure; try++ {
			if try > 20 {
				t.Fatalf("receipt %d does not come out; status %+v", i, p.Status())
			}
			r := p.Print(ctx, numbered(i, marked))
			outcomes[r.Outcome]++
			switch r.Outcome {
			case printer.Printed:
				sure = true
				tally[i].promise(marked)
			case printer.Unknown:
				marked = true // what may be on paper is never printed again without a mark
			}
			s.Levers(func(l *sim.PrinterLevers) { *l = sim.PrinterLevers{} })
			if r.Cause == device.ProblemUnplugged {
				_ = s.Plug() // fails when it is plugged in already
			}
			if !sure {
				ready(t, p)
			}
		}
		for len(papers) > 0 {
			count(t, tally, (<-papers).Bytes)
		}
	}
	ready(t, p)
	for len(papers) > 0 {
		count(t, tally, (<-papers).Bytes)
	}
	for i, x := range tally {
		x.check(t, i)
	}
	first.flat(t)
	t.Logf("outcomes %v", outcomes)
}

// spoilPrinter pulls one lever at random.
func spoilPrinter(s *sim.Printer, dice *rand.Rand) {
	at := 20 + dice.IntN(500)
	s.Levers(func(l *sim.PrinterLevers) {
		switch dice.IntN(12) {
		case 0:
			l.PaperOutAt = at
		case 1:
			l.CoverOpenAt = at
		case 2:
			l.CutterJamAt = at
		case 3:
			l.PowerLossAt = at
		case 4:
			l.PowerLossAt, l.Glitch = at, true
		case 5:
			l.UnplugAt = at
		case 6:
			l.MuteQueued = true
		case 7:
			l.Late = 200 * time.Millisecond
		case 8:
			l.Damage = 0.05
		case 9:
			l.NoiseBytes = 1
		case 10:
			l.PaperOut = true
		case 11:
			l.FlowNoise, l.PaperLow = true, true
		}
	})
}

func ready(t *testing.T, p *printer.Printer) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for p.Status().State != device.StateReady {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("the printer does not come back: %+v", p.Status())
		}
	}
}

func numbered(i int, marked bool) document.Document {
	blocks := []document.Block{
		document.Text{Text: "收件回执", Align: document.Centre, Bold: true},
		document.Row{Label: "收件编号", Value: fmt.Sprintf("NR%06d", i)},
		document.Row{Label: "办理事项", Value: "居住证签注"},
		document.QR{Content: fmt.Sprintf("HTTPS://CASE.EXAMPLE.GOV.CN/T/NR%06d", i)},
	}
	if marked {
		blocks = append([]document.Block{document.Box{Text: "补打"}}, blocks...)
	}
	return document.Document{Blocks: blocks}
}

// tally is what came of one receipt.
type tally struct {
	number           []byte
	whole, marked    []byte // the receipt as it is sent
	originals        int    // papers that show the number and no mark, whole or in part
	wholes, copies   int
	promised, copied bool
}

func newTally(t *testing.T, i int) *tally {
	t.Helper()
	x := &tally{number: fmt.Appendf(nil, "NR%06d", i)}
	for _, c := range []struct {
		marked bool
		bytes  *[]byte
	}{{false, &x.whole}, {true, &x.marked}} {
		j, err := printer.Encode(numbered(i, c.marked), printer.Generic80(), nil)
		if err != nil {
			t.Fatal(err)
		}
		*c.bytes = j.Bytes
	}
	return x
}

func (x *tally) promise(marked bool) {
	if marked {
		x.copied = true
	} else {
		x.promised = true
	}
}

// count looks whose receipt a paper shows.
func count(t *testing.T, all map[int]*tally, paper []byte) {
	t.Helper()
	shown := 0
	for _, x := range all {
		if !bytes.Contains(paper, x.number) {
			continue
		}
		shown++
		switch {
		case bytes.Contains(paper, x.marked):
			x.copies++
		case bytes.Contains(paper, []byte("\xb2\xb9\xb4\xf2")): // 补打, and broken off
		default:
			x.originals++
			if bytes.Contains(paper, x.whole) {
				x.wholes++
			}
		}
	}
	if shown > 1 {
		t.Errorf("a paper shows %d receipts", shown)
	}
}

func (x *tally) check(t *testing.T, i int) {
	t.Helper()
	switch {
	case x.originals > 1:
		t.Errorf("receipt %d came out %d times without a mark", i, x.originals)
	case x.promised && x.wholes != 1:
		t.Errorf("receipt %d counts as printed and is not on paper", i)
	case x.copied && x.copies < 1:
		t.Errorf("the copy of receipt %d counts as printed and is not on paper", i)
	case !x.promised && !x.copied:
		t.Errorf("receipt %d never came out", i)
	}
}
