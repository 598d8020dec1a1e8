package cardreader

import (
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
)

// link asks questions over the line, one at a time.
type link struct {
	port port.Port
	dec  Decoder
	buf  [512]byte
}

// ask flushes, sends the command and waits for an answer that fits it. first limits the wait for the first byte. progress
// is told how much of the answer has come; it may be nil. errSilent and errGarbled are a reader that does not answer;
// other errors are the line's.
//
// The caller wipes the answer's data when it is of a person.
func (l *link) ask(ctx context.Context, c Command, first time.Duration, progress func(have, total int)) (Answer, error) {
	l.dec.Reset()
	defer l.dec.Reset()
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
	limit := first
	came := false
	defer clear(l.buf[:])
	for {
		left := min(limit, first+transfer-time.Since(start))
		rctx, cancel := context.WithTimeout(ctx, left)
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
		limit = silence
		l.dec.Feed(l.buf[:n])
		if progress != nil {
			progress(l.dec.Pending())
		}
		if a, ok := l.next(c); ok {
			return a, nil
		}
		if have, _ := l.dec.Pending(); have == 0 {
			// Only noise or a stale answer so far: the true one may still be on its way.
			limit = max(silence, first-time.Since(start))
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
