package scanner_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/scanner"
	"onedoor/device/sim"
)

// trouble is a fault, and what becomes of a code that meets it.
type trouble struct {
	name   string
	levers func(*sim.ScannerLevers)
	code   string
	times  int    // that the scanner sends it whole; 0 when it does not
	want   string // empty: nothing comes
	wild   bool   // noise may come

	replug bool           // the cable is pulled and put back with the fault
	down   device.Problem // that the driver tells of
}

// troubles holds at least one row for every lever.
func troubles() []trouble {
	return []trouble{
		{name: "none", levers: func(*sim.ScannerLevers) {}, code: "FINE", times: 1, want: "FINE"},
		{name: "dribbles", levers: func(l *sim.ScannerLevers) { l.Dribble = 50 * time.Millisecond }, code: "SLOW", times: 1, want: "SLOW"},
		{name: "breaks off", levers: func(l *sim.ScannerLevers) { l.HalfAt = 3 }, code: "BROKEN", times: 1},
		{name: "one byte in ten damaged", levers: func(l *sim.ScannerLevers) { l.Damage = 0.1 }, code: strings.Repeat("z", 60), times: 1, wild: true},
		{name: "found nothing", levers: func(l *sim.ScannerLevers) { l.NoRead = true }, code: "x", times: 1},
		{name: "mute", levers: func(l *sim.ScannerLevers) { l.Mute = true }, code: "UNHEARD"},
		{name: "forgets its suffix", levers: func(l *sim.ScannerLevers) { l.NoSuffix = true }, code: "BARE", times: 1},
		{name: "runs on and on", levers: func(*sim.ScannerLevers) {}, code: strings.Repeat("x", 3*scanner.MaxCode), times: 1},
		{name: "held before the lens", levers: func(l *sim.ScannerLevers) { l.Repeats, l.Every = 3, 500*time.Millisecond }, code: "AGAIN", times: 4, want: "AGAIN"},
		{name: "two without pause", levers: func(l *sim.ScannerLevers) { l.Repeats, l.Glued = 1, true }, code: "A", times: 2, want: "A\r\nA"},
		{name: "nothing", levers: func(*sim.ScannerLevers) {}, code: "", times: 1},
		{name: "unplugged in the code", levers: func(l *sim.ScannerLevers) { l.UnplugAt = 5 }, code: "0123456789", down: device.ProblemUnplugged},
		{name: "another program has the line", levers: func(l *sim.ScannerLevers) { l.Taken = true }, code: "", down: device.ProblemPortInUse, replug: true},
		{name: "another speed", levers: func(l *sim.ScannerLevers) { l.Strict, l.Baud = true, 9600 }, code: "NOISE", times: 1, wild: true},
	}
}

// Every lever ends with the code, or without it, and the next one comes through.
func TestFaultsOfTheScanner(t *testing.T) {
	for _, c := range troubles() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, sim.ScannerConfig{}, scanner.Config{Suffix: scanner.SuffixCRLF})
			expect[scanner.Connected](b)
			b.scanner.Enable(true)
			b.sim.Levers(c.levers)
			if c.replug {
				b.sim.Unplug()
				if err := b.sim.Plug(); err != nil {
					t.Fatal(err)
				}
			} else {
				b.show(c.code, c.times)
			}
			switch {
			case c.down != "":
				b.goes(c.down)
			case c.wild:
			case c.want != "":
				b.comes(c.want)
			default:
				b.quiet()
			}
			b.sim.Levers(func(l *sim.ScannerLevers) { *l = sim.ScannerLevers{} })
			if c.down != "" {
				_ = b.sim.Plug() // fails when it is plugged in already
				expect[scanner.Connected](b)
			}
			if c.wild {
				b.cleared(len(c.code))
				return
			}
			b.show("next", 1)
			b.comes("next")
			if strings.Contains(b.log.String(), "0123") || strings.Contains(b.log.String(), "next") {
				t.Errorf("the log holds a code:\n%s", b.log)
			}
		})
	}
}

// goes waits until the scanner counts as gone for this reason.
func (b *bench) goes(want device.Problem) {
	b.t.Helper()
	for {
		if p := expect[scanner.Disconnected](b).Problem; p == want {
			break
		}
	}
	if s := b.scanner.Status(); s.State != device.StateDisconnected {
		b.t.Errorf("status %+v", s)
	}
}

// cleared shows a code until it comes alone: behind one whose suffix was damaged it runs into that one.
func (b *bench) cleared(longest int) {
	b.t.Helper()
	limit := time.After(15 * time.Second)
	for {
		b.show("clean", 1)
		select {
		case e := <-b.scanner.Events():
			c := e.(scanner.Scanned).Code
			if len(c.Raw) > longest+20 {
				b.t.Errorf("a code of %d bytes", len(c.Raw))
			}
			if string(c.Raw) == "clean" {
				return
			}
		case <-limit:
			b.t.Fatal("the scanner hands nothing over")
		}
	}
}

// quiet lets a broken code end by its silence.
func (b *bench) quiet() {
	b.t.Helper()
	select {
	case e := <-b.scanner.Events():
		b.t.Fatalf("event %T", e)
	case <-time.After(time.Second): // twice the silence that ends a code without its suffix
	}
}

// A lever that no row pulls is a fault that nobody has tried.
func TestEveryLeverIsPulled(t *testing.T) {
	pulled := map[string]bool{}
	for _, c := range troubles() {
		var l sim.ScannerLevers
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
