package node_test

import (
	"testing"

	"onedoor/app/health"
	"onedoor/cmd/kiosk/node/nodetest"
)

// TestEveryCauseIsSeen: each real cause shows its code on the board, on the screen, in the metrics, to systemd, at the console and
// to the doctor, and goes with the cause.
func TestEveryCauseIsSeen(t *testing.T) {
	for _, c := range nodetest.Causes() {
		t.Run(string(c.Code), func(t *testing.T) {
			t.Parallel()
			w := nodetest.New(t)
			w.Employ()
			w.Start()
			c.See(w, nodetest.Watchers())
		})
	}
}

// TestEveryCodeHasACause: one.
func TestEveryCodeHasACause(t *testing.T) {
	made := map[health.Code]int{}
	for _, c := range nodetest.Causes() {
		made[c.Code]++
	}
	for _, k := range health.Kinds() {
		if n := made[k.Code]; n != 1 {
			t.Errorf("%s has %d causes", k.Code, n)
		}
		delete(made, k.Code)
	}
	if len(made) > 0 {
		t.Errorf("causes of what is not in the list: %v", made)
	}
}
