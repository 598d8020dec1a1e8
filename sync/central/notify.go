package central

import "sync"

// Notifier wakes those who wait for changes of a kiosk's cases. Stores use it for Changed. The zero value is ready.
type Notifier struct {
	mu      sync.Mutex
	waiting map[Kiosk]chan struct{}
}

// Changed gives a channel that is closed by the next Notify for kiosk.
func (n *Notifier) Changed(kiosk Kiosk) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.waiting == nil {
		n.waiting = make(map[Kiosk]chan struct{})
	}
	ch, ok := n.waiting[kiosk]
	if !ok {
		ch = make(chan struct{})
		n.waiting[kiosk] = ch
	}
	return ch
}

// Notify wakes everyone who waits for kiosk.
func (n *Notifier) Notify(kiosk Kiosk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if ch, ok := n.waiting[kiosk]; ok {
		close(ch)
		delete(n.waiting, kiosk)
	}
}
