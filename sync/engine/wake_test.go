package engine

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// badPosts loses every batch, while the upstream answers everything else.
func badPosts(c *central) {
	c.before = func(r *http.Request, _ []byte) (*http.Response, error) {
		if r.URL.Path == wire.PathBatches {
			return nil, errDown
		}
		return nil, nil
	}
}

// A person who knows that the fault is gone need not wait for the pause to end, be it after failures or after a refusal.
func TestAPersonEndsThePause(t *testing.T) {
	for name, fault := range map[string]func(*central){
		"batches lost": badPosts,
		"server error": func(c *central) { c.batch = refuse(503, "") },
		"full":         func(c *central) { c.batch = refuse(507, "") },
		"refused":      func(c *central) { c.batch = refuse(403, wire.ProblemRevoked) },
		"upgrade":      func(c *central) { c.batch = refuse(426, "") },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				n.Wake() // before the start it does no harm
				c.set(fault)
				a := n.submit()
				n.start()
				for c.count(wire.PathBatches) == 0 {
					time.Sleep(time.Second)
				}
				time.Sleep(20 * time.Minute)
				for before := c.count(wire.PathBatches); name != "refused" && name != "upgrade" && c.count(wire.PathBatches) == before; {
					time.Sleep(100 * time.Millisecond) // to the begin of a pause
				}
				time.Sleep(5 * time.Second)
				c.set(func(c *central) { c.before, c.batch = nil, nil })
				time.Sleep(20 * time.Second)
				if got := n.state(a.ID); got == outbox.StateStoredCentral {
					t.Fatal("there was no pause")
				}
				if err := n.out.Defer(t.Context(), []string{a.ID}, time.Time{}, ""); err != nil { // as the button does, too
					t.Fatal(err)
				}
				n.Wake()
				synctest.Wait()
				if got := n.state(a.ID); got != outbox.StateStoredCentral {
					t.Errorf("after a press the item is %s, status %+v", got, n.Status())
				}
				time.Sleep(time.Minute)
				if s := n.Status(); s.Trouble != "" || s.Waiting != 0 {
					t.Errorf("status %+v", s)
				}
				n.Stop()
				n.Wake() // nor after the end
			})
		})
	}
}

// Whoever presses a hundred times makes two tries, and who never stops makes no more than the bounded number of requests.
func TestPressingOftenAsksSeldom(t *testing.T) {
	for name, fault := range map[string]func(*central){
		"batches lost": badPosts, "refused": func(c *central) { c.batch = refuse(403, wire.ProblemRevoked) },
		"line cut": func(c *central) {
			c.before = func(*http.Request, []byte) (*http.Response, error) { return nil, errDown }
		},
		"portal": func(c *central) {
			c.before = func(*http.Request, []byte) (*http.Response, error) { return respond(200, "text/html", "log in"), nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				n.start()
				time.Sleep(time.Minute)
				c.set(fault)
				n.submit()
				time.Sleep(20 * time.Minute)
				quiet := c.count(wire.PathBatches)
				for range 100 {
					n.Wake()
					time.Sleep(hurryEvery / 120)
				}
				if tries := c.count(wire.PathBatches) - quiet; tries > 3 { // one, with its quick retries
					t.Errorf("a hundred presses in eight seconds made %d requests", tries)
				}
				time.Sleep(2 * hurryEvery)
				before := c.count("")
				for range 600 {
					n.Wake()
					time.Sleep(time.Second)
				}
				if asked := c.count("") - before; asked > 60*10 {
					t.Errorf("%d requests in ten minutes of pressing", asked)
				}
			})
		})
	}
	t.Run("nothing to send", func(t *testing.T) {
		bubble(t, func(t *testing.T, n *node, c *central) {
			n.start()
			time.Sleep(10 * time.Minute)
			before := c.count("") - c.count(wire.PathFeed)
			for range 600 {
				n.Wake()
				time.Sleep(time.Second)
			}
			if asked := c.count("") - c.count(wire.PathFeed) - before; asked != 0 {
				t.Errorf("%d requests", asked)
			}
		})
	})
}

// What the upstream asked for keeps a fleet from asking at once, and holds for whoever presses, too.
func TestAPersonDoesNotOverrideRetryAfter(t *testing.T) {
	for name, status := range map[string]int{"throttled": 429, "unavailable": 503, "full": 507, "server bug": 500} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				c.set(func(c *central) {
					c.batch = refuse(status, "")
					c.after = func(r *http.Request, resp *http.Response) (*http.Response, error) {
						if r.URL.Path == wire.PathBatches && resp.StatusCode == status {
							resp.Header.Set("Retry-After", "600")
						}
						return resp, nil
					}
				})
				a := n.submit()
				n.start()
				for c.count(wire.PathBatches) == 0 {
					time.Sleep(100 * time.Millisecond)
				}
				c.set(func(c *central) { c.batch = nil })
				before := c.count(wire.PathBatches)
				for range 590 {
					n.Wake()
					time.Sleep(time.Second)
				}
				if asked := c.count(wire.PathBatches) - before; asked != 0 {
					t.Errorf("%d requests within the time that was asked for", asked)
				}
				time.Sleep(15 * time.Minute)
				if got := n.state(a.ID); got != outbox.StateStoredCentral {
					t.Errorf("afterwards the item is %s", got)
				}
			})
		})
	}
}
