package staff

import (
	"errors"
	"fmt"
	"slices"
)

// Lengths of a PIN.
const (
	MinPIN = 6
	MaxPIN = 12
)

// ErrWeakPIN is returned for a PIN that must not be set; its text says why, in English, for an operator.
var ErrWeakPIN = errors.New("PIN is too easy to guess")

// CheckPIN says whether a PIN may be set: 6 to 12 digits, of four kinds at least, that are no run, no repetition, nothing
// that can be a birthday, and none of the few that everybody takes. A PIN that was set is not checked by it.
func CheckPIN(pin []byte) error {
	weak := func(why string) error { return fmt.Errorf("%w: %s", ErrWeakPIN, why) }
	if len(pin) < MinPIN || len(pin) > MaxPIN {
		return weak(fmt.Sprintf("it must have %d to %d digits", MinPIN, MaxPIN))
	}
	kinds := map[byte]bool{}
	for _, c := range pin {
		if c < '0' || c > '9' {
			return weak("it must be digits only")
		}
		kinds[c] = true
	}
	switch {
	case isRun(pin):
		return weak("it is a run")
	case isRepeated(pin) || len(kinds) < 4:
		return weak("it repeats itself")
	case slices.Contains(usual, string(pin)):
		return weak("too many people take it")
	case hasDate(pin):
		return weak("it looks like a date")
	}
	return nil
}

// usual are PINs of six digits that pass the other rules, and that lists of found ones have near their top in China.
var usual = []string{"147258", "258369", "147852", "159753", "753951", "741852", "852963", "789456", "456123", "521314", "201314", "135246", "246135", "147896", "258147", "159357", "963852"}

// isRun reports steps of one size all along, as 123456, 987654, 890123 and 135791.
func isRun(pin []byte) bool {
	step := (pin[1] - pin[0] + 10) % 10
	for i := 2; i < len(pin); i++ {
		if (pin[i]-pin[i-1]+10)%10 != step {
			return false
		}
	}
	return true
}

// isRepeated reports a part said over and over, forwards or back: 121212, 123123, 123321.
func isRepeated(pin []byte) bool {
	for n := 1; n <= len(pin)/2; n++ {
		same := true
		for i := n; i < len(pin); i++ {
			same = same && pin[i] == pin[i-n]
		}
		if same {
			return true
		}
	}
	back := slices.Clone(pin)
	defer clear(back)
	slices.Reverse(back)
	return slices.Equal(back, pin)
}

// hasDate reports what can be a birthday: six digits as year, month, day in any usual order, or eight with the century, or six
// as year and month with the century; in a longer PIN at its begin or end.
func hasDate(pin []byte) bool {
	for _, part := range [][]byte{pin[:6], pin[len(pin)-6:]} {
		a, b, c := pair(part[0:]), pair(part[2:]), pair(part[4:])
		if date(b, c) || date(a, b) || date(b, a) || (a == 19 || a == 20) && c >= 1 && c <= 12 {
			return true
		}
	}
	if len(pin) < 8 {
		return false
	}
	for _, part := range [][]byte{pin[:8], pin[len(pin)-8:]} {
		a, b, c, d := pair(part[0:]), pair(part[2:]), pair(part[4:]), pair(part[6:])
		if (a == 19 || a == 20) && date(c, d) || (c == 19 || c == 20) && (date(a, b) || date(b, a)) {
			return true
		}
	}
	return false
}

func pair(digits []byte) int { return int(digits[0]-'0')*10 + int(digits[1]-'0') }

func date(month, day int) bool { return month >= 1 && month <= 12 && day >= 1 && day <= 31 }
