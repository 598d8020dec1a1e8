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
	answerLimit = 400 * time.Millisecond
	// slowLimit is the same where a slow printer must not be taken for one of few words.
	slowLimit = 600 * time.Millisecond
)

// probe opens a line and says what answers on it. An error is that of the opening.
//
// The printer goes first: its questions are nothing to a card reader, while those of a card reader would be text to a printer.
func probe(ctx context.Context, open func(context.Context) (port.Port, error)) (answers string, err error) {
	p, err := open(ctx)
	if err != nil {
		return answersNothing, err
	}
	defer p.Close()
	switch {
	case isPrinter(ctx, p):
		return answersPrinter, nil
	case cardreader.Probe(ctx, p) == nil:
		return answersReader, nil
	}
	return answersNothing, nil
}

// isPrinter says whether a printer answers: two real-time questions, for a single byte may be noise. Some printers know only
// some of the questions, and so the same one may do for both.
func isPrinter(ctx context.Context, p port.Port) bool {
	if err := p.Flush(); err != nil {
		return false
	}
	for _, n := range []byte{1, 4, 2} {
		if _, err := realTime(ctx, p, n, answerLimit); err != nil {
			continue
		}
		for _, second := range []byte{4, 2, 3, 1} {
			if second == n {
				continue
			}
			if _, err := realTime(ctx, p, second, answerLimit); err == nil {
				return true
			}
		}
		_, err := realTime(ctx, p, n, answerLimit)
		return err == nil
	}
	return false
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
