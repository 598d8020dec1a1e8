package kiosk

import (
	"context"
	"errors"
	"strings"
	"time"

	"onedoor/app/receipt"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/sync/outbox"
)

// caseDigits is the length of a case number.
const caseDigits = 20

// trackNumber types the number of a case.
func (k *Kiosk) trackNumber(ctx context.Context, in Intent) {
	s := k.visit
	s.mistyped = ""
	switch in := in.(type) {
	case Type:
		if len(in.Text) == 1 && in.Text[0] >= '0' && in.Text[0] <= '9' && len(s.look.number) < caseDigits {
			s.look.number += in.Text
		}
	case Erase:
		if n := len(s.look.number); n > 0 {
			s.look.number = s.look.number[:n-1]
		}
	case Clear:
		s.look = finding{}
	case Done, Next:
		k.nameCase(ctx)
	}
}

// nameCase looks the typed number up, when it can be one.
func (k *Kiosk) nameCase(ctx context.Context) {
	s := k.visit
	if !receipt.Valid(s.look.number) {
		s.mistyped = "track.wrong"
		return
	}
	s.look = finding{number: s.look.number} // what was found before is of another case
	k.step(ctx, visit.CaseNamed)
}

func (k *Kiosk) track(say text.Printer) Track {
	s := k.visit
	v := Track{Heading: say.T("track.heading"), Help: say.T("track.help"), Next: Button{say.T("track.next"), Next{}, false}, Back: Button{say.T("form.back"), Back{}, false},
		Number: Field{ID: "case", Kind: FieldText, Label: say.T("accepted.number"), Hint: say.T("track.hint"), Value: text.Fours(s.look.number), Focused: true, Focus: Focus{Field: "case"}},
		Keypad: Keypad{Rows: [][]Key{
			keys("1", "2", "3"), keys("4", "5", "6"), keys("7", "8", "9"),
			{{Label: say.T("key.clear"), Quiet: true, Intent: Clear{}}, {Label: "0", Intent: Type{Text: "0"}}, {Label: say.T("key.erase"), Quiet: true, Intent: Erase{}}},
		}}}
	if s.rating {
		v.Heading, v.Help = say.T("track.rate.heading"), say.T("track.rate.help")
	}
	if v.Card, v.Trouble = k.cardHint(say); v.Card != "" {
		v.Help = say.T("track.card.none")
	}
	if k.scans() {
		v.Scan = say.T("track.scan")
	}
	if s.mistyped != "" {
		v.Number.Error = say.T(s.mistyped)
	}
	return v
}

// find brings a case that was named by its number up to date.
func (k *Kiosk) find(f *finding) {
	e, err := k.cfg.Outbox.ByReceipt(f.number)
	if err != nil {
		if !errors.Is(err, outbox.ErrNotFound) {
			k.cfg.Logger.Error("look up case", "err", err)
		}
		return
	}
	k.found(f, e)
}

// found keeps what may be told of a case. What central told of it counts until this machine has heard something newer.
func (k *Kiosk) found(f *finding, e outbox.Entry) {
	f.known, f.number, f.at, f.caseID = true, e.Item.ReceiptNo, e.AcceptedAt.Local(), e.Item.CaseID
	f.service = strings.TrimPrefix(e.Item.Subject, "service/")
	c, err := k.cfg.Outbox.Case(e.Item.CaseID)
	if err != nil {
		return
	}
	var changed time.Time
	if c.Status != nil {
		changed, _ = time.Parse(time.RFC3339, c.Status.At) // zero, and so older, when it is none
	}
	if f.asOf.IsZero() || changed.After(f.changed) {
		f.stage, f.changed = c.Stage(), changed
	}
}

// cardHint says that a card laid down lists its holder's cases, and what the reader does; trouble is what went wrong.
func (k *Kiosk) cardHint(say text.Printer) (hint string, trouble Notice) {
	switch {
	case k.visit.hasRead() || k.readerMissing():
		return "", Notice{}
	case k.card.phase == CardFailed:
		return say.T("track.card"), Notice{Tone: Caution, Text: say.T(k.card.trouble)}
	case k.card.phase == CardReading:
		return say.T("identify.reading"), Notice{}
	}
	return say.T("track.card"), Notice{}
}
