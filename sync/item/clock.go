package item

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock says how far the clock that wrote Item.Time was from the upstream's, as the source knew then. Nothing is ordered by
// it; it lets central correct a filing time and say by how much. The zero value means that the source had never heard.
type Clock struct {
	Known  bool
	Offset time.Duration // to be added to the source's time; to the millisecond
	Age    time.Duration // of the estimate, to the second: a cheap clock drifts some seconds a day
}

// MaxClockOffset is the largest offset an item can carry: a clock that starts in 1970 is 60 years off.
const MaxClockOffset = 200 * 365 * 24 * time.Hour

// String gives the form that travels, "off=-1240;age=86400", in milliseconds and seconds; empty when it is not known.
func (c Clock) String() string {
	if !c.Known {
		return ""
	}
	return fmt.Sprintf("off=%d;age=%d", c.Offset.Milliseconds(), int64(c.Age/time.Second))
}

// ParseClock reads the form that String writes, and no other.
func ParseClock(s string) (Clock, error) {
	if s == "" {
		return Clock{}, nil
	}
	off, age, _ := strings.Cut(s, ";")
	ms, err := strconv.ParseInt(strings.TrimPrefix(off, "off="), 10, 64)
	if err != nil {
		return Clock{}, fmt.Errorf("parse clock %.40q: offset", s)
	}
	seconds, err := strconv.ParseInt(strings.TrimPrefix(age, "age="), 10, 64)
	most := MaxClockOffset.Milliseconds()
	if err != nil || ms > most || ms < -most || seconds < 0 || seconds > most/1000 {
		return Clock{}, fmt.Errorf("parse clock %.40q: out of range", s)
	}
	c := Clock{Known: true, Offset: time.Duration(ms) * time.Millisecond, Age: time.Duration(seconds) * time.Second}
	if c.String() != s {
		return Clock{}, fmt.Errorf("parse clock %.40q: not in its one form", s)
	}
	return c, nil
}

// Filed is when the item was made: Time with the source's own correction. exact is false when there is none to apply; off is
// what was added.
func (it *Item) Filed() (at time.Time, off time.Duration, exact bool) {
	at, err := time.Parse(time.RFC3339, it.Time)
	c, cerr := ParseClock(it.Clock)
	if err != nil || cerr != nil || !c.Known {
		return at, 0, false
	}
	return at.Add(c.Offset), c.Offset, true
}
