package engine

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// flat tells everybody the same Retry-After, as a plain limiter does.
type flat struct {
	*visitor
	after time.Duration
}

func (f *flat) PostBatch(_ context.Context, items []*item.Item) (wire.BatchAnswer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if now.Before(f.may) {
		f.t.Errorf("%s comes %v before it may", f.name, f.may.Sub(now))
	}
	if _, err := f.admit(); err != nil {
		f.may = now.Add(f.after)
		return wire.BatchAnswer{}, &wire.ProblemError{Status: 429, Epoch: "e1", RetryAfter: f.after}
	}
	return f.register.PostBatch(context.Background(), items)
}

// Each node obeys with jitter of its own: told all the same, they must not come back in step: N21, I17.
func TestN21ToldTheSameTheyDoNotComeInStep(t *testing.T) {
	const nodes, rate = 500, 4
	synctest.Test(t, func(t *testing.T) {
		g := &gate{register: newRegister(t), rate: rate, down: true}
		for i := range nodes {
			source := item.Source{Hall: "11010", Kiosk: fmt.Sprintf("%03d", i+1), Incarnation: "01"}
			s := newShelf(source)
			s.put(item.NewID(time.Now()))
			e := g.engine(s, &flat{&visitor{gate: g, name: source.String()}, time.Minute}, time.Now)
			if err := e.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer e.Stop()
		}
		time.Sleep(time.Hour)
		g.set(false)
		time.Sleep(probeCap)
		_, before, _ := g.seen()
		time.Sleep(10 * time.Minute)
		_, batches, _ := g.seen()
		later := batches[len(before):]
		t.Logf("after the first two seconds at most %d batches a second, %d in ten seconds; %d of %d nodes served in 10 min", most(later, time.Second), most(later, 10*time.Second), g.stored(), nodes)
		if got := most(later, 10*time.Second); got > nodes/4 {
			t.Errorf("%d of %d nodes come back within ten seconds", got, nodes)
		}
	})
}
