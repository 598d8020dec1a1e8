package receipt

import "crypto/rand"

// NewSalt draws a salt for Numbers. A program draws one at each start, so that an undetected clone of its disk seldom makes the
// same number.
func NewSalt() uint8 {
	var b [1]byte
	for {
		rand.Read(b[:]) // never fails
		if b[0] < 200 { // so that all hundred are equally likely
			return b[0] % 100
		}
	}
}
