package config_test

import (
	"testing"
	"time"

	"onedoor/app/config"
)

// TestOpenOn: working days unless something else is said; a holiday's days, and the Saturdays that are worked for it.
func TestOpenOn(t *testing.T) {
	place := time.FixedZone("hall", 8*60*60)
	for _, c := range []struct {
		hall string
		open map[string]bool
	}{
		{"", map[string]bool{"2027-02-01": true, "2027-02-05": true, "2027-02-06": false, "2027-02-07": false}},
		{"hall: {days: [tue, sat]}\n", map[string]bool{"2027-02-01": false, "2027-02-02": true, "2027-02-06": true}},
		{"hall: {days: []}\n", map[string]bool{"2027-02-01": false}},
		{"hall:\n  closed: [2027-02-05/2027-02-11, 2027-03-01]\n  also_open: [2027-02-20, 2027-02-11]\n", map[string]bool{
			"2027-02-04": true, "2027-02-05": false, "2027-02-06": false, "2027-02-10": false, "2027-02-11": true, "2027-02-12": true,
			"2027-02-20": true, "2027-02-21": false, "2027-02-27": false, "2027-03-01": false, "2027-03-02": true}},
	} {
		cfg, err := config.Parse([]byte(good + c.hall))
		if err != nil {
			t.Errorf("%q: %v", c.hall, err)
			continue
		}
		for day, want := range c.open {
			at, err := time.ParseInLocation(time.DateOnly, day, place)
			if err != nil {
				t.Fatal(err)
			}
			for _, hour := range []time.Duration{0, 8*time.Hour + 30*time.Minute, 23*time.Hour + 59*time.Minute} { // in UTC the first are the day before
				if got := cfg.Hall.OpenOn(at.Add(hour)); got != want {
					t.Errorf("%q: %s is open: %v", c.hall, at.Add(hour), got)
				}
			}
		}
	}
}
