package kiosk

import "unsafe"

// Waiting is how many intents were not taken up yet.
func (k *Kiosk) Waiting() int { return len(k.intents) }

// Held lists the memory that holds what the present visitor gave: answers, letters on their way, strokes, the card. For
// tests that look at it after the wipe. It is called on Run's goroutine, by Show.
func (k *Kiosk) Held() [][]byte {
	s := k.visit
	var all [][]byte
	add := func(b []byte) {
		if cap(b) > 0 {
			all = append(all, b[:cap(b)])
		}
	}
	for _, b := range s.typed {
		add(b)
	}
	add(s.typing.letters)
	add(s.browse.query)
	add(s.number)
	for _, one := range s.typing.ink {
		add(memory(one))
	}
	for _, one := range s.signature.strokes {
		add(memory(one))
	}
	if s.card != nil {
		add(s.card.Name)
		add(s.card.Number)
		add(s.card.Address)
	}
	return all
}

func memory[T any](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}
