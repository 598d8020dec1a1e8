package node_test

import (
	"strings"
	"sync"
	"testing"

	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/cmd/kiosk/node/nodetest"
)

// screen is the kiosk's own: it shows staff what takes something away, and what they can mend with their hands.
type screen struct {
	mu   sync.Mutex
	last kiosk.View
}

func (s *screen) show(v kiosk.View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = v
}

func (s *screen) shows(_ *nodetest.World, k health.Kind) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch v := s.last.Screen.(type) {
	case kiosk.Attract:
		return strings.Contains(v.Trouble.Staff, string(k.Code)+"，"), nil
	case kiosk.OutOfService:
		return strings.HasSuffix(v.Code, string(k.Code)), nil
	}
	return false, nil
}

// TestEveryCauseIsSeen: each real cause shows its code on the board, on the screen, in the metrics and to systemd, and goes with
// the cause.
func TestEveryCauseIsSeen(t *testing.T) {
	for _, c := range nodetest.Causes() {
		t.Run(string(c.Code), func(t *testing.T) {
			t.Parallel()
			w := nodetest.New(t)
			var s screen
			w.Show = s.show
			w.File.Metrics = "127.0.0.1:0"
			w.Start()
			c.See(w, append(nodetest.Watchers(), nodetest.Watcher{Name: "screen", Shows: s.shows,
				Leaves: func(k health.Kind) bool { return k.Severity < health.Blocks && k.Device == "" }}))
		})
	}
}

// TestEveryCodeHasACause: or it is known who shows it.
func TestEveryCodeHasACause(t *testing.T) {
	made := map[health.Code]int{}
	for _, c := range nodetest.Causes() {
		made[c.Code]++
	}
	elsewhere := nodetest.Elsewhere()
	for _, k := range health.Kinds() {
		if n := made[k.Code]; n > 1 || (n == 1) == (elsewhere[k.Code] != "") {
			t.Errorf("%s has %d causes, and elsewhere %q", k.Code, n, elsewhere[k.Code])
		}
		delete(made, k.Code)
		delete(elsewhere, k.Code)
	}
	if len(made)+len(elsewhere) > 0 {
		t.Errorf("causes of what is not in the list: %v %v", made, elsewhere)
	}
}
