package engine

import (
	"crypto/rand"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// Refusals that are about the request and not about an item cost patience only: everything is kept, nobody is asked often, staff
// is told what is wrong, and when it is mended all arrives once. An hour later at the latest it is tried again: N20, I1, I17.
func TestN20RefusalsOfTheRequestKeepEverything(t *testing.T) {
	for name, tc := range map[string]struct {
		status  int
		signed  bool
		trouble Trouble
		batches int // at most, in the first hour
	}{
		"415 signed":   {http.StatusUnsupportedMediaType, true, TroubleServer, 30},
		"415 unsigned": {http.StatusUnsupportedMediaType, false, TroubleNoAnswer, 60},
		"431 signed":   {http.StatusRequestHeaderFieldsTooLarge, true, TroubleServer, 30},
		"431 unsigned": {http.StatusRequestHeaderFieldsTooLarge, false, TroubleNoAnswer, 60},
		"426 signed":   {http.StatusUpgradeRequired, true, TroubleUpgrade, 3},
		"426 unsigned": {http.StatusUpgradeRequired, false, TroubleNoAnswer, 60},
		"507 signed":   {http.StatusInsufficientStorage, true, TroubleFull, 9},
		"507 unsigned": {http.StatusInsufficientStorage, false, TroubleNoAnswer, 60},
		"413 signed":   {http.StatusRequestEntityTooLarge, true, TroubleServer, 60},
		"413 unsigned": {http.StatusRequestEntityTooLarge, false, TroubleNoAnswer, 60},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				for range 20 {
					a := n.submit()
					n.print(a.CaseID)
				}
				c.set(func(c *central) {
					if tc.signed {
						c.batch = refuse(tc.status, "")
						return
					}
					c.before = func(r *http.Request, _ []byte) (*http.Response, error) {
						if r.URL.Path == wire.PathBatches {
							return respond(tc.status, "text/html", "<html>"), nil
						}
						return nil, nil
					}
				})
				begin := time.Now()
				n.start()
				time.Sleep(time.Hour)
				if s := n.Status(); s.Waiting != 40 || s.Trouble != tc.trouble || s.Link != Online {
					t.Errorf("status %+v, want %s", s, tc.trouble)
				}
				if s := n.out.Stats(); s.ByState[outbox.StateRejected]+s.ByState[outbox.StateConflict] > 0 || c.stored() != 0 {
					t.Errorf("%+v, %d are there", s, c.stored())
				}
				if got := c.count(wire.PathBatches); got == 0 || got > tc.batches {
					t.Errorf("%d batches in an hour", got)
				}
				wantFewRequests(t, c, begin)
				c.set(func(c *central) { c.batch, c.before = nil, nil })
				time.Sleep(time.Hour + time.Minute)
				n.wantDelivered(40)
				if s := n.Status(); s.Trouble != "" {
					t.Errorf("status afterwards %+v", s)
				}
			})
		})
	}
}

// What takes only so many items or bytes in a request gets smaller ones, and all of them soon: N20.
func TestN20BatchesShrinkToWhatIsTaken(t *testing.T) {
	for name, fault := range map[string]func(c *central){
		"three items, signed": func(c *central) {
			c.batch = func(items []*item.Item) (int, *wire.Problem) {
				if len(items) > 3 {
					return 413, &wire.Problem{Status: 413}
				}
				return 0, nil
			}
		},
		"4 kB, by a proxy": func(c *central) {
			c.before = func(r *http.Request, body []byte) (*http.Response, error) {
				if len(body) > 4096 {
					return respond(413, "text/html", "<html>nginx"), nil
				}
				return nil, nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				for range 50 {
					n.submit()
				}
				c.set(fault)
				n.start()
				time.Sleep(3 * time.Minute)
				n.wantDelivered(50)
				if got := c.count(wire.PathBatches); got > 100 { // it tries now and then whether more is taken
					t.Errorf("%d batches for 50 items", got)
				}
			})
		})
	}
}

// One item is too large for central, which says so. It waits, and delays nobody: N20, I16.
func TestN20AnItemTooLargeForCentralDelaysNoOther(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		large := n.submitLarge()
		for range 30 {
			n.submit()
		}
		c.set(func(c *central) {
			c.batch = func(items []*item.Item) (int, *wire.Problem) {
				for _, it := range items {
					if len(it.Data) > 16<<10 {
						return 413, &wire.Problem{Status: 413}
					}
				}
				return 0, nil
			}
		})
		n.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := c.stored(); got != 30 || n.state(large.ID) != outbox.StateAccepted {
			t.Errorf("a minute later %d are there, the large one is %s", got, n.state(large.ID))
		}
		c.set(func(c *central) { c.batch = nil })
		time.Sleep(time.Hour)
		n.wantDelivered(31)
	})
}

// submitLarge accepts an item of 40 kB that no compression makes smaller.
func (n *node) submitLarge() outbox.Accepted {
	n.t.Helper()
	noise := make([]byte, 40_000)
	rand.Read(noise)
	a, err := n.out.Accept(n.t.Context(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeSubmission, CaseID: item.NewID(time.Now()),
		Numbered: true, Payload: noise})
	if err != nil {
		n.t.Fatal(err)
	}
	return a
}
