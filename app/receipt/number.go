// Package receipt makes what a citizen carries home: the case number, and the words on the paper.
//
// It guarantees that two submissions of one hall never bear the same number, without network and without a clock, and
// that the paper holds no identity number, no full name and no sentence that was not true when it was printed. The
// package is pure.
package receipt

import (
	"errors"
	"fmt"
	"strings"
)

// NumberLength is the number of digits of a case number: hall 5, kiosk 3, incarnation 2, running number 6, salt 2,
// check 2 (ISO 7064 MOD 97-10, GB/T 17710).
const NumberLength = 20

// MaxRunning is the last running number of an incarnation. It never starts again; after it a new incarnation is needed.
const MaxRunning = 999_999

// ErrNumber is returned for digits that are not a case number.
var ErrNumber = errors.New("not a case number")

// Numbers makes the case numbers of one incarnation of one kiosk.
type Numbers struct {
	Hall, Kiosk, Incarnation string // 5, 3 and 2 digits
	// Salt is 0 to 99, drawn when the program starts, so that even an undetected clone of the disk seldom makes the
	// same number.
	Salt uint8
}

// Number gives the case number for the running number n, from 1 to MaxRunning.
func (g Numbers) Number(n uint32) (string, error) {
	if n == 0 || n > MaxRunning {
		return "", fmt.Errorf("case number: running number %d is outside 1 to %d", n, MaxRunning)
	}
	if !digits(g.Hall, 5) || !digits(g.Kiosk, 3) || !digits(g.Incarnation, 2) || g.Salt > 99 {
		return "", fmt.Errorf("case number: hall %q, kiosk %q or incarnation %q has the wrong number of digits", g.Hall, g.Kiosk, g.Incarnation)
	}
	body := g.Hall + g.Kiosk + g.Incarnation + fmt.Sprintf("%06d%02d", n, g.Salt)
	check := (98 - mod97(body+"00")) % 97
	return body + fmt.Sprintf("%02d", check), nil
}

// ParseNumber checks a typed or scanned number; blanks and hyphens between the groups are allowed.
func ParseNumber(s string) (string, error) {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	if !digits(s, NumberLength) {
		return "", fmt.Errorf("%w: want %d digits", ErrNumber, NumberLength)
	}
	if mod97(s) != 1 {
		return "", fmt.Errorf("%w: check digits are wrong", ErrNumber)
	}
	return s, nil
}

// Valid reports whether digits are a whole case number with the right check digits.
func Valid(number string) bool {
	_, err := ParseNumber(number)
	return err == nil
}

func mod97(s string) int {
	r := 0
	for _, c := range []byte(s) {
		r = (r*10 + int(c-'0')) % 97
	}
	return r
}

func digits(s string, n int) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) == n
}
