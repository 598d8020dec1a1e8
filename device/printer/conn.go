package printer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/device"
	"onedoor/device/port"
)

// errSilent is a printer that does not answer on a line that is well.
var errSilent = errors.New("printer: no answer")

const (
	answerLimit = 500 * time.Millisecond  // for a real-time answer, which printers give at once
	slowestLine = 900                     // bytes a second at 9600 baud, with a margin
	quiet       = 300 * time.Millisecond  // without an answer: nothing more is under way
	idleLimit   = 2 * time.Second         // for a look at a printer that has nothing to do
	endLimit    = 10 * time.Second        // for the last look after a print: eight questions
	tornQuiet   = 1500 * time.Millisecond // the same, when the answer to a broken job may be under way
	padding     = longest + 16            // NULs that complete any command which broke off
)

// conn is one opening of the line.
type conn struct {
	port   port.Port
	parser Parser
	heard  []Answer       // answers not yet asked for
	auto   device.Problem // worst that the printer told by itself
	buf    [256]byte
}

// clearInput forgets all answers so far. Nothing may be on its way out: the flush would take it.
func (c *conn) clearInput() error {
	c.parser.Reset()
	c.heard = nil
	if err := c.port.Flush(); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return nil
}

// send writes whole commands, with a limit in proportion to their length. A line that takes no more by then is a fault with
// ProblemStuck.
func (c *conn) send(ctx context.Context, b []byte) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit(len(b)))
	defer cancel()
	n, err := c.port.Write(ctx, b)
	switch {
	case errors.Is(err, port.ErrTimeout):
		return n, fmt.Errorf("send: %w", fault{device.ProblemStuck})
	case err != nil:
		return n, fmt.Errorf("send: %w", err)
	}
	return n, nil
}

// drainer is a port that knows when all that was written has gone out.
type drainer interface{ Drain(context.Context) error }

// settle waits until n bytes have left the machine, and the adapter behind it as far as can be reckoned: closing the port
// or flushing it earlier would take them back.
func (c *conn) settle(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, sendLimit(n)+quiet)
	defer cancel()
	if d, ok := c.port.(drainer); ok {
		if err := d.Drain(ctx); err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	rest := time.NewTimer(lineTime(n) + quiet)
	defer rest.Stop()
	select {
	case <-rest.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("send: %w", ctx.Err())
	}
}

func sendLimit(n int) time.Duration { return 10*time.Second + lineTime(n) }

func lineTime(n int) time.Duration { return time.Duration(n) * time.Second / slowestLine }

// wait returns the first answer that want accepts, or errSilent after the limit. Answers it does not want are dropped.
func (c *conn) wait(ctx context.Context, limit time.Duration, want func(Answer) bool) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		for len(c.heard) > 0 {
			a := c.heard[0]
			c.heard = c.heard[1:]
			if a.Kind == Auto {
				c.auto = worse(c.auto, autoProblem(a.Data))
			}
			if want(a) {
				return a, nil
			}
		}
		n, err := c.port.Read(ctx, c.buf[:])
		switch {
		case errors.Is(err, port.ErrTimeout):
			return Answer{}, errSilent
		case err != nil:
			return Answer{}, fmt.Errorf("wait for answer: %w", err)
		}
		c.heard = append(c.heard, c.parser.Feed(c.buf[:n])...)
	}
}

// status asks the real-time questions and names the worst problem. keep is given every other answer that comes meanwhile;
// it may be nil.
func (c *conn) status(ctx context.Context, keep func(Answer)) (device.Problem, error) {
	problem := device.ProblemNone
	failed, offline := false, false
	for _, n := range []byte{2, 3, 4, 1} {
		b, err := c.realTime(ctx, n, keep)
		if err != nil {
			return "", err
		}
		problem = worse(problem, realTimeProblem(n, b))
		failed = failed || n == 2 && b&0x40 != 0
		offline = offline || n == 1 && b&0x08 != 0
	}
	switch {
	case blocks(problem):
	case failed:
		problem = device.ProblemUnrecoverable
	case offline:
		problem = device.ProblemStuck
	}
	return problem, nil
}

// realTime asks DLE EOT n, twice if need be.
func (c *conn) realTime(ctx context.Context, n byte, keep func(Answer)) (byte, error) {
	var err error
	for range 2 {
		if _, err = c.send(ctx, []byte{0x10, 0x04, n}); err != nil {
			return 0, err
		}
		var a Answer
		a, err = c.wait(ctx, answerLimit, func(a Answer) bool {
			if a.Kind != RealTime && keep != nil {
				keep(a)
			}
			return a.Kind == RealTime
		})
		if err == nil {
			return a.Data[0], nil
		}
		if !errors.Is(err, errSilent) {
			return 0, err
		}
	}
	return 0, err
}

// arrived waits until n bytes have reached a printer that tells nothing else: the answer to a real-time question can not come
// before the question, and that goes behind them.
func (c *conn) arrived(ctx context.Context, n int) error {
	if _, err := c.send(ctx, []byte{0x10, 0x04, 2}); err != nil {
		return err
	}
	_, err := c.wait(ctx, answerLimit+lineTime(n), func(a Answer) bool { return a.Kind == RealTime })
	if errors.Is(err, errSilent) {
		return nil // one question may be lost; the next will show
	}
	return err
}

// clean brings a printer in an unknown state back to the beginning of an empty paper: it completes a command that broke
// off, forgets the line begun, and cuts off what a broken job left on the paper. Then it waits until the printer has
// got through all that, so that a late answer to the former job can not pass as the answer to the next.
func (c *conn) clean(ctx context.Context, p Profile, torn bool) error {
	b := make([]byte, padding)
	b = append(append(b, cmdCancel...), cmdInit...)
	pause := quiet
	if torn {
		b = append(b, finish(p)...)
		pause = tornQuiet
	}
	if p.Proof != ProofNone {
		b = append(b, 0x1D, 0x72, 1)
	}
	if _, err := c.send(ctx, b); err != nil {
		return err
	}
	switch {
	case p.Proof != ProofNone:
	case p.Realtime:
		return c.arrived(ctx, len(b))
	default:
		return c.settle(ctx, len(b))
	}
	if _, err := c.wait(ctx, 10*time.Second+lineTime(len(b)), func(a Answer) bool { return a.Kind == Queued }); err != nil {
		return err
	}
	for {
		_, err := c.wait(ctx, pause, func(a Answer) bool { return a.Kind == Queued })
		if errors.Is(err, errSilent) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
