package sim_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/scanner"
	"onedoor/device/sim"
)

// scannerSoak is one hall's scanner.
type scannerSoak struct {
	dice    *rand.Rand
	sim     *sim.Scanner
	scanner *scanner.Scanner
	had     *atomic.Int64 // bytes that the driver has taken off the line

	shown, taken, faults int
}

func (x *scannerSoak) start(t *testing.T, dice *rand.Rand) {
	t.Helper()
	s, err := sim.NewScanner(sim.ScannerConfig{Link: filepath.Join(t.TempDir(), "scanner"), Baud: 115200})
	if err != nil {
		t.Fatal(err)
	}
	x.had = new(atomic.Int64)
	open := func(ctx context.Context) (port.Port, error) {
		p, err := port.Opener(port.Config{Path: s.Path()})(ctx)
		if err != nil {
			return nil, err
		}
		return countedPort{p, x.had}, nil
	}
	r, err := scanner.New(scanner.Config{
		// A pause of the machine is neither the end of a code nor longer than a showing.
		Open: open, Suffix: scanner.SuffixCRLF, Silence: 100 * time.Millisecond, Repeat: time.Minute,
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
		_ = s.Close()
	})
	x.dice, x.sim, x.scanner = dice, s, r
}

// countedPort counts what the driver reads.
type countedPort struct {
	port.Port
	had *atomic.Int64
}

func (p countedPort) Read(ctx context.Context, b []byte) (int, error) {
	n, err := p.Port.Read(ctx, b)
	p.had.Add(int64(n))
	return n, err
}

// rounds shows codes; every third meets a fault first.
func (x *scannerSoak) rounds(t *testing.T, n int) {
	t.Helper()
	for range n {
		x.scanner.Enable(true)
		if x.dice.IntN(3) == 0 {
			x.faults++
			x.spoiled(t)
		}
		x.comes(t, x.code())
		x.scanner.Enable(false)
		// Nobody waits for this one. The driver must have it before the next screen, or can not tell when it came.
		x.unwanted(t, x.code())
	}
	x.ready(t)
}

// unwanted shows a code until the driver has it whole.
func (x *scannerSoak) unwanted(t *testing.T, code string) {
	t.Helper()
	whole := x.had.Load() + int64(len(code+"\r\n"))
	x.show(t, code)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for x.had.Load() < whole {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("the driver does not take %q; status %+v", code, x.scanner.Status())
		}
	}
}

func (x *scannerSoak) report(t *testing.T) {
	t.Helper()
	t.Logf("%d codes shown, %d taken, %d faults", x.shown, x.taken, x.faults)
}

// code is another one each time: text, Chinese in two encodings, or bytes.
func (x *scannerSoak) code() string {
	x.shown++
	kinds := []string{"HTTPS://CASE.EXAMPLE.GOV.CN/T/", "居住证", "\xbe\xd3\xd7\xa1\xd6\xa4", "\x00\x1d\r\n\xff"}
	return fmt.Sprintf("%d:%s", x.shown, strings.Repeat(kinds[x.dice.IntN(len(kinds))], 1+x.dice.IntN(20)))
}

// spoiled shows a code with one lever pulled. What is handed over is that code, unless the line damages bytes.
func (x *scannerSoak) spoiled(t *testing.T) {
	t.Helper()
	var l sim.ScannerLevers
	wild, replug := false, false
	n := 1 + x.dice.IntN(20)
	code := x.code()
	allowed := []string{code}
	pulls := []func(){
		func() { l.HalfAt = n }, func() { l.Dribble = time.Millisecond }, func() { l.Mute = true }, func() { l.NoRead = true },
		func() { l.NoSuffix = true }, func() { l.Repeats, l.Every = 1+n%3, 400*time.Millisecond }, func() { l.UnplugAt = n },
		func() { l.Repeats, l.Glued, allowed = 1, true, append(allowed, code+"\r\n"+code) },
		func() { l.Damage, wild = 0.05, true }, func() { l.Strict, l.Baud, wild = true, 9600, true }, func() { l.Taken, replug = true, true },
	}
	pulls[x.dice.IntN(len(pulls))]()
	if whole, ok := strings.CutSuffix(code[:min(n, len(code))], "\r\n"); ok && l.HalfAt > 0 {
		allowed = append(allowed, whole) // broken off behind what looks like a suffix
	}
	x.sim.Levers(func(now *sim.ScannerLevers) { *now = l })
	if replug {
		x.sim.Unplug()
		if err := x.sim.Plug(); err != nil {
			t.Fatal(err)
		}
	} else {
		x.show(t, code)
	}
	times := 0
	for limit := time.After(1500 * time.Millisecond); ; {
		select {
		case e := <-x.scanner.Events():
			if got, ok := take(e); ok {
				times++
				if !wild && (times > 1 || !slices.Contains(allowed, got)) {
					t.Fatalf("code %d is %q, shown was %q; levers %+v", times, got, code, l)
				}
			}
			continue
		case <-limit:
		}
		break
	}
	x.sim.Levers(func(now *sim.ScannerLevers) { *now = sim.ScannerLevers{} })
	if l.UnplugAt > 0 || replug {
		x.sim.Unplug()
		if err := x.sim.Plug(); err != nil {
			t.Fatal(err)
		}
	}
	x.ready(t)
	x.drain()
}

// comes shows a code until it is handed over; at most once more, for it may have run into what a fault left behind.
func (x *scannerSoak) comes(t *testing.T, code string) {
	t.Helper()
	for range 3 {
		x.show(t, code)
		for limit := time.After(5 * time.Second); ; {
			select {
			case e := <-x.scanner.Events():
				got, ok := take(e)
				if !ok {
					continue
				}
				if x.taken++; got == code {
					return
				}
				if !strings.HasSuffix(got, code) {
					t.Fatalf("the code is %q, shown was %q", got, code)
				}
			case <-limit:
			}
			break
		}
	}
	t.Fatalf("code %q is not handed over; status %+v", code, x.scanner.Status())
}

// show holds a code before the scanner and waits until it is through, or the scanner is gone.
func (x *scannerSoak) show(t *testing.T, code string) {
	t.Helper()
	before := x.sim.Sent()
	if err := x.sim.Show([]byte(code)); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Second)
	for x.sim.Sent() == before && x.sim.Plugged() {
		select {
		case <-tick.C:
		case <-limit: // a scanner that is mute sends nothing
			return
		}
	}
}

func (x *scannerSoak) ready(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for x.scanner.Status().State != device.StateReady {
		select {
		case e := <-x.scanner.Events():
			take(e)
		case <-tick.C:
		case <-limit:
			t.Fatalf("the scanner does not come back: %+v", x.scanner.Status())
		}
	}
}

func (x *scannerSoak) drain() {
	for {
		select {
		case e := <-x.scanner.Events():
			take(e)
		default:
			return
		}
	}
}

// take reads and wipes a code.
func take(e scanner.Event) (string, bool) {
	s, ok := e.(scanner.Scanned)
	if !ok {
		return "", false
	}
	defer s.Code.Wipe()
	return string(s.Code.Raw), true
}
