package hall

import (
	"maps"
	"time"
)

// Day is how many visits a day had: numbers only.
type Day struct {
	Date     string         `json:"date"`            // 2006-01-02, by the machine's clock
	Begun    int            `json:"begun"`           // visits
	Finished int            `json:"finished"`        // that ended with what they came for
	Left     map[string]int `json:"left,omitempty"`  // that ended at a step before, by its name
	Calls    int            `json:"calls,omitempty"` // for help
}

// on gives the day of t: d itself, or a new one.
func (d Day) on(t time.Time) Day {
	if date := t.Format(time.DateOnly); d.Date != date {
		return Day{Date: date}
	}
	return d
}

// leave counts a visit that ended at a step.
func (d Day) leave(step string) Day {
	left := maps.Clone(d.Left)
	if left == nil {
		left = map[string]int{}
	}
	left[step]++
	d.Left = left
	return d
}
