package engine

import (
	"net/http"
	"sync"
	"testing"
	"time"
)

// ear keeps what it heard.
type ear struct {
	mu    sync.Mutex
	heard []time.Time
}

func (e *ear) Heard(sent, answered, upstream time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, upstream)
}

func (e *ear) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.heard)
}

// TestTheUpstreamsTimeIsAskedFor: when the link returns, and every six hours while it stays.
func TestTheUpstreamsTimeIsAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		var listener ear
		var mu sync.Mutex
		down := false
		n.cfgEngine(func(cfg *Config) { cfg.Clock = &listener })
		c.before = func(r *http.Request, _ []byte) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if down {
				return nil, errDown
			}
			return nil, nil
		}
		n.start()
		time.Sleep(time.Minute)
		if listener.count() != 1 {
			t.Errorf("heard %d times after the link's return", listener.count())
		}
		time.Sleep(7 * time.Hour)
		if heard := listener.count(); heard != 2 {
			t.Errorf("heard %d times in seven hours", heard)
		}
		mu.Lock()
		down = true
		mu.Unlock()
		n.submit()
		time.Sleep(10 * time.Minute)
		mu.Lock()
		down = false
		mu.Unlock()
		time.Sleep(time.Minute)
		if heard := listener.count(); heard != 3 {
			t.Errorf("heard %d times after ten minutes without a link", heard)
		}
		n.wantDelivered(1)
		if s := n.Status(); s.Link != Online {
			t.Errorf("%+v", s)
		}
	})
}
