package nodetest

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onedoor/app/doctor"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/device"
)

// limit bounds each wait; nothing is measured.
const limit = 45 * time.Second

// Watcher is a place where people see what is wrong: a page, a command, a screen.
type Watcher struct {
	Name string
	// Shows reports whether it shows the problem now.
	Shows func(w *World, k health.Kind) (bool, error)
	// Leaves reports whether the place does not show problems of this kind at all. nil: it shows all.
	Leaves func(health.Kind) bool
}

// Watchers are those that every kiosk has, for a World with Employ.
func Watchers() []Watcher {
	return []Watcher{
		{Name: "board", Shows: func(w *World, k health.Kind) (bool, error) {
			for _, p := range w.Node.Health().Problems() {
				if p.Code == k.Code {
					return true, nil
				}
			}
			return false, nil
		}},
		{Name: "metrics", Shows: func(w *World, k health.Kind) (bool, error) {
			page, err := w.scrape()
			return strings.Contains(page, fmt.Sprintf("onedoor_problem{code=%q,severity=%q} 1\n", k.Code, k.Severity)), err
		}},
		{Name: "systemd", Leaves: func(k health.Kind) bool { return k.Severity == health.Info },
			Shows: func(w *World, k health.Kind) (bool, error) {
				return strings.Contains(w.Node.Sentence()+",", " "+string(k.Code)+","), nil
			}},
		{Name: "screen", Leaves: func(k health.Kind) bool { return k.Severity < health.Blocks && k.Device == "" }, Shows: screen},
		{Name: "console", Shows: func(w *World, k health.Kind) (bool, error) {
			page, err := w.clerk.page(w)
			return strings.Contains(page, `<span class="mono">`+string(k.Code)+`</span>`), err
		}},
		{Name: "doctor", Shows: func(w *World, k health.Kind) (bool, error) {
			for _, f := range w.examine().Findings {
				if f.Code.Name() == string(k.Code) && (f.Verdict == doctor.Fault || f.Verdict == doctor.Warning) {
					return true, nil
				}
			}
			return false, w.Context().Err()
		}},
	}
}

// screen is the kiosk's own: it shows staff what takes something away, and what they can mend with their hands.
func screen(w *World, k health.Kind) (bool, error) {
	switch v := w.View().Screen.(type) {
	case kiosk.Attract:
		return strings.Contains(v.Trouble.Staff, string(k.Code)+"，"), nil
	case kiosk.OutOfService:
		return strings.HasSuffix(v.Code, string(k.Code)), nil
	}
	return false, nil
}

// examine is hallctl doctor on the running kiosk's machine, but for what is not this kiosk's here: display, fonts and unit.
func (w *World) examine() doctor.Report {
	machine := doctor.System()
	machine.Now, machine.Synchronised = w.Now, func() (bool, error) { return true, nil }
	file := w.File
	return doctor.Run(w.Context(), doctor.Config{File: filepath.Join(w.Dir, "kiosk.yaml"), Parsed: &file, Machine: machine,
		Live: doctor.Metrics{URL: "http://" + w.Node.MetricsAddr() + "/metrics"},
		Only: slices.DeleteFunc(doctor.Checks(), func(c doctor.Check) bool {
			return slices.Contains([]doctor.Check{doctor.CheckUnit, doctor.CheckDisplay, doctor.CheckTouch, doctor.CheckFonts, doctor.CheckCatalogue}, c)
		})})
}

func (w *World) scrape() (string, error) {
	ask, err := http.NewRequestWithContext(w.Context(), http.MethodGet, "http://"+w.Node.MetricsAddr()+"/metrics", nil)
	if err != nil {
		return "", err
	}
	return read(http.DefaultClient, ask)
}

// Sight is how long it took until every place showed a problem after its cause, and until none did after that was gone.
type Sight struct{ Seen, Gone time.Duration }

// See makes the cause, waits until every watcher shows the problem, mends it, and waits until none does.
func (c Cause) See(w *World, watchers []Watcher) (s Sight) {
	w.Helper()
	k, ok := health.KindOf(c.Code)
	if !ok {
		w.Fatalf("%s is not in the list", c.Code)
	}
	all := func(want bool) time.Duration {
		w.Helper()
		began := time.Now()
		for _, watcher := range watchers {
			if watcher.Leaves != nil && watcher.Leaves(k) {
				continue
			}
			var err error
			w.Settled(fmt.Sprintf("%s to be %v at the %s", c.Code, want, watcher.Name), func() bool {
				var shows bool
				shows, err = watcher.Shows(w, k)
				return err == nil && shows == want
			})
		}
		return time.Since(began)
	}
	all(false)
	c.Make(w)
	s.Seen = all(true)
	c.Mend(w)
	s.Gone = all(false)
	return s
}

// Settled waits until cond holds.
func (w *World) Settled(what string, cond func() bool) {
	w.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	over := time.After(limit)
	for !cond() {
		select {
		case <-again.C:
		case <-over:
			w.Fatalf("waited in vain for %s; the kiosk says: %s", what, w.Node.Sentence())
		}
	}
}

// Working waits until a device takes work.
func (w *World) Working(d health.Device) {
	w.Helper()
	w.Settled(string(d)+" to work", func() bool { return w.Node.Status(d).State == device.StateReady })
}
