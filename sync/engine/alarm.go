package engine

import "time"

// alarm is a time to wait for. It knows how long the wait was when it was set, so that a clock that goes back ends the wait
// instead of stretching it. The zero alarm has gone off.
type alarm struct {
	at   time.Time
	wait time.Duration
}

func alarmIn(wait time.Duration, now time.Time) alarm { return alarm{now.Add(wait), wait} }

// left is how long it still is; 0 or less when it has gone off.
func (a alarm) left(now time.Time) time.Duration {
	if left := a.at.Sub(now); left <= a.wait {
		return left
	}
	return 0
}

// atLeast is the alarm, or one that is so long away when that is longer.
func (a alarm) atLeast(wait time.Duration, now time.Time) alarm {
	if wait <= a.left(now) {
		return a
	}
	return alarmIn(wait, now)
}
