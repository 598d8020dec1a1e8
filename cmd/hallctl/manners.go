package main

import (
	"context"
	"sync"
	"time"

	"onedoor/device/port"
	"onedoor/device/printer"
)

// manners is which questions a printer answers. Models differ, and those of other makers' simulators more so; the driver
// takes its profile at its word and would call such a printer silent.
type manners struct {
	mute  [5]bool // by n of DLE EOT; all false when it answers none: then it is silent, and not of few words
	proof bool    // it answers GS r
}

// proofLimit is for the answer to GS r, which comes when all before it is done.
const proofLimit = time.Second

// learn asks a printer every real-time question, and the one that proves a job when it is about to print. baud is the speed
// of the line. An error is that of the opening.
func learn(ctx context.Context, open func(context.Context) (port.Port, error), baud int, toPrint bool) (manners, error) {
	p, err := open(ctx)
	if err != nil {
		return manners{}, err
	}
	defer p.Close()
	m := manners{proof: true}
	if err := p.Flush(); err != nil {
		return m, nil // what is wrong with the line the driver will say
	}
	stopped, answers := false, 0
	ask := func(n byte) {
		b, err := realTime(ctx, p, n, slowLimit)
		if m.mute[n] = err != nil; err == nil {
			answers++
			stopped = stopped || stops(n, b)
		}
	}
	for n := byte(1); n <= 4; n++ {
		ask(n)
	}
	for n := byte(1); n <= 4 && answers > 0; n++ {
		if m.mute[n] { // it may have been lost, the first one in a command that had broken off
			ask(n)
		}
	}
	switch {
	case answers == 0:
		m.mute = [5]bool{}
	case toPrint && !stopped: // one that is stopped answers nothing in turn, whatever it knows
		m.proof = inTurn(ctx, p, baud)
	}
	return m, nil
}

// stops says whether the answer to DLE EOT n tells of anything that keeps a printer from printing.
func stops(n, b byte) bool {
	bits := [5]byte{1: 0x08, 2: 0x64, 3: 0x6C, 4: 0x60}
	return b&bits[n] != 0
}

// inTurn says whether a printer answers GS r. It may be waiting for the rest of a command, which is then given to it.
func inTurn(ctx context.Context, p port.Port, baud int) bool {
	question := []byte{0x1D, 0x72, 1}
	if _, err := answer(ctx, p, question, proofLimit, printer.Queued); err == nil {
		return true
	}
	const rest = 2100 // more than the data of any command that the driver sends
	sending := time.Duration(10*rest) * time.Second / time.Duration(baud)
	_, err := answer(ctx, p, append(make([]byte, rest), question...), proofLimit+sending, printer.Queued)
	return err == nil
}

// fewWords says whether some of the real-time questions have no answer, but not all.
func (m manners) fewWords() bool { return m.mute != [5]bool{} }

// unanswered are the numbers of those questions.
func (m manners) unanswered() []int {
	var out []int
	for n, mute := range m.mute {
		if mute {
			out = append(out, n)
		}
	}
	return out
}

// open is an opening of the printer's line that answers in its place what it does not answer.
func (m manners) open(open func(context.Context) (port.Port, error)) func(context.Context) (port.Port, error) {
	if !m.fewWords() {
		return open
	}
	return func(ctx context.Context) (port.Port, error) {
		p, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &prompter{Port: p, mute: m.mute}, nil
	}
}

// prompter is a line to a printer of few words. A real-time question that is never answered does not go out; its answer is
// that there is nothing to report.
type prompter struct {
	port.Port
	mute [5]bool

	mu   sync.Mutex
	owed int // answers that are not read yet
}

// nothingToReport is the answer to any DLE EOT when all is well.
const nothingToReport = 0x12

// Write implements port.Port.
func (p *prompter) Write(ctx context.Context, b []byte) (int, error) {
	if len(b) == 3 && b[0] == 0x10 && b[1] == 0x04 && b[2] >= 1 && b[2] <= 4 && p.mute[b[2]] {
		p.mu.Lock()
		p.owed++
		p.mu.Unlock()
		return len(b), nil
	}
	return p.Port.Write(ctx, b)
}

// Read implements port.Port.
func (p *prompter) Read(ctx context.Context, b []byte) (int, error) {
	if len(b) > 0 && p.pay() {
		b[0] = nothingToReport
		return 1, nil
	}
	return p.Port.Read(ctx, b)
}

// pay takes one owed answer off.
func (p *prompter) pay() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.owed == 0 {
		return false
	}
	p.owed--
	return true
}

// Flush implements port.Port.
func (p *prompter) Flush() error {
	p.mu.Lock()
	p.owed = 0
	p.mu.Unlock()
	return p.Port.Flush()
}

// Drain waits until all that was written has left the machine, where the line knows when that is.
func (p *prompter) Drain(ctx context.Context) error {
	if d, ok := p.Port.(interface{ Drain(context.Context) error }); ok {
		return d.Drain(ctx)
	}
	return nil
}
