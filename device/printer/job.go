package printer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onedoor/device"
	"onedoor/device/port"
)

// print does one job. An error means that the line should be opened anew.
func (p *Printer) print(ctx context.Context, c *conn, job Job) (Result, error) {
	if err := p.look(ctx, c); err != nil {
		return Result{Outcome: NotPrinted, Cause: problemOf(err)}, err
	}
	if s := p.Status(); s.State != device.StateReady {
		return Result{Outcome: NotPrinted, Cause: s.Problem}, nil
	}
	low := p.Status().Problem
	p.set(device.StateBusy, low)
	proof, proves := p.proof()
	c.auto = device.ProblemNone
	data := append(append([]byte(nil), job.Bytes...), proof...)
	limit := 5*time.Second + lineTime(len(data)) + time.Duration(job.Lines*p.cfg.Profile.LineMS)*time.Millisecond
	// From here on the document is on its way: it goes to its own end, whatever becomes of the program.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendLimit(len(data))+limit+endLimit)
	defer cancel()
	n, err := c.send(ctx, data)
	clear(data) // it is of a person
	r := Result{Outcome: Unknown, Bytes: min(n, len(job.Bytes))}
	if err != nil {
		r.Cause = problemOf(err)
		// A line that hangs may have taken more than it says.
		if n == 0 && r.Cause != device.ProblemStuck {
			r.Outcome = NotPrinted
		} else {
			p.dirty, p.torn = true, true
		}
		return r, err
	}
	problem := device.ProblemNone
	switch {
	case p.cfg.Profile.Proof != ProofNone:
	case p.cfg.Profile.Realtime:
		err = c.arrived(ctx, len(data))
	default:
		err = c.settle(ctx, len(data)) // no answer will show that it has gone out
	}
	if err == nil {
		problem, err = p.await(ctx, c, limit, proves)
	}
	r.Cause = problem
	switch {
	case err != nil:
		r.Cause = problemOf(err)
		p.dirty, p.torn = true, true
		return r, err
	case blocks(problem):
		p.dirty, p.torn = true, true
		p.show(problem)
		return r, nil
	case p.cfg.Profile.Proof == ProofNone:
		p.show(problem)
		return r, nil
	}
	r.Outcome = Printed
	p.show(problem)
	return r, nil
}

// proof returns the command that makes the printer say when the job is done, and how to know its answer.
func (p *Printer) proof() (command []byte, proves func(Answer) bool) {
	switch p.cfg.Profile.Proof {
	case ProofProcessID:
		p.number = (p.number + 1) % 10000
		id := fmt.Sprintf("%04d", p.number)
		return append([]byte{0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30}, id...), func(a Answer) bool {
			return a.Kind == Block && string(a.Data) == "\x37\x22"+id
		}
	case ProofQueued:
		// Asked twice: a printer whose power comes back puts a zero byte on the line, which looks like one answer.
		left := 2
		return []byte{0x1D, 0x72, 1, 0x1D, 0x72, 1}, func(a Answer) bool {
			if a.Kind == Queued {
				left--
			}
			return left <= 0
		}
	default:
		return nil, func(Answer) bool { return false }
	}
}

// await waits for the proof and meanwhile looks whether the printer has stopped; then it asks once more how it is. A
// problem that blocks, or an error, means that the outcome is unknown. A job that never went on ends with what last held it.
func (p *Printer) await(ctx context.Context, c *conn, limit time.Duration, proves func(Answer) bool) (device.Problem, error) {
	const step = 700 * time.Millisecond
	end := time.Now().Add(limit)
	done := p.cfg.Profile.Proof == ProofNone
	note := func(a Answer) { done = done || proves(a) }
	held := device.ProblemNone
	for !done {
		left := time.Until(end)
		switch {
		case left > 0:
		case blocks(held):
			return held, nil
		default:
			return device.ProblemNone, errSilent
		}
		_, err := c.wait(ctx, min(step, left), func(a Answer) bool { return proves(a) || waitsForPerson(c.auto) })
		if waitsForPerson(c.auto) {
			return c.auto, nil
		}
		switch {
		case err == nil:
			done = true
			continue
		case !errors.Is(err, errSilent):
			return device.ProblemNone, err
		case !p.cfg.Profile.Realtime:
			continue
		}
		problem, err := c.status(ctx, note)
		if err != nil && !errors.Is(err, errSilent) {
			return device.ProblemNone, err
		}
		if err == nil && !done && waitsForPerson(problem) {
			return problem, nil
		}
		held = problem
	}
	if !p.cfg.Profile.Realtime {
		return device.ProblemNone, nil
	}
	return c.status(ctx, nil)
}

// waitsForPerson says whether a job can not go on by itself. A hot head can, and so can a printer that is merely offline.
func waitsForPerson(p device.Problem) bool {
	return blocks(p) && p != device.ProblemOverheated && p != device.ProblemStuck
}

func problemOf(err error) device.Problem {
	var f fault
	switch {
	case errors.As(err, &f):
		return f.problem
	case errors.Is(err, errSilent):
		return device.ProblemSilent
	case errors.Is(err, context.Canceled):
		return device.ProblemNone
	default:
		return port.ProblemOf(err)
	}
}
