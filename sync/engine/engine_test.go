package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// bubble runs a test for each suite in fake time with a node before a central; the outbox and the engine are the real ones.
func bubble(t *testing.T, test func(t *testing.T, n *node, c *central)) {
	t.Helper()
	suites := item.Suites()
	if underRace { // which looks at goroutines; they are the same with both, and ten times as slow
		suites = suites[:1]
	}
	for _, suite := range suites {
		t.Run(suite.Name(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCentral(t, suite)
				n := newNode(t, c)
				defer func() { n.close() }()
				test(t, n, c)
			})
		})
	}
}

func TestDeliversOnceAndInCaseOrder(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		for range 30 {
			a := n.submit()
			n.print(a.CaseID)
		}
		n.start()
		time.Sleep(5 * time.Second)
		n.wantDelivered(60)
		a := n.submit() // woken by the accept, not by a poll
		synctest.Wait()
		if n.state(a.ID) != outbox.StateStoredCentral {
			t.Errorf("new item is %s", n.state(a.ID))
		}
		if s := n.Status(); s.Link != Online || s.Waiting != 0 || s.Trouble != "" || s.LastContact.IsZero() {
			t.Errorf("status %+v", s)
		}
	})
}

// The first item goes out within two seconds of the link's return, however long it was away: I17, N1.
func TestFirstItemWithinTwoSecondsOfTheLinksReturn(t *testing.T) {
	for _, outage := range []time.Duration{0, time.Second, 11 * time.Minute, 2*time.Hour + 13*time.Second} {
		bubble(t, func(t *testing.T, n *node, c *central) {
			n.start()
			time.Sleep(time.Minute)
			c.cut()
			a := n.submit()
			time.Sleep(outage)
			if n.state(a.ID) == outbox.StateStoredCentral {
				t.Fatal("delivered over a cut line")
			}
			if outage > time.Minute && n.Status().Link != Offline {
				t.Errorf("status %+v", n.Status())
			}
			c.mend()
			time.Sleep(2*time.Second + 500*time.Millisecond*time.Duration(min(1, outage.Nanoseconds()))) // and its quick retries
			if got := n.state(a.ID); got != outbox.StateStoredCentral {
				t.Errorf("%v after an outage of %v the item is %s", 2*time.Second, outage, got)
			}
			n.wantDelivered(1)
		})
	}
}

// A reply lost after the commit, for every batch: N4, N5, I2.
func TestLostRepliesMakeNoSecondRow(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		var mu sync.Mutex // several batches are under way
		seen := map[string]int{}
		c.set(func(c *central) {
			c.after = func(r *http.Request, resp *http.Response) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				if r.URL.Path == wire.PathBatches {
					if key := r.Header.Get(wire.HeaderRequest); seen[key] < 3 { // the quick retries, too
						seen[key]++
						if len(seen)%3 != 0 {
							return nil, io.ErrUnexpectedEOF
						}
					}
				}
				return resp, nil
			}
		})
		for range 25 {
			a := n.submit()
			n.print(a.CaseID)
		}
		n.start()
		time.Sleep(10 * time.Minute)
		n.wantDelivered(50)
	})
}

func respond(status int, contentType, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)),
		ProtoMajor: 1, ProtoMinor: 1}
}

// In every failure mode nothing is taken for delivered, requests stay bounded, and afterwards everything arrives once:
// I1, I3, I17, N10, N11, N15, N18, N19.
func TestFailureModesKeepItemsAndBoundRequests(t *testing.T) {
	type hook = func(c *central)
	answer := func(f func(r *http.Request) (*http.Response, error)) hook {
		return func(c *central) { c.before = func(r *http.Request, _ []byte) (*http.Response, error) { return f(r) } }
	}
	spoil := func(f func(resp *http.Response)) hook {
		return func(c *central) {
			c.after = func(_ *http.Request, resp *http.Response) (*http.Response, error) { f(resp); return resp, nil }
		}
	}
	onlyPosts := func(resp func() (*http.Response, error)) hook {
		return answer(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == wire.PathBatches {
				return resp()
			}
			return nil, nil
		})
	}
	for name, fault := range map[string]hook{
		"line cut": answer(func(*http.Request) (*http.Response, error) { return nil, errDown }),
		"black hole": answer(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}),
		"portal":        answer(func(*http.Request) (*http.Response, error) { return respond(200, "text/html", "<html>log in"), nil }),
		"portal's json": answer(func(*http.Request) (*http.Response, error) { return respond(200, "application/json", "{}"), nil }),
		"redirect": answer(func(r *http.Request) (*http.Response, error) {
			resp := respond(302, "text/html", "")
			resp.Header.Set("Location", "https://portal.example/")
			return resp, nil
		}),
		"gateway 502": answer(func(*http.Request) (*http.Response, error) { return respond(502, "text/html", "bad gateway"), nil }),
		"gateway 404": answer(func(*http.Request) (*http.Response, error) { return respond(404, "text/html", "not found"), nil }),
		"posts die":   onlyPosts(func() (*http.Response, error) { return nil, errDown }),
		"posts 413":   onlyPosts(func() (*http.Response, error) { return respond(413, "text/html", ""), nil }),
		"signature":   spoil(func(resp *http.Response) { resp.Header.Del(wire.HeaderSignature) }),
		"cut bodies":  spoil(func(resp *http.Response) { resp.Body = io.NopCloser(io.LimitReader(resp.Body, 20)) }),
		"unavailable": func(c *central) { c.batch = refuse(503, "") },
		"throttled":   func(c *central) { c.batch = refuse(429, "") },
		"revoked":     func(c *central) { c.batch = refuse(401, wire.ProblemUnknown) },
		"full":        func(c *central) { c.batch = refuse(507, "") },
		"server bug":  func(c *central) { c.batch = refuse(500, "") },
		"unreadable":  func(c *central) { c.batch = refuse(400, wire.ProblemUnreadable) },
		"no acks": func(c *central) {
			c.result = func(_ *item.Item, r wire.Result) wire.Result { r.Ack = nil; return r }
		},
		"no results": func(c *central) {
			c.result = func(*item.Item, wire.Result) wire.Result { return wire.Result{} }
		},
		"always later": func(c *central) {
			c.result = func(it *item.Item, _ wire.Result) wire.Result { return wire.Result{ID: it.ID, Status: wire.Retry} }
		},
		"cursor loop": func(c *central) {
			c.page = func(string, wire.FeedPage) (int, any) { return 409, wire.Problem{Type: wire.ProblemCursor} }
		},
		"feed not held": func(c *central) {
			c.page = func(_ string, p wire.FeedPage) (int, any) { return 200, p }
		},
		"feed never dry": func(c *central) {
			n := 0
			c.page = func(_ string, p wire.FeedPage) (int, any) {
				n++
				p.Cursor, p.UpToDate = item.FormatSequence(uint64(n)), false
				return 200, p
			}
		},
		"feed 500": func(c *central) {
			c.page = func(string, wire.FeedPage) (int, any) { return 500, wire.Problem{} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				n.start()
				time.Sleep(time.Minute)
				c.set(fault)
				var ids []string
				for range 40 {
					ids = append(ids, n.submit().ID)
				}
				const minutes = 10
				before := c.count("")
				time.Sleep(minutes * time.Minute)
				limit := 60
				if name == "feed never dry" {
					limit = 300
				}
				if asked := c.count("") - before; asked > limit*minutes {
					t.Errorf("%d requests a minute", asked/minutes)
				}
				feeding := strings.HasPrefix(name, "feed") || name == "cursor loop"
				for _, id := range ids {
					if s := n.state(id); s == outbox.StateRejected || s == outbox.StateConflict || (s == outbox.StateStoredCentral) != feeding {
						t.Fatalf("item is %s", s)
					}
				}
				if s := n.Status(); (s.Waiting == 0) != feeding || (s.Trouble == "") != feeding {
					t.Errorf("status %+v", s)
				}
				c.set(func(c *central) { c.before, c.after, c.batch, c.result, c.page = nil, nil, nil, nil, nil })
				if name == "revoked" { // tried again after an hour
					time.Sleep(time.Hour)
				}
				time.Sleep(25 * time.Minute)
				n.wantDelivered(40)
				if s := n.Status(); s.Link != Online || s.Trouble != "" {
					t.Errorf("status afterwards %+v", s)
				}
			})
		})
	}
}

func refuse(status int, kind string) func([]*item.Item) (int, *wire.Problem) {
	return func([]*item.Item) (int, *wire.Problem) { return status, &wire.Problem{Type: kind, Status: status} }
}

// Only the upstream's signed word that it refuses this device is told to staff as such; a stranger's 401 is no answer.
func TestRefusalCountsOnlyIfItIsSigned(t *testing.T) {
	for name, want := range map[string]Trouble{"signed": TroubleRefused, "unsigned": TroubleNoAnswer} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				c.set(func(c *central) {
					c.batch = refuse(403, "")
					if name == "unsigned" {
						c.after = func(r *http.Request, resp *http.Response) (*http.Response, error) {
							resp.StatusCode = 401
							resp.Header.Del(wire.HeaderSignature)
							return resp, nil
						}
					}
				})
				a := n.submit()
				n.start()
				time.Sleep(10 * time.Minute)
				if s := n.Status(); s.Trouble != want || (s.Link == Online) != (name == "signed") {
					t.Errorf("status %+v, want %s", s, want)
				}
				c.set(func(c *central) { c.batch, c.after = nil, nil })
				time.Sleep(10 * time.Second)
				if got := n.state(a.ID); (got == outbox.StateStoredCentral) != (name == "unsigned") { // nobody waits for a stranger
					t.Errorf("item is %s soon afterwards", got)
				}
				time.Sleep(2 * time.Hour)
				n.wantDelivered(1)
			})
		})
	}
}

// One poisoned item delays no other: I16, N16, N17.
func TestPoisonedItemDelaysNoOther(t *testing.T) {
	for name, refusal := range map[string]wire.Problem{
		"unreadable": {Type: wire.ProblemUnreadable, Status: 400}, "server bug": {Status: 500}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				var bad string
				for i := range 100 {
					a := n.submit()
					if i == 37 {
						bad = a.ID
					}
				}
				c.set(func(c *central) {
					c.batch = func(items []*item.Item) (int, *wire.Problem) {
						for _, it := range items {
							if it.ID == bad {
								return refusal.Status, &refusal
							}
						}
						return 0, nil
					}
				})
				n.start()
				time.Sleep(time.Minute)
				if got := c.stored(); got != 99 {
					t.Errorf("a minute later central has %d", got)
				}
				if got := c.count(wire.PathBatches); got > 40 {
					t.Errorf("%d requests", got)
				}
				later := n.submit()
				time.Sleep(time.Minute)
				if n.state(later.ID) != outbox.StateStoredCentral || n.state(bad) != outbox.StateAccepted {
					t.Errorf("later item %s, bad item %s", n.state(later.ID), n.state(bad))
				}
				pass := func(requests int, reason string) {
					t.Helper()
					for range requests {
						if err := errors.Join(n.out.Begin(t.Context(), []string{bad}), n.out.Defer(t.Context(), []string{bad}, time.Time{}, reason)); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(10 * time.Minute)
				}
				pass(2*deadAfter, "") // a day of lost requests
				if got := n.state(bad); got != outbox.StateAccepted {
					t.Errorf("after an outage the bad item is %s", got)
				}
				pass(deadAfter, ReasonUnreadable) // a day of refusals
				want := outbox.StateRejected      // a dead letter then, never sooner
				if refusal.Status == 500 {
					want = outbox.StateAccepted
				}
				if got := n.state(bad); got != want {
					t.Errorf("bad item is %s, want %s", got, want)
				}
			})
		})
	}
}

func TestResultsCountPerItem(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		ids := map[string]outbox.Accepted{}
		for _, name := range []string{"stored", "rejected", "conflict", "held", "retry", "odd", "no ack", "foreign ack", "forged ack", "other key", "other tier", "silent ack", "stored but held", "held but stored", "no result",
			"held duplicate"} {
			ids[name] = n.submit()
		}
		after := n.print(ids["rejected"].CaseID)
		spoilt := true
		c.set(func(c *central) {
			c.result = func(it *item.Item, r wire.Result) wire.Result {
				if !spoilt {
					return r
				}
				ack := *r.Ack
				switch it.ID {
				case ids["rejected"].ID:
					return wire.Result{ID: it.ID, Status: wire.Rejected, Problem: &wire.Problem{Type: "urn:p", Title: "no", Detail: "applicant 110101190001010014"}}
				case ids["conflict"].ID:
					return wire.Result{ID: it.ID, Status: wire.Conflict}
				case ids["held"].ID:
					r.Status, r.Ack = wire.Held, c.altered(r.Ack, held)
				case ids["held duplicate"].ID:
					r.Status, r.Ack = wire.Duplicate, c.altered(r.Ack, held)
				case ids["silent ack"].ID:
					r.Ack = c.altered(r.Ack, func(a *wire.Ack) { a.Status = "" })
				case ids["stored but held"].ID:
					r.Ack = c.altered(r.Ack, held)
				case ids["held but stored"].ID:
					r.Status = wire.Held
				case ids["other tier"].ID:
					r.Ack = c.altered(r.Ack, func(a *wire.Ack) { a.Tier = wire.TierEdge })
				case ids["retry"].ID:
					return wire.Result{ID: it.ID, Status: wire.Retry}
				case ids["odd"].ID:
					r.Status = "perhaps"
				case ids["no ack"].ID:
					r.Ack = nil
				case ids["foreign ack"].ID:
					r.Ack = c.ledger[ids["stored"].ID]
				case ids["forged ack"].ID:
					ack.Position++
					r.Ack = &ack
				case ids["other key"].ID:
					ack.Key = "up-2"
					r.Ack = &ack
				case ids["no result"].ID:
					r.ID = "x"
				}
				return r
			}
		})
		n.start()
		time.Sleep(time.Second)
		for name, want := range map[string]outbox.State{"stored": outbox.StateStoredCentral, "rejected": outbox.StateRejected,
			"conflict": outbox.StateConflict, "held": outbox.StateHeld, "retry": outbox.StateAccepted, "odd": outbox.StateAccepted,
			"no ack": outbox.StateAccepted, "foreign ack": outbox.StateAccepted, "forged ack": outbox.StateAccepted,
			"other key": outbox.StateAccepted, "other tier": outbox.StateAccepted, "silent ack": outbox.StateAccepted, "stored but held": outbox.StateAccepted,
			"held but stored": outbox.StateAccepted, "held duplicate": outbox.StateHeld, "no result": outbox.StateAccepted} {
			e, err := n.out.Get(ids[name].ID)
			if err != nil || e.State != want {
				t.Errorf("%s: %s, %v; want %s", name, e.State, err, want)
			}
			if want == outbox.StateAccepted && (e.Attempts != 1 || e.LastError == "" || e.Next.IsZero()) {
				t.Errorf("%s waits as %+v", name, e)
			}
			if strings.Contains(e.LastError, "110101190001010014") {
				t.Errorf("%s: %q holds a person's number", name, e.LastError)
			}
		}
		if n.state(after.ID) != outbox.StateAccepted {
			t.Error("the refused case went on")
		}
		c.set(func(*central) { spoilt = false })
		time.Sleep(time.Minute)
		for name, a := range ids {
			if s := n.state(a.ID); name != "rejected" && name != "conflict" && !strings.HasPrefix(name, "held d") && name != "held" && s != outbox.StateStoredCentral {
				t.Errorf("%s afterwards %s", name, s)
			}
		}
	})
}

func TestFeedBringsStatusAndAcks(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		a := n.submit()
		views, cancel := n.out.Watch(a.CaseID)
		defer cancel()
		c.set(func(c *central) {
			c.result = func(_ *item.Item, r wire.Result) wire.Result {
				r.Status, r.Ack = wire.Held, c.altered(r.Ack, held)
				return r
			}
		})
		n.start()
		synctest.Wait()
		if n.state(a.ID) != outbox.StateHeld {
			t.Fatalf("item is %s", n.state(a.ID))
		}
		c.mu.Lock()
		good := *c.ledger[a.ID]
		c.mu.Unlock()
		forged, foreign := good, good
		forged.Position++
		foreign.ID = item.NewID(time.Now())
		// One that says held, or does not say, ends nothing, however well it is signed.
		still, silent := c.altered(&good, held), c.altered(&good, func(a *wire.Ack) { a.Status = "" })
		edge := c.altered(&good, func(a *wire.Ack) { a.Tier = wire.TierEdge })
		c.publish(wire.FeedEvent{Ack: &forged}, wire.FeedEvent{Ack: &foreign}, wire.FeedEvent{}, wire.FeedEvent{Ack: still},
			wire.FeedEvent{Ack: silent}, wire.FeedEvent{Ack: edge})
		time.Sleep(5 * time.Second)
		if n.state(a.ID) != outbox.StateHeld {
			t.Fatalf("a forged ack made it %s", n.state(a.ID))
		}
		c.publish(wire.FeedEvent{Ack: &good})
		time.Sleep(5 * time.Second)
		if v := <-views; v.State != outbox.StateStoredCentral || v.Stage() != wire.StageDelivered {
			t.Errorf("view %+v", v)
		}
		c.publish(wire.FeedEvent{Status: &wire.CaseStatus{CaseID: a.CaseID, Version: 2, Stage: wire.StageAccepted}})
		time.Sleep(5 * time.Second)
		if v := <-views; v.Stage() != wire.StageAccepted {
			t.Errorf("view %+v", v)
		}
		// A central restored from a backup knows fewer events: its 409 means starting over.
		status := wire.CaseStatus{CaseID: a.CaseID, Version: 1, Stage: wire.StageDone}
		c.set(func(c *central) { c.epoch, c.events = "e2", []wire.FeedEvent{{Status: &status}} })
		time.Sleep(2 * time.Minute)
		if s, err := n.out.CaseStatus(a.CaseID); err != nil || s.Stage != wire.StageDone {
			t.Errorf("status %+v, %v", s, err)
		}
		if cursor, err := n.out.Cursor(); err != nil || cursor != "1" {
			t.Errorf("cursor %q, %v", cursor, err)
		}
	})
}

// damagedOutbox is an outbox one of whose items can no longer be read.
type damagedOutbox struct {
	*outbox.Outbox
	id string
}

func (o damagedOutbox) Get(id string) (outbox.Entry, error) {
	if id == o.id {
		return outbox.Entry{}, fmt.Errorf("get item: %w", outbox.ErrDamaged)
	}
	return o.Outbox.Get(id)
}

// An item that is damaged here keeps no other case's news away.
func TestDamagedItemDoesNotStopTheFeed(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		bad, good := n.submit(), n.submit()
		c.set(func(c *central) {
			c.result = func(_ *item.Item, r wire.Result) wire.Result {
				r.Status, r.Ack = wire.Held, c.altered(r.Ack, held)
				return r
			}
		})
		n.cfgEngine(func(cfg *Config) { cfg.Outbox = damagedOutbox{n.out, bad.ID} })
		n.start()
		synctest.Wait()
		c.mu.Lock()
		about, other := *c.ledger[bad.ID], *c.ledger[good.ID]
		c.mu.Unlock()
		c.publish(wire.FeedEvent{Ack: &about}, wire.FeedEvent{Ack: &other},
			wire.FeedEvent{Status: &wire.CaseStatus{CaseID: good.CaseID, Version: 2, Stage: wire.StageAccepted}})
		time.Sleep(5 * time.Second)
		if got := n.state(good.ID); got != outbox.StateStoredCentral {
			t.Errorf("the other item is %s", got)
		}
		if s, err := n.out.CaseStatus(good.CaseID); err != nil || s.Stage != wire.StageAccepted {
			t.Errorf("status %+v, %v", s, err)
		}
		if got := n.state(bad.ID); got != outbox.StateHeld {
			t.Errorf("the damaged item is %s", got)
		}
	})
}

// A proxy that cuts long polls costs neither the link's good name nor a storm: N23.
func TestLongPollsCutByAProxyFallBack(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		c.set(func(c *central) {
			c.before = func(r *http.Request, _ []byte) (*http.Response, error) {
				if r.URL.Path == wire.PathFeed && r.URL.Query().Get("wait") != "0" {
					time.Sleep(10 * time.Second)
					return nil, io.ErrUnexpectedEOF
				}
				return nil, nil
			}
		})
		a := n.submit()
		n.start()
		time.Sleep(2 * time.Minute)
		if s := n.Status(); s.Link != Online || s.Trouble != "" {
			t.Errorf("status %+v", s)
		}
		c.publish(wire.FeedEvent{Status: &wire.CaseStatus{CaseID: a.CaseID, Version: 2, Stage: wire.StageAccepted}})
		time.Sleep(2 * shortPoll)
		if s, err := n.out.CaseStatus(a.CaseID); err != nil || s.Version != 2 {
			t.Errorf("status %+v, %v", s, err)
		}
		if got := c.count(wire.PathFeed); got > 30 {
			t.Errorf("%d polls in two minutes", got)
		}
	})
}

func TestSubscribersSeeTheNewestStatus(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		changes, cancel := n.Subscribe()
		if s := <-changes; s.Link != Unknown {
			t.Errorf("first status %+v", s)
		}
		c.cut()
		n.start()
		time.Sleep(10 * time.Second)
		n.submit()
		time.Sleep(10 * time.Second)
		if s := <-changes; s.Link != Offline || s.Waiting != 1 || s.Trouble != TroubleNoAnswer {
			t.Errorf("status %+v", s)
		}
		c.mend()
		time.Sleep(10 * time.Second)
		if s := <-changes; s.Link != Online || s.Waiting != 0 || s.Trouble != "" || time.Since(s.Since) > 10*time.Second {
			t.Errorf("status %+v", s)
		}
		cancel()
		cancel()
		if _, open := <-changes; open {
			t.Error("open after cancel")
		}
	})
}

func TestStopInTheMiddleOfARequest(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		c.set(func(c *central) {
			c.before = func(r *http.Request, _ []byte) (*http.Response, error) {
				if r.URL.Path != wire.PathBatches {
					return nil, nil
				}
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
		})
		a := n.submit()
		n.start()
		synctest.Wait()
		if n.state(a.ID) != outbox.StateSending {
			t.Fatalf("item is %s", n.state(a.ID))
		}
		began := time.Now()
		n.Stop()
		if took := time.Since(began); took > 0 {
			t.Errorf("stop waited %v", took)
		}
		if n.state(a.ID) != outbox.StateAccepted {
			t.Errorf("item is %s", n.state(a.ID))
		}
		c.mend()
		n.start() // once more
		time.Sleep(5 * time.Second)
		n.wantDelivered(1)
	})
}

func TestStartAndStopInAnyOrder(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		n.Stop()
		for range 20 {
			n.start()
			n.start()
			n.Stop()
			n.Stop()
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := n.Start(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		n.Stop()
		if err := n.Start(ctx); err == nil {
			t.Error("started with a context that has ended")
		}
	})
}

// Random faults on a line for hours, restarts of the node between them; afterwards every accepted item is at central
// exactly once and in order: I1, I2, I5.
func TestExactlyOnceUnderRandomFaults(t *testing.T) {
	for seed := range uint64(2) {
		bubble(t, func(t *testing.T, n *node, c *central) {
			rng := rand.New(rand.NewPCG(seed, 1))
			c.set(func(c *central) {
				c.before = func(*http.Request, []byte) (*http.Response, error) {
					c.mu.Lock()
					defer c.mu.Unlock()
					switch rng.IntN(8) {
					case 0, 1:
						return nil, errDown
					case 2:
						return respond(200, "text/html", "<html>"), nil
					case 3:
						return respond(503, "text/plain", ""), nil
					}
					return nil, nil
				}
				c.after = func(_ *http.Request, resp *http.Response) (*http.Response, error) {
					c.mu.Lock()
					defer c.mu.Unlock()
					switch rng.IntN(6) {
					case 0:
						return nil, io.ErrUnexpectedEOF
					case 1:
						resp.Body = io.NopCloser(io.LimitReader(resp.Body, rng.Int64N(300)))
					}
					return resp, nil
				}
				c.result = func(it *item.Item, r wire.Result) wire.Result {
					switch rng.IntN(10) {
					case 0:
						r.Ack = nil
					case 1:
						return wire.Result{ID: it.ID, Status: wire.Retry}
					}
					return r
				}
			})
			n.start()
			total := 0
			caseIDs := []string{item.NewID(time.Now()), item.NewID(time.Now())}
			for range 30 {
				n.submitTo(caseIDs[rand.IntN(2)])
				a := n.submit()
				n.print(a.CaseID)
				total += 3
				time.Sleep(time.Duration(rand.IntN(60)) * time.Second)
				if rand.IntN(8) == 0 {
					n.close()
					n.open()
					n.start()
				}
			}
			c.set(func(c *central) { c.before, c.after, c.result = nil, nil, nil })
			time.Sleep(time.Hour)
			n.wantDelivered(total)
			if err := n.out.Verify(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDelays(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second,
		10: 5 * time.Minute, 1000: 5 * time.Minute} {
		if got := doubled(pushBase, pushCap, attempt); got != want {
			t.Errorf("attempt %d waits %v, want %v", attempt, got, want)
		}
	}
	for range 100 {
		if d := jitter(time.Second); d < time.Second/2 || d > time.Second {
			t.Errorf("jitter gave %v", d)
		}
	}
	if jitter(0) != 0 || jitter(-time.Second) != 0 {
		t.Error("jitter of nothing")
	}
}

func TestNewRefusesIncompleteConfig(t *testing.T) {
	c := newCentral(t, item.Default())
	n := newNode(t, c)
	defer n.close()
	for name, change := range map[string]func(*Config){
		"outbox": func(c *Config) { c.Outbox = nil }, "client": func(c *Config) { c.Client = nil }, "suite": func(c *Config) { c.Suite = nil },
		"keys": func(c *Config) { c.AckKeys = nil }, "key's tier": func(c *Config) { c.AckKeys = map[string]AckKey{"k": {Public: []byte("k")}} },
		"key's bytes": func(c *Config) { c.AckKeys = map[string]AckKey{"k": {Tier: wire.TierCentral}} }, "clock": func(c *Config) { c.Now = nil },
	} {
		cfg := n.Engine.cfg
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("made without %s", name)
		}
	}
}
