package ui

import (
	"fmt"
	"testing"

	"onedoor/app/kiosk"
)

func TestNewNeedsAReceiver(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("screens without a receiver of intents were built")
	}
}

func TestBridgeShowsTheLatest(t *testing.T) {
	setup(t, portrait) // the test driver runs what is posted on the caller
	var shown []string
	var b *Bridge
	b = NewBridge(func(v kiosk.View) {
		shown = append(shown, v.Frame.Clock)
		if v.Frame.Clock == "1" { // while one is shown, three more come
			for i := 2; i <= 3; i++ {
				b.Post(kiosk.View{Frame: kiosk.Frame{Clock: fmt.Sprint(i)}})
			}
		}
	})
	b.Post(kiosk.View{Frame: kiosk.Frame{Clock: "1"}})
	if len(shown) == 0 || shown[len(shown)-1] != "3" {
		t.Errorf("shown %v, want the latest last", shown)
	}
	if b.latest.Frame.Clock != "" {
		t.Error("the bridge keeps a view that was shown")
	}
}

// TestBridgeSkipsWhatIsOld: views that wait together are shown once, as the last of them.
func TestBridgeSkipsWhatIsOld(t *testing.T) {
	var shown []string
	b := NewBridge(func(v kiosk.View) { shown = append(shown, v.Frame.Clock) })
	b.waiting = true // one delivery is on its way to the screen
	for i := range 5 {
		b.Post(kiosk.View{Frame: kiosk.Frame{Clock: fmt.Sprint(i)}})
	}
	b.deliver()
	if len(shown) != 1 || shown[0] != "4" {
		t.Errorf("shown %v, want only 4", shown)
	}
}
