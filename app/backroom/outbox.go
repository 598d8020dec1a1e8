package backroom

import (
	"context"
	"strconv"
	"time"

	"onedoor/app/audit"
	"onedoor/app/hall"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// queue is what the outbox said when it was last asked.
type queue struct {
	stats   outbox.Stats
	stuck   []outbox.Entry // what waits for a person, the oldest first
	waiting []outbox.Entry // what waits for central, the oldest first
	asking  bool
	asked   time.Time
}

// What is listed at most; the numbers count all.
const (
	mostStuck   = 100
	mostWaiting = 20
	askEvery    = 10 * time.Second
)

// listOutbox asks the outbox, beside the loop.
func (b *Backroom) listOutbox() {
	d := b.desk
	if d.outbox.asking {
		return
	}
	d.outbox.asking = true
	b.beside(func(context.Context) func() bool {
		q := queue{stats: b.cfg.Outbox.Stats(), asked: b.cfg.Now()}
		var err error
		if q.stats.ByState[outbox.StateRejected]+q.stats.ByState[outbox.StateConflict] > 0 {
			q.stuck, err = b.cfg.Outbox.List(0, mostStuck, func(s outbox.State) bool { return s == outbox.StateRejected || s == outbox.StateConflict })
		}
		if err == nil && q.stats.Waiting > 0 {
			q.waiting, err = b.cfg.Outbox.List(0, mostWaiting, waits)
		}
		if err != nil {
			b.cfg.Logger.Error("list outbox", "err", err)
		}
		return func() bool {
			d.outbox = q
			return false
		}
	})
}

func waits(s outbox.State) bool { return s == outbox.StateAccepted || s == outbox.StateSending }

func (b *Backroom) tickOutbox(now time.Time) {
	if b.desk.section == outboxSection && now.Sub(b.desk.outbox.asked) >= askEvery {
		b.listOutbox()
	}
}

func (b *Backroom) outboxView(v *kiosk.Staff, say text.Printer) (cards []kiosk.StaffCard) {
	q := &b.desk.outbox
	link := b.cfg.Link.Status()
	stuck := q.stats.ByState[outbox.StateRejected] + q.stats.ByState[outbox.StateConflict]
	switch {
	case stuck > 0:
		v.Summary = kiosk.Notice{Tone: kiosk.Stop, Text: say.T("backroom.outbox.stuck", "count", strconv.Itoa(stuck))}
	case q.stats.Waiting > 0:
		v.Summary = kiosk.Notice{Tone: kiosk.Caution, Text: say.T("backroom.outbox.waiting", "count", strconv.Itoa(q.stats.Waiting), "time", b.moment(q.stats.Oldest))}
	default:
		v.Summary = kiosk.Notice{Tone: kiosk.Good, Text: say.T("backroom.outbox.empty")}
	}
	c := kiosk.StaffCard{Icon: "send", Title: say.T("backroom.outbox.link"), Tone: kiosk.Good, State: say.T("link.online")}
	switch link.Link {
	case engine.Offline:
		c.Icon, c.Tone, c.State = "wifi-off", kiosk.Caution, say.T("backroom.outbox.offline")
	case engine.Unknown:
		c.Tone, c.State = kiosk.Neutral, say.T("link.unknown")
	}
	if !link.LastContact.IsZero() {
		c.Lines = append(c.Lines, say.T("backroom.outbox.contact", "time", b.moment(link.LastContact)))
	}
	if link.Trouble != "" {
		c.Lines = append(c.Lines, say.T(troubleKey(link.Trouble)))
	}
	if q.stats.Waiting > 0 && b.may(staff.SendNow) {
		c.Buttons = []kiosk.Button{act(say.T("backroom.outbox.send"), "send", "")}
	}
	cards = append(cards, c)
	for _, e := range q.stuck {
		cards = append(cards, b.stuckCard(e, say))
	}
	for _, e := range q.waiting {
		w := kiosk.StaffCard{Icon: "hourglass", Title: b.what(e, say), Lines: []string{say.T("backroom.outbox.since", "time", b.moment(e.AcceptedAt), "count", strconv.Itoa(e.Attempts))}}
		if e.LastError != "" {
			w.Lines = append(w.Lines, say.T("backroom.outbox.reason", "reason", reason(e.LastError, say)))
		}
		cards = append(cards, w)
	}
	return cards
}

// stuckCard is a dead letter or a conflict: why, and what to tell the citizen.
func (b *Backroom) stuckCard(e outbox.Entry, say text.Printer) kiosk.StaffCard {
	c := kiosk.StaffCard{Icon: "file-text", Tone: kiosk.Stop, Title: b.what(e, say), State: say.T("backroom.outbox.rejected"),
		Lines: []string{b.moment(e.AcceptedAt) + b.service(e, say), say.T("backroom.outbox.reason", "reason", reason(e.LastError, say))}}
	tell := "backroom.outbox.tell"
	if e.State == outbox.StateConflict {
		c.State, tell = say.T("backroom.outbox.conflict"), "backroom.outbox.tell.conflict"
	}
	if e.Item.Type == item.TypeSubmission {
		c.Lines = append(c.Lines, say.T(tell))
	}
	if b.may(staff.Release) {
		c.Buttons = append(c.Buttons, act(say.T("backroom.outbox.retry"), "retry", e.Item.ID))
	}
	if b.may(staff.Void) {
		c.Buttons = append(c.Buttons, act(say.T("backroom.outbox.void"), "void", e.Item.ID))
	}
	return c
}

// service names the service of a submission, behind a dot; empty for anything else.
func (b *Backroom) service(e outbox.Entry, say text.Printer) string {
	if e.Item.Type != item.TypeSubmission {
		return ""
	}
	return " · " + b.title(of(e).service, say.Language)
}

// what names an item by its number and service, or by its kind.
func (b *Backroom) what(e outbox.Entry, say text.Printer) string {
	if e.Item.ReceiptNo != "" {
		return text.Fours(e.Item.ReceiptNo)
	}
	switch e.Item.Type {
	case item.TypeEvaluation:
		return say.T("backroom.item.evaluation")
	case item.TypePrint:
		return say.T("backroom.item.print")
	default:
		return say.T("backroom.item.other")
	}
}

func (b *Backroom) pressOutbox(in kiosk.Act) {
	d := b.desk
	if in.ID == "send" {
		b.sendNow()
		return
	}
	for _, e := range d.outbox.stuck {
		if e.Item.ID != in.Subject {
			continue
		}
		switch in.ID {
		case "retry":
			b.ask(request{act: staff.Act{Action: staff.Release, Subject: audit.OfItem(e.Item.ID), Detail: stuckAs(e)}, label: "backroom.outbox.retry",
				done: note{tone: kiosk.Good, key: "backroom.outbox.retried"}, then: b.listOutbox,
				do: func(ctx context.Context) error { return b.cfg.Outbox.Release(ctx, []string{e.Item.ID}) }})
		case "void":
			c := chooser{heading: "backroom.outbox.void", help: "backroom.outbox.void.why"}
			for _, why := range voidReasons {
				c.options = append(c.options, option{label: why.key, pick: func() { b.void(e, why.reason) }})
			}
			b.choose(c)
		}
	}
}

// voidReasons are why an item is never sent; reason is what the outbox keeps.
var voidReasons = []struct{ key, reason string }{
	{"backroom.void.counter", "staff: handed in again at a counter"}, {"backroom.void.again", "staff: handed in again at a kiosk"},
	{"backroom.void.withdrawn", "staff: the citizen does not want it any more"}, {"backroom.void.test", "staff: it was a test"},
}

func (b *Backroom) void(e outbox.Entry, reason string) {
	b.ask(request{act: staff.Act{Action: staff.Void, Subject: audit.OfItem(e.Item.ID), Detail: stuckAs(e)}, label: "backroom.outbox.void",
		done: note{tone: kiosk.Good, key: "backroom.outbox.voided"}, then: b.listOutbox,
		do: func(ctx context.Context) error { return b.cfg.Outbox.Void(ctx, []string{e.Item.ID}, reason) }})
}

// reason says why an item did not get through, in words where they are known.
func reason(kept string, say text.Printer) string {
	if key, ok := hall.Answer(kept); ok {
		return say.T(key)
	}
	return kept
}

func stuckAs(e outbox.Entry) audit.Detail {
	if e.State == outbox.StateConflict {
		return audit.Conflict
	}
	return audit.Reject
}

// sendNow lets everything that was put off go with the next request, and that be made now.
func (b *Backroom) sendNow() {
	b.ask(request{act: staff.Act{Action: staff.SendNow}, label: "backroom.outbox.send", done: note{tone: kiosk.Good, key: "backroom.outbox.sending"}, then: b.listOutbox,
		do: func(ctx context.Context) error {
			for after := uint64(0); ; {
				list, err := b.cfg.Outbox.List(after, listPage, func(s outbox.State) bool { return s == outbox.StateAccepted })
				if err != nil {
					return err
				}
				if len(list) == 0 {
					b.cfg.Sending.Wake()
					return nil
				}
				var late []string
				for _, e := range list {
					after = e.Sequence
					if !e.Next.IsZero() {
						late = append(late, e.Item.ID)
					}
				}
				if err := b.cfg.Outbox.Defer(ctx, late, time.Time{}, ""); err != nil {
					return err
				}
			}
		}})
}

func troubleKey(t engine.Trouble) string {
	switch t {
	case engine.TroubleRefused:
		return "backroom.trouble.refused"
	case engine.TroubleUpgrade:
		return "backroom.trouble.upgrade"
	case engine.TroubleFull:
		return "backroom.trouble.full"
	case engine.TroubleServer:
		return "backroom.trouble.server"
	case engine.TroubleAck:
		return "backroom.trouble.ack"
	case engine.TroubleOutbox:
		return "backroom.trouble.outbox"
	default:
		return "backroom.trouble.noanswer"
	}
}
