package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// The roster of the kiosk's own hall counts, signed by central, and nobody else's; an event that is not known is passed over.
func TestRosterCountsOnlyFromCentralAndForThisHall(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		n.cfgEngine(func(cfg *Config) { cfg.Hall = kiosk.Hall })
		edgePriv, edgePub, err := c.suite.GenerateSignKey()
		if err != nil {
			t.Fatal(err)
		}
		n.cfgEngine(func(cfg *Config) { cfg.AckKeys["edge-1"] = AckKey{wire.TierEdge, edgePub} })
		signed := func(hall, key string, private []byte, version uint64) *wire.Roster {
			r := &wire.Roster{Hall: hall, Epoch: "e1", Version: version, Key: key, Members: []wire.Member{{ID: "wang-li", Role: "attendant"}}}
			if err := r.Sign(c.suite, private); err != nil {
				t.Fatal(err)
			}
			return r
		}
		view := func() outbox.RosterView {
			v, err := n.out.Roster()
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		altered := signed(kiosk.Hall, "up-1", c.upPriv, 5)
		altered.Members[0].Role = "supervisor"
		n.start()
		synctest.Wait()
		c.publish(wire.FeedEvent{Roster: altered}, wire.FeedEvent{}, wire.FeedEvent{Roster: signed("44011", "up-1", c.upPriv, 6)},
			wire.FeedEvent{Roster: signed(kiosk.Hall, "edge-1", edgePriv, 7)}, wire.FeedEvent{Roster: signed(kiosk.Hall, "other", c.upPriv, 8)})
		time.Sleep(5 * time.Second)
		if v := view(); v.Roster.Version != 0 {
			t.Fatalf("taken: %+v", v)
		}
		c.publish(wire.FeedEvent{Roster: signed(kiosk.Hall, "up-1", c.upPriv, 2)})
		time.Sleep(5 * time.Second)
		if v := view(); v.Roster.Version != 2 || !v.Confirmed.IsZero() {
			t.Fatalf("central's: %+v", v)
		}
		// A mark by central confirms it; one by anybody else does not.
		word := func(key string, private []byte, at time.Time) *wire.RosterMark {
			m := &wire.RosterMark{Hall: kiosk.Hall, Epoch: "e1", Version: 2, At: at.UTC().Format(time.RFC3339), Key: key}
			if err := m.Sign(c.suite, private); err != nil {
				t.Fatal(err)
			}
			return m
		}
		says := func(m *wire.RosterMark) {
			c.set(func(c *central) {
				c.page = func(_ string, p wire.FeedPage) (int, any) {
					p.Staff, p.UpToDate = m, true
					return 200, p
				}
			})
			time.Sleep(2 * time.Minute)
		}
		if says(word("edge-1", edgePriv, time.Now())); !view().Confirmed.IsZero() {
			t.Error("confirmed by an edge")
		}
		if says(word("up-1", edgePriv, time.Now())); !view().Confirmed.IsZero() {
			t.Error("confirmed by a forged word")
		}
		if says(word("up-1", c.upPriv, time.Now())); view().Confirmed.IsZero() {
			t.Error("not confirmed by central")
		}
	})
}
