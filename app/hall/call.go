package hall

import (
	"errors"
	"time"
)

// CallState is how far a call for help has come.
type CallState string

// The states of a call.
const (
	CallWaiting  CallState = "waiting"    // nobody has answered yet
	CallAnswered CallState = "on-the-way" // a member of staff is on the way
	CallDone     CallState = "done"       // staff say that it is done
	CallWithdrew CallState = "withdrawn"  // the citizen does not need help any more
	CallLeft     CallState = "left"       // the visit has ended
)

// Open reports whether somebody still waits.
func (s CallState) Open() bool { return s == CallWaiting || s == CallAnswered }

// Place is where somebody wants help: nothing in it says who.
type Place struct {
	Kiosk   string // its number
	Service string // id of the service; empty outside one
	Step    string // name of the visit's state
}

// Call is one call for help, as a value.
type Call struct {
	ID       uint64 // counts from 1 since the start of the program
	Place    Place
	State    CallState
	Since    time.Time
	Answered time.Time // zero while nobody is on the way
	By       string    // id of the member of staff who is on the way; empty while nobody is
	Ended    time.Time // zero while it is open
}

// Errors of what staff or the citizen want of a call.
var (
	// ErrNoCall is returned for a call that there is not, or not any more.
	ErrNoCall = errors.New("there is no such call for help")
	// ErrAnswered is returned to whoever comes second.
	ErrAnswered = errors.New("another member of staff is on the way already")
	// ErrEnded is returned for a call that has ended.
	ErrEnded = errors.New("the call for help has ended")
)

// answer says who is on the way. The same person may say it twice.
func (c Call) answer(by string, at time.Time) (Call, error) {
	switch {
	case !c.State.Open():
		return c, ErrEnded
	case c.State == CallAnswered && c.By != by:
		return c, ErrAnswered
	case c.State == CallAnswered:
		return c, nil
	}
	c.State, c.By, c.Answered = CallAnswered, by, at
	return c, nil
}

// end ends the call in one of the states that are not open.
func (c Call) end(as CallState, at time.Time) (Call, error) {
	if !c.State.Open() {
		return c, ErrEnded
	}
	c.State, c.Ended = as, at
	return c, nil
}
