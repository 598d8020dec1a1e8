// Package visit is one citizen's visit as a state table: (state, event) gives the next state and what has to be done.
//
// It guarantees that every path ends in the wipe, that nothing but a durable acceptance leads to the receipt, and that
// no time-out, key or touch interrupts accepting or printing. It has no clock, no I/O and no personal data: whoever
// runs the table performs the effects and reports back with events.
package visit

// State is where a visit stands.
type State uint8

// The states, in the order of an undisturbed visit.
const (
	Attract   State = iota // nobody is here
	Identify               // waits for the card
	Number                 // takes a typed number, where no card can be read
	Choose                 // waits for a service
	Guide                  // shows what the service needs
	Fill                   // the form
	Review                 // the form on one page
	Accepting              // the item is becoming durable
	Printing               // accepted; the receipt is being printed
	Receipt                // accepted; the print has ended, one way or the other
	Refused                // not accepted, or not known to be, and said so
	Progress               // shows what is known of a scanned receipt
	Goodbye                // wiped; card and receipt are to be taken
)

// Event is what happened.
type Event uint8

// The events.
const (
	Started        Event = iota // touch on the attract screen
	CardRead                    // one card, read whole
	NumberChosen                // the citizen would rather type the number
	NumberTyped                 // a possible number, whole
	ReceiptScanned              // a code that some receipt may bear
	ServiceChosen               // a tile
	GuideRead                   // materials are at hand
	FormDone                    // every page is valid
	BackPressed                 // one state back
	EditPressed                 // from the review to the form
	Confirmed                   // hand it in
	ItemAccepted                // durable in the outbox
	ItemRefused                 // not accepted, or not known to be
	PrintEnded                  // printed, not printed or unknown
	PrintAgain                  // the citizen asks for the paper that did not come, or may not have
	LeavePressed                // done
	HomePressed                 // give up
	IdleExpired                 // nobody answered the warning
	GoodbyeOver                 // the goodbye was shown long enough
)

// Effect is what the runner has to do after a step, in order.
type Effect uint8

// The effects.
const (
	ListenForCard Effect = iota // let the reader look for a card
	IgnoreCards                 // one visit, one card
	OpenForm                    // pin the service's version and fill in what the card knows
	DraftItem                   // make the item's id: taps and retries from here on are one item
	AcceptItem
	PrintReceipt
	RecordPrint // keep the outcome as an item
	LookUp      // find out what is known of the scanned receipt
	Wipe        // everything of this citizen
)

// Step is the outcome of one event.
type Step struct {
	Next    State
	Effects []Effect
}

// Next looks (state, event) up. ok is false where the event means nothing in that state: it is to be ignored.
func Next(s State, e Event) (step Step, ok bool) {
	step, ok = table()[key{s, e}]
	return step, ok
}

type key struct {
	state State
	event Event
}

// Busy reports whether something is under way that has to come to its end.
func (s State) Busy() bool { return s == Accepting || s == Printing }

// CanLeave reports whether the citizen may give up here.
func (s State) CanLeave() bool { return s.Personal() && !s.Busy() }

// Personal reports whether the state may hold a citizen's data.
func (s State) Personal() bool { return s != Attract && s != Goodbye }

func table() map[key]Step {
	t := map[key]Step{
		{Attract, Started}:  {Identify, []Effect{ListenForCard}},
		{Attract, CardRead}: {Choose, []Effect{IgnoreCards}},

		{Identify, CardRead}:    {Choose, []Effect{IgnoreCards}},
		{Identify, BackPressed}: away(),

		{Identify, NumberChosen}: {Number, nil},
		{Number, NumberTyped}:    {Choose, []Effect{IgnoreCards}},
		{Number, CardRead}:       {Choose, []Effect{IgnoreCards}},
		{Number, BackPressed}:    {Identify, nil},

		{Attract, ReceiptScanned}:  {Progress, []Effect{IgnoreCards, LookUp}},
		{Identify, ReceiptScanned}: {Progress, []Effect{IgnoreCards, LookUp}},
		{Progress, ReceiptScanned}: {Progress, []Effect{LookUp}},
		{Progress, LeavePressed}:   away(),

		{Choose, ServiceChosen}: {Guide, nil},
		{Choose, BackPressed}:   away(),

		{Guide, GuideRead}:   {Fill, []Effect{OpenForm}},
		{Guide, BackPressed}: {Choose, nil},

		{Fill, FormDone}:    {Review, []Effect{DraftItem}},
		{Fill, BackPressed}: {Guide, nil},

		{Review, BackPressed}: {Fill, nil},
		{Review, EditPressed}: {Fill, nil},
		{Review, Confirmed}:   {Accepting, []Effect{AcceptItem}},

		{Accepting, ItemAccepted}: {Printing, []Effect{PrintReceipt}},
		{Accepting, ItemRefused}:  {Refused, nil},

		{Printing, PrintEnded}: {Receipt, []Effect{RecordPrint}},

		{Receipt, LeavePressed}: away(),
		{Receipt, PrintAgain}:   {Printing, []Effect{PrintReceipt}},

		{Refused, Confirmed}:    {Accepting, []Effect{AcceptItem}},
		{Refused, LeavePressed}: away(),

		{Goodbye, GoodbyeOver}: {Attract, []Effect{ListenForCard}},
		{Goodbye, Started}:     {Attract, []Effect{ListenForCard}},
	}
	// Whoever is not in the middle of accepting or printing can leave or be sent away, and is wiped.
	for s := Attract; s <= Goodbye; s++ {
		if s.CanLeave() {
			t[key{s, HomePressed}] = away()
			t[key{s, IdleExpired}] = away()
		}
	}
	return t
}

// away ends a visit.
func away() Step { return Step{Goodbye, []Effect{IgnoreCards, Wipe}} }
