package kiosk_test

import (
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
	"onedoor/device/cardreader"
)

// TestU12EachScreenWaitsLongEnough: the question comes after the screen's own time, twice that for large text, staying is
// staying, leaving is leaving, and whoever does not answer is taken to have gone. Time is the bubble's.
func TestU12EachScreenWaitsLongEnough(t *testing.T) {
	toForm := func(h *hall) {
		h.begins("residence-permit")
		h.send(kiosk.Next{})
		now[kiosk.Form](h)
	}
	attract := func(h *hall) { screen[kiosk.Attract](h) }
	for name, c := range map[string]struct {
		to   func(h *hall)
		want time.Duration
	}{
		"the menu": {func(h *hall) { attract(h); h.send(kiosk.Start{}); screen[kiosk.Menu](h) }, time.Minute},
		"the services": {func(h *hall) {
			attract(h)
			h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Find})
			screen[kiosk.Choose](h)
		}, time.Minute},
		"a guide": {func(h *hall) {
			attract(h)
			h.send(kiosk.Start{}, kiosk.Choice{Service: "residence-permit"})
			screen[kiosk.Guide](h)
		}, 2 * time.Minute},
		"a number": {func(h *hall) {
			attract(h)
			h.send(kiosk.Start{}, kiosk.Open{What: kiosk.Follow})
			screen[kiosk.Track](h)
		}, 2 * time.Minute},
		"the situation": {func(h *hall) {
			h.begins("newborn-registration")
			now[kiosk.Form](h)
		}, 2 * time.Minute},
		"the materials": {func(h *hall) { h.begins("residence-permit"); now[kiosk.Check](h) }, 2 * time.Minute},
		"the form":      {toForm, 2 * time.Minute},
		"large text":    {func(h *hall) { toForm(h); h.send(kiosk.Elder{}); h.look() }, 4 * time.Minute},
		"an address": {func(h *hall) {
			h.begins("medical-elsewhere")
			h.picks("kind=living")
			h.send(kiosk.Next{}, kiosk.Next{})
			h.writes("phone", "13800138000")
			h.send(kiosk.Next{}, kiosk.Focus{Field: "place"})
			now[kiosk.List](h)
		}, 2 * time.Minute},
		"the signature": {func(h *hall) { h.toSign(); h.send(scrawl()); h.look() }, 2 * time.Minute},
		"the evaluation": {func(h *hall) {
			h.fill()
			h.send(kiosk.Confirm{})
			h.wait("the receipt", printed)
			h.send(kiosk.Open{What: kiosk.Rating})
			screen[kiosk.Evaluate](h)
		}, time.Minute},
		"help": {func(h *hall) {
			toForm(h)
			h.send(kiosk.Help{})
			h.wait("help", func(v kiosk.View) bool { return v.Frame.Help != nil })
		}, 5 * time.Minute},
	} {
		for answer, in := range map[string]func(kiosk.Warning) kiosk.Intent{
			"staying": func(w kiosk.Warning) kiosk.Intent { return w.Stay.Intent },
			"leaving": func(w kiosk.Warning) kiosk.Intent { return w.Leave.Intent },
			"silence": nil,
		} {
			t.Run(name+" "+answer, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					h := equipped(t, &slowBox{brokenBox: &brokenBox{}}, nil)
					h.patience = 20 * time.Minute
					c.to(h)
					began := time.Now()
					v := h.wait("the question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
					if waited := time.Since(began); waited < c.want-2*time.Second || waited > c.want+2*time.Second {
						t.Errorf("the question came after %v, want %v", waited, c.want)
					}
					h.reader.events <- cardreader.Removed{}
					asked := time.Now()
					if in != nil {
						h.send(in(*v.Frame.Warning))
					}
					if answer == "staying" {
						h.wait("going on", func(v kiosk.View) bool { return v.Frame.Warning == nil })
						asked = time.Now()
						h.wait("the next question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
						if waited := time.Since(asked); waited < c.want-2*time.Second {
							t.Errorf("the next question came after %v", waited)
						}
						return
					}
					screen[kiosk.Goodbye](h)
					if waited := time.Since(asked); answer == "leaving" && waited > 2*time.Second || answer == "silence" && waited < 28*time.Second {
						t.Errorf("the end came %v after the question", waited)
					}
				})
			})
		}
	}
}

// TestU12TheNextNeedNotWait: a touch ends the goodbye to somebody who has gone, but neither the second tap of whoever left by
// a double tap nor a touch while the card still lies there.
func TestU12TheNextNeedNotWait(t *testing.T) {
	for name, c := range map[string]struct {
		lifted bool
		after  time.Duration
		ends   bool
	}{
		"the next one":         {true, time.Second, true},
		"a double tap":         {true, 300 * time.Millisecond, false},
		"a card forgotten":     {false, time.Second, false},
		"a card, a double tap": {false, 300 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := equipped(t, &slowBox{brokenBox: &brokenBox{}}, nil)
				h.patience = 2 * time.Minute
				h.begins("residence-permit")
				if c.lifted {
					h.reader.events <- cardreader.Removed{}
				}
				h.send(kiosk.Home{}, kiosk.Abandon{})
				screen[kiosk.Goodbye](h)
				<-time.After(c.after) // the bubble's time
				h.send(kiosk.Touch{})
				synctest.Wait()
				began := time.Now()
				screen[kiosk.Attract](h)
				if waited := time.Since(began); c.ends != (waited < time.Second) {
					t.Errorf("the goodbye lasted %v after the touch", waited)
				}
			})
		})
	}
}
