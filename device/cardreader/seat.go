package cardreader

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"time"

	"onedoor/device"
)

const (
	answerLimit  = time.Second             // first byte of the answer to find and select
	readLimit    = 4 * time.Second         // first byte of the answer to read: the module talks to the card first
	addressLimit = 1500 * time.Millisecond // first byte of the newest address
	absences     = 2                       // answers in a row that say "no card" before it counts as lifted
	quietTries   = 2                       // failed reads of one card before the citizen is told
)

// presence is how a module shows that the card it has read still lies there.
type presence uint8

const (
	unsure     presence = iota // not known yet
	byAddress                  // it answers the question for the newest address
	byFind                     // it goes on finding the card
	byNextFind                 // it finds nothing until the card was lifted and laid again
)

// seat is what the driver knows about the place where a card lies.
type seat struct {
	lying   bool // the card that was read has not been lifted
	suspect bool // the line was lost while it lay there, so it may be the next one that is found
	how     presence
	trusts  bool   // this module has answered the address question for a lying card before
	print   []byte // keyed hash of the card last read

	found   bool // Found went out for the card that is being tried
	tries   int  // failed reads of it
	told    bool // Failed went out for it
	nothing int  // answers in a row that say "no card"
}

// disconnect keeps only what tells a card that was left lying from a new one.
func (s *seat) disconnect() {
	*s = seat{suspect: s.suspect || s.lying, print: s.print}
}

// look asks for a card, or whether the last one still lies there.
func (r *Reader) look(ctx context.Context, l *link) error {
	if !r.seat.lying {
		return r.find(ctx, l)
	}
	switch r.seat.how {
	case byAddress:
		a, err := l.ask(ctx, cmdNewAddress, addressLimit, nil)
		if err != nil {
			return err
		}
		clear(a.Data)
		r.present(ctx, a.Code == CodeOK || a.Code == CodeNoItem)
		return nil
	default:
		a, err := l.ask(ctx, cmdFind, answerLimit, nil)
		if err != nil {
			return err
		}
		there := a.Code == CodeFound
		if r.seat.how == unsure {
			r.seat.how = byNextFind
			if there {
				r.seat.how = byFind
			}
			return nil
		}
		if r.seat.how == byFind {
			r.present(ctx, there)
			return nil
		}
		if there { // found again, so it was lifted in between
			r.lifted(ctx)
			return r.read(ctx, l)
		}
		return nil
	}
}

// present counts a card's absences.
func (r *Reader) present(ctx context.Context, there bool) {
	if there {
		r.seat.nothing = 0
		return
	}
	if r.seat.nothing++; r.seat.nothing >= absences {
		r.lifted(ctx)
	}
}

func (r *Reader) lifted(ctx context.Context) {
	r.seat = seat{trusts: r.seat.trusts}
	r.emit(ctx, Removed{})
}

// find asks for a new card and, when there is one, reads it.
func (r *Reader) find(ctx context.Context, l *link) error {
	a, err := l.ask(ctx, cmdFind, answerLimit, nil)
	if err != nil {
		return err
	}
	switch a.Code {
	case CodeFound:
		return r.read(ctx, l)
	case CodeNoKeys:
		return fault{device.ProblemUnauthorised}
	case CodeSelfTest:
		return fault{device.ProblemSelfTest}
	case CodeUnrecognised:
		r.begin(ctx)
		r.fail(ctx, OtherCard)
		return nil
	}
	if r.seat.nothing++; r.seat.nothing < absences {
		return nil
	}
	r.seat.suspect = false
	if r.seat.found {
		if r.seat.tries > 0 && !r.seat.told {
			r.emit(ctx, Failed{Moved})
		}
		r.lifted(ctx)
	}
	return nil
}

// begin tells that a card is there, once. A card that may be the former one is not told before it is known to be new.
func (r *Reader) begin(ctx context.Context) {
	r.seat.nothing = 0
	if !r.seat.found && !r.seat.suspect {
		r.seat.found = true
		r.emit(ctx, Found{})
	}
}

// fail counts a failed read and tells the citizen once.
func (r *Reader) fail(ctx context.Context, why Reason) {
	if r.seat.suspect {
		return
	}
	r.seat.tries++
	if r.seat.tries >= quietTries && !r.seat.told {
		r.seat.told = true
		r.cfg.Logger.Info("card not read", "reason", string(why))
		r.emit(ctx, Failed{why})
	}
}

// read selects and reads the card that was just found.
func (r *Reader) read(ctx context.Context, l *link) error {
	r.begin(ctx)
	a, err := l.ask(ctx, cmdSelect, answerLimit, nil)
	if err != nil {
		return r.broken(ctx, err)
	}
	if a.Code != CodeOK {
		r.fail(ctx, reasonOf(a.Code))
		return nil
	}
	a, err = l.ask(ctx, cmdRead, readLimit, r.progress(ctx))
	if err != nil {
		return r.broken(ctx, err)
	}
	defer clear(a.Data)
	if a.Code != CodeOK {
		r.fail(ctx, reasonOf(a.Code))
		return nil
	}
	text, photo, err := parseRead(a.Data)
	if err != nil {
		r.fail(ctx, Unsupported)
		return nil
	}
	print := r.fingerprint(text)
	if r.seat.suspect && bytes.Equal(print, r.seat.print) {
		r.seat = seat{lying: true, print: print}
		return r.settle(ctx, l, nil)
	}
	r.seat.suspect = false
	card, err := parseText(text)
	if err != nil {
		r.begin(ctx)
		r.fail(ctx, Damaged)
		return nil
	}
	card.Photo = bytes.Clone(photo)
	r.begin(ctx)
	r.seat = seat{lying: true, print: print, trusts: r.seat.trusts}
	err = r.settle(ctx, l, card)
	r.emit(ctx, CardRead{card})
	return err
}

// settle asks for the newest address right after the read, while it is sure that the card lies there. The answer also
// shows how this module tells that a card is still there.
func (r *Reader) settle(ctx context.Context, l *link, card *Card) error {
	a, err := l.ask(ctx, cmdNewAddress, addressLimit, nil)
	if errors.Is(err, errSilent) || errors.Is(err, errGarbled) {
		if r.seat.trusts {
			r.seat.how = byAddress
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer clear(a.Data)
	switch {
	case a.Code == CodeOK:
		if card != nil {
			card.NewAddress = field(a.Data)
		}
		r.seat.how, r.seat.trusts = byAddress, true
	case a.Code == CodeNoItem:
		r.seat.how, r.seat.trusts = byAddress, true
	case r.seat.trusts:
		r.seat.how = byAddress
	}
	return nil
}

// broken is a question about a card that got no answer: as for the citizen, the card moved; as for the reader, a miss.
func (r *Reader) broken(ctx context.Context, err error) error {
	if errors.Is(err, errSilent) || errors.Is(err, errGarbled) {
		r.fail(ctx, Moved)
	}
	return err
}

func reasonOf(c Code) Reason {
	switch c {
	case CodeUnrecognised:
		return OtherCard
	case 0x33: // information check failed
		return Damaged
	default:
		return Moved
	}
}

// progress tells the bytes of the answer in about ten steps.
func (r *Reader) progress(ctx context.Context) func(have, total int) {
	if r.seat.suspect {
		return nil
	}
	next := 0
	return func(have, total int) {
		if total <= headLength+4 || have < next { // not known yet, or only a refusal
			return
		}
		next = min(have+total/10, total)
		if have == total {
			next = total + 1
		}
		r.emit(ctx, Progress{Bytes: have, Total: total})
	}
}

func (r *Reader) fingerprint(text []byte) []byte {
	h := hmac.New(sha256.New, r.secret[:])
	h.Write(text)
	return h.Sum(nil)
}
