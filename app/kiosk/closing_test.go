package kiosk_test

import (
	"strings"
	"testing"
	"time"

	"onedoor/app/kiosk"
	"onedoor/sync/engine"
)

// TestAServiceClosesUnderAVisit: a service that can not do without the link is not handed in when the link falls on the way; the
// review says why and what to do, loses nothing, and opens again by itself.
func TestAServiceClosesUnderAVisit(t *testing.T) {
	box, _ := newOutbox(t)
	h := open(t, box, func(c *kiosk.Config) {
		svc, _ := c.Catalogue.Service("residence-permit")
		refusing, _ := c.Catalogue.Service("id-card-renewal")
		svc.Offline = refusing.Offline
	})
	h.link.set(engine.Status{Link: engine.Online})
	review := h.fill()
	if review.Confirm.Off {
		t.Fatalf("the review is closed: %q", review.Help)
	}
	h.link.set(engine.Status{Link: engine.Offline})
	h.send(kiosk.Confirm{}, kiosk.Confirm{})
	closed := now[kiosk.Review](h)
	if !closed.Confirm.Off || !strings.Contains(closed.Help, "现在离线") {
		t.Errorf("says %q, confirm off %v", closed.Help, closed.Confirm.Off)
	}
	h.link.set(engine.Status{Link: engine.Online})
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
}

// TestTheAttractScreenIsDimAtNight, and bright for whoever touches it: see dark.
func TestTheAttractScreenIsDimAtNight(t *testing.T) {
	for hour, dim := range map[int]bool{2: true, 5: true, 6: false, 12: false, 20: false, 21: true, 23: true} {
		box, _ := newOutbox(t)
		h := open(t, box, func(c *kiosk.Config) {
			real := c.Now
			at := real()
			c.Now = func() time.Time {
				return time.Date(at.Year(), at.Month(), at.Day(), hour, 30, 0, 0, time.Local).Add(real().Sub(at))
			}
		})
		v := h.wait("the attract screen", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Attract); return ok })
		if v.Frame.Dim != dim {
			t.Errorf("at %d o'clock dim is %v", hour, v.Frame.Dim)
		}
		h.send(kiosk.Start{})
		if v := h.wait("the menu", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Menu); return ok }); v.Frame.Dim {
			t.Errorf("at %d o'clock the menu is dim", hour)
		}
	}
}
