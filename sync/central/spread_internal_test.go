package central

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// limit bounds a test's wait for what must come.
const limit = 10 * time.Second

func TestSpreadDoesEachPieceOnce(t *testing.T) {
	for _, size := range []int{1, 2, 7} {
		for _, n := range []int{0, 1, 3, 4, 100} {
			did := make([]atomic.Int32, n)
			err := newCrew(size).spread(t.Context(), n, func(i int) error { did[i].Add(1); return nil })
			if err != nil {
				t.Fatal(err)
			}
			for i := range did {
				if did[i].Load() != 1 {
					t.Errorf("crew of %d: piece %d of %d was done %d times", size, i, n, did[i].Load())
				}
			}
		}
	}
}

// As many as the crew has are at work at once and no more, whoever else spreads meanwhile; small work stays alone.
func TestSpreadIsBounded(t *testing.T) {
	c := newCrew(3)
	var inside, most atomic.Int32
	enter := func() {
		n := inside.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
	}
	three := make(chan struct{})
	var together sync.Once
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	err := c.spread(ctx, 12, func(int) error {
		enter()
		defer inside.Add(-1)
		if inside.Load() == 3 {
			together.Do(func() { close(three) })
		}
		select {
		case <-three:
			return nil
		case <-ctx.Done():
			return errors.New("three are never at work together")
		}
	})
	if err != nil || most.Load() != 3 {
		t.Fatalf("at most %d at once, %v; want 3", most.Load(), err)
	}
	// The places are taken: another one's work is his own.
	for range cap(c.places) {
		c.places <- struct{}{}
	}
	most.Store(0)
	if err := c.spread(t.Context(), 50, func(int) error { enter(); inside.Add(-1); return nil }); err != nil || most.Load() != 1 {
		t.Errorf("%d at once without free places: %v", most.Load(), err)
	}
	for range cap(c.places) {
		<-c.places
	}
	most.Store(0)
	if err := c.spread(t.Context(), alone-1, func(int) error { enter(); inside.Add(-1); return nil }); err != nil || most.Load() != 1 {
		t.Errorf("%d at once for little work: %v", most.Load(), err)
	}
}

func TestSpreadStops(t *testing.T) {
	c := newCrew(4)
	var began atomic.Int32
	err := c.spread(t.Context(), 10_000, func(i int) error {
		began.Add(1)
		if i == 5 || i == 6 {
			return fmt.Errorf("piece %d", i)
		}
		return nil
	})
	if err == nil || !strings.HasPrefix(err.Error(), "piece ") || began.Load() == 10_000 {
		t.Errorf("after an error: %v, %d began", err, began.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	began.Store(0)
	err = c.spread(ctx, 10_000, func(i int) error {
		began.Add(1)
		if i == 5 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || began.Load() == 10_000 {
		t.Errorf("after the end of the context: %v, %d began", err, began.Load())
	}
	if len(c.places) != 0 {
		t.Errorf("%d places are not given back", len(c.places))
	}
}

// A panic on another goroutine is one of the caller, whom net/http saves; on its own it would end the process.
func TestSpreadPanicsInItsCaller(t *testing.T) {
	c := newCrew(2)
	for range 20 {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "piece") {
					t.Errorf("recovered %v", p)
				}
			}()
			var met sync.WaitGroup
			met.Add(2)
			_ = c.spread(t.Context(), 2*alone, func(i int) error {
				if i < 2 { // both goroutines are at work
					met.Done()
					met.Wait()
				}
				panic(fmt.Sprintf("piece %d", i))
			})
			t.Error("did not panic")
		}()
	}
	if len(c.places) != 0 {
		t.Errorf("%d places are not given back", len(c.places))
	}
}
