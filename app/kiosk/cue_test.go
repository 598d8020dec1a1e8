package kiosk_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/kiosk"
	"onedoor/device/cardreader"
)

// rings waits until everything sent was taken in and gives the cues since the last time, but for those of the touches.
func (b *bell) rings(h *hall, want ...kiosk.Cue) {
	h.Helper()
	h.after()
	got := slices.DeleteFunc(b.taken(), func(c kiosk.Cue) bool { return c == kiosk.CuePress })
	if !slices.Equal(got, want) {
		h.Errorf("cues %v, want %v", got, want)
	}
}

// TestCuesOfAVisit: the card, what has to be put right, and what was accepted are heard, each once, and typing is no mistake.
func TestCuesOfAVisit(t *testing.T) {
	box, _ := newOutbox(t)
	b := &bell{}
	h := equipped(t, box, func(c *kiosk.Config) { c.Sounds = b })
	screen[kiosk.Attract](h)
	if got := b.taken(); len(got) != 0 {
		t.Errorf("an empty hall hears %v", got)
	}
	h.send(kiosk.Start{})
	screen[kiosk.Menu](h)
	h.reader.events <- cardreader.Found{}
	h.reader.events <- cardreader.CardRead{Card: card()}
	h.known()
	b.rings(h, kiosk.CueCard)
	h.send(kiosk.Choice{Service: "residence-permit"}, kiosk.Next{}, kiosk.Next{})
	screen[kiosk.Form](h)
	b.rings(h)
	h.writes("phone", "138")
	h.send(kiosk.Next{})
	b.rings(h, kiosk.CueMistake)
	h.send(kiosk.Next{})
	b.rings(h, kiosk.CueMistake) // it is still wrong
	h.send(kiosk.Clear{}, kiosk.Type{Text: "1"}, kiosk.Erase{})
	b.rings(h)
	h.writes("phone", "13800138000")
	h.send(kiosk.Next{}, kiosk.Pick{Field: "housing", Value: "rented"})
	h.send(typed("room", "3栋502室")...)
	h.send(typed("since", "19991101")...)
	h.send(kiosk.Next{})
	screen[kiosk.Review](h)
	b.rings(h)
	h.send(kiosk.Confirm{})
	h.wait("the receipt", printed)
	b.rings(h, kiosk.CueAccepted)
}

// TestTouchesAreHeard, but not one of nothing, and not the finger that writes.
func TestTouchesAreHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bell{}
		h := open(t, &brokenBox{}, func(c *kiosk.Config) { c.Sounds = b })
		screen[kiosk.Attract](h)
		h.send(kiosk.Start{}, kiosk.Touch{}, kiosk.Write{}, kiosk.Help{}, kiosk.Help{}, kiosk.Open{What: kiosk.Find})
		screen[kiosk.Choose](h)
		synctest.Wait()
		if got := b.taken(); !slices.Equal(got, slices.Repeat([]kiosk.Cue{kiosk.CuePress}, 4)) {
			t.Errorf("four touches, one of nothing and a stroke are heard as %v", got)
		}
	})
}

// TestCueOfACardThatIsNotRead, each time that it is laid down.
func TestCueOfACardThatIsNotRead(t *testing.T) {
	b := &bell{}
	h := open(t, &brokenBox{}, func(c *kiosk.Config) { c.Sounds = b })
	screen[kiosk.Attract](h)
	h.send(kiosk.Start{}, kiosk.Choice{Service: "residence-permit"}, kiosk.Next{})
	screen[kiosk.Identify](h)
	b.rings(h)
	for range 2 {
		h.reader.events <- cardreader.Found{}
		h.reader.events <- cardreader.Failed{}
		h.settle()
		b.rings(h, kiosk.CueMistake)
	}
}

// TestCueBeforeTheVisitEnds comes once, with the question, and not for whoever turned the sounds off, which ends with the visit.
func TestCueBeforeTheVisitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bell{}
		h := open(t, &brokenBox{}, func(c *kiosk.Config) { c.Sounds = b })
		h.patience = time.Hour
		for _, silent := range []bool{false, true, false} {
			screen[kiosk.Attract](h)
			h.send(kiosk.Start{})
			screen[kiosk.Menu](h)
			h.send(kiosk.Quiet{On: silent})
			synctest.Wait()
			b.taken()
			h.wait("the question", func(v kiosk.View) bool { return v.Frame.Warning != nil })
			h.wait("the goodbye", func(v kiosk.View) bool { _, ok := v.Screen.(kiosk.Goodbye); return ok })
			want := []kiosk.Cue{kiosk.CueCountdown}
			if silent {
				want = nil
			}
			if got := b.taken(); !slices.Equal(got, want) {
				t.Errorf("silent %v: cues %v, want %v", silent, got, want)
			}
			screen[kiosk.Attract](h)
			if silent {
				h.send(kiosk.Help{})
				h.wait("help", func(v kiosk.View) bool { return v.Frame.Help != nil })
				synctest.Wait()
				if got := b.taken(); !slices.Equal(got, []kiosk.Cue{kiosk.CuePress}) {
					t.Errorf("the next visitor hears %v", got)
				}
			}
		}
	})
}

// TestSoundsCanBeTurnedOff in the panel of settings, where there are any.
func TestSoundsCanBeTurnedOff(t *testing.T) {
	for _, there := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := &bell{}
			h := open(t, &brokenBox{}, func(c *kiosk.Config) {
				if there {
					c.Sounds = b
				}
			})
			screen[kiosk.Attract](h)
			h.send(kiosk.Start{}, kiosk.Settings{Of: kiosk.PanelDisplay})
			offered := func() (off *kiosk.Option) {
				v := h.wait("the panel", func(v kiosk.View) bool { return v.Frame.Choices != nil })
				for _, g := range v.Frame.Choices.Groups {
					for i, o := range g.Options {
						if o.Intent == (kiosk.Quiet{On: true}) {
							off = &g.Options[i]
						}
					}
				}
				return off
			}
			off := offered()
			if (off != nil) != there {
				t.Fatalf("with sounds %v the panel offers %v", there, off)
			}
			if !there {
				return
			}
			if off.Chosen {
				t.Error("they are off from the beginning")
			}
			synctest.Wait()
			b.taken()
			h.send(off.Intent)
			if off = offered(); off == nil || !off.Chosen {
				t.Errorf("after turning them off the panel shows %v", off)
			}
			synctest.Wait()
			if got := b.taken(); len(got) != 0 {
				t.Errorf("turned off they are heard: %v", got)
			}
		})
	}
}
