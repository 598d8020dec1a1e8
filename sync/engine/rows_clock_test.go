package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// wall is a clock on the wall: it can be set, and it can run fast. It has no monotonic part, which in the real one hides most
// jumps from the engine: what holds here holds there.
type wall struct {
	mu     sync.Mutex
	offset time.Duration
	begin  time.Time
	fast   time.Duration // a day
}

func newWall() *wall { return &wall{begin: time.Now()} }

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := time.Now().Round(0)
	return t.Add(w.offset + time.Duration(float64(w.fast)*float64(t.Sub(w.begin))/float64(24*time.Hour)))
}

func (w *wall) jump(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset += by
}

func (w *wall) set(to time.Time) { w.jump(to.Sub(w.now())) }

// goBy opens everything of the node anew with another clock.
func (n *node) goBy(w *wall) {
	n.t.Helper()
	n.close()
	n.cfg.Now = w.now
	n.open()
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: "https://central.example", Suite: n.central.suite, Source: kiosk, SignKey: "kiosk-1",
		SignPriv: n.central.signPriv, UpstreamKey: "up-1", UpstreamPub: n.central.upPub, Now: w.now, HTTP: wire.HTTPOptions{Transport: n.central}})
	if err != nil {
		n.t.Fatal(err)
	}
	n.cfgEngine(func(cfg *Config) { cfg.Client, cfg.Now = client, w.now })
}

// wantNumbered insists that items got sequences without a gap and receipt numbers that grow, in the order of acceptance.
func wantNumbered(t *testing.T, accepted []outbox.Accepted) {
	t.Helper()
	for i, a := range accepted {
		if a.Sequence != uint64(i+1) || a.ReceiptNo != fmt.Sprintf("1101010702%06d8343", i+1) {
			t.Errorf("item %d has sequence %d and number %s", i+1, a.Sequence, a.ReceiptNo)
		}
	}
}

// wantFewRequests insists on at most 60 requests in each minute that has passed since.
func wantFewRequests(t *testing.T, c *central, since time.Time) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	minutes := map[int]int{}
	for _, times := range c.requests {
		for _, at := range times {
			if at.After(since) {
				minutes[int(at.Sub(since)/time.Minute)]++
			}
		}
	}
	for minute, asked := range minutes {
		if asked > 60 {
			t.Errorf("%d requests in minute %d", asked, minute)
		}
	}
}

// Whatever waits when the clock jumps ten years waits no longer than its schedule says; order and numbers are not the clock's:
// K1, I5, I7, I20.
func TestK1TheClockJumpsTenYears(t *testing.T) {
	const minutes = time.Minute
	for name, tc := range map[string]struct {
		fault  func(c *central)
		latest time.Duration // from the end of the fault to delivery
	}{
		"online":       {func(*central) {}, 0},
		"line cut":     {(*central).cut, 2500 * time.Millisecond},
		"items later":  {func(c *central) { c.set(func(c *central) { c.result = later }) }, 35 * minutes}, // its own schedule; each jump lets it try once more
		"unavailable":  {func(c *central) { c.set(func(c *central) { c.batch = refuse(503, "") }) }, 6 * minutes},
		"out of space": {func(c *central) { c.set(func(c *central) { c.batch = refuse(507, "") }) }, 16 * minutes},
		"revoked":      {func(c *central) { c.set(func(c *central) { c.batch = refuse(401, "") }) }, 61 * minutes},
	} {
		for _, years := range []int{10, -10} {
			t.Run(fmt.Sprintf("%s %+d", name, years), func(t *testing.T) {
				bubble(t, func(t *testing.T, n *node, c *central) {
					w := newWall()
					n.goBy(w)
					n.start()
					begin := time.Now()
					time.Sleep(time.Minute)
					tc.fault(c)
					caseID := item.NewID(time.Now())
					accepted := []outbox.Accepted{n.submitTo(caseID), n.submit()}
					time.Sleep(3*time.Minute + 30*time.Second)
					w.set(w.now().AddDate(years, 0, 0))
					accepted = append(accepted, n.submitTo(caseID), n.submit())
					time.Sleep(time.Minute)
					w.set(w.now().AddDate(-years, 0, 0)) // somebody sets it right
					accepted = append(accepted, n.submitTo(caseID))
					time.Sleep(time.Minute)
					w.set(w.now().AddDate(years, 0, 0))
					c.set(func(c *central) { c.before, c.batch, c.result = nil, nil, nil })
					mended := time.Now()
					for n.out.Stats().Waiting > 0 && time.Since(mended) <= tc.latest {
						time.Sleep(time.Second / 2)
					}
					n.wantDelivered(len(accepted))
					wantNumbered(t, accepted)
					wantFewRequests(t, c, begin)
					if err := n.out.Verify(t.Context()); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

func later(it *item.Item, _ wire.Result) wire.Result {
	return wire.Result{ID: it.ID, Status: wire.Retry}
}

// A kiosk whose clock has lost its battery boots in 1970 without a line, twice: it accepts, and all of it arrives in order, by
// a clock that is still wrong: K2, I7, I20.
func TestK2BootIn1970WithoutALine(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		w := newWall()
		n.goBy(w)
		caseID := item.NewID(time.Now())
		accepted := []outbox.Accepted{n.submitTo(caseID)} // before the power failed
		c.cut()
		n.close()
		w.set(time.Unix(0, 0))
		n.goBy(w)
		n.start()
		for range 10 {
			accepted = append(accepted, n.submit(), n.submitTo(caseID))
			time.Sleep(7 * time.Minute)
		}
		if at := accepted[1].At; at.Year() != 1970 {
			t.Errorf("accepted at %v by a clock that says 1970", at)
		}
		n.close() // and once more
		w.set(time.Unix(0, 0))
		n.goBy(w)
		n.start()
		accepted = append(accepted, n.submitTo(caseID))
		c.mend()
		time.Sleep(2500 * time.Millisecond)
		if got := c.stored(); got == 0 {
			t.Error("nothing is there soon after the line's return")
		}
		time.Sleep(time.Minute)
		n.wantDelivered(len(accepted))
		wantNumbered(t, accepted)
	})
}

// The clock goes back over midnight, again and again: no number is given out twice, and the order stays: K3, I5, I7.
func TestK3TheClockGoesBackOverMidnight(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		w := newWall()
		n.goBy(w)
		n.start()
		caseID := item.NewID(time.Now())
		var accepted []outbox.Accepted
		for night := range 5 {
			w.set(time.Date(2026, 11, 23+night, 0, 10, 0, 0, time.FixedZone("UTC+8", 8*60*60)))
			if night == 2 {
				c.cut()
			}
			accepted = append(accepted, n.submitTo(caseID), n.submit())
			w.jump(-time.Hour) // yesterday again
			accepted = append(accepted, n.submitTo(caseID), n.submit())
			if a, b := accepted[len(accepted)-3], accepted[len(accepted)-1]; !b.At.Before(a.At) {
				t.Errorf("the clock did not go back: %v, %v", a.At, b.At)
			}
			n.close() // what is not on the medium is forgotten
			n.goBy(w)
			n.start()
			accepted = append(accepted, n.submitTo(caseID))
			time.Sleep(50 * time.Minute) // over midnight again
			accepted = append(accepted, n.submitTo(caseID))
		}
		c.mend()
		time.Sleep(time.Minute)
		n.wantDelivered(len(accepted))
		wantNumbered(t, accepted)
		numbers := map[string]bool{}
		for _, a := range accepted {
			numbers[a.ReceiptNo] = true
		}
		if len(numbers) != len(accepted) || !slices.IsSortedFunc(accepted, func(a, b outbox.Accepted) int { return strings.Compare(a.ReceiptNo, b.ReceiptNo) }) {
			t.Errorf("%d numbers for %d items", len(numbers), len(accepted))
		}
	})
}
