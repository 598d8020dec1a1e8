package engine

import (
	"fmt"
	"testing"
	"time"

	"onedoor/sync/outbox"
)

const day24 = 24 * time.Hour

// The limits a kiosk has by default (app/config: 90 and 60 days) must not refuse work because the clock jumped: K1, K2, I20.
func TestK1LimitsByAJumpedClock(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		w := newWall()
		n.cfg.Limits = outbox.Limits{Items: 50_000, Bytes: 1 << 30, Age: 90 * day24, Silence: 60 * day24}
		n.goBy(w)
		n.start()
		time.Sleep(time.Minute)
		c.cut()
		n.submit()
		time.Sleep(time.Minute)
		w.set(w.now().AddDate(10, 0, 0))
		n.submit() // "outbox is full: the oldest item has waited since ..."
	})
}

// Boot in 1970, accept, then somebody sets the clock while the line is still away.
func TestK2ClockIsSetRight(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		w := newWall()
		n.cfg.Limits = outbox.Limits{Items: 50_000, Bytes: 1 << 30, Age: 90 * day24, Silence: 60 * day24}
		c.cut()
		w.set(time.Unix(0, 0))
		n.goBy(w)
		n.start()
		n.submit()
		w.set(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
		n.submit()
	})
}

// The same as TestK1 with a jump that stays within the hour that the engine takes for possible.
func TestK1TheClockJumpsFiftyMinutes(t *testing.T) {
	const minutes = time.Minute
	for name, tc := range map[string]struct {
		fault  func(c *central)
		latest time.Duration
	}{
		"line cut":     {(*central).cut, 2500 * time.Millisecond},
		"items later":  {func(c *central) { c.set(func(c *central) { c.result = later }) }, 61 * minutes}, // an item keeps the time of day, and waits an hour at most
		"unavailable":  {func(c *central) { c.set(func(c *central) { c.batch = refuse(503, "") }) }, 6 * minutes},
		"out of space": {func(c *central) { c.set(func(c *central) { c.batch = refuse(507, "") }) }, 16 * minutes},
		"revoked":      {func(c *central) { c.set(func(c *central) { c.batch = refuse(401, "") }) }, 61 * minutes},
	} {
		for _, by := range []time.Duration{-50 * minutes, -2 * minutes, 50 * minutes} {
			t.Run(fmt.Sprintf("%s %v", name, by), func(t *testing.T) {
				bubble(t, func(t *testing.T, n *node, c *central) {
					w := newWall()
					n.goBy(w)
					n.start()
					time.Sleep(time.Minute)
					tc.fault(c)
					n.submit()
					time.Sleep(3*time.Minute + 30*time.Second)
					w.jump(by)
					c.set(func(c *central) { c.before, c.batch, c.result = nil, nil, nil })
					mended := time.Now()
					for n.out.Stats().Waiting > 0 && time.Since(mended) <= 3*time.Hour {
						time.Sleep(time.Second / 2)
					}
					if took := time.Since(mended); took > tc.latest+time.Second {
						t.Errorf("delivered %v after the fault, want %v", took, tc.latest)
					}
				})
			})
		}
	}
}
