package engine

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// edge is a hall's edge that stands for what it holds with a key of its own. Like the tests' central it answers in central's place.
type edge struct {
	central   *central
	priv, pub []byte
}

func newEdge(t *testing.T, c *central) *edge {
	t.Helper()
	priv, pub, err := c.suite.GenerateSignKey()
	if err != nil {
		t.Fatal(err)
	}
	return &edge{c, priv, pub}
}

// ack is the edge's word about an item.
func (e *edge) ack(t *testing.T, it *item.Item, change func(a *wire.Ack)) *wire.Ack {
	a := &wire.Ack{Source: it.Source, Sequence: it.Sequence, ID: it.ID, Digest: it.Digest().String(), Status: wire.Stored, Tier: wire.TierEdge,
		Epoch: "edge", Position: 1, At: item.FormatTime(time.Now()), Key: "edge-1"}
	if change != nil {
		change(a)
	}
	if err := a.Sign(e.central.suite, e.priv); err != nil {
		t.Error(err)
	}
	return a
}

// trusts makes the node's engine anew, with both keys, each for its own tier.
func (n *node) trusts(e *edge) {
	n.t.Helper()
	n.cfgEngine(func(cfg *Config) {
		cfg.AckKeys = map[string]AckKey{"up-1": {wire.TierCentral, e.central.upPub}, "edge-1": {wire.TierEdge, e.pub}}
	})
}

// wantKept insists that the outbox would part with none of the items, however old, and can still give all their bytes.
func (n *node) wantKept(accepted []outbox.Accepted) {
	n.t.Helper()
	if gone, err := n.out.Purge(n.t.Context(), time.Now().AddDate(10, 0, 0)); err != nil || gone != 0 {
		n.t.Errorf("%d items were erased, %v", gone, err)
	}
	for _, a := range accepted {
		if e, err := n.out.Get(a.ID); err != nil || e.State == outbox.StatePurged || item.Verify(e.Item, n.central.suite, n.central.signPub) != nil {
			n.t.Errorf("item %d: %s, %v", a.Sequence, e.State, err)
		}
	}
}

// Stored at an edge is not stored at central. What an edge holds is kept until central's own ack comes through the feed, however
// long that takes and whatever the edge says; only then may it be erased: N24, I1, I3.
func TestN24OnlyCentralsAckLetsGo(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		e := newEdge(t, c)
		n.trusts(e)
		c.set(func(c *central) {
			c.result = func(it *item.Item, r wire.Result) wire.Result {
				r.Ack = e.ack(t, it, nil)
				return r
			}
		})
		var accepted []outbox.Accepted
		for range 300 { // more than one file of the journal
			accepted = append(accepted, n.submitLarge())
		}
		n.start()
		time.Sleep(2 * time.Minute)
		if s := n.out.Stats(); s.ByState[outbox.StateStoredEdge] != len(accepted) || s.Waiting != 0 {
			t.Fatalf("at the edge %+v", s)
		}
		n.wantKept(accepted)
		sent := c.count(wire.PathBatches)
		time.Sleep(time.Hour)
		if got := c.count(wire.PathBatches); got != sent {
			t.Errorf("%d batches although the edge has everything", got-sent)
		}
		// The edge relays central's acks, and would like to stand for central itself.
		c.mu.Lock()
		var relayed, forged []wire.FeedEvent
		for _, a := range accepted {
			it, err := n.out.Get(a.ID)
			if err != nil {
				t.Fatal(err)
			}
			relayed = append(relayed, wire.FeedEvent{Ack: c.ledger[a.ID]})
			forged = append(forged, wire.FeedEvent{Ack: e.ack(t, it.Item, func(a *wire.Ack) { a.Tier = wire.TierCentral })},
				wire.FeedEvent{Ack: e.ack(t, it.Item, func(a *wire.Ack) { a.Tier, a.Key = wire.TierCentral, "up-1" })})
		}
		c.mu.Unlock()
		c.publish(forged...)
		time.Sleep(time.Minute)
		if s := n.out.Stats(); s.ByState[outbox.StateStoredEdge] != len(accepted) {
			t.Errorf("the edge spoke for central: %+v", s)
		}
		n.wantKept(accepted)
		c.publish(relayed...)
		time.Sleep(time.Minute)
		n.wantDelivered(len(accepted))
		if gone, err := n.out.Purge(t.Context(), time.Now().AddDate(10, 0, 0)); err != nil || gone == 0 {
			t.Errorf("%d items were erased, %v", gone, err)
		}
		if n.state(accepted[0].ID) != outbox.StatePurged {
			t.Errorf("the first item is %s", n.state(accepted[0].ID))
		}
	})
}

// In a batch's answer neither key counts for the other's tier: N24, I3.
func TestN24AKeySpeaksForItsOwnTier(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		e := newEdge(t, c)
		n.trusts(e)
		a := n.submit()
		for name, spoil := range map[string]func(it *item.Item, r wire.Result) wire.Result{
			"edge as central": func(it *item.Item, r wire.Result) wire.Result {
				r.Ack = e.ack(t, it, func(a *wire.Ack) { a.Tier = wire.TierCentral })
				return r
			},
			"edge under central's name": func(it *item.Item, r wire.Result) wire.Result {
				r.Ack = e.ack(t, it, func(a *wire.Ack) { a.Tier, a.Key = wire.TierCentral, "up-1" })
				return r
			},
			"central as edge": func(_ *item.Item, r wire.Result) wire.Result {
				r.Ack = c.altered(r.Ack, func(a *wire.Ack) { a.Tier = wire.TierEdge })
				return r
			},
			"central under the edge's name": func(_ *item.Item, r wire.Result) wire.Result {
				r.Ack = c.altered(r.Ack, func(a *wire.Ack) { a.Tier, a.Key = wire.TierEdge, "edge-1" })
				return r
			},
		} {
			c.set(func(c *central) { c.result = spoil })
			n.start()
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if s := n.Status(); n.state(a.ID) != outbox.StateAccepted || s.Trouble != TroubleAck {
				t.Errorf("%s: item is %s, status %+v", name, n.state(a.ID), s)
			}
			n.Stop()
		}
		c.set(func(c *central) { c.result = nil })
		n.start()
		time.Sleep(time.Hour)
		n.wantDelivered(1)
	})
}

// The edge is lost with what it held, and the node is pointed at central. Sent once more, everything is there once, also what
// the edge had passed on before it was lost: N24, I1, I2.
func TestN24AnEdgeIsLost(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		e := newEdge(t, c)
		n.trusts(e)
		passed := func(it *item.Item) bool { return it.Sequence < item.FormatSequence(11) } // and the others were not
		c.set(func(c *central) {
			c.result = func(it *item.Item, r wire.Result) wire.Result {
				if !passed(it) {
					delete(c.ledger, it.ID)
					delete(c.digests, it.Source+" "+it.Sequence)
					c.caseSeq[it.CaseID]--
				}
				r.Ack = e.ack(t, it, nil)
				return r
			}
		})
		var ids []string
		for range 20 {
			ids = append(ids, n.submit().ID)
		}
		n.start()
		time.Sleep(time.Minute)
		if got := n.out.Stats().ByState[outbox.StateStoredEdge]; got != len(ids) || c.stored() != 10 {
			t.Fatalf("%d at the edge, %d at central", got, c.stored())
		}
		n.Stop()
		c.set(func(c *central) { c.result = nil })
		slices.Reverse(ids) // the outbox knows the order
		if err := n.out.Resend(t.Context(), ids, "e1"); err != nil {
			t.Fatal(err)
		}
		n.start()
		time.Sleep(time.Minute)
		n.wantDelivered(len(ids))
		if err := n.out.Resend(t.Context(), ids, "e1"); err != nil || n.out.Stats().Waiting != 0 {
			t.Errorf("sent a second time: %+v, %v", n.out.Stats(), err)
		}
	})
}
