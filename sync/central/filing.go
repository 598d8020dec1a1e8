package central

import (
	"fmt"
	"time"

	"onedoor/sync/item"
)

// Filing is when a citizen filed, as well as it can be known. It decides no order; whoever relies on it sees what was
// corrected, and by how much.
type Filing struct {
	Said  time.Time     `json:"said"`            // by the kiosk's clock
	At    time.Time     `json:"at"`              // corrected
	By    time.Duration `json:"by"`              // At less Said, nanoseconds
	Age   time.Duration `json:"age"`             // of the kiosk's estimate of its clock's error, nanoseconds; 0 without one
	Known bool          `json:"known,omitempty"` // the kiosk had such an estimate
}

// filing corrects what an item says of its time by what its kiosk knew of its clock. Nothing was filed after it came in.
func filing(it *item.Item, received time.Time) Filing {
	said, err := time.Parse(time.RFC3339, it.Time)
	if err != nil {
		said = received // Validate has refused it
	}
	f := Filing{Said: said, At: said}
	if c, err := item.ParseClock(it.Clock); err == nil && c.Known {
		f.At, f.Age, f.Known = said.Add(c.Offset), c.Age, true
	}
	if f.At.After(received) {
		f.At = received
	}
	f.By = f.At.Sub(f.Said)
	return f
}

// filed puts it in words: the time, and what was corrected of it when that is a second or more.
func (s *Server) filed(p *page, f Filing) (at, note string) {
	at = s.shortTime(p, f.At)
	switch by := f.By.Round(time.Second); {
	case by > 0:
		note = fmt.Sprintf(p.T("filed.slow"), span(p, by))
	case by < 0:
		note = fmt.Sprintf(p.T("filed.fast"), span(p, -by))
	case !f.Known:
		note = p.T("filed.unknown")
	}
	return at, note
}

func span(p *page, d time.Duration) string {
	if days := d / (24 * time.Hour); days > 0 {
		return fmt.Sprintf(p.T("filed.days"), days)
	}
	return time.Time{}.Add(d).Format("15:04:05")
}
