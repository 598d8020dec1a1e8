package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// weekdays as the file names them, from Sunday on.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// span is days from the first to the last, both included, as 2027-02-06.
type span struct{ from, to string }

// parseSpan reads 2027-02-06, or 2027-02-06/2027-02-12.
func parseSpan(s string) (span, error) {
	from, to, more := strings.Cut(s, "/")
	if !more {
		to = from
	}
	for _, day := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return span{}, fmt.Errorf("%q is no date such as 2027-02-06, and no days such as 2027-02-06/2027-02-12", s)
		}
	}
	if to < from {
		return span{}, fmt.Errorf("%q ends before it begins", s)
	}
	return span{from, to}, nil
}

// OpenOn reports whether the hall opens on the day of t, by the calendar of t's own place. What AlsoOpen names is open whatever
// else is said, and what Closed names is not.
func (h Hall) OpenOn(t time.Time) bool {
	day := t.Format(time.DateOnly)
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool {
			d, err := parseSpan(s)
			return err == nil && d.from <= day && day <= d.to
		})
	}
	return in(h.AlsoOpen) || !in(h.Closed) && slices.Contains(h.Days, weekdays[t.Weekday()])
}

func (h Hall) validate(bad func(field, format string, args ...any)) {
	clock := func(field, s string) {
		if _, err := time.Parse("15:04", s); s != "" && err != nil {
			bad(field, "is %q, want a time of the day such as \"08:30\", in quotes", s)
		}
	}
	clock("hall.opens", h.Opens)
	clock("hall.self_test", h.SelfTest)
	for i, day := range h.Days {
		if !slices.Contains(weekdays, day) {
			bad(fmt.Sprintf("hall.days[%d]", i), "is %q, want one of %v", day, weekdays)
		}
	}
	dates := func(field string, list []string) {
		for i, s := range list {
			if _, err := parseSpan(s); err != nil {
				bad(fmt.Sprintf("%s[%d]", field, i), "%s", err)
			}
		}
	}
	dates("hall.closed", h.Closed)
	dates("hall.also_open", h.AlsoOpen)
}
