package ui

import (
	"sync"

	"fyne.io/fyne/v2"

	"onedoor/app/kiosk"
)

// Bridge carries views to the screen from any goroutine. Views that come faster than they can be shown are skipped: only
// the latest counts, since each is complete.
type Bridge struct {
	show func(kiosk.View)

	mu      sync.Mutex
	latest  kiosk.View
	waiting bool
}

// NewBridge returns a bridge to show, which is called on Fyne's goroutine.
func NewBridge(show func(kiosk.View)) *Bridge { return &Bridge{show: show} }

// Post has view shown soon. It does not wait.
func (b *Bridge) Post(view kiosk.View) {
	b.mu.Lock()
	b.latest = view
	queued := b.waiting
	b.waiting = true
	b.mu.Unlock()
	if queued {
		return
	}
	fyne.Do(b.deliver)
}

func (b *Bridge) deliver() {
	b.mu.Lock()
	view := b.latest
	b.latest = kiosk.View{} // keep nothing of a visit longer than needed
	b.waiting = false
	b.mu.Unlock()
	b.show(view)
}

// Do runs f on Fyne's goroutine and returns when it has ended. It must not be called on that goroutine.
func (b *Bridge) Do(f func()) { fyne.DoAndWait(f) }
