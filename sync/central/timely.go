package central

import (
	"context"
	"sync"
	"time"
)

// timely runs something again and again, the first time soon, until it is stopped.
type timely struct {
	every time.Duration
	run   func(context.Context)

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
	ctx     context.Context // ends with stop
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// soon is the longest wait for the first time.
const soon = time.Minute

func startTimely(every time.Duration, run func(context.Context)) *timely {
	t := &timely{every: every, run: run}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer = time.AfterFunc(min(every, soon), t.fire)
	return t
}

func (t *timely) fire() {
	t.mu.Lock()
	if t.stopped {
		t.mu.Unlock()
		return
	}
	t.running.Add(1)
	t.mu.Unlock()
	defer t.running.Done()
	t.run(t.ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopped {
		t.timer.Reset(t.every)
	}
}

// stop waits for a run that is under way, whose context has ended.
func (t *timely) stop() {
	t.mu.Lock()
	t.stopped = true
	t.timer.Stop()
	t.cancel()
	t.mu.Unlock()
	t.running.Wait()
}
