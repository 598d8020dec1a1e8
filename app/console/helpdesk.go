package console

import (
	"errors"
	"time"

	"onedoor/app/hall"
)

// errClosed is returned for a call when nobody can be shown it.
var errClosed = errors.New("the console is closed")

// unscripted is how long a browser without a script counts as open after it asked for the page: a little more than the page's own
// refresh.
const unscripted = (refresh + 5) * time.Second

// Place records a call for help and shows it to whoever has the page open.
func (c *Console) Place(at hall.Place) (hall.Call, error) {
	c.mu.Lock()
	serving := c.serving
	c.mu.Unlock()
	if !serving {
		return hall.Call{}, errClosed
	}
	call := c.cfg.Calls.Place(at, c.cfg.Now())
	c.cfg.Audit.HelpAsked(at.Service)
	return call, nil
}

// Move notes that the visit of a call has gone on.
func (c *Console) Move(id uint64, to hall.Place) { c.cfg.Calls.Move(id, to) }

// Withdraw ends a call that nobody waits for any more.
func (c *Console) Withdraw(id uint64, left bool) { c.cfg.Calls.Withdraw(id, left, c.cfg.Now()) }

// Call gives a call as it stands.
func (c *Console) Call(id uint64) (hall.Call, bool) { return c.cfg.Calls.Call(id) }

// Attended reports whether anybody has the page open.
func (c *Console) Attended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.serving && (len(c.streams) > 0 || !c.seen.IsZero() && c.cfg.Now().Sub(c.seen) < unscripted)
}

func (c *Console) noteReader() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = c.cfg.Now()
}
