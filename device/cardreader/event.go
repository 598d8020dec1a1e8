package cardreader

import "onedoor/device"

// Event is what happens at the reader: one of Connected, Disconnected, Found, Progress, CardRead, Failed, Removed. A card
// begins with Found and ends with Removed or Disconnected.
type Event interface{ event() }

type (
	// Connected means that the reader answers and takes cards.
	Connected struct {
		SAM string // number of its security module; empty when it gave none
	}
	// Disconnected means that there is no usable reader, and why. It comes again only when the problem changes.
	Disconnected struct{ Problem device.Problem }
	// Found means that a card was laid down and reading begins.
	Found struct{}
	// Progress counts the bytes of the answer as they come, about ten times a card.
	Progress struct{ Bytes, Total int }
	// CardRead hands the card over: the receiver owns it and wipes it.
	CardRead struct{ Card *Card }
	// Failed means that the card could not be read; it comes at most once until the card is lifted. The driver goes on
	// trying as long as the card lies there, but for one whose content is Damaged: that was read whole, and stays as it is.
	Failed struct{ Reason Reason }
	// Removed means that the card was lifted.
	Removed struct{}
)

func (Connected) event()    {}
func (Disconnected) event() {}
func (Found) event()        {}
func (Progress) event()     {}
func (CardRead) event()     {}
func (Failed) event()       {}
func (Removed) event()      {}

// Reason is why a card could not be read.
type Reason string

// The reasons.
const (
	Moved       Reason = "moved"       // lifted or shifted too early: lay it down again and leave it
	Unsupported Reason = "unsupported" // an identity card of an unknown layout
	OtherCard   Reason = "other-card"  // not an identity card at all
	Damaged     Reason = "damaged"     // the card answers, but what it holds can not be right
)
