package kiosk

import (
	"time"

	"onedoor/app/visit"
	"onedoor/device/printer"
)

// Meter counts what happens at the kiosk. It is told nothing of a person. Its methods are called one at a time and must not block.
type Meter interface {
	// Began is a visit.
	Began()
	// Ended is the end of a visit, in the state in which it was left. It is finished when somebody has what they came for: a case
	// that was accepted, or news of one.
	Ended(at visit.State, finished bool)
	// CardRead is a card that was laid down, and whether it could be read.
	CardRead(ok bool)
	// Accepted is one try to make a submission durable, and how long it took.
	Accepted(ok bool, took time.Duration)
	// Printed is one receipt.
	Printed(printer.Outcome)
}

// count notes that the visit goes on to another state.
func (k *Kiosk) count(next visit.State) {
	if k.cfg.Meter == nil {
		return
	}
	if !k.state.Personal() && next.Personal() {
		k.cfg.Meter.Began()
	}
	if k.state.Personal() && !next.Personal() {
		finished := k.visit.accepted.ReceiptNo != "" || k.state == visit.Progress || k.state == visit.Cases || k.state == visit.Evaluate
		k.cfg.Meter.Ended(k.state, finished)
	}
}
