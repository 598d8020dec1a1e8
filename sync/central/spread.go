package central

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// crew lends goroutines to whoever has many pieces of computing to do, never more at a time than it has places. Whoever
// finds none free does his work alone, so a busy server is not made busier.
type crew struct{ places chan struct{} }

// newCrew makes one for so many goroutines at work, the borrower's own among them.
func newCrew(size int) *crew { return &crew{make(chan struct{}, size-1)} }

// alone is the number of pieces that are not worth a second goroutine.
const alone = 4

// free takes a place if there is one.
func (c *crew) free() bool {
	select {
	case c.places <- struct{}{}:
		return true
	default:
		return false
	}
}

// spread runs do for every number below n, on this goroutine and on those that are free, and returns when all of them have
// ended. After a first error, or when ctx ends, no more pieces are begun; the error is that of the lowest number that has
// one. do keeps what it makes under its own number. A panic of do is one of the caller.
func (c *crew) spread(ctx context.Context, n int, do func(i int) error) error {
	var (
		turn   atomic.Int64
		failed atomic.Bool
		errs   = make([]error, n)
		wg     sync.WaitGroup
		panics = make(chan string, cap(c.places))
	)
	work := func() {
		for !failed.Load() {
			i := int(turn.Add(1)) - 1
			if i >= n {
				return
			}
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = do(i)
			}
			if errs[i] != nil {
				failed.Store(true)
			}
		}
	}
	help := func() {
		defer func() { <-c.places }()
		defer func() {
			if p := recover(); p != nil { // here it would end the process, there it ends one request
				failed.Store(true)
				panics <- fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
		}()
		work()
	}
	func() {
		defer wg.Wait() // also when do panics on this goroutine
		for i := 0; i < n/alone && c.free(); i++ {
			wg.Go(help)
		}
		work()
	}()
	select {
	case p := <-panics:
		panic(p)
	default:
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
