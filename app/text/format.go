package text

import (
	"fmt"
	"strings"
	"time"
)

// Fours groups a long number for reading aloud: 4401 1107 0100 0001 4273.
func Fours(number string) string {
	var b strings.Builder
	for i, r := range number {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Phone groups the digits of a mobile number 3-4-4, also while it is being typed.
func Phone(digits string) string {
	switch n := len(digits); {
	case n > 7:
		return digits[:3] + " " + digits[3:7] + " " + digits[7:]
	case n > 3:
		return digits[:3] + " " + digits[3:]
	default:
		return digits
	}
}

// Clock is the time of day as 14:26.
func Clock(t time.Time) string { return t.Format("15:04") }

// Stamp is date and time as a receipt prints them.
func Stamp(t time.Time) string { return t.Format("2006-01-02 15:04") }

// Date writes a day as the language does: 2026年11月22日 or 22 November 2026.
func Date(lang Language, t time.Time) string {
	if lang == English {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

// DateDigits shows up to eight typed digits in the places of a date, with what is still missing as underscores.
func DateDigits(lang Language, digits string) string {
	const blank = "________"
	d := digits + blank[min(len(digits), 8):]
	if lang == English {
		return d[:4] + "-" + d[4:6] + "-" + d[6:8]
	}
	return d[:4] + "年" + d[4:6] + "月" + d[6:8] + "日"
}
