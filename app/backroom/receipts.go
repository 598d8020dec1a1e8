package backroom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"onedoor/app/audit"
	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/receipt"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// receipts are those that were found.
type receipts struct {
	number string // typed: the last digits, or all
	wrong  string // key of why what was typed leads nowhere
	found  []accepted
	cancel context.CancelFunc // ends the search under way; nil before the first
}

// accepted is one acceptance as the disk knows it: nothing personal.
type accepted struct {
	number, caseID, service string
	sequence                uint64
	at                      time.Time
}

// reasons are why a receipt is printed again.
var reasons = []struct {
	key    string
	detail audit.Detail
}{
	{"backroom.reason.notprinted", audit.NotPrinted}, {"backroom.reason.jam", audit.PaperJam}, {"backroom.reason.unreadable", audit.Unreadable},
	{"backroom.reason.lost", audit.Lost}, {"backroom.reason.other", audit.Other},
}

func of(e outbox.Entry) accepted {
	return accepted{e.Item.ReceiptNo, e.Item.CaseID, strings.TrimPrefix(e.Item.Subject, "service/"), e.Sequence, e.AcceptedAt}
}

// listPage is how many items are read at a time.
const listPage = 200

// mostFound is how many receipts are listed at most: who looks for one types another digit.
const mostFound = 20

// listReceipts finds today's acceptances, the newest first.
func (b *Backroom) listReceipts() {
	year, month, day := b.cfg.Now().Local().Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.Local)
	b.search(func(ctx context.Context) ([]accepted, string) {
		return b.newest(ctx, midnight, func(outbox.Entry) bool { return true }, math.MaxInt), ""
	})
}

// newest are submissions since a moment that fit, the newest first.
func (b *Backroom) newest(ctx context.Context, since time.Time, fits func(outbox.Entry) bool, most int) (found []accepted) {
	for below := b.cfg.Outbox.Stats().LastSequence; below > 0 && ctx.Err() == nil; {
		from := below - min(below, listPage)
		list, err := b.cfg.Outbox.List(from, int(below-from), func(s outbox.State) bool { return s != outbox.StatePurged && s != outbox.StateLost })
		if err != nil {
			b.cfg.Logger.Error("list receipts", "err", err)
			break
		}
		for _, e := range slices.Backward(list) {
			if e.Item.Type == item.TypeSubmission && !e.AcceptedAt.Before(since) && fits(e) {
				if found = append(found, of(e)); len(found) == most {
					return found
				}
			}
		}
		if below = from; len(list) > 0 && list[0].AcceptedAt.Before(since) {
			break
		}
	}
	return found
}

// search looks for receipts beside the loop. One search at a time counts: the newest, also when one before it ends later.
func (b *Backroom) search(look func(ctx context.Context) (found []accepted, wrong string)) {
	d := b.desk
	d.receipts.end()
	ctx, cancel := context.WithCancel(d.ctx)
	d.receipts.cancel = cancel
	b.beside(func(context.Context) func() bool {
		found, wrong := look(ctx)
		return func() bool {
			if d.section == receiptsSection && ctx.Err() == nil {
				d.receipts.found, d.receipts.wrong = found, wrong
			}
			cancel()
			return false
		}
	})
}

// end ends the search under way: what it finds is not shown. It is called on the loop.
func (r *receipts) end() {
	if r.cancel != nil {
		r.cancel()
	}
}

// seek takes the number of a receipt as it is typed.
func (b *Backroom) seek(in kiosk.Intent) {
	r := &b.desk.receipts
	was := r.number
	switch in := in.(type) {
	case kiosk.Type:
		if len(in.Text) == 1 && in.Text[0] >= '0' && in.Text[0] <= '9' && len(r.number) < receipt.NumberLength {
			r.number += in.Text
		}
	case kiosk.Erase:
		r.number = r.number[:max(0, len(r.number)-1)]
	case kiosk.Clear:
		r.number = ""
	}
	if r.number == was {
		return
	}
	b.desk.note, b.desk.page = note{}, 0
	number := r.number
	r.wrong = ""
	r.found = slices.DeleteFunc(r.found, func(a accepted) bool { return !fitsNumber(a.number, number) }) // the others come
	switch {
	case number == "":
		b.listReceipts()
	case len(number) < receipt.NumberLength:
		b.search(func(ctx context.Context) ([]accepted, string) {
			found := b.newest(ctx, time.Time{}, func(e outbox.Entry) bool { return fitsNumber(e.Item.ReceiptNo, number) }, mostFound)
			if len(found) == 0 {
				return nil, "backroom.receipts.noend"
			}
			return found, ""
		})
	case !receipt.Valid(number):
		r.end()
		r.wrong, r.found = "track.wrong", nil
	default:
		b.search(func(context.Context) ([]accepted, string) { return b.one(b.cfg.Outbox.ByReceipt(number)) })
	}
}

// fitsNumber reports whether typed are the last digits of a number, or its first: those of one who types all of it.
func fitsNumber(number, typed string) bool {
	return strings.HasSuffix(number, typed) || strings.HasPrefix(number, typed)
}

// one is the result of a search for one.
func (b *Backroom) one(e outbox.Entry, err error) (found []accepted, wrong string) {
	if err == nil {
		return []accepted{of(e)}, ""
	}
	if !errors.Is(err, outbox.ErrNotFound) {
		b.cfg.Logger.Error("find receipt", "err", err)
	}
	return nil, "backroom.receipts.unknown"
}

// scanned looks for the receipt whose code was held to the scanner; hash is that of its tracking code, empty for any other code.
func (b *Backroom) scanned(hash string) {
	d := b.desk
	d.active = b.cfg.Now()
	d.receipts.number, d.receipts.wrong, d.receipts.found = "", "", nil
	d.note, d.page = note{}, 0
	b.search(func(context.Context) ([]accepted, string) {
		if hash == "" {
			return nil, "backroom.receipts.nocode"
		}
		return b.one(b.cfg.Outbox.ByTrack(hash))
	})
}

func (b *Backroom) receiptsView(v *kiosk.Staff, say text.Printer) (cards []kiosk.StaffCard) {
	r := &b.desk.receipts
	v.Query = kiosk.Query{Value: text.Fours(r.number), Hint: say.T("backroom.receipts.hint"), Focused: true, Focus: kiosk.Focus{Field: "receipt"}}
	if _, has := b.cfg.Devices[health.CodeScanner]; has {
		v.Query.Hint = say.T("backroom.receipts.scan")
	}
	v.Keypad = digitPad(say)
	switch {
	case r.wrong != "":
		v.Summary = kiosk.Notice{Tone: kiosk.Caution, Text: say.T(r.wrong)}
	case r.number == "" && len(r.found) == 0:
		v.Summary = kiosk.Notice{Text: say.T("backroom.receipts.none")}
	case r.number == "":
		v.Summary = kiosk.Notice{Text: say.T("backroom.receipts.today")}
	}
	for _, a := range r.found {
		c := kiosk.StaffCard{Icon: "receipt", Title: b.moment(a.at) + " " + b.title(a.service, say.Language), Lines: []string{text.Fours(a.number)},
			Buttons: []kiosk.Button{act(say.T("backroom.reprint"), "reprint", a.number)}}
		if _, code := b.recent.of(a.number, b.cfg.Now()); !code {
			c.Lines = append(c.Lines, say.T("backroom.reprint.nocode"))
		}
		cards = append(cards, c)
	}
	return cards
}

func (b *Backroom) title(service string, lang text.Language) string {
	if s, ok := b.cfg.Catalogue.Service(service); ok {
		return s.Title.In(lang)
	}
	return service
}

func (b *Backroom) pressReceipt(in kiosk.Act) {
	for _, a := range b.desk.receipts.found {
		if in.ID == "reprint" && in.Subject == a.number {
			c := chooser{heading: "backroom.reprint", help: "backroom.reprint.why"}
			for _, why := range reasons {
				c.options = append(c.options, option{label: why.key, pick: func() { b.reprint(a, why.detail) }})
			}
			b.choose(c)
			return
		}
	}
}

// reprint prints a receipt again, marked as a copy, and keeps how that ended as an item of the case.
func (b *Backroom) reprint(a accepted, why audit.Detail) {
	known, _ := b.recent.of(a.number, b.cfg.Now())
	lang := known.Lang
	if lang == "" {
		lang = text.Chinese
	}
	act := staff.Act{Action: staff.Reprint, Subject: audit.OfCase(a.number), Detail: why}
	b.ask(request{act: act, label: "backroom.reprint", done: note{tone: kiosk.Good, key: "backroom.reprint.done"},
		do: func(ctx context.Context) error {
			n, err := b.copies(a)
			if err != nil {
				return err
			}
			result := b.cfg.Printer.Print(ctx, b.paper(a, known, n, lang))
			if err := b.recordPrint(ctx, a, result, n); err != nil {
				b.cfg.Logger.Error("record print outcome", "case", a.caseID, "err", err)
			}
			return came(result)
		},
	})
}

// copies is which copy the next print is: as many prints as are on record of the case, and one at least.
func (b *Backroom) copies(a accepted) (int, error) {
	n := 0
	for after := a.sequence; ; {
		list, err := b.cfg.Outbox.List(after, listPage, func(s outbox.State) bool { return s != outbox.StatePurged && s != outbox.StateLost })
		if err != nil {
			return 0, fmt.Errorf("count copies: %w", err)
		}
		if len(list) == 0 {
			return max(1, n), nil
		}
		for _, e := range list {
			after = e.Sequence
			if e.Item.Type == item.TypePrint && e.Item.CaseID == a.caseID {
				n++
			}
		}
	}
}

// paper is the copy. What only the visit knew is not on it: no name, and no code after a restart.
func (b *Backroom) paper(a accepted, known kiosk.Acceptance, copies int, lang text.Language) document.Document {
	say := b.cfg.Texts.In(lang)
	f := receipt.Facts{Hall: b.cfg.Site.Hall, Kiosk: b.cfg.Site.Kiosk, Service: a.service, Number: a.number, At: a.at.Local(),
		Online: b.cfg.Link.Status().Link == engine.Online, Copy: copies, Printed: b.cfg.Now().Local(), HelpPhone: b.cfg.Site.HelpPhone}
	svc := known.Service
	if svc == nil {
		svc, _ = b.cfg.Catalogue.Service(a.service)
	}
	if svc != nil {
		f.Service, f.Department, f.Promise, f.Next = svc.Title.In(lang), svc.Department.In(lang), svc.Promise.In(lang), svc.Next.In(lang)
		f.Chinese = b.forTheClerk(svc, lang)
	}
	if known.Code != "" {
		f.Tracking, f.Code = known.Code.URL(b.cfg.Site.Tracking), string(known.Code)
	}
	return receipt.Paper(f, say)
}

func (b *Backroom) forTheClerk(svc *catalog.Service, lang text.Language) receipt.Chinese {
	if lang != text.English {
		return receipt.Chinese{}
	}
	return receipt.Chinese{Say: b.cfg.Texts.In(text.Chinese), Service: svc.Title.In(text.Chinese)}
}

func (b *Backroom) recordPrint(ctx context.Context, a accepted, r printer.Result, n int) error {
	payload, err := json.Marshal(struct {
		Outcome printer.Outcome `json:"outcome"`
		Cause   device.Problem  `json:"cause,omitempty"`
		Copy    int             `json:"copy"`
	}{r.Outcome, r.Cause, n})
	if err != nil {
		return err
	}
	_, err = b.cfg.Outbox.Accept(ctx, outbox.Draft{ID: b.cfg.NewID(b.cfg.Now()), Type: item.TypePrint, CaseID: a.caseID,
		Catalogue: b.cfg.Catalogue.Version, Payload: payload})
	return err
}
