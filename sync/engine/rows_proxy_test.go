package engine

import (
	"net/http"
	"testing"
	"time"

	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// One item is too large for a proxy on the way (or a firewall dislikes its bytes): it must delay no other case: N20, I16.
func TestN20AnItemThatAProxyRefusesDelaysNoOther(t *testing.T) {
	for _, status := range []int{413, 403, 502, 0} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				large := n.submitLarge()
				for range 30 {
					n.submit()
				}
				hellos := 0
				c.set(func(c *central) {
					c.before = func(r *http.Request, body []byte) (*http.Response, error) {
						if r.URL.Path == wire.PathHello {
							if hellos++; hellos == 4 {
								n.push.fails = 10 // as behind a long outage: turns are rarer than the item's own tries
							}
						}
						if r.URL.Path == wire.PathBatches && len(body) > 30_000 {
							if status == 0 {
								return nil, errDown // reset by something that looks into it
							}
							return respond(status, "text/html", "<html>"), nil
						}
						return nil, nil
					}
				})
				n.start()
				time.Sleep(time.Hour)
				if got := c.stored(); got != 30 || n.state(large.ID) != outbox.StateAccepted {
					t.Errorf("an hour later %d of 30 are there, the large one is %s; %d batches", got, n.state(large.ID), c.count(wire.PathBatches))
				}
			})
		})
	}
}
