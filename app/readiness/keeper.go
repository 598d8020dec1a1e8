package readiness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Time is a time of the day in minutes since midnight.
type Time int

// ParseTime reads 08:30.
func ParseTime(s string) (Time, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of the day such as 08:30", s)
	}
	return Time(t.Hour()*60 + t.Minute()), nil
}

// String is 08:30.
func (t Time) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// on is the time on the day of now.
func (t Time) on(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day(), int(t)/60, int(t)%60, 0, 0, now.Location())
}

// KeeperConfig is what a Keeper needs. All fields are required but Opens, Open, Quiet, Last and Logger. Look may be called on any
// goroutine.
type KeeperConfig struct {
	Site  Site
	Opens *Time // nil: there is no report
	// Open reports whether the hall opens on the day of now; on other days there is no report. nil: on every day.
	Open  func(now time.Time) bool
	Quiet *Time // when the machine tests itself; nil: never
	Now   func() time.Time
	// Idle reports whether nobody is at the screen.
	Idle func() bool
	// Test makes all tests. It ends soon after ctx does.
	Test func(ctx context.Context) []Test
	// Look is what can be said of each service, and what is wrong, now.
	Look func(now time.Time) ([]Service, []Problem)
	// Keep puts a report where screens and commands find it. It is called again when it was printed.
	Keep func(Report) error
	// Print puts a report on paper, and returns when that is done or has failed.
	Print  func(ctx context.Context, r Report) error
	Last   Report       // the last report of the former run; zero: none
	Logger *slog.Logger // nil: nothing is logged
}

const (
	// glance is how often it is looked whether something is due.
	glance = 20 * time.Second
	// settle is how long devices have after the start, and a screen after a visit, before anything is done.
	settle = time.Minute
	// testLimit bounds the tests of a night. A journal of a gigabyte is read in half a minute.
	testLimit = 10 * time.Minute
	// late is how long after the opening a report, its paper and the tests for it still make sense.
	late = time.Hour
	// night is how long after its time a self-test is made where no opening ends the night.
	night = 4 * time.Hour
	// printLimit bounds the printing.
	printLimit = time.Minute
)

// Keeper has the tests made and the reports written in time. Run owns all of it but what Report tells of.
type Keeper struct {
	cfg    KeeperConfig
	mu     sync.Mutex // over tested
	tested SelfTest
	report Report
	began  time.Time
	idle   time.Time // since when nobody has been there; zero while somebody is
}

// NewKeeper checks the configuration.
func NewKeeper(cfg KeeperConfig) (*Keeper, error) {
	if cfg.Now == nil || cfg.Idle == nil || cfg.Test == nil || cfg.Look == nil || cfg.Keep == nil || cfg.Print == nil {
		return nil, errors.New("new readiness keeper: a field is missing")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Keeper{cfg: cfg, tested: cfg.Last.SelfTest, report: cfg.Last}, nil
}

// Run works until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	if k.cfg.Opens == nil && k.cfg.Quiet == nil {
		return nil
	}
	k.began = k.cfg.Now()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			k.look(ctx)
		}
	}
}

// look does what is due: the tests first, since the report tells of them.
func (k *Keeper) look(ctx context.Context) {
	now := k.cfg.Now()
	switch {
	case !k.cfg.Idle():
		k.idle = time.Time{}
	case k.idle.IsZero():
		k.idle = now
	}
	free := !k.idle.IsZero() && now.Sub(k.idle) >= settle
	if free && k.testDue(now) {
		k.test(ctx)
		now = k.cfg.Now()
	}
	starting := k.testDue(now) && now.Sub(k.began) < 2*settle // on a machine that was off at night the tests come first
	if k.reportDue(now) && !starting && ctx.Err() == nil {
		k.make(now)
	}
	if free && k.paperDue(now) && ctx.Err() == nil && k.cfg.Idle() {
		k.print(ctx)
	}
}

// testDue reports whether this night's tests are still to be made.
func (k *Keeper) testDue(now time.Time) bool {
	if k.cfg.Quiet == nil {
		return false
	}
	from := k.cfg.Quiet.on(now)
	until := from.Add(night)
	if k.cfg.Opens != nil {
		if until = k.cfg.Opens.on(now).Add(late); until.Before(from) {
			until = from.Add(night) // it is tested in the evening
		}
	}
	return !now.Before(from) && now.Before(until) && k.tested.At.Before(from)
}

// test makes the tests, and gives up when somebody comes: then they are made again later.
func (k *Keeper) test(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, testLimit)
	defer cancel()
	began := k.cfg.Now()
	done := make(chan []Test, 1)
	go func() { done <- k.cfg.Test(ctx) }()
	watch := time.NewTicker(time.Second)
	defer watch.Stop()
	for {
		select {
		case tests := <-done:
			if ctx.Err() != nil {
				k.cfg.Logger.Info("self-test broken off")
				return
			}
			made := SelfTest{At: began, Tests: tests}
			k.mu.Lock()
			k.tested = made
			k.mu.Unlock()
			k.cfg.Logger.Info("self-test made", "tests", len(tests), "failed", len(made.Failed()))
			return
		case <-watch.C:
			if !k.cfg.Idle() {
				k.idle = time.Time{}
				cancel()
			}
		}
	}
}

// reportDue reports whether today's report is still to be made.
func (k *Keeper) reportDue(now time.Time) bool {
	if k.cfg.Opens == nil || k.cfg.Open != nil && !k.cfg.Open(now) {
		return false
	}
	opens := k.cfg.Opens.on(now)
	return !now.Before(opens) && now.Before(opens.Add(late)) && k.report.At.Before(opens)
}

// make makes and keeps the report.
func (k *Keeper) make(now time.Time) {
	k.report = k.Report(now)
	k.cfg.Logger.Info("readiness reported", "extent", string(k.report.Extent()), "services", len(k.report.Services), "problems", len(k.report.Problems))
	k.keep()
}

// Report is who can be served with what now; nobody keeps or prints it. Tests of another night are not today's. It may be
// called from any goroutine.
func (k *Keeper) Report(now time.Time) Report {
	r := Report{Site: k.cfg.Site, At: now}
	if k.cfg.Opens != nil {
		r.Opens = k.cfg.Opens.String()
	}
	r.Services, r.Problems = k.cfg.Look(now)
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.tested.At); age >= 0 && age < 24*time.Hour {
		r.SelfTest = k.tested
	}
	return r
}

func (k *Keeper) keep() {
	if err := k.cfg.Keep(k.report); err != nil {
		k.cfg.Logger.Error("keep readiness report", "err", err)
	}
}

// paperDue reports whether today's report is still to be printed.
func (k *Keeper) paperDue(now time.Time) bool {
	return k.cfg.Opens != nil && !k.report.Printed && !k.report.At.Before(k.cfg.Opens.on(now)) && now.Sub(k.report.At) < late
}

// print puts the report on paper. Without paper it is tried again until it is late: somebody may be putting a roll in.
func (k *Keeper) print(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, printLimit)
	defer cancel()
	if err := k.cfg.Print(ctx, k.report); err != nil {
		k.cfg.Logger.Warn("print readiness report", "err", err)
		return
	}
	k.report.Printed = true
	k.keep()
}
