package printer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer/document"
)

// DefaultPoll is the pause between two looks at an idle printer.
const DefaultPoll = 3 * time.Second

// Config is what a Printer needs.
type Config struct {
	// Open opens the line anew. Required. port.Opener makes one.
	Open func(context.Context) (port.Port, error)
	// Profile is the printer's model. Required.
	Profile Profile
	// Glyphs draws the characters that the printer can not be trusted with; without it they are printed as 〓.
	Glyphs Glyphs
	// Now is the clock for Status.Since; nil means time.Now.
	Now func() time.Time
	// Logger gets states and outcomes, never what is printed; nil means none.
	Logger *slog.Logger
	// OnStatus is told each change of the status, on the goroutine of Run; it must return soon. May be nil.
	OnStatus func(device.Status)
	// Poll is the pause between two looks at an idle printer; 0 means DefaultPoll.
	Poll time.Duration
	// MinPause and MaxPause bound the pauses between attempts to open the line; 0 means those of package port.
	MinPause, MaxPause time.Duration
}

// Outcome is what became of a print.
type Outcome string

// The outcomes.
const (
	Printed    Outcome = "printed"
	NotPrinted Outcome = "not_printed" // not a byte of the document left
	Unknown    Outcome = "unknown"     // it may be on paper, whole or in part: another copy must be marked
)

// Result is what Print says.
type Result struct {
	Outcome     Outcome
	Cause       device.Problem // what stood in the way; ProblemPaperLow may stand with Printed
	Bytes       int            // of the document, that were handed to the line
	Substituted int            // characters that the paper shows as 〓
	Err         error          // set when the document itself can not be printed, or the caller gave up before it began
}

// Printer is a printer on a line that may come and go. Run owns the line; the other methods may be called from anywhere.
type Printer struct {
	cfg  Config
	jobs chan request
	over chan struct{} // closed when Run returns

	mu     sync.Mutex
	status device.Status
	served bool // a line is open and being served

	// Used by Run only.
	dirty  bool // the printer's state is not known
	torn   bool // a job broke off, so something of it may be on the paper
	number int  // of the last job, for its proof
}

type request struct {
	job   Job
	reply chan Result
}

// New checks the configuration.
func New(c Config) (*Printer, error) {
	if c.Open == nil {
		return nil, errors.New("printer: Open is required")
	}
	if err := c.Profile.Validate(); err != nil {
		return nil, err
	}
	if c.Poll < 0 {
		return nil, errors.New("printer: Poll is negative")
	}
	if c.Poll == 0 {
		c.Poll = DefaultPoll
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Printer{cfg: c, jobs: make(chan request), over: make(chan struct{}), dirty: true}
	p.status.Since = c.Now()
	return p, nil
}

// Status is the state right now.
func (p *Printer) Status() device.Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Run keeps the printer in use until ctx ends, and then returns nil. A document that has begun is printed to its end first,
// within the limits of any print. It may be called once.
func (p *Printer) Run(ctx context.Context) error {
	defer close(p.over)
	return port.Supervisor{
		Open: p.cfg.Open, Serve: p.serve, Down: p.down,
		MinPause: p.cfg.MinPause, MaxPause: p.cfg.MaxPause,
	}.Run(ctx)
}

// startLimit is how long a print waits for the driver's attention. The driver may be cleaning up after a broken job.
const startLimit = 15 * time.Second

// Print prints one document and says what became of it. It returns at once when there is no printer. When ctx ends before
// the print has begun, nothing is printed; afterwards Print waits for the outcome, which has a limit of its own.
func (p *Printer) Print(ctx context.Context, d document.Document) Result {
	job, err := Encode(d, p.cfg.Profile, p.cfg.Glyphs)
	if err != nil {
		return Result{Outcome: NotPrinted, Err: err}
	}
	refused := func(err error) Result {
		s := p.Status()
		if s.Problem == device.ProblemNone {
			s.Problem = device.ProblemSilent
		}
		return Result{Outcome: NotPrinted, Cause: s.Problem, Err: err}
	}
	p.mu.Lock()
	// A printer that was not looked at yet may be there in a moment; one that is known to be away is not waited for.
	away := !p.served && p.status.State != device.StateUnknown
	p.mu.Unlock()
	if away {
		return refused(ctx.Err())
	}
	req := request{job: job, reply: make(chan Result, 1)}
	timer := time.NewTimer(startLimit)
	defer timer.Stop()
	select {
	case p.jobs <- req:
		r := <-req.reply
		clear(job.Bytes)
		r.Substituted = job.Substituted
		return r
	case <-ctx.Done():
		return refused(ctx.Err())
	case <-p.over:
		return refused(nil)
	case <-timer.C:
		return refused(nil)
	}
}

// fault is an error that has its own problem.
type fault struct{ problem device.Problem }

func (f fault) Error() string { return "printer: " + string(f.problem) }

func (p *Printer) down(problem device.Problem, err error) {
	var f fault
	if errors.As(err, &f) {
		problem = f.problem
	}
	if errors.Is(err, errSilent) {
		problem = device.ProblemSilent
	}
	state := device.StateProblem
	switch problem {
	case device.ProblemNoPort, device.ProblemPortInUse, device.ProblemUnplugged:
		state = device.StateDisconnected
	}
	if problem == device.ProblemNoPort && p.Status().Problem == device.ProblemUnplugged {
		problem = device.ProblemUnplugged
	}
	p.dirty = true
	p.set(state, problem)
}

func (p *Printer) set(state device.State, problem device.Problem) {
	p.mu.Lock()
	changed := p.status.State != state || p.status.Problem != problem
	if changed {
		p.status = device.Status{State: state, Problem: problem, Since: p.cfg.Now()}
	}
	now := p.status
	p.mu.Unlock()
	if !changed {
		return
	}
	p.cfg.Logger.Info("printer status", "state", string(state), "problem", string(problem))
	if p.cfg.OnStatus != nil {
		p.cfg.OnStatus(now)
	}
}

// show sets the status that a problem, or none, means.
func (p *Printer) show(problem device.Problem) {
	if blocks(problem) {
		p.set(device.StateProblem, problem)
		return
	}
	p.set(device.StateReady, problem)
}

func (p *Printer) setServed(on bool) {
	p.mu.Lock()
	p.served = on
	p.mu.Unlock()
}

// Probe asks a line whether a printer answers real-time questions on it, for port.Finder. Nothing is printed; printers whose
// profile says that they do not answer can not be found so.
func Probe(ctx context.Context, p port.Port) error {
	c := &conn{port: p}
	if err := c.clearInput(); err != nil {
		return err
	}
	// Two questions, for a single byte may be noise.
	for _, n := range []byte{1, 4} {
		_, err := c.realTime(ctx, n, nil)
		if errors.Is(err, errSilent) {
			return fault{device.ProblemSilent}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// serve uses one opening of the line.
func (p *Printer) serve(ctx context.Context, line port.Port) (healthy bool, err error) {
	c := &conn{port: line}
	if err := p.look(ctx, c); err != nil {
		if !errors.Is(err, errSilent) {
			return false, err
		}
		// It may be waiting for the rest of a command.
		if _, err := c.send(ctx, make([]byte, padding)); err != nil {
			return false, err
		}
		if err := p.look(ctx, c); err != nil {
			return false, err
		}
	}
	p.setServed(true)
	defer p.setServed(false)
	timer := time.NewTimer(p.cfg.Poll)
	defer timer.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return true, nil
		case req := <-p.jobs:
			var r Result
			r, err = p.print(ctx, c, req.job)
			p.cfg.Logger.Info("print ended", "outcome", string(r.Outcome), "cause", string(r.Cause), "bytes", r.Bytes)
			req.reply <- r
		case <-timer.C:
			err = p.look(ctx, c)
		}
		if err != nil {
			return true, err
		}
		timer.Reset(p.cfg.Poll)
	}
}

// look asks an idle printer how it is, and cleans up as soon as that can be done.
func (p *Printer) look(ctx context.Context, c *conn) error {
	if err := c.clearInput(); err != nil {
		return err
	}
	problem := device.ProblemNone
	if p.cfg.Profile.Realtime {
		var err error
		if problem, err = c.status(ctx, nil); err != nil {
			return err
		}
	}
	if p.dirty && !blocks(problem) {
		if err := c.clean(ctx, p.cfg.Profile, p.torn); err != nil {
			return err
		}
		p.dirty, p.torn = false, false
	}
	p.show(problem)
	return nil
}

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
		stuck := errors.Is(err, port.ErrTimeout)
		if stuck {
			r.Cause = device.ProblemStuck
			err = fault{device.ProblemStuck}
		}
		// A line that hangs may have taken more than it says.
		if n == 0 && !stuck {
			r.Outcome = NotPrinted
		} else {
			p.dirty, p.torn = true, true
		}
		return r, err
	}
	problem := device.ProblemNone
	if p.cfg.Profile.Proof == ProofNone && !p.cfg.Profile.Realtime {
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
		if errors.Is(err, errSilent) {
			p.show(device.ProblemSilent)
		}
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
// problem that blocks, or an error, means that the outcome is unknown.
func (p *Printer) await(ctx context.Context, c *conn, limit time.Duration, proves func(Answer) bool) (device.Problem, error) {
	const step = 700 * time.Millisecond
	end := time.Now().Add(limit)
	done := p.cfg.Profile.Proof == ProofNone
	note := func(a Answer) { done = done || proves(a) }
	for !done {
		left := time.Until(end)
		if left <= 0 {
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
