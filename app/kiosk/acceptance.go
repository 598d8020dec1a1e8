package kiosk

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"onedoor/app/audit"
	"onedoor/app/receipt"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/device"
	"onedoor/device/printer"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// acceptLimit bounds one attempt to make an item durable. An attempt that ran out is not known to have failed; trying
// again with the same id finds out.
const acceptLimit = 30 * time.Second

// accept hands the form to the outbox, off the loop: a slow disk must not freeze the screen.
func (k *Kiosk) accept(ctx context.Context) {
	s := k.visit
	payload, err := s.payload(k.cfg.Catalogue.Version)
	if err != nil {
		k.cfg.Logger.Error("encode submission", "err", err)
		k.step(ctx, visit.ItemRefused)
		return
	}
	draft := outbox.Draft{
		ID: s.itemID, Type: item.TypeSubmission, Subject: "service/" + s.service.ID, CaseID: s.caseID,
		Catalogue: k.cfg.Catalogue.Version, TrackHash: s.code.Hash(), Numbered: true, Payload: payload,
	}
	k.beside(func() func() {
		limited, cancel := context.WithTimeout(ctx, acceptLimit)
		defer cancel()
		began := k.cfg.Now()
		got, err := k.cfg.Outbox.Accept(limited, draft)
		took := k.cfg.Now().Sub(began)
		clear(payload)
		return func() {
			if k.cfg.Meter != nil {
				k.cfg.Meter.Accepted(err == nil, took)
			}
			k.acceptEnded(ctx, s, got, err)
		}
	})
}

func (k *Kiosk) acceptEnded(ctx context.Context, s *session, got outbox.Accepted, err error) {
	if s != k.visit {
		return // cannot happen while the table holds: accepting is not interrupted
	}
	if err != nil {
		// Once in doubt, an item stays in doubt until the outbox says that it has it.
		s.unsure = s.unsure || errors.Is(err, outbox.ErrUndecided) || errors.Is(err, outbox.ErrStopped)
		k.cfg.Logger.Error("accept", "item", s.itemID, "unsure", s.unsure, "err", err)
		k.note(audit.Event{Kind: audit.KindAccepted, Actor: audit.Citizen, Disposition: audit.Failed, Subject: audit.OfItem(s.itemID)})
		k.step(ctx, visit.ItemRefused)
		return
	}
	s.accepted = got
	k.remember(s)
	k.recent.add(s.card.Number, got.ReceiptNo, k.cfg.Now())
	k.note(audit.Event{Kind: audit.KindAccepted, Actor: audit.Citizen, Subject: audit.OfCase(got.ReceiptNo)})
	s.online = k.cfg.Link.Status().Link == engine.Online
	k.step(ctx, visit.ItemAccepted)
}

// print composes the receipt and prints it off the loop.
func (k *Kiosk) print(ctx context.Context) {
	s := k.visit
	if s.print.Outcome == printer.Unknown {
		s.copies++ // the first may have come out: this one says that it is a copy
	}
	doc := receipt.Paper(receipt.Facts{
		Hall: k.cfg.Site.Hall, Kiosk: k.cfg.Site.Kiosk, Service: s.service.Title.In(s.lang),
		Department: s.service.Department.In(s.lang), Name: s.maskedApplicant(), ByHand: s.byHand, Number: s.accepted.ReceiptNo,
		Tracking: s.code.URL(k.cfg.Site.Tracking), Code: string(s.code), At: s.accepted.At.Local(), Promise: s.service.Promise.In(s.lang),
		Next: s.service.Next.In(s.lang), Online: s.online, HelpPhone: k.cfg.Site.HelpPhone,
		Copy: s.copies, Printed: k.cfg.Now(), Chinese: k.forTheClerk(),
	}, k.cfg.Texts.In(s.lang))
	k.beside(func() func() {
		result := k.cfg.Printer.Print(ctx, doc)
		return func() {
			if k.cfg.Meter != nil {
				k.cfg.Meter.Printed(result.Outcome)
			}
			if s != k.visit {
				return
			}
			s.print = result
			k.step(ctx, visit.PrintEnded)
		}
	})
}

// forTheClerk is what a paper in another language says in Chinese as well.
func (k *Kiosk) forTheClerk() receipt.Chinese {
	if k.visit.lang != text.English {
		return receipt.Chinese{}
	}
	return receipt.Chinese{Say: k.cfg.Texts.In(text.Chinese), Service: k.visit.service.Title.In(text.Chinese)}
}

// recordPrint keeps the outcome as an item of the case.
func (k *Kiosk) recordPrint(ctx context.Context) {
	s := k.visit
	k.note(printed(s))
	payload, err := json.Marshal(struct {
		Outcome printer.Outcome `json:"outcome"`
		Cause   device.Problem  `json:"cause,omitempty"`
		Copy    int             `json:"copy"`
	}{s.print.Outcome, s.print.Cause, s.copies})
	if err != nil {
		k.cfg.Logger.Error("encode print outcome", "err", err)
		return
	}
	draft := outbox.Draft{ID: k.cfg.NewID(k.cfg.Now()), Type: item.TypePrint, CaseID: s.caseID,
		Catalogue: k.cfg.Catalogue.Version, Payload: payload}
	k.beside(func() func() {
		limited, cancel := context.WithTimeout(ctx, acceptLimit)
		defer cancel()
		if _, err := k.cfg.Outbox.Accept(limited, draft); err != nil {
			k.cfg.Logger.Error("record print outcome", "case", draft.CaseID, "err", err)
		}
		return func() {}
	})
}
