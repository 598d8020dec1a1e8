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
	Menu                   // what people come for; a card may be laid down, and need not be
	Choose                 // waits for a service
	Guide                  // shows what the service needs
	Identify               // waits for the card that the service needs
	Number                 // takes a typed number, where no card can be read
	Situate                // asks what decides materials and questions
	Check                  // asks whether the materials are at hand
	Fill                   // the form
	Review                 // the form on one page
	Sign                   // takes the signature
	Accepting              // the item is becoming durable
	Printing               // accepted; the receipt is being printed
	Receipt                // accepted; the print has ended, one way or the other
	Evaluate               // asks for an opinion
	Refused                // not accepted, or not known to be, and said so
	Track                  // asks for the number of a case
	Cases                  // lists the cases of the card's holder
	Progress               // shows what is known of a case
	Goodbye                // wiped; card and receipt are to be taken
	Operator               // staff are at the machine; nobody's visit
)

// Event is what happened.
type Event uint8

// The events.
const (
	Started         Event = iota // touch on the attract screen
	CardRead                     // one card, read whole
	NumberChosen                 // the citizen would rather type the number
	NumberTyped                  // a possible number, whole
	ReceiptScanned               // a code that some receipt may bear
	ApplyChosen                  // to the services
	FollowChosen                 // to the number of a case
	MineChosen                   // to the cases of the holder of the card that was read
	CaseNamed                    // such a number, whole
	ServiceChosen                // a tile
	CardWanted                   // the guide was read, and nobody is known yet
	GuideRead                    // the guide was read by somebody who is known
	Situated                     // nothing is left to ask before the materials
	MaterialsReady               // materials are at hand
	FormDone                     // every page is valid
	BackPressed                  // one state back
	GuidePressed                 // back to the guide, past what was skipped on the way
	EditPressed                  // from the review to the form
	SituationEdited              // from the review to what decides materials and questions
	SignatureAsked               // confirmed, and the service wants a signature
	Confirmed                    // hand it in
	ItemAccepted                 // durable in the outbox
	ItemRefused                  // not accepted, or not known to be
	PrintEnded                   // printed, not printed or unknown
	PrintAgain                   // the citizen asks for the paper that did not come, or may not have
	RateChosen                   // to the evaluation
	LeavePressed                 // done
	MenuPressed                  // give up what can be begun again in a moment
	HomePressed                  // give up
	IdleExpired                  // nobody answered the warning
	GoodbyeOver                  // the goodbye was shown long enough
	StaffCame                    // the hidden sign of staff was made on the screen
	StaffLeft                    // signed out, gave up, or were idle
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
	LookUp      // find out what is known of the case
	ListCases   // find out which cases the card's holder has
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
func (s State) Personal() bool { return s != Attract && s != Goodbye && s != Operator }

// Light reports whether giving up here loses nothing that was filled in.
func (s State) Light() bool {
	switch s {
	case Choose, Guide, Identify, Number, Situate, Check, Track, Cases, Progress:
		return true
	}
	return false
}

func table() map[key]Step {
	t := map[key]Step{
		{Attract, Started}:  {Menu, []Effect{ListenForCard}},
		{Attract, CardRead}: {Menu, []Effect{IgnoreCards}},

		{Menu, CardRead}:      {Menu, []Effect{IgnoreCards}},
		{Menu, ApplyChosen}:   {Choose, nil},
		{Menu, FollowChosen}:  {Track, []Effect{ListenForCard}},
		{Menu, MineChosen}:    {Cases, []Effect{ListCases}},
		{Menu, ServiceChosen}: {Guide, nil},
		{Menu, BackPressed}:   away(),

		{Choose, CardRead}:      {Choose, []Effect{IgnoreCards}},
		{Choose, ServiceChosen}: {Guide, nil},
		{Choose, BackPressed}:   {Menu, nil},

		{Guide, CardRead}:    {Guide, []Effect{IgnoreCards}},
		{Guide, CardWanted}:  {Identify, []Effect{ListenForCard}},
		{Guide, GuideRead}:   {Situate, []Effect{OpenForm}},
		{Guide, BackPressed}: {Choose, nil},

		{Identify, CardRead}:     {Situate, []Effect{IgnoreCards, OpenForm}},
		{Identify, NumberChosen}: {Number, nil},
		{Identify, BackPressed}:  {Guide, nil},

		{Number, NumberTyped}: {Situate, []Effect{IgnoreCards, OpenForm}},
		{Number, CardRead}:    {Situate, []Effect{IgnoreCards, OpenForm}},
		{Number, BackPressed}: {Identify, nil},

		{Situate, Situated}:    {Check, nil},
		{Situate, BackPressed}: {Guide, nil},

		{Check, MaterialsReady}: {Fill, nil},
		{Check, BackPressed}:    {Situate, nil},
		{Check, GuidePressed}:   {Guide, nil},

		{Fill, FormDone}:    {Review, []Effect{DraftItem}},
		{Fill, BackPressed}: {Check, nil},

		{Review, BackPressed}:     {Fill, nil},
		{Review, EditPressed}:     {Fill, nil},
		{Review, SituationEdited}: {Situate, nil},
		{Review, SignatureAsked}:  {Sign, nil},
		{Review, Confirmed}:       {Accepting, []Effect{AcceptItem}},

		{Sign, Confirmed}:   {Accepting, []Effect{AcceptItem}},
		{Sign, BackPressed}: {Review, nil},

		{Accepting, ItemAccepted}: {Printing, []Effect{PrintReceipt}},
		{Accepting, ItemRefused}:  {Refused, nil},

		{Printing, PrintEnded}: {Receipt, []Effect{RecordPrint}},

		{Receipt, LeavePressed}: away(),
		{Receipt, PrintAgain}:   {Printing, []Effect{PrintReceipt}},
		{Receipt, RateChosen}:   {Evaluate, nil},

		{Evaluate, BackPressed}:  {Receipt, nil},
		{Evaluate, LeavePressed}: away(),

		{Refused, Confirmed}:    {Accepting, []Effect{AcceptItem}},
		{Refused, LeavePressed}: away(),

		{Track, CardRead}:        {Cases, []Effect{IgnoreCards, ListCases}},
		{Track, MineChosen}:      {Cases, []Effect{ListCases}},
		{Track, CaseNamed}:       {Progress, []Effect{IgnoreCards, LookUp}},
		{Track, BackPressed}:     {Menu, nil},
		{Cases, CaseNamed}:       {Progress, []Effect{LookUp}},
		{Cases, FollowChosen}:    {Track, nil},
		{Cases, BackPressed}:     {Menu, nil},
		{Progress, BackPressed}:  {Track, []Effect{ListenForCard}},
		{Progress, MineChosen}:   {Cases, []Effect{ListCases}},
		{Progress, LeavePressed}: away(),
		{Progress, RateChosen}:   {Evaluate, nil},

		{Goodbye, GoodbyeOver}: {Attract, []Effect{ListenForCard}},
		{Goodbye, Started}:     {Attract, []Effect{ListenForCard}},

		{Attract, StaffCame}:  {Operator, []Effect{IgnoreCards}},
		{Goodbye, StaffCame}:  {Operator, []Effect{IgnoreCards}},
		{Operator, StaffLeft}: {Attract, []Effect{ListenForCard}},
	}
	for _, s := range []State{Attract, Menu, Choose, Track, Cases, Progress} {
		t[key{s, ReceiptScanned}] = Step{Progress, []Effect{IgnoreCards, LookUp}}
	}
	// Whoever is not in the middle of accepting or printing can leave or be sent away, and is wiped.
	for s := Attract; s <= Goodbye; s++ {
		if s.CanLeave() {
			t[key{s, HomePressed}] = away()
			t[key{s, IdleExpired}] = away()
			t[key{s, StaffCame}] = Step{Operator, []Effect{IgnoreCards, Wipe}}
		}
		if s.Light() {
			t[key{s, MenuPressed}] = Step{Menu, nil}
		}
	}
	return t
}

// away ends a visit.
func away() Step { return Step{Goodbye, []Effect{IgnoreCards, Wipe}} }
