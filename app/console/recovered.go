package console

import (
	"slices"
	"strconv"
	"time"

	"onedoor/app/health"
)

// What is told of problems that have gone.
const (
	recoveredFor  = 24 * time.Hour // after their end
	recoveredMost = 6              // codes
)

// recovered is a problem that came and went, perhaps more than once: a loose plug shows by its number.
type recovered struct {
	Code         health.Code
	Times        int
	Opened, Gone time.Time // the last time
}

// recentlyRecovered gathers what has ended, the newest first.
func recentlyRecovered(now time.Time, history []health.Episode) []recovered {
	var all []recovered
	for _, e := range history {
		if e.Closed.IsZero() || now.Sub(e.Closed) > recoveredFor {
			continue
		}
		i := slices.IndexFunc(all, func(b recovered) bool { return b.Code == e.Code })
		if i < 0 {
			i, all = len(all), append(all, recovered{Code: e.Code})
		}
		b := &all[i]
		if b.Times++; !e.Closed.Before(b.Gone) {
			b.Opened, b.Gone = e.Opened, e.Closed
		}
	}
	slices.SortStableFunc(all, func(a, b recovered) int { return b.Gone.Compare(a.Gone) })
	return all[:min(len(all), recoveredMost)]
}

// recoveredRow is one in words.
type recoveredRow struct{ Code, Cause, When, Times string }

func (p *page) recovered(c *Console, all []recovered) {
	staff := c.cfg.Texts.In(p.Lang)
	for _, b := range all {
		kind, ok := health.KindOf(b.Code)
		if !ok { // of a former program
			continue
		}
		row := recoveredRow{Code: string(b.Code), Cause: staff.T(kind.Cause()), When: p.T("recovered.when", "from", p.since(b.Opened), "to", p.since(b.Gone))}
		if b.Times > 1 {
			row.Times = p.T("recovered.times", "n", strconv.Itoa(b.Times))
		}
		p.Recovered = append(p.Recovered, row)
	}
}
