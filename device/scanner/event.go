package scanner

import "onedoor/device"

// Event is what happens at the scanner: one of Connected, Disconnected, Scanned.
type Event interface{ event() }

type (
	// Connected means that the scanner's line is open.
	Connected struct{}
	// Disconnected means that there is no scanner, and why. It comes again only when the problem changes.
	Disconnected struct{ Problem device.Problem }
	// Scanned hands a code over: the receiver owns it and wipes it.
	Scanned struct{ Code *Code }
)

func (Connected) event()    {}
func (Disconnected) event() {}
func (Scanned) event()      {}
