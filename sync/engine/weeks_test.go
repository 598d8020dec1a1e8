package engine

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// severed is a client whose line can be taken away. It counts the requests of each minute.
type severed struct {
	Client
	mu    sync.Mutex
	down  bool
	begin time.Time
	asked map[int]int // by minute
}

func newSevered(c Client) *severed {
	return &severed{Client: c, begin: time.Now(), asked: map[int]int{}}
}

func (s *severed) set(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

func (s *severed) ask() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[int(time.Since(s.begin)/time.Minute)]++
	if s.down {
		return &wire.NoAnswerError{Reason: "transport", Err: errDown}
	}
	return nil
}

// busiest is the most requests of any minute.
func (s *severed) busiest() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	most := 0
	for _, asked := range s.asked {
		most = max(most, asked)
	}
	return most
}

func (s *severed) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := 0
	for _, asked := range s.asked {
		all += asked
	}
	return all
}

func (s *severed) Hello(ctx context.Context) (wire.Hello, error) {
	if err := s.ask(); err != nil {
		return wire.Hello{}, err
	}
	return s.Client.Hello(ctx)
}

func (s *severed) PostBatch(ctx context.Context, items []*item.Item) (wire.BatchAnswer, error) {
	if err := s.ask(); err != nil {
		return wire.BatchAnswer{}, err
	}
	return s.Client.PostBatch(ctx, items)
}

func (s *severed) Feed(ctx context.Context, cursor string, wait time.Duration) (wire.FeedPage, error) {
	if err := s.ask(); err != nil {
		return wire.FeedPage{}, err
	}
	return s.Client.Feed(ctx, cursor, wait)
}

// A month without a line, with a visit every ten minutes and a restart each week. Two seconds after the line's return the first
// item is there, soon afterwards all, each once; and in no minute until then was anybody asked more than 60 times: N1, I1, I2, I17.
func TestN1AMonthOffline(t *testing.T) {
	const days, every = 30, 10 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		up, s := newRegister(t), newShelf(kiosk)
		line := newSevered(up)
		e := up.engine(s, line, time.Now)
		start := func() {
			t.Helper()
			if err := e.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		start()
		defer func() { e.Stop() }()
		time.Sleep(time.Minute)
		line.set(true)
		first := s.put(item.NewID(time.Now()))
		for day := range days {
			for range 24 * time.Hour / every {
				caseID := item.NewID(time.Now())
				s.put(caseID)
				time.Sleep(every / 2)
				s.put(caseID)
				time.Sleep(every / 2)
			}
			if day%7 == 6 {
				e.Stop()
				e = up.engine(s, line, time.Now)
				start()
			}
		}
		items := s.count()
		if st := e.Status(); st.Link != Offline || st.Waiting != items || st.Trouble != TroubleNoAnswer {
			t.Errorf("after a month %+v, %d items", st, items)
		}
		if least := days * 24 * 60 * 60 / int(probeCap/time.Second); line.total() < least {
			t.Errorf("%d requests in a month: nobody asked whether the line is back", line.total())
		}
		if most := line.busiest(); most > 60 {
			t.Errorf("%d requests in a minute", most)
		}
		line.set(false)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !up.has(first) {
			t.Errorf("two seconds after the line's return the first item is not there, %d are", up.stored())
		}
		time.Sleep(time.Minute)
		if up.stored() != items || up.sent != items || s.Stats().Waiting != 0 {
			t.Errorf("%d of %d items are there, %d were sent, %d wait", up.stored(), items, up.sent, s.Stats().Waiting)
		}
	})
}

// The same month on the wall only, with the real outbox and client: what was accepted in it arrives in order, each once, and
// the first soon: N1, I1, I2, I5.
func TestN1AMonthsItemsArrive(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		const days, visits = 30, 24
		w := newWall()
		n.goBy(w)
		c.cut()
		n.start()
		var accepted []outbox.Accepted
		for day := range days {
			for range visits {
				a := n.submit()
				accepted = append(accepted, a, n.print(a.CaseID))
				w.jump(24 * time.Hour / visits)
			}
			time.Sleep(time.Second)
			if day%7 == 6 {
				n.close()
				n.goBy(w)
				n.start()
			}
		}
		c.mend()
		time.Sleep(2500 * time.Millisecond)
		if n.state(accepted[0].ID) != outbox.StateStoredCentral {
			t.Errorf("soon after the line's return the first item is %s, %d are there", n.state(accepted[0].ID), c.stored())
		}
		time.Sleep(time.Minute)
		n.wantDelivered(len(accepted))
		sent := 0
		for _, ids := range c.posts {
			sent += len(ids)
		}
		if sent != len(accepted) {
			t.Errorf("%d items were sent for %d", sent, len(accepted))
		}
		if err := n.out.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A clock that gains or loses five minutes a day for a month, with a line and without: it delays nothing and asks for nothing
// more: K4, I17, I20.
func TestK4TheClockDrifts(t *testing.T) {
	for name, fast := range map[string]time.Duration{"fast": 5 * time.Minute, "slow": -5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, up, s := newWall(), newRegister(t), newShelf(kiosk)
				w.fast = fast
				line := newSevered(up)
				e := up.engine(s, line, w.now)
				if err := e.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				defer e.Stop()
				time.Sleep(time.Minute)
				for day := range 30 {
					for range 24 {
						it := s.put(item.NewID(time.Now()))
						if synctest.Wait(); !up.has(it) {
							t.Fatalf("day %d: an item was not sent at once: %+v", day, e.Status())
						}
						time.Sleep(55 * time.Minute)
					}
					line.set(true)
					s.put(item.NewID(time.Now()))
					time.Sleep(2 * time.Hour)
					line.set(false)
					if time.Sleep(2100 * time.Millisecond); s.Stats().Waiting != 0 {
						t.Fatalf("day %d: after an outage %+v", day, e.Status())
					}
				}
				if up.stored() != s.count() || up.sent != s.count() {
					t.Errorf("%d of %d items are there, %d were sent", up.stored(), s.count(), up.sent)
				}
				if off := time.Until(w.now()).Abs(); off < 145*time.Minute {
					t.Errorf("the clock is off by %v only", off)
				}
				if most := line.busiest(); most > 60 {
					t.Errorf("%d requests in a minute", most)
				}
			})
		})
	}
}
