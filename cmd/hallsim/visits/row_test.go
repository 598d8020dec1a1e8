package visits_test

import (
	"errors"
	"testing"
	"time"

	"onedoor/cmd/hallsim/visits"
)

// series is what was measured after each of many visits, the n-th changed by change.
func series(count int, change func(n int, v *visits.Vitals)) []visits.Vitals {
	all := make([]visits.Vitals, count)
	for n := range all {
		all[n] = visits.Vitals{Resident: 300e6, Goroutines: 50, Descriptors: 38, Threads: 17}
		change(n, &all[n])
	}
	return all
}

// TestGrowthIsTold: what grows from the second quarter to the last is, and neither a beginning that still takes what it needs
// nor what goes up and down again.
func TestGrowthIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		count  int
		change func(n int, v *visits.Vitals)
		grows  bool
	}{
		"nothing":                {2000, func(int, *visits.Vitals) {}, false},
		"one visit":              {1, func(int, *visits.Vitals) {}, false},
		"none":                   {0, func(int, *visits.Vitals) {}, false},
		"the beginning":          {2000, func(n int, v *visits.Vitals) { v.Resident += int64(min(n, 200)) * 1e5 }, false},
		"up and down":            {2000, func(n int, v *visits.Vitals) { v.Resident += int64(n%7) * 8e6 }, false},
		"20 KB a visit":          {2000, func(n int, v *visits.Vitals) { v.Resident += int64(n) * 20e3 }, true},
		"a short row":            {12, func(n int, v *visits.Vitals) { v.Resident += int64(n) * 3e6 }, false},
		"a goroutine each visit": {12, func(n int, v *visits.Vitals) { v.Goroutines += n }, true},
		"a descriptor each":      {12, func(n int, v *visits.Vitals) { v.Descriptors += n }, true},
		"a thread each":          {12, func(n int, v *visits.Vitals) { v.Threads += n }, true},
	} {
		if err := visits.Grown(series(c.count, c.change)); errors.Is(err, visits.ErrGrows) != c.grows {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestShare(t *testing.T) {
	var all []time.Duration
	for n := range 100 {
		all = append(all, time.Duration(100-n))
	}
	for percent, want := range map[int]time.Duration{1: 1, 50: 50, 95: 95, 100: 100} {
		if got := visits.Share(all, percent); got != want {
			t.Errorf("%d of 100 stay below %d, want %d", percent, got, want)
		}
	}
	if got := visits.Share(nil, 95); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
	if got := visits.Share(all[:1], 50); got != 100 {
		t.Errorf("of one: %v", got)
	}
}
