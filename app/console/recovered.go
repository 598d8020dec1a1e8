package console

import (
	"slices"
	"strconv"
	"time"

	"onedoor/app/health"
)

// What is told of problems that have gone.
const (
	pastFor  = 24 * time.Hour // after their end
	pastMost = 6              // codes
)

// bygone is a problem that came and went, perhaps more than once: a loose plug shows by its number.
type bygone struct {
	Code         health.Code
	Times        int
	Opened, Gone time.Time // the last time
}

// lately gathers what has ended, the newest first.
func lately(now time.Time, history []health.Episode) []bygone {
	var all []bygone
	for _, e := range history {
		if e.Closed.IsZero() || now.Sub(e.Closed) > pastFor {
			continue
		}
		i := slices.IndexFunc(all, func(b bygone) bool { return b.Code == e.Code })
		if i < 0 {
			i, all = len(all), append(all, bygone{Code: e.Code})
		}
		b := &all[i]
		if b.Times++; !e.Closed.Before(b.Gone) {
			b.Opened, b.Gone = e.Opened, e.Closed
		}
	}
	slices.SortStableFunc(all, func(a, b bygone) int { return b.Gone.Compare(a.Gone) })
	return all[:min(len(all), pastMost)]
}

// pastRow is one in words.
type pastRow struct{ Code, Cause, When, Times string }

func (p *page) past(c *Console, all []bygone) {
	staff := c.cfg.Texts.In(p.Lang)
	for _, b := range all {
		kind, ok := health.KindOf(b.Code)
		if !ok { // of a former program
			continue
		}
		row := pastRow{Code: string(b.Code), Cause: staff.T(kind.Cause()), When: p.T("past.when", "from", p.since(b.Opened), "to", p.since(b.Gone))}
		if b.Times > 1 {
			row.Times = p.T("past.times", "n", strconv.Itoa(b.Times))
		}
		p.Past = append(p.Past, row)
	}
}
