package kiosk

import (
	"context"
	"time"

	"onedoor/app/text"
)

// Backroom is what staff find behind the citizen's screens. All its methods are called on the kiosk's goroutine and do not
// wait: what takes time goes on beside it, and is seen in the next view.
type Backroom interface {
	// Enter begins with the sign-in. The citizen's visit was ended and wiped before.
	Enter(now time.Time, lang text.Language)
	// Do acts on what was touched. It reports true when staff have left.
	Do(ctx context.Context, in Intent) (left bool)
	// Tick is the passing of time; it reports true when staff have left, or were idle for too long.
	Tick(now time.Time) (left bool)
	// View is the present page.
	View(say text.Printer) Screen
	// Results gives what work beside the loop has brought, to be called on the kiosk's goroutine.
	// Each tells whether staff have left.
	Results() <-chan func() (left bool)
	// Listens says from which devices something is awaited. What they see comes with CardSeen and CodeSeen: of a code how long it
	// is, and the hash of the tracking code in it if it is that of a receipt.
	Listens() (card, code bool)
	CardSeen(s CardSample)
	CodeSeen(characters int, receipt string)
	// Accepted keeps what a receipt can be printed again from.
	Accepted(a Acceptance)
	// Leave forgets who was there.
	Leave()
}

// The intents of staff.
type (
	// Knock is a touch on one of the two places of the frame that look like nothing to touch: the hall's name and the clock.
	// Touched in turns four times within four seconds they call the sign-in.
	Knock struct{ Place Place }
	// Section goes to a section of the backroom.
	Section struct{ ID string }
	// Act does what a button of a card stands for.
	Act struct{ ID, Subject string }
	// Hit is a touch on one of the targets of a TouchTest.
	Hit struct{ Target int }
)

// Place is one of the two ends of the frame.
type Place uint8

// The places.
const (
	HallName Place = iota
	FrameClock
)

func (Knock) intent()   {}
func (Section) intent() {}
func (Act) intent()     {}
func (Hit) intent()     {}

// StaffSignIn asks staff for number and PIN. Neither is ever shown in full: the PIN as dots.
type StaffSignIn struct {
	Heading string
	Help    string
	Fields  []Field // number and PIN
	Trouble Notice  // a wrong PIN, or how long nothing is taken
	Keypad  Keypad
	Next    Button
	Back    Button
}

// Staff is one page of the backroom. There is nothing personal in it.
type Staff struct {
	Heading  string
	Who      string // "李主管 · 主管"
	Until    string // "4 分钟不操作就退出"
	Sections []Option
	Summary  Notice // one sentence on the machine as a whole
	Cards    []StaffCard
	Query    Query  // a receipt's number, typed; zero where nothing is sought
	Keypad   Keypad // for Query
	Page     [2]int // of the cards, from 1, and how many; zero when all fit
	Earlier  Button // the page before
	Later    Button // the page after
	Back     Button // signs out, or goes back to the section
}

// StaffCard is one thing: a device, a problem, an item, a setting.
type StaffCard struct {
	Icon    string // name of an icon in assets/icons, without ending; may be empty
	Tone    Tone
	Title   string
	State   string   // one or two words beside the title, which say what the tone does
	Lines   []string // facts: since when, cause, what to do
	Buttons []Button // at most three
}

// TouchTest is the picture on which staff see whether the screen feels the finger where it is: targets that fill when
// they are hit, at the corners and between.
type TouchTest struct {
	Heading string
	Help    string
	Hits    [9]bool // row by row
	Back    Button
}

// Cleaning covers the screen while it is wiped; touches do nothing.
type Cleaning struct {
	Heading string
	Help    string
	Seconds int // left
}

func (StaffSignIn) screen() {}
func (Staff) screen()       {}
func (TouchTest) screen()   {}
func (Cleaning) screen()    {}
