package kiosk

import (
	"context"
	"log/slog"
	"time"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/text"
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
