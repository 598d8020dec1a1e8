// Package kiosk is what happens between a citizen and the machine: it runs the visit's state table, drives reader,
// printer and outbox, and produces one immutable View for each moment.
//
// It guarantees that the screen says 已收件 only after the outbox has made the item durable, that the first printer byte
// leaves later than that, that two taps are one item, and that everything of a visit is wiped on every way out. All of
// a visit lives on one goroutine, the one that calls Run; devices and disk work beside it and report back.
package kiosk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/scanner"
	"onedoor/sync/engine"
	"onedoor/sync/outbox"
	"onedoor/sync/tracking"
)

// CardReader is the part of the card reader's driver that a visit needs.
type CardReader interface {
	// Enable lets the reader look for a card, or stops it.
	Enable(on bool)
	Events() <-chan cardreader.Event
	Status() device.Status
}

// Printer is the part of the receipt printer's driver that a visit needs.
type Printer interface {
	// Print returns when the outcome is known or its waiting time is over; that is bounded by the driver.
	Print(ctx context.Context, doc document.Document) printer.Result
	Status() device.Status
}

// Scanner is the part of the code scanner's driver that a visit needs.
type Scanner interface {
	// Enable takes codes, or throws them away.
	Enable(on bool)
	Events() <-chan scanner.Event
	Status() device.Status
}

// Outbox is where items become durable.
type Outbox interface {
	// Accept returns without error only when the item is durable. The same ID again is the same item.
	Accept(ctx context.Context, d outbox.Draft) (outbox.Accepted, error)
	// Case is what can truthfully be said of a case.
	Case(caseID string) (outbox.CaseView, error)
	// ByTrack finds what a receipt's code stands for, by its hash, and ByReceipt what a case number does.
	ByTrack(hash string) (outbox.Entry, error)
	ByReceipt(number string) (outbox.Entry, error)
	// Err is nil while the outbox accepts.
	Err() error
}

// Health tells what is wrong with the machine.
type Health interface {
	// Problems gives them worst first. It must not block.
	Problems() health.Problems
}

// Link tells about the way to central.
type Link interface {
	Status() engine.Status
}

// Site is what a visit says about the place.
type Site struct {
	Hall      string     // name
	Kiosk     string     // number, 3 digits
	HelpPhone string     // may be empty
	Counter   text.Local // where in the hall staff can be found; may be empty
	Tracking  string     // scheme and host of tracking codes
}

// Voice reads the screen aloud.
type Voice interface {
	// Say speaks sentences, in order, instead of whatever is being said. It does not wait.
	Say(lang text.Language, sentences ...string)
	// Hush ends what is being said.
	Hush()
}

// Sounds gives signs to the ear.
type Sounds interface {
	// Play gives one, or leaves it out while anything else is heard. It does not wait.
	Play(c Cue)
}

// Config is everything a Kiosk needs. All fields are required but Idle, whose zero is DefaultIdle, Scanner, Words, Hand,
// Voice, Sounds, Divisions, Audit, Cases, Meter, Helpdesk, Backroom, Door and Language.
type Config struct {
	Site      Site
	Catalogue *catalog.Catalogue
	Texts     *text.Catalogue
	Reader    CardReader
	Printer   Printer
	Scanner   Scanner   // nil where there is none
	Words     Speller   // nil: Chinese is not typed by its sounds
	Hand      Hand      // nil: nothing is written by finger
	Voice     Voice     // nil: nothing is read aloud
	Sounds    Sounds    // nil: there are none
	Divisions Divisions // nil where no service asks for an address
	Helpdesk  Helpdesk  // nil: staff can not be called from here
	Outbox    Outbox
	Audit     Audit // nil: nothing is logged
	Link      Link
	Cases     Cases // nil where nobody can be asked: the list holds what was accepted here
	Health    Health
	Meter     Meter                // nil: nothing is counted
	Backroom  Backroom             // nil: staff have nothing to do at this machine
	Door      Door                 // nil: nobody can take it out of service
	Language  func() text.Language // what a visit begins in; nil: Chinese
	NewID     func(time.Time) string
	NewCode   func() tracking.Code
	Now       func() time.Time
	// Show is called on Run's goroutine for each new view. It must not block.
	Show   func(View)
	Idle   Idle
	Logger *slog.Logger
}

// Idle is how long each kind of screen waits before it asks, and how long the question stands.
type Idle struct {
	Menu    time.Duration
	Form    time.Duration
	Device  time.Duration // while waiting for the card
	Receipt time.Duration
	NoPaper time.Duration // on the number, when it has to be written down
	Help    time.Duration // while the help panel is open and somebody fetches help
	Warning time.Duration
	Goodbye time.Duration
	Card    time.Duration // longest goodbye while the card still lies there
}

// DefaultIdle are the limits of the design; large text doubles them.
func DefaultIdle() Idle {
	return Idle{Menu: 60 * time.Second, Form: 120 * time.Second, Device: 60 * time.Second, Receipt: 90 * time.Second, NoPaper: 5 * time.Minute,
		Help: 5 * time.Minute, Warning: 30 * time.Second, Goodbye: 8 * time.Second, Card: time.Minute}
}

// Kiosk runs one visit after the other.
type Kiosk struct {
	cfg     Config
	intents chan Intent
	done    chan func() // results of work beside the loop, applied on it
	pings   chan chan struct{}
	workers sync.WaitGroup

	state      visit.State
	visit      *session
	card       cardSlot
	recent     *recent
	active     time.Time // of the last sign of life
	warned     time.Time // when the idle question was put; zero when it was not
	wrong      health.Problems
	out        *health.Problem // for which the kiosk is closed; nil while it is open
	entered    time.Time       // into the present state
	knocking   knocking
	listens    [2]bool   // card and code are being tested
	noticeBusy bool      // the one-time notice is being printed
	began      time.Time // the visit, or the waiting for the next
	stands     atomic.Pointer[hall.Standing]
	last       View
	said       string // what is read aloud, and in what tongue
	heard      moment // as it was when a sound was last thought of
}

// New checks the configuration.
func New(cfg Config) (*Kiosk, error) {
	var missing []error
	v := reflect.ValueOf(cfg)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !slices.Contains([]string{"Idle", "Scanner", "Words", "Hand", "Voice", "Sounds", "Divisions", "Audit", "Cases", "Meter", "Helpdesk", "Backroom", "Door", "Language"}, name) && v.Field(i).IsZero() {
			missing = append(missing, fmt.Errorf("new kiosk: %s is missing", name))
		}
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	if cfg.Idle == (Idle{}) {
		cfg.Idle = DefaultIdle()
	}
	return &Kiosk{cfg: cfg, intents: make(chan Intent, 64), done: make(chan func(), 8), pings: make(chan chan struct{}), visit: newSession(), recent: newRecent()}, nil
}

// Send hands over what the citizen wants. It never blocks: in a flood of touches the newest are dropped.
func (k *Kiosk) Send(in Intent) {
	select {
	case k.intents <- in:
	default:
	}
}

// Ping returns nil when the loop answers: it is not stuck. It gives the context's error when the answer did not come in time.
func (k *Kiosk) Ping(ctx context.Context) error {
	answer := make(chan struct{})
	select {
	case k.pings <- answer:
		<-answer
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ping visit: %w", ctx.Err())
	}
}

// stopLimit is how long a stop waits for an acceptance or a receipt under way.
const stopLimit = 4 * time.Second

// Run shows the attract screen and serves until ctx ends. An acceptance or a receipt under way then comes to its end, and
// is recorded; after that everything is wiped. The devices must run until Run has returned.
func (k *Kiosk) Run(ctx context.Context) error {
	work := context.WithoutCancel(ctx) // what was begun for a citizen is not cut off in the middle
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	k.visit = k.fresh()
	k.enter(visit.Attract)
	k.diagnose()
	k.cfg.Reader.Enable(true)
	k.present()
	events := k.cfg.Reader.Events()
	var codes <-chan scanner.Event
	if k.cfg.Scanner != nil {
		codes = k.cfg.Scanner.Events()
	}
	for {
		var pressed Intent
		select {
		case <-ctx.Done():
			k.cfg.Reader.Enable(false)
			k.scan(false)
			k.visit.mine.stop()
			k.conclude(work)
			k.count(visit.Goodbye)
			if k.state == visit.Operator {
				k.cfg.Backroom.Leave()
			}
			k.wipe()
			if k.cfg.Voice != nil {
				k.cfg.Voice.Hush()
			}
			return nil
		case pressed = <-k.intents:
			k.wrong = k.cfg.Health.Problems()
			k.alive()
			k.intent(work, pressed)
		case ev, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			k.cardEvent(work, ev)
		case ev, ok := <-codes:
			if !ok {
				codes = nil
				continue
			}
			k.scanEvent(work, ev)
		case apply := <-k.done:
			apply()
		case answer := <-k.pings:
			close(answer)
			continue
		case apply := <-k.results():
			k.backroomEnds(work, apply())
		case <-tick.C:
			k.tick(work)
		}
		k.present()
		k.sound(pressed)
	}
}

// drain waits for the work beside the loop, whose results nobody wants any more.
func (k *Kiosk) drain() {
	ended := make(chan struct{})
	go func() {
		k.workers.Wait()
		close(ended)
	}()
	for {
		select {
		case <-k.done:
		case <-ended:
			return
		}
	}
}

// conclude lets what is under way end, within stopLimit: what was accepted is printed and its outcome recorded.
func (k *Kiosk) conclude(ctx context.Context) {
	over := time.NewTimer(stopLimit)
	defer over.Stop()
	for k.state.Busy() {
		select {
		case apply := <-k.done:
			apply()
		case <-over.C:
			if k.state == visit.Printing {
				k.visit.print = printer.Result{Outcome: printer.Unknown}
				k.step(ctx, visit.PrintEnded)
			}
			k.drain()
			return
		}
	}
	k.drain()
}

// beside runs work off the loop and applies what it returns on the loop.
func (k *Kiosk) beside(work func() (apply func())) {
	k.workers.Add(1)
	go func() {
		defer k.workers.Done()
		k.done <- work()
	}()
}

// step sends an event through the table and performs the effects. An event that means nothing here is ignored.
func (k *Kiosk) step(ctx context.Context, e visit.Event) {
	next, ok := visit.Next(k.state, e)
	if !ok {
		return
	}
	if k.state == visit.Goodbye {
		k.renew() // the goodbye still had the citizen's language
	}
	k.count(next.Next)
	if next.Next == visit.Progress && k.state != visit.Progress {
		k.visit.mine.behind = k.state == visit.Cases
	}
	k.cfg.Logger.Info("visit", "from", k.state.String(), "event", e.String(), "to", next.Next.String())
	k.enter(next.Next)
	for _, effect := range next.Effects {
		k.perform(ctx, effect)
	}
	if k.state == visit.Situate && len(k.visit.situations()) == 0 {
		k.step(ctx, visit.Situated) // a service that asks nothing of the kind
	}
}

func (k *Kiosk) enter(s visit.State) {
	k.state = s
	k.entered = k.cfg.Now()
	k.visit.panel, k.visit.leaving, k.visit.situating = PanelNone, false, s == visit.Situate
	k.visit.typing.wipe()
	if s == visit.Menu {
		k.visit.browse.wipe()
	}
	if s != visit.Cases {
		k.visit.mine.stop()
	}
	switch s {
	case visit.Attract, visit.Menu, visit.Choose, visit.Track, visit.Cases, visit.Progress, visit.Fill:
		k.scan(true)
	default:
		k.scan(false)
	}
	k.alive()
}

func (k *Kiosk) alive() {
	k.active, k.warned = k.cfg.Now(), time.Time{}
}

func (k *Kiosk) perform(ctx context.Context, e visit.Effect) {
	switch e {
	case visit.ListenForCard:
		k.cfg.Reader.Enable(!k.visit.hasRead()) // one visit, one card
	case visit.IgnoreCards:
		k.cfg.Reader.Enable(false)
	case visit.OpenForm:
		k.visit.open()
	case visit.DraftItem:
		k.visit.draft(k.cfg.NewID(k.cfg.Now()), k.cfg.NewID(k.cfg.Now()), k.cfg.NewCode())
	case visit.AcceptItem:
		k.accept(ctx)
	case visit.PrintReceipt:
		k.print(ctx)
	case visit.RecordPrint:
		k.recordPrint(ctx)
	case visit.LookUp:
		k.lookUp()
	case visit.ListCases:
		k.listCases(ctx)
	case visit.Wipe:
		k.wipe()
	}
}

// wipe overwrites what can be overwritten and forgets the rest. What the goodbye may still say is kept apart.
func (k *Kiosk) wipe() {
	k.callOff(true)
	k.visit.wipe()
	kept, print := k.visit.settings, k.visit.print.Outcome
	k.visit = k.fresh()
	if k.state == visit.Goodbye {
		kept.panel = PanelNone
		k.visit.settings = kept
		k.visit.hasReceipt = print == printer.Printed || print == printer.Unknown
	}
	k.card = cardSlot{lying: k.card.lying}
}

func (k *Kiosk) present() {
	k.stand()
	v := k.view()
	if reflect.DeepEqual(v, k.last) {
		return
	}
	k.last = v
	k.cfg.Show(v)
	k.speak(v)
}
