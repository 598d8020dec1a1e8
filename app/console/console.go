package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/text"
)

// Member is whoever has signed in.
type Member struct {
	ID        string
	Name      string
	MayAnswer bool   // calls for help
	Role      string // as the audit log names it
}

// Errors that Staff returns.
var (
	// ErrSignIn is returned for a wrong id or PIN, no matter which.
	ErrSignIn = errors.New("wrong id or PIN")
	// ErrLocked is returned after too many wrong PINs.
	ErrLocked = errors.New("too many wrong PINs")
	// ErrBusy is returned when too many sign in at once.
	ErrBusy = errors.New("too many sign in at once")
	// ErrSession is returned for a token of no session that is alive.
	ErrSession = errors.New("no such session")
	// ErrIdle is returned for a session that was idle for too long.
	ErrIdle = errors.New("idle for too long")
)

// Staff is who may come in. It writes sign-ins, sign-outs and ended sessions into the audit log itself.
type Staff interface {
	// SignIn opens a session and gives its secret token. ErrSignIn, ErrLocked, ErrBusy.
	SignIn(ctx context.Context, id, pin string) (token string, m Member, err error)
	// Session gives whose session a token is. With touch it is a sign of life and holds the idle limit off. ErrIdle for as long
	// as the token stands for nothing else, ErrSession.
	Session(token string, touch bool) (Member, error)
	SignOut(token string)
	// Admitted reports whether a member may still see the page.
	Admitted(id string) bool
}

// Refusal is why something was refused.
type Refusal string

// The refusals.
const (
	CrossSite  Refusal = "cross-site"    // a page of another site, or a program that does not say from where
	WrongToken Refusal = "wrong-token"   // the form is of another session, or of none
	EndedToken Refusal = "ended-session" // the cookie of a session that was signed out
	NotAllowed Refusal = "not-allowed"   // this member may not do that
	TooLate    Refusal = "answered"      // another member of staff is on the way already
	TooOften   Refusal = "too-often"     // too many wrong sign-ins from one address
)

// Audit takes what is done here. Its methods do not wait. A zero Member is nobody who is known.
type Audit interface {
	HelpAsked(service string) // service may be empty
	HelpAnswered(by Member)
	HelpDone(by Member)
	// Refused takes one refusal, or with a count so many that came too fast to be told one by one.
	Refused(who Member, why Refusal, count uint64)
}

// Device is one device's state.
type Device struct {
	Device  health.Device
	Ready   bool // answers; Problems say what else
	Present bool // false for one that this kiosk does not have
	Since   time.Time
}

// Link is the way to central.
type Link struct {
	State       string // unknown, online, offline
	Since       time.Time
	LastContact time.Time // zero before the first
}

// Outbox is what waits for central.
type Outbox struct {
	Waiting int // to be sent
	Person  int // wait for a person: refused, or in conflict
	Oldest  time.Time
	Items   []Item // the first of them
}

// Item is one of them. Nothing in it is personal.
type Item struct {
	Sequence uint64
	Type     string // of sync/item
	State    string // of sync/outbox
	Since    time.Time
	Tries    int
	Answer   string // why the last try did not end its journey; empty before one
	Next     time.Time
}

// Config is everything that a Console needs. All fields are required.
type Config struct {
	Kiosk     string             // its number
	Hall      string             // name
	Texts     *text.Catalogue    // of the kiosk: causes and remedies
	Catalogue *catalog.Catalogue // of services
	Staff     Staff
	Audit     Audit
	Calls     *hall.Calls
	Standing  func() hall.Standing
	Problems  func() health.Problems
	History   func() []health.Episode // of problems
	Devices   func() []Device
	Link      func() Link
	Outbox    func() Outbox
	Today     func() hall.Day
	Now       func() time.Time
	Logger    *slog.Logger
}

// Console is the page, and the desk at which calls for help arrive.
type Console struct {
	cfg      Config
	pages    *pages
	wrong    *limiter // sign-ins
	refusals *refusals
	watches  watches
	secret   [32]byte      // of the forms' tokens
	boot     string        // part of the ids of events
	patience time.Duration // with a reader who does not take what it is sent

	mu      sync.Mutex
	seen    time.Time // when the page was last asked for by a browser that runs no script
	state   state
	looks   uint64 // that have begun
	latest  uint64 // the one that state is of
	version uint64
	streams map[*stream]bool
	serving bool
}

// New checks the configuration and reads the page.
func New(cfg Config) (*Console, error) {
	v := reflect.ValueOf(cfg)
	var missing []error
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			missing = append(missing, fmt.Errorf("new console: %s is missing", v.Type().Field(i).Name))
		}
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	p, err := newPages()
	if err != nil {
		return nil, err
	}
	c := &Console{cfg: cfg, pages: p, wrong: newLimiter(cfg.Now, signInsAMinute, time.Minute), refusals: newRefusals(cfg.Now),
		watches: watches{byToken: map[tokenHash]watch{}, ended: map[tokenHash]bool{}},

		boot: rand.Text()[:8], patience: writeLimit, streams: map[*stream]bool{}}
	_, _ = rand.Read(c.secret[:]) // never fails
	return c, nil
}

// look is how often the kiosk is looked at while somebody has the page open.
const look = time.Second

// run keeps whoever has the page open up to date, until ctx ends.
func (c *Console) run(ctx context.Context) {
	changed, cancel := c.cfg.Calls.Watch()
	defer cancel()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			c.logRest(true)
			return
		case <-changed:
		case <-tick.C:
			c.logRest(false)
		}
		c.update()
	}
}

// update looks at the kiosk, and wakes the streams when something is new.
func (c *Console) update() {
	if c.readers() == 0 {
		return
	}
	c.mu.Lock()
	c.looks++
	mine := c.looks
	c.mu.Unlock()
	now := c.look()
	c.mu.Lock()
	defer c.mu.Unlock()
	if mine < c.latest { // somebody began to look later and has ended sooner
		return
	}
	c.latest = mine
	if reflect.DeepEqual(now, c.state) {
		return
	}
	c.state = now
	c.version++
	for s := range c.streams {
		s.nudge()
	}
}

// serve begins to take readers in, or ends all streams and takes no more.
func (c *Console) serve(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serving = on
	if on {
		return
	}
	for s := range c.streams {
		s.end()
	}
}

func (c *Console) readers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.streams)
}

// state is all that the page shows, in no language.
type state struct {
	Minute    time.Time // the page tells how long ago things were
	Standing  hall.Standing
	Problems  health.Problems
	Recovered []recovered
	Devices   []Device
	Link      Link
	Outbox    Outbox
	Today     hall.Day
	Calls     []hall.Call
}

func (c *Console) look() state {
	s := state{
		Minute: c.cfg.Now().Truncate(time.Minute), Standing: c.cfg.Standing(), Problems: c.cfg.Problems(), Recovered: recentlyRecovered(c.cfg.Now(), c.cfg.History()), Devices: c.cfg.Devices(), Link: c.cfg.Link(),
		Outbox: c.cfg.Outbox(), Today: c.cfg.Today(), Calls: c.cfg.Calls.List(),
	}
	s.Link.LastContact = s.Link.LastContact.Truncate(time.Minute)
	slices.SortStableFunc(s.Calls, func(a, b hall.Call) int { return a.Since.Compare(b.Since) })
	return s
}
