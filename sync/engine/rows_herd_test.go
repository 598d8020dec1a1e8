package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// gate is a register that takes so many batches a second and refuses the others with 429 and a Retry-After, by which it hands
// out its next free moments.
type gate struct {
	*register
	rate int // batches a second
	down bool

	mu      sync.Mutex
	free    time.Time   // the next moment that nobody was given
	hellos  []time.Time // answered
	batches []time.Time // asked for, in order
	taken   []time.Time
}

func (g *gate) set(down bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = down
}

// admit says whether a batch is taken now; else when to come again, in whole seconds as on the wire.
func (g *gate) admit() (retryAfter time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if g.down {
		return 0, &wire.NoAnswerError{Reason: "transport", Err: errDown}
	}
	g.batches = append(g.batches, now)
	if recent := len(g.taken) - g.rate; recent < 0 || now.Sub(g.taken[recent]) >= time.Second {
		g.taken = append(g.taken, now)
		return 0, nil
	}
	if g.free.Before(now) {
		g.free = now
	}
	g.free = g.free.Add(time.Second / time.Duration(g.rate))
	retryAfter = (g.free.Sub(now) + time.Second - 1).Truncate(time.Second)
	return retryAfter, &wire.ProblemError{Status: http.StatusTooManyRequests, Epoch: "e1", RetryAfter: retryAfter}
}

// seen is what was answered, asked for and taken so far.
func (g *gate) seen() (hellos, batches, taken []time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.hellos), slices.Clone(g.batches), slices.Clone(g.taken)
}

// visitor is one node's client of the gate. It notes whether the node comes before it may.
type visitor struct {
	*gate
	name string
	mu   sync.Mutex
	may  time.Time
	done time.Time // of its last batch
	asks int
}

func (v *visitor) Hello(ctx context.Context) (wire.Hello, error) {
	v.gate.mu.Lock()
	down := v.down
	if !down {
		v.hellos = append(v.hellos, time.Now())
	}
	v.gate.mu.Unlock()
	if down {
		return wire.Hello{}, &wire.NoAnswerError{Reason: "transport", Err: errDown}
	}
	return v.register.Hello(ctx)
}

func (v *visitor) PostBatch(ctx context.Context, items []*item.Item) (wire.BatchAnswer, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := time.Now()
	if now.Before(v.may) {
		v.t.Errorf("%s comes %v before it may", v.name, v.may.Sub(now))
	}
	v.asks++
	wait, err := v.admit()
	if err != nil {
		v.may = now.Add(wait)
		return wire.BatchAnswer{}, err
	}
	v.done = now
	return v.register.PostBatch(ctx, items)
}

func (v *visitor) Feed(ctx context.Context, cursor string, wait time.Duration) (wire.FeedPage, error) {
	return v.register.Feed(ctx, cursor, wait)
}

// most is the largest number of times within any window.
func most(times []time.Time, window time.Duration) int {
	n, from := 0, 0
	for i, at := range times {
		for at.Sub(times[from]) >= window {
			from++
		}
		n = max(n, i-from+1)
	}
	return n
}

// Five hundred kiosks whose line comes back at nine o'clock: their first attempts spread over two seconds, and from then on
// central, which takes four batches a second and says so, is asked hardly more often. It takes two minutes, nobody comes before
// it may, and nobody starves: N21, I17.
func TestN21FiveHundredKiosksReturn(t *testing.T) {
	const nodes, rate = 500, 4
	synctest.Test(t, func(t *testing.T) {
		g := &gate{register: newRegister(t), rate: rate, down: true}
		dice := rand.New(rand.NewPCG(21, 500))
		visitors := make([]*visitor, nodes)
		items := 0
		for i := range nodes {
			source := item.Source{Hall: "11010", Kiosk: fmt.Sprintf("%03d", i+1), Incarnation: "01"}
			v := &visitor{gate: g, name: source.String()}
			visitors[i] = v
			s := newShelf(source)
			for range 1 + dice.IntN(20) { // one batch
				s.put(item.NewID(time.Now()))
				items++
			}
			e := g.engine(s, v, time.Now)
			if err := e.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer e.Stop()
		}
		time.Sleep(time.Hour) // without a line
		g.set(false)
		begin := time.Now()
		time.Sleep(probeCap)
		synctest.Wait()
		hellos, batches, _ := g.seen()
		if len(hellos) != nodes || len(batches) < nodes {
			t.Errorf("within %v %d hellos and %d batches of %d nodes", probeCap, len(hellos), len(batches), nodes)
		}
		for quarter := range 4 { // by jitter alone, not in step
			from := begin.Add(time.Duration(quarter) * probeCap / 4)
			n := 0
			for _, at := range hellos {
				if at.Sub(from) < probeCap/4 && !at.Before(from) {
					n++
				}
			}
			if n < nodes/50 || n > nodes/2 {
				t.Errorf("%d of %d nodes come in quarter %d of %v", n, nodes, quarter+1, probeCap)
			}
		}
		first := len(batches)
		time.Sleep(10 * time.Minute)
		if g.stored() != items {
			t.Fatalf("ten minutes later %d of %d items are there", g.stored(), items)
		}
		_, batches, taken := g.seen()
		later := batches[first:]
		spread := taken[len(taken)-1].Sub(begin)
		asks := 0
		for _, v := range visitors {
			v.mu.Lock()
			asks = max(asks, v.asks)
			if v.done.IsZero() || v.done.Sub(begin) > 5*time.Minute {
				t.Errorf("%s was served at %v", v.name, v.done)
			}
			v.mu.Unlock()
		}
		t.Logf("%d batches refused or taken, at most %d a second and %d in ten after the first two seconds; the last was taken after %v; no node asked more than %d times",
			len(batches), most(later, time.Second), most(later, 10*time.Second), spread, asks)
		if got := most(taken, time.Second); got > rate {
			t.Errorf("%d batches were taken in a second", got)
		}
		// Each comes somewhat later than its slot, so that slots given out alike do not come in step; a refusal is cheap.
		if got := most(later, 10*time.Second); got > 10*rate*5/2 {
			t.Errorf("central was asked %d times in ten seconds, and takes %d", got, 10*rate)
		}
		if spread < 2*time.Minute || spread > 5*time.Minute {
			t.Errorf("all were served within %v", spread)
		}
		if asks > 12 {
			t.Errorf("a node had to ask %d times", asks)
		}
	})
}
