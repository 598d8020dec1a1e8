package backroom

import (
	"slices"
	"time"

	"onedoor/app/kiosk"
)

// recent are the last acceptances, with the codes of their receipts. They are in memory only: the disk knows a code's hash.
type recent struct{ all []kiosk.Acceptance } // oldest first

// What is older, or beyond the newest so many, is forgotten.
const (
	recentAge  = 24 * time.Hour
	recentMost = 200
)

// Accepted keeps what a receipt can be printed again from.
func (b *Backroom) Accepted(a kiosk.Acceptance) { b.recent.add(a, b.cfg.Now()) }

func (r *recent) add(a kiosk.Acceptance, now time.Time) {
	r.forget(now)
	if len(r.all) >= recentMost {
		r.all = slices.Delete(r.all, 0, len(r.all)-recentMost+1)
	}
	r.all = append(r.all, a)
}

func (r *recent) of(number string, now time.Time) (kiosk.Acceptance, bool) {
	r.forget(now)
	i := slices.IndexFunc(r.all, func(a kiosk.Acceptance) bool { return a.Number == number })
	if i < 0 {
		return kiosk.Acceptance{}, false
	}
	return r.all[i], true
}

func (r *recent) forget(now time.Time) {
	r.all = slices.DeleteFunc(r.all, func(a kiosk.Acceptance) bool { return now.Sub(a.At) >= recentAge })
}
