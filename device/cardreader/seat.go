package cardreader

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"onedoor/device"
)

const (
	answerLimit  = time.Second             // first byte of the answer to find and select
	readLimit    = 10 * time.Second        // first byte of the answer to read: slow modules talk to the card for 8 s first
	addressLimit = 1500 * time.Millisecond // first byte of the newest address
	absences     = 2                       // answers in a row that say "no card" before it counts as lifted
	quietTries   = 2                       // failed reads of one card before the citizen is told
	proofs       = 2                       // times in a row that a module finds the same card again before it counts as its way
)

// errHung is a module that took the question for what a card holds and said nothing at all.
var errHung = fmt.Errorf("read card: %w", errSilent)

// presence is how a module shows that the card it has read still lies there.
type presence uint8

const (
	unsure     presence = iota // not known yet
	byAddress                  // it answers the question for the newest address
	byFind                     // it goes on finding the card; another laid in its place between two looks passes for it
	byNextFind                 // it finds nothing until the card was lifted and laid again
)

// seat is what the driver knows about the place where a card lies.
type seat struct {
	lying   bool // the card that was read has not been lifted
	suspect bool // the line was lost while it lay there, so it may be the next one that is found
	how     presence
	trusts  bool   // this module has answered the address question for a lying card before
	keeps   bool   // this module has found a card again that it had read
	print   []byte // keyed hash of the card last read
	doubt   bool   // the card was missed since it was read, so another may lie in its place
	again   int    // times that this card was found again while how was unsure

	found   bool // Found went out for the card that is being tried
	tries   int  // failed reads of it
	told    bool // Failed went out for it
	nothing int  // answers in a row that say "no card"
	refused int  // cards since the start that can not be true
}

// disconnect keeps only what tells a card that was left lying from a new one.
func (s *seat) disconnect() {
	*s = seat{suspect: s.suspect || s.lying, print: s.print, refused: s.refused}
}

// next is the seat for the next card: what is known about the module stays.
func (s *seat) next() { *s = seat{trusts: s.trusts, keeps: s.keeps, refused: s.refused} }

// lie is the seat of a card that needs no more reading.
func (s *seat) lie(print []byte) {
	*s = seat{lying: true, print: print, trusts: s.trusts, keeps: s.keeps, refused: s.refused}
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
		return r.foundAgain(ctx, l, a.Code == CodeFound)
	}
}

// foundAgain takes the answer to a find while a card that was read may still lie there.
func (r *Reader) foundAgain(ctx context.Context, l *link, there bool) error {
	switch {
	case r.seat.how == byNextFind && there: // it was lifted in between
		r.lifted(ctx)
		if r.isEnabled() {
			return r.read(ctx, l)
		}
	case r.seat.how == byFind:
		r.seat.doubt = r.seat.doubt || !there
		r.present(ctx, there)
		if there && r.seat.doubt && r.isEnabled() {
			return r.compare(ctx, l)
		}
	case r.seat.how == unsure && there && r.isEnabled():
		r.seat.nothing = 0
		return r.compare(ctx, l)
	case r.seat.how == unsure && !there:
		// Believed only when said twice, for one answer may have missed the card.
		if r.seat.nothing++; r.seat.nothing >= absences {
			return r.decide(ctx, l)
		}
	}
	return nil
}

// decide asks what hides the card that is found no more: a module that hides what it has read, or one whose card was lifted
// right after the read, when it was to show how it treats a card.
func (r *Reader) decide(ctx context.Context, l *link) error {
	a, err := l.ask(ctx, cmdNewAddress, addressLimit, nil)
	if err != nil {
		return err
	}
	clear(a.Data)
	r.seat.nothing = 0
	switch a.Code {
	case CodeOK, CodeNoItem:
		r.seat.how, r.seat.trusts = byAddress, true
	case CodeReadFailed, CodeNoCard, CodeSelectFailed, CodeNotFoundYet:
		r.lifted(ctx)
	default:
		r.seat.how = byNextFind
	}
	return nil
}

// compare reads a card that was found again, to tell the one that was left lying from another that was laid in its place
// between two looks. One that can not be read stays what it was, and is looked at again.
func (r *Reader) compare(ctx context.Context, l *link) error {
	a, err := fetch(ctx, l, nil)
	if err != nil {
		return err
	}
	defer clear(a.Data)
	if a.Code != CodeOK {
		return nil
	}
	text, photo, err := parseRead(a.Data)
	if err == nil && bytes.Equal(r.fingerprint(text), r.seat.print) {
		r.seat.doubt = false
		if r.seat.again++; r.seat.how == unsure && r.seat.again >= proofs {
			r.seat.how, r.seat.keeps = byFind, true
		}
		return nil
	}
	if (err != nil || l.noise.recent()) && !r.confirmed(a.Data) {
		return nil // it may be the line that made another of it
	}
	r.lifted(ctx)
	r.begin(ctx)
	if err != nil {
		r.fail(ctx, Unsupported)
		return nil
	}
	return r.accept(ctx, l, text, photo)
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
	r.seat.next()
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
	a, err := fetch(ctx, l, r.progress(ctx))
	if err != nil {
		return r.broken(ctx, err)
	}
	defer clear(a.Data)
	if a.Code != CodeOK {
		r.fail(ctx, reasonOf(a.Code))
		return nil
	}
	text, photo, err := parseRead(a.Data)
	if err != nil && l.noise.recent() {
		r.fail(ctx, Moved)
		return nil
	}
	if err != nil {
		r.fail(ctx, Unsupported)
		return nil
	}
	print := r.fingerprint(text)
	if r.seat.suspect && bytes.Equal(print, r.seat.print) {
		r.seat.lie(print)
		return r.settle(ctx, l, nil)
	}
	if l.noise.recent() && !r.confirmed(a.Data) {
		r.fail(ctx, Moved)
		return nil
	}
	r.seat.suspect = false
	r.begin(ctx)
	return r.accept(ctx, l, text, photo)
}

// fetch selects the card that was just found and asks for what it holds, which the caller wipes.
func fetch(ctx context.Context, l *link, progress func(have, total int)) (Answer, error) {
	a, err := l.ask(ctx, cmdSelect, answerLimit, nil)
	if err != nil || a.Code != CodeOK {
		return a, err
	}
	a, err = l.ask(ctx, cmdRead, readLimit, progress)
	if errors.Is(err, errSilent) {
		err = errHung
	}
	return a, err
}

// accept hands over what was read whole, or refuses it.
func (r *Reader) accept(ctx context.Context, l *link, text, photo []byte) error {
	print := r.fingerprint(text)
	card, err := parseText(text)
	if err != nil {
		return r.refuse(ctx, l, print, "layout")
	}
	if why := card.Fault(); why != FaultNone {
		card.Wipe()
		return r.refuse(ctx, l, print, why)
	}
	card.Photo = bytes.Clone(photo)
	r.seat.lie(print)
	err = r.settle(ctx, l, card)
	r.emit(ctx, CardRead{card})
	return err
}

// confirmed says whether the same, bit for bit, was read before. It may be from the laying before: a module that hides a
// card it has read leaves no other way.
func (r *Reader) confirmed(data []byte) bool {
	print := r.fingerprint(data)
	if bytes.Equal(print, r.once) {
		r.once = nil
		return true
	}
	r.once = print
	return false
}

// refuse is a card whose text came over whole and can not be true. Reading it again would give the same.
func (r *Reader) refuse(ctx context.Context, l *link, print []byte, why Fault) error {
	r.seat.refused++
	r.cfg.Logger.Warn("card refused", "fault", string(why), "count", r.seat.refused)
	r.seat.lie(print)
	err := r.settle(ctx, l, nil)
	r.emit(ctx, Failed{Damaged})
	return err
}

// settle asks for the newest address right after the read, while it is sure that the card lies there. The answer also
// shows how this module tells that a card is still there.
func (r *Reader) settle(ctx context.Context, l *link, card *Card) error {
	switch {
	case r.seat.trusts:
		r.seat.how = byAddress
	case r.seat.keeps:
		r.seat.how = byFind
	}
	a, err := l.ask(ctx, cmdNewAddress, addressLimit, nil)
	if errors.Is(err, errGarbled) { // it knows the question
		a, err = l.ask(ctx, cmdNewAddress, addressLimit, nil)
	}
	if errors.Is(err, errSilent) || errors.Is(err, errGarbled) {
		return nil
	}
	if err != nil {
		return err
	}
	defer clear(a.Data)
	switch a.Code {
	case CodeOK:
		if card != nil && (!l.noise.recent() || l.again(ctx, cmdNewAddress, a.Data)) {
			card.NewAddress = field(a.Data)
		}
		r.seat.how, r.seat.trusts = byAddress, true
	case CodeNoItem:
		r.seat.how, r.seat.trusts = byAddress, true
	}
	return nil
}

// broken is a question about a card that got no answer: as for the citizen, the card moved; as for the reader, a miss.
func (r *Reader) broken(ctx context.Context, err error) error {
	if errors.Is(err, errHung) {
		r.seat.tries = max(r.seat.tries, quietTries-1) // that took long enough
	}
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
