package engine

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"onedoor/sync/wire"
)

// TestSeveralBatchesFly: over a line with latency the engine does not wait for each answer; after a failure it does, until the
// line has shown that it takes them. Every item arrives once.
func TestSeveralBatchesFly(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		var mu sync.Mutex
		flying, most, broken := 0, 0, false
		note := func(by int) {
			mu.Lock()
			defer mu.Unlock()
			flying += by
			most = max(most, flying)
		}
		c.before = func(r *http.Request, _ []byte) (*http.Response, error) {
			if r.URL.Path != wire.PathBatches {
				return nil, nil
			}
			note(1)
			defer note(-1)
			time.Sleep(50 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if broken {
				return nil, errDown
			}
			return nil, nil
		}
		const items = 1500
		for range items {
			n.submit()
		}
		n.start()
		time.Sleep(time.Minute)
		n.wantDelivered(items)
		mu.Lock()
		if most < 2 || most > mostFlights {
			t.Errorf("%d batches were under way at a time", most)
		}
		most, broken = 0, true
		mu.Unlock()
		for range 3 {
			n.submit()
			time.Sleep(time.Minute)
		}
		mu.Lock()
		if most != 1 {
			t.Errorf("on a broken line %d batches were under way at a time", most)
		}
		broken = false
		mu.Unlock()
		time.Sleep(10 * time.Minute)
		n.wantDelivered(items + 3)
	})
}
