package config

import "time"

func (h Hall) validate(bad func(field, format string, args ...any)) {
	clock := func(field, s string) {
		if _, err := time.Parse("15:04", s); s != "" && err != nil {
			bad(field, "is %q, want a time of the day such as \"08:30\", in quotes", s)
		}
	}
	clock("hall.opens", h.Opens)
	clock("hall.self_test", h.SelfTest)
}
