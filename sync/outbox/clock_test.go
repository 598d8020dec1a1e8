package outbox

import (
	"testing"
	"time"

	"onedoor/sync/item"
)

// TestItemsTellWhatIsKnownOfTheClock: for the very moment that the item bears, and nothing where nothing is known.
func TestItemsTellWhatIsKnownOfTheClock(t *testing.T) {
	b := setup(t)
	if it := b.get(b.accept(submission()).ID).Item; it.Clock != "" {
		t.Errorf("an item of an unknown clock says %q", it.Clock)
	}
	b.cfg.Clock = func(now time.Time) item.Clock {
		return item.Clock{Known: true, Offset: now.Sub(start) + time.Second, Age: time.Hour}
	}
	b.reopen()
	*b.now = start.Add(time.Minute)
	it := b.get(b.accept(submission()).ID).Item
	at, off, exact := it.Filed()
	if !exact || off != time.Minute+time.Second || !at.Equal(start.Add(2*time.Minute+time.Second)) {
		t.Errorf("the item says %q at %s", it.Clock, it.Time)
	}
}
