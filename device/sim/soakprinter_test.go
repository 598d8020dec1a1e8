package sim_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/sim"
)

// printerSoak is one hall's printer.
type printerSoak struct {
	dice    *rand.Rand
	sim     *sim.Printer
	printer *printer.Printer
	papers  chan []byte
	fault   sim.PrinterLevers // the last one, for the report

	printed  int
	faults   int
	outcomes map[printer.Outcome]int
}

func (x *printerSoak) start(t *testing.T, dice *rand.Rand) {
	t.Helper()
	papers := make(chan []byte, 4096)
	s, err := sim.NewPrinter(sim.PrinterConfig{
		Link: filepath.Join(t.TempDir(), "printer"), OnPaper: func(p sim.Paper) { papers <- p.Bytes },
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
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = s.Close()
	})
	x.dice, x.sim, x.printer, x.papers, x.outcomes = dice, s, p, papers, map[printer.Outcome]int{}
	x.ready(t)
}

// rounds prints receipts until each is printed, or its marked copy; every third meets a fault first.
func (x *printerSoak) rounds(t *testing.T, n int) {
	t.Helper()
	tallies := map[int]*tally{}
	for range n {
		x.printed++
		one := newTally(t, x.printed)
		tallies[x.printed] = one
		x.ready(t)
		if x.dice.IntN(3) == 0 {
			x.faults++
			x.spoil(t)
		}
		x.print(t, one)
		x.collect(t, tallies)
	}
	x.ready(t)
	x.collect(t, tallies)
	for i, one := range tallies {
		one.check(t, i)
	}
}

// print prints a receipt, marked as soon as it may be on paper, until it is certain.
func (x *printerSoak) print(t *testing.T, one *tally) {
	t.Helper()
	marked := false
	for range 20 {
		r := x.printer.Print(t.Context(), numbered(one.i, marked))
		x.outcomes[r.Outcome]++
		x.heal(t)
		switch r.Outcome {
		case printer.Printed:
			one.promise(marked)
			return
		case printer.Unknown:
			marked = true // what may be on paper is never printed again without a mark
		}
		x.ready(t)
	}
	t.Fatalf("receipt %d does not come out; status %+v; levers before %+v", one.i, x.printer.Status(), x.fault)
}

func (x *printerSoak) heal(t *testing.T) {
	t.Helper()
	x.sim.Levers(func(l *sim.PrinterLevers) { *l = sim.PrinterLevers{} })
	if x.fault.UnplugAt > 0 || !x.sim.Plugged() {
		x.sim.Unplug()
		if err := x.sim.Plug(); err != nil {
			t.Fatal(err)
		}
		x.fault.UnplugAt = 0
	}
}

func (x *printerSoak) report(t *testing.T) {
	t.Helper()
	t.Logf("%d receipts with %d faults, outcomes %v", x.printed, x.faults, x.outcomes)
}

// spoil pulls one lever at random.
func (x *printerSoak) spoil(t *testing.T) {
	t.Helper()
	at := 20 + x.dice.IntN(500)
	var l sim.PrinterLevers
	replug := false
	kinds := [][]func(){
		{func() { l.PaperOut = true }, func() { l.PaperOutAt = at }, func() { l.PaperOutAt, l.Forgets = at, true }, func() { l.PaperOutAt, l.StallsAtFault = at, true }},
		{func() { l.CoverOpen = true }, func() { l.CoverOpenAt = at }, func() { l.PaperJamAt = at }, func() { l.OverheatAt = at }, func() { l.Unrecoverable = true }},
		{func() { l.CutterJamAt = at }, func() { l.CutterJamAt, l.Latches = at, true }, func() { l.NoCutter = true }},
		{func() { l.PowerLossAt = at }, func() { l.PowerLossAt, l.Glitch = at, true }, func() { l.Off = true }},
		{func() { l.UnplugAt = at }, func() { l.Taken, replug = true, true }, func() { l.Strict, l.Baud = true, 9600 }},
		{func() { l.Mute = true }, func() { l.MuteQueued = true }, func() { l.PaperOutAt, l.AllWell = at, true }, func() { l.DeafFor = 1 + at%3 }},
		{func() { l.Late = 200 * time.Millisecond }, func() { l.Dribble = 20 * time.Millisecond }, func() { l.LineTime = 20 * time.Millisecond }, func() { l.Stalled = true }},
		{func() { l.Damage = 0.05 }, func() { l.NoiseBytes = 1 }, func() { l.FlowNoise, l.PaperLow = true, true }},
	}
	kind := kinds[x.dice.IntN(len(kinds))]
	kind[x.dice.IntN(len(kind))]()
	x.fault = l
	x.sim.Levers(func(now *sim.PrinterLevers) { *now = l })
	if replug {
		x.sim.Unplug()
		if err := x.sim.Plug(); err != nil {
			t.Fatal(err)
		}
	}
}

func (x *printerSoak) ready(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(60 * time.Second)
	for x.printer.Status().State != device.StateReady {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("the printer does not come back: %+v; levers before %+v", x.printer.Status(), x.fault)
		}
	}
}

// collect looks at the paper so far.
func (x *printerSoak) collect(t *testing.T, tallies map[int]*tally) {
	t.Helper()
	for len(x.papers) > 0 {
		count(t, tallies, <-x.papers)
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
	i                int
	number           []byte
	whole, marked    []byte // the receipt as it is sent
	originals        int    // papers that show the number and no mark, whole or in part
	wholes, copies   int
	promised, copied bool
}

func newTally(t *testing.T, i int) *tally {
	t.Helper()
	x := &tally{i: i, number: fmt.Appendf(nil, "NR%06d", i)}
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
