package cardreader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/device/port"
)

var (
	errSilent  = errors.New("cardreader: no answer")
	errGarbled = errors.New("cardreader: no whole answer")
)

const (
	// silence between two bytes of an answer ends the wait; even at 9600 baud a byte takes 1 ms.
	silence = 500 * time.Millisecond
	// transfer bounds the time of an answer after its first byte: the longest takes 2.4 s at 9600 baud.
	transfer   = 4 * time.Second
	writeLimit = 2 * time.Second
	// damagedRead is noise of more bytes than the leftovers of other answers: the answer itself has come, and is spoilt.
	damagedRead = 256
)

// link asks questions over the line, one at a time.
type link struct {
	port  port.Port
	noise *noise
	dec   Decoder
	buf   [512]byte
}

// noise tells whether the line has been bad of late. The protocol's check byte lets one in 256 damaged frames pass, so on
// such a line one reading of a card proves nothing.
type noise int

const (
	noiseStep  = 100  // what a damaged answer counts; a clean one counts one down
	noiseLimit = 1000 // a line that was bad is trusted again after so many clean answers
)

func (n *noise) damaged() { *n = min(*n+noiseStep, noiseLimit) }
func (n *noise) clean()   { *n = max(*n-1, 0) }

// recent is true after two damaged answers among a hundred.
func (n noise) recent() bool { return n > noiseStep }

// ask flushes, sends the command and waits for an answer that fits it. first limits the wait for the first byte. progress
// is told how much of the answer has come; it may be nil. errSilent and errGarbled are a reader that does not answer;
// other errors are the line's.
//
// The caller wipes the answer's data when it is of a person.
func (l *link) ask(ctx context.Context, c Command, first time.Duration, progress func(have, total int)) (Answer, error) {
	l.dec.Reset()
	defer l.dec.Reset()
	a, err := l.exchange(ctx, c, first, progress)
	switch {
	case err != nil:
	case l.dec.Noise() > 0:
		l.noise.damaged()
	default:
		l.noise.clean()
	}
	return a, err
}

// again says whether the same question gets the same data once more.
func (l *link) again(ctx context.Context, c Command, data []byte) bool {
	a, err := l.ask(ctx, c, addressLimit, nil)
	defer clear(a.Data)
	return err == nil && a.Code == CodeOK && bytes.Equal(a.Data, data)
}

// exchange does the work of ask.
func (l *link) exchange(ctx context.Context, c Command, first time.Duration, progress func(have, total int)) (Answer, error) {
	if err := l.port.Flush(); err != nil {
		return Answer{}, fmt.Errorf("flush before question: %w", err)
	}
	wctx, cancel := context.WithTimeout(ctx, writeLimit)
	_, err := l.port.Write(wctx, c.Frame())
	cancel()
	if err != nil {
		return Answer{}, fmt.Errorf("send question: %w", err)
	}
	start := time.Now()
	latest := start.Add(first + silence) // for the beginning of the answer, whatever else comes
	limit, end := first, latest
	came, begun := false, false
	defer clear(l.buf[:])
	for {
		rctx, cancel := context.WithTimeout(ctx, min(limit, time.Until(end)))
		n, err := l.port.Read(rctx, l.buf[:])
		cancel()
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return Answer{}, ctx.Err()
		case errors.Is(err, port.ErrTimeout):
			return l.lastChance(c, came)
		default:
			return Answer{}, fmt.Errorf("wait for answer: %w", err)
		}
		came = true
		l.dec.Feed(l.buf[:n])
		if progress != nil {
			progress(l.dec.Pending())
		}
		if a, ok := l.next(c); ok {
			return a, nil
		}
		if have, _ := l.dec.Pending(); have == 0 && l.dec.Noise() < damagedRead {
			// Only noise or a stale answer so far: the true one may still be on its way.
			limit, end, begun = max(silence, first-time.Since(start)), latest, false
			continue
		}
		if limit = silence; !begun {
			begun, end = true, time.Now().Add(transfer)
		}
	}
}

// next returns the next answer that fits. Others are late answers to earlier questions.
func (l *link) next(c Command) (Answer, bool) {
	for content := l.dec.Next(); content != nil; content = l.dec.Next() {
		a, err := parseAnswer(content)
		if err == nil && c.fits(a) {
			return a, true
		}
		clear(content)
	}
	return Answer{}, false
}

// lastChance looks, after a silence, for an answer that hides behind a false beginning.
func (l *link) lastChance(c Command, came bool) (Answer, error) {
	if !came {
		return Answer{}, errSilent
	}
	// An answer that only breaks off is not damaged: so ends one whose card is pulled.
	if l.dec.Noise() > 0 {
		l.noise.damaged()
	}
	for have, _ := l.dec.Pending(); have > 0; have, _ = l.dec.Pending() {
		l.dec.Resync()
		if a, ok := l.next(c); ok {
			return a, nil
		}
		if now, _ := l.dec.Pending(); now >= have && now < headLength {
			break
		}
	}
	return Answer{}, errGarbled
}
