package main

import (
	"context"
	"errors"
	"time"

	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
)

const (
	// askLimit bounds the asking of one port; closing it may take another two seconds.
	askLimit = 10 * time.Second
	// answerLimit is for one real-time answer, which printers give at once.
	answerLimit = 300 * time.Millisecond
	// aloneLimit is how long nothing may come behind such an answer. Adapters hold bytes back for up to 16 ms.
	aloneLimit = 50 * time.Millisecond
	// slowLimit is the same where a slow printer must not be taken for one of few words.
	slowLimit = 600 * time.Millisecond
)

// probe opens a line and says what answers on it; talks is true when something came that neither says. An error is that of
// the opening.
//
// The printer goes first: its questions are nothing to a card reader, while those of a card reader would be text to a printer.
func probe(ctx context.Context, open func(context.Context) (port.Port, error)) (answers string, talks bool, err error) {
	p, err := open(ctx)
	if err != nil {
		return answersNothing, false, err
	}
	defer p.Close()
	found, talks := isPrinter(ctx, p)
	switch {
	case found:
		return answersPrinter, false, nil
	case cardreader.Probe(ctx, p) == nil:
		return answersReader, false, nil
	}
	return answersNothing, talks, nil
}

// isPrinter says whether a printer answers: two real-time questions, each with a single byte, for one byte may be noise, and
// what talks by itself says something to every question. Some printers know only some of the questions, and so the same one
// may do for both.
func isPrinter(ctx context.Context, p port.Port) (found, talks bool) {
	if err := p.Flush(); err != nil {
		return false, false
	}
	for _, n := range []byte{1, 4, 2, 3} {
		switch alone(ctx, p, n) {
		case saidNothing:
			continue
		case saidMore:
			if talks {
				return false, true
			}
			talks = true // it may have been of the line's opening
			continue
		}
		for _, second := range []byte{4, 2, 3, 1} {
			if second != n && alone(ctx, p, second) == saidAnswer {
				return true, false
			}
		}
		if alone(ctx, p, n) == saidAnswer {
			return true, false
		}
		return false, talks
	}
	return false, talks
}

// said is what came in answer to a question.
type said int

const (
	saidNothing said = iota
	saidAnswer       // one byte, and it is an answer
	saidMore         // anything else
)

// alone asks DLE EOT n and looks whether one answer comes, and nothing behind it.
func alone(ctx context.Context, p port.Port, n byte) said {
	asked, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	if _, err := p.Write(asked, []byte{0x10, 0x04, n}); err != nil {
		return saidNothing
	}
	first, err := nextByte(asked, p)
	if err != nil {
		return saidNothing
	}
	if n := drain(ctx, p); n > 0 || !isRealTime(first) {
		return saidMore
	}
	return saidAnswer
}

// drain reads on until nothing comes for aloneLimit, at most answerLimit, and says how many bytes those were without flow
// control. What one question has brought must not be taken for the answer to the next.
func drain(ctx context.Context, p port.Port) int {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	for count := 0; ; count++ {
		quiet, stop := context.WithTimeout(ctx, aloneLimit)
		_, err := nextByte(quiet, p)
		stop()
		if err != nil {
			return count
		}
	}
}

// nextByte waits for a byte that is not flow control, which may stand anywhere.
func nextByte(ctx context.Context, p port.Port) (byte, error) {
	var b [1]byte
	defer clear(b[:])
	for {
		if _, err := p.Read(ctx, b[:]); err != nil {
			return 0, err
		}
		if c := b[0]; c != 0x11 && c != 0x13 {
			return c, nil
		}
	}
}

// isRealTime says whether a byte is an answer to DLE EOT.
func isRealTime(b byte) bool {
	answers := new(printer.Parser).Feed([]byte{b})
	return len(answers) == 1 && answers[0].Kind == printer.RealTime
}

var errNoAnswer = errors.New("no answer")

// realTime asks DLE EOT n once.
func realTime(ctx context.Context, p port.Port, n byte, limit time.Duration) (byte, error) {
	return answer(ctx, p, []byte{0x10, 0x04, n}, limit, printer.RealTime)
}

// answer asks a printer and waits for an answer of one byte of the kind.
func answer(ctx context.Context, p port.Port, question []byte, limit time.Duration, kind printer.AnswerKind) (byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if _, err := p.Write(ctx, question); err != nil {
		return 0, err
	}
	var parser printer.Parser
	buf := make([]byte, 64)
	defer clear(buf)
	for {
		n, err := p.Read(ctx, buf)
		if errors.Is(err, port.ErrTimeout) {
			return 0, errNoAnswer
		}
		if err != nil {
			return 0, err
		}
		for _, a := range parser.Feed(buf[:n]) {
			if a.Kind == kind {
				return a.Data[0], nil
			}
		}
	}
}
