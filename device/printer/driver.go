package printer

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer/document"
)

// DefaultPoll is the pause between two looks at an idle printer. Sixteen bytes on the line; staff wait for it with the cover open.
const DefaultPoll = time.Second

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
	served bool          // a line is open and being served
	went   chan struct{} // closed when the printer goes away next

	// Used by Run only.
	dirty  bool // the printer's state is not known
	torn   bool // a job broke off, so something of it may be on the paper
	padded bool // the printer is silent though a broken command was completed
	jams   int  // looks in a row that found the cutter in error
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
	p := &Printer{cfg: c, jobs: make(chan request), over: make(chan struct{}), went: make(chan struct{}), dirty: true}
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
	req := request{job: job, reply: make(chan Result, 1)}
	timer := time.NewTimer(startLimit)
	defer timer.Stop()
	for {
		away, went := p.away()
		if away {
			return refused(ctx.Err())
		}
		select {
		case p.jobs <- req:
			r := <-req.reply
			clear(job.Bytes)
			r.Substituted = job.Substituted
			return r
		case <-went:
		case <-ctx.Done():
			return refused(ctx.Err())
		case <-p.over:
			return refused(nil)
		case <-timer.C:
			return refused(nil)
		}
	}
}

// away says whether there is no printer, and is told by went when that may have changed for the worse. A printer that was not
// looked at yet may be there in a moment, and one that is shown as ready will take the next print, though its line may have
// been opened only now; one that is known to be away is not waited for.
func (p *Printer) away() (away bool, went <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.status.State == device.StateProblem || p.status.State == device.StateDisconnected
	return known && !p.served, p.went
}

// fault is an error that has its own problem.
type fault struct{ problem device.Problem }

func (f fault) Error() string { return "printer: " + string(f.problem) }

// Problem names it, for whoever gets the error of Probe.
func (f fault) Problem() device.Problem { return f.problem }

// down ends each use of the line, and each attempt at one.
func (p *Printer) down(_ device.Problem, err error) {
	p.lost(err)
	p.mu.Lock()
	p.served = false // only now, so that who is refused hears why
	close(p.went)
	p.went = make(chan struct{})
	p.mu.Unlock()
}

// lost shows why the line is of no use now.
func (p *Printer) lost(err error) {
	p.dirty = true
	problem := problemOf(err)
	if problem == device.ProblemNone { // told to stop
		return
	}
	state := device.StateProblem
	switch problem {
	case device.ProblemNoPort, device.ProblemPortInUse, device.ProblemUnplugged:
		state = device.StateDisconnected
	}
	if problem == device.ProblemNoPort && p.Status().Problem == device.ProblemUnplugged {
		problem = device.ProblemUnplugged
	}
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
		// It may be waiting for the rest of a command. Tried over and over, this would cover paper with signs if the line had
		// another speed than the printer.
		if p.padded && !p.torn {
			return false, err
		}
		if _, err := c.send(ctx, make([]byte, padding)); err != nil {
			return false, err
		}
		p.padded = true
		if err := p.look(ctx, c); err != nil {
			return false, err
		}
	}
	p.padded = false
	p.mu.Lock()
	p.served = true
	p.mu.Unlock()
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
			if err != nil {
				p.lost(err) // before anyone hears of the outcome; closing the line takes its time
			}
			p.cfg.Logger.Info("print ended", "outcome", string(r.Outcome), "cause", string(r.Cause), "bytes", r.Bytes)
			if err != nil && ctx.Err() == nil { // who hears the outcome must find the printer as it is
				p.down(problemOf(err), err)
			}
			req.reply <- r
		case <-timer.C:
			if err = p.look(ctx, c); err != nil {
				p.lost(err)
			}
		}
		if err != nil {
			return true, err
		}
		timer.Reset(p.cfg.Poll)
	}
}

// urge tells a cutter in error to try again, at once and then now and then: many wait for that even when what jammed them is
// gone. What was left of a broken job goes, which was unknown already.
func (p *Printer) urge(ctx context.Context, c *conn, problem device.Problem) error {
	const looks = 10
	if problem != device.ProblemCutter {
		p.jams = 0
		return nil
	}
	p.jams++
	if p.jams%looks != 1 {
		return nil
	}
	_, err := c.send(ctx, cmdRecover)
	return err
}

// asked is the worst problem that the printer tells while it has nothing to do. A line that is held for so long then is held for good.
func (p *Printer) asked(ctx context.Context, c *conn) (device.Problem, error) {
	ctx, cancel := context.WithTimeout(ctx, idleLimit)
	defer cancel()
	return c.status(ctx, nil)
}

// look asks an idle printer how it is, and cleans up as soon as that can be done.
func (p *Printer) look(ctx context.Context, c *conn) error {
	if err := c.clearInput(); err != nil {
		return err
	}
	problem := device.ProblemNone
	if p.cfg.Profile.Realtime {
		var err error
		if problem, err = p.asked(ctx, c); err != nil {
			return err
		}
	}
	if err := p.urge(ctx, c, problem); err != nil {
		return err
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
