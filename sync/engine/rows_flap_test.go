package engine

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// flapping is a line that comes and goes: 20 kB a second, 300 ms there and back. What is under way when it goes is lost, in
// either direction.
type flapping struct {
	mu    sync.Mutex
	up    bool
	times int // how often it went
}

func (f *flapping) set(up bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.up = up
	if !up {
		f.times++
	}
}

func (f *flapping) state() (up bool, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.up, f.times
}

// cross carries a message one way.
func (f *flapping) cross(ctx context.Context, bytes int) error {
	up, times := f.state()
	if !up {
		return errDown
	}
	select {
	case <-time.After(150*time.Millisecond + time.Duration(bytes)*time.Second/20_000):
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, now := f.state(); now != times {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// flap lets the line come and go every 2 to 20 seconds until ctx ends.
func (f *flapping) flap(ctx context.Context, dice *rand.Rand) {
	for up := true; ctx.Err() == nil; up = !up {
		f.set(up)
		select {
		case <-time.After(2*time.Second + time.Duration(dice.Int64N(int64(18*time.Second)))):
		case <-ctx.Done():
		}
	}
}

// A line that comes and goes every 2 to 20 seconds brings something through in every minute, and all of it once: N2.
func TestN2AFlappingLineStillMoves(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		line := &flapping{}
		c.set(func(c *central) {
			c.before = func(r *http.Request, body []byte) (*http.Response, error) {
				return nil, line.cross(r.Context(), len(body))
			}
			c.after = func(r *http.Request, resp *http.Response) (*http.Response, error) {
				_, times := line.state()
				if err := line.cross(r.Context(), int(resp.ContentLength)); err != nil {
					return nil, err
				}
				if _, now := line.state(); now != times {
					return nil, io.ErrUnexpectedEOF
				}
				return resp, nil
			}
		})
		const items = 600
		for range items / 2 {
			a := n.submit()
			n.print(a.CaseID)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var flapping sync.WaitGroup
		flapping.Go(func() { line.flap(ctx, rand.New(rand.NewPCG(2, 20))) })
		defer flapping.Wait()
		defer cancel()
		n.start()
		asked := 0
		for minute, had := 1, 0; had < items; minute++ {
			time.Sleep(time.Minute)
			got := items - n.out.Stats().Waiting
			if got == had {
				t.Errorf("minute %d brought nothing; %d of %d are there: %+v", minute, got, items, n.Status())
			}
			if all := c.count(""); all-asked > 60 {
				t.Errorf("%d requests in minute %d", all-asked, minute)
			}
			had, asked = got, c.count("")
			if minute == 30 {
				t.Fatalf("after half an hour %d of %d are there", had, items)
			}
		}
		n.wantDelivered(items)
		if err := n.out.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
