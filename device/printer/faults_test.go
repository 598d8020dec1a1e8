package printer_test

import (
	"bytes"
	"context"
	"reflect"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/sim"
)

// trouble is a fault, and what becomes of a receipt that meets it.
type trouble struct {
	rows    string // of the catalogue of faults
	name    string
	levers  func(*sim.PrinterLevers)
	outcome printer.Outcome // empty: whatever comes, as long as it is true
	cause   device.Problem

	on     string                   // profile; empty means generic-80
	flow   port.Flow                // of the line
	replug bool                     // the cable is pulled and put back with the fault
	cools  bool                     // the fault ends while the driver waits for the proof
	cure   func(*sim.PrinterLevers) // nil: all levers go back
	litter bool                     // the fault itself puts signs on paper
}

// troubles holds at least one row for every lever.
func troubles() []trouble {
	const (
		printed, not, unknown = printer.Printed, printer.NotPrinted, printer.Unknown
		none, silent          = device.ProblemNone, device.ProblemSilent
	)
	unjammed := func(l *sim.PrinterLevers) { l.CutterJam = false }
	return []trouble{
		{rows: "T1", name: "takes no bytes", levers: func(l *sim.PrinterLevers) { l.Stalled = true }, outcome: not, cause: silent},
		{rows: "T1", name: "says XOFF and never XON", levers: func(l *sim.PrinterLevers) { l.XoffStuck = true }, outcome: not, cause: device.ProblemStuck, flow: port.FlowXONXOFF},
		{rows: "T1", name: "small buffer", levers: func(l *sim.PrinterLevers) { l.XonXoff, l.Buffer, l.LineTime = true, 1000, 10*time.Millisecond }, outcome: printed, flow: port.FlowXONXOFF},
		{rows: "T1", name: "slow", levers: func(l *sim.PrinterLevers) { l.LineTime = 30 * time.Millisecond }, outcome: printed},
		{rows: "T1", name: "slower than it can be", levers: func(l *sim.PrinterLevers) { l.LineTime = 500 * time.Millisecond }, outcome: unknown, cause: silent},
		{rows: "T2", name: "no paper", levers: func(l *sim.PrinterLevers) { l.PaperOut = true }, outcome: not, cause: device.ProblemPaperOut},
		{rows: "T2", name: "paper ends", levers: func(l *sim.PrinterLevers) { l.PaperOutAt = 400 }, outcome: unknown, cause: device.ProblemPaperOut},
		{rows: "T2", name: "paper ends, and the rest is forgotten", levers: func(l *sim.PrinterLevers) { l.PaperOutAt, l.Forgets = 400, true }, outcome: unknown, cause: device.ProblemPaperOut},
		{rows: "T2", name: "paper ends, and bytes are taken no more", levers: func(l *sim.PrinterLevers) { l.PaperOutAt, l.StallsAtFault = 400, true }, outcome: unknown, cause: silent},
		{rows: "T3", name: "paper low", levers: func(l *sim.PrinterLevers) { l.PaperLow = true }, outcome: printed, cause: device.ProblemPaperLow},
		{rows: "T4", name: "cover open", levers: func(l *sim.PrinterLevers) { l.CoverOpen = true }, outcome: not, cause: device.ProblemCoverOpen},
		{rows: "T4", name: "cover is opened", levers: func(l *sim.PrinterLevers) { l.CoverOpenAt = 400 }, outcome: unknown, cause: device.ProblemCoverOpen},
		{rows: "T4", name: "paper jam", levers: func(l *sim.PrinterLevers) { l.PaperJam = true }, outcome: not, cause: device.ProblemUnrecoverable},
		{rows: "T4", name: "paper jams", levers: func(l *sim.PrinterLevers) { l.PaperJamAt = 400 }, outcome: unknown, cause: device.ProblemUnrecoverable},
		{rows: "T4", name: "cutter jam", levers: func(l *sim.PrinterLevers) { l.CutterJam = true }, outcome: not, cause: device.ProblemCutter},
		{rows: "T4", name: "cutter jams", levers: func(l *sim.PrinterLevers) { l.CutterJamAt = 400 }, outcome: unknown, cause: device.ProblemCutter},
		{rows: "T4", name: "cutter jam that wants to be told", levers: func(l *sim.PrinterLevers) { l.CutterJam, l.Latches = true, true }, outcome: not, cause: device.ProblemCutter, cure: unjammed},
		{rows: "T4", name: "cutter jams and wants to be told", levers: func(l *sim.PrinterLevers) { l.CutterJamAt, l.Latches = 400, true }, outcome: unknown, cause: device.ProblemCutter, cure: unjammed},
		{rows: "T4", name: "no cutter at all", levers: func(l *sim.PrinterLevers) { l.NoCutter = true }, outcome: unknown, cause: device.ProblemCutter},
		{rows: "T4", name: "hot head", levers: func(l *sim.PrinterLevers) { l.Overheated = true }, outcome: not, cause: device.ProblemOverheated},
		{rows: "T4", name: "head becomes hot and cools", levers: func(l *sim.PrinterLevers) { l.OverheatAt = 400 }, outcome: printed, cools: true},
		{rows: "T4", name: "head becomes hot and stays so", levers: func(l *sim.PrinterLevers) { l.OverheatAt = 400 }, outcome: unknown, cause: device.ProblemOverheated},
		{rows: "T4", name: "broken", levers: func(l *sim.PrinterLevers) { l.Unrecoverable = true }, outcome: not, cause: device.ProblemUnrecoverable},
		{rows: "T5", name: "without power", levers: func(l *sim.PrinterLevers) { l.Off = true }, outcome: not, cause: silent},
		{rows: "T5", name: "power goes and comes", levers: func(l *sim.PrinterLevers) { l.PowerLossAt = 400 }, outcome: unknown, cause: silent},
		{rows: "T5", name: "power goes and comes with a glitch on the line", levers: func(l *sim.PrinterLevers) { l.PowerLossAt, l.Glitch = 400, true }, outcome: unknown, cause: silent},
		{rows: "T6", name: "says that all is well without paper", levers: func(l *sim.PrinterLevers) { l.PaperOut, l.AllWell = true, true }, outcome: unknown, cause: silent},
		{rows: "T6", name: "mute", levers: func(l *sim.PrinterLevers) { l.Mute = true }, outcome: not, cause: silent},
		{rows: "T6", name: "gives no proof", levers: func(l *sim.PrinterLevers) { l.MuteQueued = true }, outcome: unknown, cause: silent},
		{rows: "T6", name: "answers 0.3 s late", levers: func(l *sim.PrinterLevers) { l.Late = 300 * time.Millisecond }, outcome: printed},
		{rows: "T6", name: "answers 0.3 s late", levers: func(l *sim.PrinterLevers) { l.Late = 300 * time.Millisecond }, outcome: printed, on: "epson-tm-t"},
		{rows: "T6", name: "answers 2 s late", levers: func(l *sim.PrinterLevers) { l.Late = 2 * time.Second }, outcome: not, cause: silent},
		{rows: "T6", name: "one question not heard", levers: func(l *sim.PrinterLevers) { l.DeafFor = 1 }, outcome: printed},
		{rows: "T6", name: "answers byte by byte", levers: func(l *sim.PrinterLevers) { l.Dribble = 50 * time.Millisecond }, outcome: printed},
		{rows: "T6", name: "answers byte by byte", levers: func(l *sim.PrinterLevers) { l.Dribble = 50 * time.Millisecond }, outcome: printed, on: "epson-tm-t"},
		{rows: "T6", name: "answers break off", levers: func(l *sim.PrinterLevers) { l.HalfAt = 3 }, outcome: unknown, cause: silent, on: "epson-tm-t"},
		{rows: "T6", name: "flow control within answers", levers: func(l *sim.PrinterLevers) { l.FlowNoise = true }, outcome: printed},
		{rows: "T6", name: "flow control within answers", levers: func(l *sim.PrinterLevers) { l.FlowNoise = true }, outcome: printed, on: "epson-tm-t"},
		{rows: "T6", name: "one byte in a hundred damaged", levers: func(l *sim.PrinterLevers) { l.Damage = 0.01 }},
		{rows: "T6", name: "one byte in ten damaged", levers: func(l *sim.PrinterLevers) { l.Damage = 0.1 }},
		{rows: "T6", name: "one byte in ten damaged", levers: func(l *sim.PrinterLevers) { l.Damage = 0.1 }, on: "epson-tm-t"},
		{rows: "T6", name: "noise before answers", levers: func(l *sim.PrinterLevers) { l.NoiseBytes = 2 }},
		{rows: "T6", name: "noise before answers", levers: func(l *sim.PrinterLevers) { l.NoiseBytes = 2 }, on: "epson-tm-t"},
		{rows: "T7", name: "unplugged", levers: func(l *sim.PrinterLevers) { l.UnplugAt = 400 }, outcome: unknown, cause: device.ProblemUnplugged},
		{rows: "T7", name: "another program has the line", levers: func(l *sim.PrinterLevers) { l.Taken = true }, outcome: not, cause: device.ProblemPortInUse, replug: true},
		{rows: "T7", name: "another speed", levers: func(l *sim.PrinterLevers) { l.Strict, l.Baud = true, 9600 }, outcome: not, cause: silent, litter: true},
		{rows: "T10", name: "a poor font and no QR codes", levers: func(l *sim.PrinterLevers) { l.PoorFont, l.NoQR = true, true }, outcome: printed, on: "clone-80"},
	}
}

// Whatever the fault: Printed is on paper, NotPrinted is not, no receipt comes out twice without a mark, and once the fault is
// gone the copy comes out alone on its paper (T8).
func TestFaultsOfThePrinter(t *testing.T) {
	t.Parallel()
	for _, c := range troubles() {
		profile := printer.Generic80()
		if c.on != "" {
			profile = bundled(t, c.on)
		}
		t.Run(c.rows+" "+c.name+" "+profile.Name, func(t *testing.T) {
			t.Parallel()
			b := setupAll(t, printer.Config{Profile: profile}, sim.PrinterConfig{ProcessID: true}, port.Config{Flow: c.flow}, straight)
			b.until(t, device.StateReady, device.ProblemNone)
			b.sim.Levers(c.levers)
			if c.replug {
				b.sim.Unplug()
				if err := b.sim.Plug(); err != nil {
					t.Fatal(err)
				}
			}
			results := b.meets(t, c)
			b.sim.Levers(func(l *sim.PrinterLevers) {
				if c.cure != nil {
					c.cure(l)
					return
				}
				*l = sim.PrinterLevers{}
			})
			_ = b.sim.Plug() // fails when it is plugged in already
			b.copyComesOut(t, c, profile, results)
		})
	}
}

// meets prints with the fault, and counts the outcomes.
func (b *bench) meets(t *testing.T, c trouble) map[printer.Outcome]int {
	t.Helper()
	results := map[printer.Outcome]int{}
	switch c.outcome {
	case "":
		for range 3 {
			results[b.printer.Print(context.Background(), receipt(false)).Outcome]++
		}
		return results
	case printer.NotPrinted:
		b.shows(t, c.cause)
	}
	if c.cause == device.ProblemPaperLow {
		b.shows(t, c.cause)
	}
	came := make(chan printer.Result, 1)
	go func() { came <- b.printer.Print(context.Background(), receipt(false)) }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case r := <-came:
			if r.Outcome != c.outcome || r.Cause != c.cause || r.Err != nil || (r.Outcome == printer.NotPrinted) != (r.Bytes == 0) {
				t.Fatalf("%+v, want %s %s", r, c.outcome, c.cause)
			}
			results[r.Outcome]++
			return results
		case <-tick.C:
			if c.cools && b.sim.Pulled().Overheated {
				b.sim.Levers(func(l *sim.PrinterLevers) { l.Overheated = false })
			}
		}
	}
}

// shows waits until the driver knows of a problem.
func (b *bench) shows(t *testing.T, p device.Problem) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for b.printer.Status().Problem != p {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("status %+v, want %q", b.printer.Status(), p)
		}
	}
}

// copyComesOut prints a copy when the printer is back, and looks at all the paper so far.
func (b *bench) copyComesOut(t *testing.T, c trouble, profile printer.Profile, results map[printer.Outcome]int) {
	t.Helper()
	b.shows(t, device.ProblemNone)
	whole := encode(t, profile, false)
	again := encode(t, profile, true)
	r := b.printer.Print(context.Background(), receipt(true))
	for tries := 0; r.Outcome != printer.Printed && c.outcome == "" && tries < 10; tries++ { // noise may be on its way yet
		b.shows(t, device.ProblemNone)
		r = b.printer.Print(context.Background(), receipt(true))
	}
	if r.Outcome != printer.Printed {
		t.Fatalf("the printer does not come back: %+v", r)
	}
	originals, wholes := 0, 0
	for copied := false; !copied; {
		paper := b.paper(t)
		switch {
		case bytes.Contains(paper.Bytes, mark):
			copied = bytes.Contains(paper.Bytes, again)
			// Beside the receipt there is only what completes a broken command and answers a former proof.
			before, found := bytes.CutSuffix(paper.Bytes, again)
			if before = bytes.ReplaceAll(before, []byte{0}, nil); copied && !c.litter && (!found || len(before) > 12 || paper.Blank) {
				t.Errorf("on the next paper stand % X", before)
			}
		case bytes.Contains(paper.Bytes, number):
			originals++
			if bytes.Contains(paper.Bytes, whole) {
				wholes++
			}
		}
	}
	if c.outcome != "" {
		b.noPaper(t)
	}
	if most := results[printer.Printed] + results[printer.Unknown]; originals > most || wholes < results[printer.Printed] {
		t.Errorf("%d receipts on paper, %d of them whole; outcomes %v", originals, wholes, results)
	}
}

// What tells papers apart: the number of the receipt, and 补打 in GB 18030.
var (
	number = []byte("1101 0100 3010")
	mark   = []byte("\xb2\xb9\xb4\xf2")
)

func encode(t *testing.T, p printer.Profile, copied bool) []byte {
	t.Helper()
	job, err := printer.Encode(receipt(copied), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return job.Bytes
}

// A lever that no row pulls is a fault that nobody has tried.
func TestEveryLeverIsPulled(t *testing.T) {
	pulled := map[string]bool{}
	for _, c := range troubles() {
		var l sim.PrinterLevers
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
