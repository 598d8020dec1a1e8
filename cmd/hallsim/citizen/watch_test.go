package citizen_test

import (
	"errors"
	"image"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"

	"onedoor/cmd/hallsim/citizen"
)

// colour makes a window's ground another and has it painted.
func (w *window) colour(t *testing.T, id xproto.Window, rgb uint32) {
	t.Helper()
	if err := xproto.ChangeWindowAttributesChecked(w.conn, id, xproto.CwBackPixel, []uint32{rgb}).Check(); err != nil {
		t.Fatal(err)
	}
	if err := xproto.ClearAreaChecked(w.conn, false, id, 0, 0, 0, 0).Check(); err != nil {
		t.Fatal(err)
	}
}

// TestWatchSeesWhatIsPainted: a change is told with the time of the paint; a paint that changes nothing in the place looked at
// is none.
func TestWatchSeesWhatIsPainted(t *testing.T) {
	display := startXvfb(t, 400, 300)
	place := image.Rect(100, 100, 200, 200)
	w := openWindow(t, display, place, 0x102030)
	watch, err := citizen.OpenWatch(display)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(watch.Close)
	if _, err := watch.Rest(t.Context(), 50*time.Millisecond, limit); err != nil {
		t.Fatal(err)
	}
	inside, outside := image.Rect(120, 120, 160, 160), image.Rect(0, 0, 90, 90)
	before, err := watch.Sum(inside)
	if err != nil {
		t.Fatal(err)
	}
	ground, err := watch.Sum(outside)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	w.colour(t, w.id, 0xA0B0C0)
	at, err := watch.Changed(t.Context(), inside, before, limit)
	if err != nil || at.Before(began) {
		t.Errorf("painted at %v, begun at %v: %v", at, began, err)
	}
	w.colour(t, w.id, 0x102030)
	if _, err := watch.Changed(t.Context(), outside, ground, 200*time.Millisecond); !errors.Is(err, citizen.ErrNotPainted) {
		t.Errorf("beside the window: %v", err)
	}
	if again, err := watch.Sum(inside); err != nil || again != before {
		t.Errorf("the same colour has another sum: %v", err)
	}
	if _, err := watch.Sum(image.Rect(500, 500, 600, 600)); !errors.Is(err, citizen.ErrOffScreen) {
		t.Errorf("off the screen: %v", err)
	}
	for began := time.Now(); ; { // what is painted may be told late
		last, err := watch.Rest(t.Context(), 50*time.Millisecond, limit)
		if err != nil {
			t.Fatal(err)
		}
		if last.IsZero() {
			break
		}
		if time.Since(began) > limit {
			t.Fatalf("at rest something was painted at %v", last)
		}
	}
}

func TestWatchOfNothing(t *testing.T) {
	if _, err := citizen.OpenWatch(":59999"); err == nil {
		t.Error("watches a server that is not there")
	}
}

// TestStrikeReachesTheWindow: each key arrives with the code that the server's keyboard has for it, down and up.
func TestStrikeReachesTheWindow(t *testing.T) {
	display := startXvfb(t, 300, 300)
	w := openWindow(t, display, image.Rect(0, 0, 300, 300), 0)
	hands := dial(t, display)
	if err := hands.Tap(t.Context(), image.Pt(50, 50), image.Point{}); err != nil { // keys go where the pointer is
		t.Fatal(err)
	}
	w.tap(t)
	codes := map[xproto.Keycode]bool{}
	for _, key := range []citizen.Key{citizen.KeyTab, citizen.KeyEnter, citizen.KeyLeft, citizen.KeyUp, citizen.KeyRight, citizen.KeyDown, citizen.KeySpace} {
		if err := hands.Strike(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		down, up := w.strike(t)
		if down != up || codes[down] {
			t.Errorf("key %#x: down %d, up %d, of %v so far", uint32(key), down, up, codes)
		}
		codes[down] = true
		reply, err := xproto.GetKeyboardMapping(w.conn, down, 1).Reply()
		if err != nil || len(reply.Keysyms) == 0 || citizen.Key(reply.Keysyms[0]) != key {
			t.Errorf("key %#x arrived as %v: %v", uint32(key), reply, err)
		}
	}
	if err := hands.Strike(t.Context(), 0x1234567); err == nil {
		t.Error("struck a key that no keyboard has")
	}
}

// strike waits for a key's way down and up.
func (w *window) strike(t *testing.T) (down, up xproto.Keycode) {
	t.Helper()
	for {
		switch e := w.next(t).(type) {
		case xproto.KeyPressEvent:
			down = e.Detail
		case xproto.KeyReleaseEvent:
			return down, e.Detail
		}
	}
}
