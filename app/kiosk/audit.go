package kiosk

import (
	"onedoor/app/audit"
	"onedoor/device/printer"
)

// Audit is the log of what happened, without anybody's name.
type Audit interface{ Note(e audit.Event) }

var _ Audit = (*audit.Log)(nil)

// note logs; whoever stands at the screen does not wait for it.
func (k *Kiosk) note(e audit.Event) {
	if k.cfg.Audit != nil {
		k.cfg.Audit.Note(e)
	}
}

// printed is the outcome of a receipt.
func printed(s *session) audit.Event {
	e := audit.Event{Kind: audit.KindPrinted, Actor: audit.System, Subject: audit.OfCase(s.accepted.ReceiptNo), Count: uint64(max(0, s.copies)),
		Disposition: audit.Unknown}
	switch s.print.Outcome {
	case printer.Printed:
		e.Disposition = audit.Done
	case printer.NotPrinted:
		e.Disposition = audit.Failed
	}
	return e
}
