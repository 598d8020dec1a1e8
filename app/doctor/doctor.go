// Package doctor looks at a kiosk's machine from outside the kiosk and says what is wrong with it, for the person who stands
// before it with a screwdriver.
//
// It guarantees that looking changes nothing: no file is written, locked or mended, nothing is printed, and no port is opened
// while the kiosk has it; that every check ends within its own limit and all of them within Limit, whatever hangs; that what
// one cause hides is told as skipped, and because of what, instead of as a second fault; that every finding has a code of a
// closed list, a cause and a remedy in words; and that nothing it tells is personal.
package doctor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"onedoor/app/config"
)

// Limit is the longest that Run takes.
const Limit = 14 * time.Second

// Check names what was looked at.
type Check string

// The checks, in the order in which they are told.
const (
	CheckConfig    Check = "config"
	CheckKiosk     Check = "kiosk" // is it running
	CheckUnit      Check = "unit"  // its systemd unit
	CheckData      Check = "data"  // its directory
	CheckDisk      Check = "disk"
	CheckKeys      Check = "keys"
	CheckOutbox    Check = "outbox"
	CheckAudit     Check = "audit" // the log of who did what
	CheckStaff     Check = "staff" // whether staff can sign in
	CheckClock     Check = "clock"
	CheckReader    Check = "reader"
	CheckPrinter   Check = "printer"
	CheckProfile   Check = "profile" // of the printer
	CheckScanner   Check = "scanner"
	CheckDisplay   Check = "display"
	CheckTouch     Check = "touch"
	CheckVoice     Check = "voice"
	CheckCatalogue Check = "catalogue"
	CheckFonts     Check = "fonts"
	CheckCable     Check = "link.cable" // the way to central, step by step
	CheckAddress   Check = "link.address"
	CheckRoute     Check = "link.route"
	CheckName      Check = "link.name"
	CheckTCP       Check = "link.tcp"
	CheckTLS       Check = "link.tls"
	CheckCentral   Check = "link.central"
)

// Checks lists them all in their order.
func Checks() []Check {
	return []Check{CheckConfig, CheckKiosk, CheckUnit, CheckData, CheckDisk, CheckKeys, CheckOutbox, CheckAudit, CheckStaff, CheckClock, CheckReader, CheckPrinter,
		CheckProfile, CheckScanner, CheckDisplay, CheckTouch, CheckVoice, CheckCatalogue, CheckFonts, CheckCable, CheckAddress, CheckRoute,
		CheckName, CheckTCP, CheckTLS, CheckCentral}
}

// Verdict is how a check ended.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Warning Verdict = "warning" // it works, and will not for long, or not as well as it should
	Fault   Verdict = "fault"
	Skipped Verdict = "skipped" // it could not be looked at, or need not be
)

// Finding is what one check found. A check has one or more.
type Finding struct {
	Check   Check
	Verdict Verdict
	Code    Code     // empty with OK
	Args    []string // name and value in turn, for the words
	Detail  string   // what the system said, as it said it; empty when it said nothing
}

// Report is what Run found, in the order of Checks.
type Report struct {
	Findings []Finding
	Took     time.Duration
}

// Count is how many findings have a verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, f := range r.Findings {
		if f.Verdict == v {
			n++
		}
	}
	return n
}

// Config is what Run needs.
type Config struct {
	File    string         // the kiosk's configuration
	Parsed  *config.Config // what it says, for whoever has read it already; nil: File is read
	Only    []Check        // nil: all
	Unit    string         // its systemd unit
	Display string         // its X display; empty: that of the environment, else the first there is
	Machine Machine        // how to look; start from System
	Live    Live           // nil: a running kiosk is not asked
	Step    func(Finding)  // called with each step of the way to central as it ends; nil: nobody watches
}

// Live asks a running kiosk, which has the devices, how they are.
type Live interface {
	// Problems are the codes of what is wrong now.
	Problems(ctx context.Context) ([]string, error)
}

// patient is one run.
type patient struct {
	Config
	file   config.Config
	read   bool     // file holds what the configuration says
	serves *account // whom the kiosk runs as, where that is another
	holder int      // process of the running kiosk, or of whoever has the outbox; 0 when none is seen
	lines  keyed
	met    chan struct{} // closed when the way to central has been looked at
	offset *time.Duration
	asked  func() ([]string, error) // what the running kiosk says, asked once
}

// probe is a check, or some that follow one another.
type probe struct {
	checks []Check
	limit  time.Duration
	run    func(context.Context) []Finding
}

// Run looks at everything at the same time and tells what it found. What does not end in its time is told as stuck and left
// behind: a file system that hangs can not be interrupted.
func Run(ctx context.Context, cfg Config) Report {
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	began := time.Now()
	p := newPatient(ctx, cfg)
	found := within(ctx, probe{[]Check{CheckConfig, CheckKiosk}, 2 * time.Second, func(context.Context) []Finding {
		return append(p.config(), p.kiosk())
	}})
	if found[0].Code == CheckStuck { // what is stuck may still be writing what it knows
		p = newPatient(ctx, cfg)
	}
	type part struct {
		place    int
		findings []Finding
	}
	probes := slices.DeleteFunc(p.probes(), func(pr probe) bool { return !p.wanted(pr.checks...) })
	parts := make(chan part, len(probes))
	for i, pr := range probes {
		go func() { parts <- part{i, within(ctx, pr)} }()
	}
	byProbe := make([][]Finding, len(probes))
	for range probes {
		got := <-parts
		byProbe[got.place] = got.findings
	}
	for _, f := range byProbe {
		found = append(found, f...)
	}
	found = append(found, p.told(found)...)
	found = slices.DeleteFunc(found, func(f Finding) bool { return !p.wanted(f.Check) })
	return Report{Findings: ordered(found), Took: time.Since(began)}
}

// wanted reports whether one of some checks was asked for. The clock is compared over the link.
func (p *patient) wanted(checks ...Check) bool {
	return p.Only == nil || slices.ContainsFunc(checks, func(c Check) bool { return slices.Contains(p.Only, c) })
}

func newPatient(ctx context.Context, cfg Config) *patient {
	p := &patient{Config: cfg, met: make(chan struct{})}
	p.asked = sync.OnceValues(func() ([]string, error) {
		ctx, cancel := context.WithTimeout(ctx, askLimit)
		defer cancel()
		return p.Live.Problems(ctx)
	})
	return p
}

func (p *patient) probes() []probe {
	one := func(c Check, limit time.Duration, run func(context.Context) []Finding) probe {
		return probe{[]Check{c}, limit, run}
	}
	return []probe{
		one(CheckUnit, 4*time.Second, p.unit),
		one(CheckData, 3*time.Second, p.data),
		one(CheckDisk, 3*time.Second, p.disk),
		one(CheckKeys, 3*time.Second, p.keys),
		one(CheckOutbox, 10*time.Second, p.outbox),
		one(CheckAudit, 8*time.Second, p.audit),
		one(CheckStaff, 2*time.Second, p.staff),
		one(CheckClock, 11*time.Second+500*time.Millisecond, p.clock),
		one(CheckReader, 11*time.Second, p.reader),
		one(CheckPrinter, 11*time.Second, p.printer),
		one(CheckProfile, 3*time.Second, p.profile),
		one(CheckScanner, 5*time.Second, p.scanner),
		one(CheckDisplay, 4*time.Second, p.display),
		one(CheckTouch, 2*time.Second, p.touch),
		one(CheckVoice, 4*time.Second, p.voice),
		one(CheckCatalogue, 6*time.Second, p.catalogue),
		one(CheckFonts, 8*time.Second, p.fonts),
		{[]Check{CheckCable, CheckAddress, CheckRoute, CheckName, CheckTCP, CheckTLS, CheckCentral}, 11 * time.Second, func(ctx context.Context) []Finding {
			defer close(p.met)
			return p.link(ctx)
		}},
	}
}

// within runs a probe for as long as it may take.
func within(ctx context.Context, pr probe) []Finding {
	ctx, cancel := context.WithTimeout(ctx, pr.limit)
	defer cancel()
	ended := make(chan []Finding, 1)
	go func() { ended <- pr.run(ctx) }()
	const grace = 500 * time.Millisecond // for what notices the end of ctx
	stuck := time.NewTimer(pr.limit + grace)
	defer stuck.Stop()
	select {
	case found := <-ended:
		return found
	case <-stuck.C:
		return []Finding{wrong(pr.checks[0], CheckStuck, "seconds", fmt.Sprint(int(pr.limit.Seconds())))}
	}
}

// ordered puts findings in the order of Checks.
func ordered(all []Finding) []Finding {
	var out []Finding
	for _, c := range Checks() {
		for _, f := range all {
			if f.Check == c {
				out = append(out, f)
			}
		}
	}
	return out
}

// fine is a finding of a check that found nothing wrong.
func fine(c Check, args ...string) Finding { return Finding{Check: c, Verdict: OK, Args: args} }

// wrong is a finding with a code, whose verdict the code decides.
func wrong(c Check, code Code, args ...string) Finding {
	return Finding{Check: c, Verdict: code.Verdict(), Code: code, Args: args}
}

// because adds what the system said.
func (f Finding) because(err error) Finding {
	if err != nil {
		f.Detail = err.Error()
	}
	return f
}

// keyed are locks by name: two checks never have one port at a time.
type keyed struct {
	mu  sync.Mutex
	all map[string]chan struct{}
}

// lock waits for the name's turn, as long as ctx allows.
func (k *keyed) lock(ctx context.Context, name string) (unlock func(), err error) {
	k.mu.Lock()
	if k.all == nil {
		k.all = map[string]chan struct{}{}
	}
	turn, ok := k.all[name]
	if !ok {
		turn = make(chan struct{}, 1)
		k.all[name] = turn
	}
	k.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
