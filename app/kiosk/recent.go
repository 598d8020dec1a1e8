package kiosk

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"time"
)

// recent finds the cases that this machine accepted lately by the number of a card, for when central can not be asked. It
// holds no number: what it holds is hashed under a key that is drawn at each start and never leaves the memory.
type recent struct {
	key   [sha256.Size]byte
	cases []recentCase // oldest first
}

type recentCase struct {
	holder [sha256.Size]byte
	number string // of the case
	at     time.Time
}

// What is older, or beyond the newest so many, is forgotten.
const (
	recentAge  = 24 * time.Hour
	recentMost = 1000
)

func newRecent() *recent {
	r := &recent{}
	rand.Read(r.key[:]) // never fails
	return r
}

func (r *recent) holder(card []byte) (sum [sha256.Size]byte) {
	m := hmac.New(sha256.New, r.key[:])
	m.Write(card)
	m.Sum(sum[:0])
	m.Reset()
	m.Write(make([]byte, sha256.BlockSize-1)) // over what it has of the number
	return sum
}

// add notes that a case of the holder of a card was accepted.
func (r *recent) add(card []byte, number string, at time.Time) {
	r.forget(at)
	if len(r.cases) >= recentMost {
		r.cases = slices.Delete(r.cases, 0, len(r.cases)-recentMost+1)
	}
	r.cases = append(r.cases, recentCase{r.holder(card), number, at})
}

// of lists the numbers of the cases of a card's holder, the newest first.
func (r *recent) of(card []byte, now time.Time) []string {
	r.forget(now)
	holder := r.holder(card)
	var all []string
	for _, c := range slices.Backward(r.cases) {
		if c.holder == holder {
			all = append(all, c.number)
		}
	}
	return all
}

func (r *recent) forget(now time.Time) {
	r.cases = slices.DeleteFunc(r.cases, func(c recentCase) bool { return now.Sub(c.at) >= recentAge })
}
