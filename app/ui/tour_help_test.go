package ui

import (
	"errors"
	"testing"
	"time"

	"onedoor/app/hall"
	"onedoor/app/kiosk"
)

// counter is where calls for help go: a real list of them, and staff who look or do not.
type counter struct {
	hall.Calls
	now      func() time.Time
	attended bool
	closed   bool
}

func (c *counter) Place(at hall.Place) (hall.Call, error) {
	if c.closed {
		return hall.Call{}, errors.New("closed")
	}
	return c.Calls.Place(at, c.now()), nil
}
func (c *counter) Withdraw(id uint64, left bool) { c.Calls.Withdraw(id, left, c.now()) }
func (c *counter) Attended() bool                { return c.attended }

// answer lets staff say that they are on the way, to the newest call.
func (c *counter) answer(t *testing.T) {
	t.Helper()
	all := c.List()
	if _, err := c.Answer(all[len(all)-1].ID, "li-1", c.now()); err != nil {
		t.Fatal(err)
	}
}

// callForHelp calls staff, who come, or do not, or are not there.
func callForHelp(v *visitor) {
	v.does(kiosk.Start{}, kiosk.Choice{Service: "old-age-allowance"}, kiosk.Help{})
	v.shows("help-offer")
	v.does(kiosk.CallStaff{})
	v.shows("help-called")
	v.does(kiosk.Help{})
	v.shows("help-called-closed")
	v.does(kiosk.Help{})
	v.waits(61 * time.Second)
	v.shows("help-late")
	v.parts.counter.answer(v.T)
	v.waits(time.Second)
	v.shows("help-coming")
	v.does(kiosk.Help{})
	v.shows("help-coming-closed")
	v.does(kiosk.Help{}, kiosk.CallOff{})
	v.turns(func(p *parts) { p.counter.attended = false })
	v.does(kiosk.CallStaff{})
	v.shows("help-unseen")
	v.does(kiosk.CallOff{})
	v.turns(func(p *parts) { p.counter.closed = true })
	v.does(kiosk.CallStaff{})
	v.shows("help-failed")
}
