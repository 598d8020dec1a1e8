package doctor

import (
	"context"
	"time"
)

// From these on a clock's error is told of. Receipts bear the machine's time to the minute, and certificates are judged by it.
const (
	drifts = 5 * time.Second
	isOff  = time.Minute
)

// unknown stands for an offset from a central that was not heard of.
const unknown = "?"

// firstYear is before this program was: a clock that says so has not been set.
const firstYear = 2026

// clock compares this machine's clock with central's, once that is known.
func (p *patient) clock(ctx context.Context) []Finding {
	now := p.Machine.Now()
	args := []string{"now", now.Local().Format("2006-01-02 15:04:05"), "zone", now.Local().Format("-07:00")}
	if now.Year() < firstYear {
		return []Finding{wrong(CheckClock, ClockUnset, args...)}
	}
	if p.wanted(CheckCentral) {
		select {
		case <-p.met:
		case <-ctx.Done():
		}
	}
	synced, err := p.Machine.Synchronised()
	off, known := p.central()
	args = append(args, "offset", off.Round(100*time.Millisecond).String())
	switch {
	case known && off.Abs() >= isOff:
		return []Finding{wrong(CheckClock, ClockWrong, args...)}
	case known && off.Abs() >= drifts:
		return []Finding{wrong(CheckClock, ClockDrifts, args...)}
	case err == nil && !synced:
		return []Finding{wrong(CheckClock, ClockUnsynchronised, args...)}
	}
	if !known {
		args[len(args)-1] = unknown
	}
	return []Finding{fine(CheckClock, args...).because(err)}
}

// central is how far central's clock is ahead of this machine's. It is not known before the way there has been looked at.
func (p *patient) central() (time.Duration, bool) {
	select {
	case <-p.met:
	default:
		return 0, false
	}
	if p.offset == nil {
		return 0, false
	}
	return *p.offset, true
}
