package engine

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// A shelf is compared with nothing.
func (s *shelf) Epoch() (string, uint64, error)      { return "", 0, nil }
func (s *shelf) Adopt(context.Context, string) error { return nil }
func (s *shelf) Reconcile(context.Context, string, []wire.Run) (int, []uint64, error) {
	return 0, nil, nil
}

// restore puts the ledger back to its first items, as another epoch, and forgets single ones before that.
func (c *central) restore(epoch string, keep int, also ...int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch = epoch
	c.caseSeq = map[string]int{}
	for place := range c.digests {
		_, sequence, _ := strings.Cut(place, " ")
		n, err := item.ParseSequence(sequence)
		if err != nil {
			c.t.Error(err)
		}
		if int(n) > keep || slices.Contains(also, int(n)) {
			delete(c.digests, place)
		}
	}
	for id, ack := range c.ledger {
		n, err := item.ParseSequence(ack.Sequence)
		if err != nil {
			c.t.Error(err)
		}
		if int(n) > keep || slices.Contains(also, int(n)) {
			delete(c.ledger, id)
		}
	}
}

// TestC1RestoredLedgerGetsWhatItLacks: a central restored from yesterday's backup is sent what came after it, and what
// it lacks in between, and nothing else; once.
func TestC1RestoredLedgerGetsWhatItLacks(t *testing.T) {
	for _, known := range []string{"while nothing waits", "while batches go out", "before this node starts again"} {
		t.Run(known, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				const items = 250
				for range items {
					n.submit()
				}
				n.start()
				time.Sleep(time.Minute)
				n.wantDelivered(items)
				switch known {
				case "before this node starts again":
					n.Stop()
					c.restore("e2", 100, 17, 18, 60)
					n.cfgEngine(func(*Config) {})
					n.start()
				case "while batches go out":
					c.restore("e2", 100, 17, 18, 60)
					n.submit()
				default:
					c.restore("e2", 100, 17, 18, 60)
					time.Sleep(greetAfter) // the feed or the greeting finds it
				}
				c.mu.Lock()
				posts := len(c.posts)
				c.mu.Unlock()
				time.Sleep(5 * time.Minute)
				c.mu.Lock()
				again := map[string]int{}
				for _, ids := range c.posts[posts:] {
					for _, id := range ids {
						again[id]++
					}
				}
				questions := len(c.requests[wire.PathReconcile])
				c.mu.Unlock()
				want := items
				if known == "while batches go out" {
					want++
				}
				n.wantDelivered(want)
				if known != "while nothing waits" && (len(again) < 153 || len(again) > 154) {
					t.Errorf("%d items were sent again", len(again))
				}
				for id, times := range again {
					if times > 1 {
						t.Errorf("%s was sent %d times", id, times)
					}
				}
				if questions != 1 {
					t.Errorf("%d questions were asked", questions)
				}
			})
		})
	}
}

// TestComparisonThatFailsHoldsUpNothing: an upstream that can not compare gets items as always, and is asked again.
func TestComparisonThatFailsHoldsUpNothing(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		n.submit()
		n.start()
		time.Sleep(time.Minute)
		n.wantDelivered(1)
		c.mu.Lock()
		c.before = func(r *http.Request, _ []byte) (*http.Response, error) {
			if r.URL.Path == wire.PathReconcile {
				return nil, errDown
			}
			return nil, nil
		}
		c.mu.Unlock()
		c.restore("e2", 0)
		n.submit()
		time.Sleep(10 * time.Minute)
		if waiting := n.Status().Waiting; waiting != 0 {
			t.Errorf("%d items wait", waiting)
		}
		c.mu.Lock()
		asked := len(c.requests[wire.PathReconcile])
		c.before = nil
		c.mu.Unlock()
		if asked < 5 || asked > 30 {
			t.Errorf("asked %d times in ten minutes", asked)
		}
		time.Sleep(3 * time.Minute)
		n.wantDelivered(2)
	})
}
