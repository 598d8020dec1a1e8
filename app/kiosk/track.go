package kiosk

import (
	"context"
	"errors"
	"strings"

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

// found keeps what may be told of a case.
func (k *Kiosk) found(f *finding, e outbox.Entry) {
	f.known, f.number, f.at, f.caseID = true, e.Item.ReceiptNo, e.AcceptedAt.Local(), e.Item.CaseID
	f.service = strings.TrimPrefix(e.Item.Subject, "service/")
	if c, err := k.cfg.Outbox.Case(e.Item.CaseID); err == nil {
		f.stage = c.Stage()
	}
}
