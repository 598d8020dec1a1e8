package nodetest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"onedoor/app/health"
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

// Watchers are those that every kiosk has.
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
	}
}

func (w *World) scrape() (string, error) {
	ask, err := http.NewRequestWithContext(w.Context(), http.MethodGet, "http://"+w.Node.MetricsAddr()+"/metrics", nil)
	if err != nil {
		return "", err
	}
	r, err := http.DefaultClient.Do(ask)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("metrics answer %d", r.StatusCode)
	}
	return string(b), err
}

// See makes the cause, waits until every watcher shows the problem, mends it, and waits until none does.
func (c Cause) See(w *World, watchers []Watcher) {
	w.Helper()
	k, ok := health.KindOf(c.Code)
	if !ok {
		w.Fatalf("%s is not in the list", c.Code)
	}
	all := func(want bool) {
		w.Helper()
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
	}
	all(false)
	c.Make(w)
	all(true)
	c.Mend(w)
	all(false)
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
