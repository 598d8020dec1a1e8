package backroom

import (
	"strconv"
	"time"

	"onedoor/app/audit"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
)

// section names a part of the backroom.
type section string

const (
	overview        section = "overview"
	devicesSection  section = "devices"
	receiptsSection section = "receipts"
	outboxSection   section = "outbox"
	settingsSection section = "settings"
)

// labels are the sections in their order, with the key of each name.
var labels = []struct {
	section section
	key     string
}{
	{overview, "backroom.section.overview"}, {devicesSection, "backroom.section.devices"}, {receiptsSection, "backroom.section.receipts"},
	{outboxSection, "backroom.section.outbox"}, {settingsSection, "backroom.section.settings"},
}

// shows reports whether who is signed in has anything to do in a section.
func (b *Backroom) shows(s section) bool {
	return s != receiptsSection || b.may(staff.Reprint)
}

// open goes to a section, or to what it was when it was opened.
func (b *Backroom) open(s section) {
	d := b.desk
	if !b.shows(s) || d.busy != "" {
		return
	}
	b.stopTests()
	d.section, d.page, d.note, d.chooser, d.readiness, d.about = s, 0, note{}, nil, false, false
	switch s {
	case overview, devicesSection:
	case receiptsSection:
		d.receipts.end()
		d.receipts = receipts{}
		b.listReceipts()
	case outboxSection:
		b.listOutbox()
	case settingsSection:
		b.openSettings()
	default:
		d.section = overview
	}
}

// How many cards fit on a page, without and with a keypad.
const (
	cardsOnPage  = 4
	cardsOverPad = 2
)

// View is the present page.
func (b *Backroom) View(say text.Printer) kiosk.Screen {
	d := b.desk
	now := b.cfg.Now()
	switch {
	case d == nil:
		return kiosk.StaffSignIn{}
	case !d.cleaning.IsZero() && now.Before(d.cleaning):
		return kiosk.Cleaning{Heading: say.T("backroom.cleaning.heading"), Help: say.T("backroom.cleaning.help"),
			Seconds: int((d.cleaning.Sub(now) + time.Second - 1) / time.Second)}
	case d.session == nil || d.waiting != nil:
		return b.signInView(say)
	case d.tests.touch:
		return b.touchView(say)
	}
	v := kiosk.Staff{Back: kiosk.Button{Label: say.T("backroom.leave"), Intent: kiosk.Back{}}}
	v.Who = d.session.Member.Name + " · " + say.T(roleKey(d.session.Member.Role))
	minutes := int((staff.KioskIdle - now.Sub(d.active) + time.Minute - 1) / time.Minute)
	v.Until = say.T("backroom.until", "minutes", strconv.Itoa(minutes))
	for _, l := range labels {
		if b.shows(l.section) {
			v.Sections = append(v.Sections, kiosk.Option{Label: say.T(l.key), Chosen: l.section == d.section, Intent: kiosk.Section{ID: string(l.section)}})
		}
		if l.section == d.section {
			v.Heading = say.T(l.key)
		}
	}
	var cards []kiosk.StaffCard
	switch {
	case d.chooser != nil:
		cards = b.chooserView(&v, say)
	case d.section == devicesSection:
		cards = b.devicesView(say)
	case d.section == receiptsSection:
		cards = b.receiptsView(&v, say)
	case d.section == outboxSection:
		cards = b.outboxView(&v, say)
	case d.section == settingsSection:
		cards = b.settingsView(&v, say)
	default:
		cards = b.overviewView(&v, say)
	}
	switch {
	case d.busy != "":
		v.Summary = kiosk.Notice{Text: say.T(d.busy)}
	case d.note.key != "":
		v.Summary = kiosk.Notice{Tone: d.note.tone, Text: d.note.say(say)}
	}
	b.paged(&v, cards, say)
	return v
}

// paged puts as many cards on the page as fit, and the ways to the others.
func (b *Backroom) paged(v *kiosk.Staff, cards []kiosk.StaffCard, say text.Printer) {
	most := cardsOnPage
	switch {
	case b.desk.chooser != nil:
		most = max(1, len(cards)) // each is a line and a button
	case len(v.Keypad.Rows) > 0:
		most = cardsOverPad
	}
	pages := max(1, (len(cards)+most-1)/most)
	at := min(b.desk.page, pages-1)
	b.desk.page = at
	v.Cards = cards[at*most : min(len(cards), (at+1)*most)]
	if pages == 1 {
		return
	}
	v.Page = [2]int{at + 1, pages}
	count := []string{"n", strconv.Itoa(at + 1), "of", strconv.Itoa(pages)}
	v.Earlier = kiosk.Button{Label: say.T("backroom.page.earlier", count...), Intent: kiosk.Turn{By: -1}, Off: at == 0}
	v.Later = kiosk.Button{Label: say.T("backroom.page.later", count...), Intent: kiosk.Turn{By: 1}, Off: at == pages-1}
}

// chooserView has a card for each choice. Where there is one alone, its button says what is done.
func (b *Backroom) chooserView(v *kiosk.Staff, say text.Printer) (cards []kiosk.StaffCard) {
	c := b.desk.chooser
	v.Heading, v.Sections = say.T(c.heading), nil
	v.Back.Label = say.T("form.back")
	v.Summary = kiosk.Notice{Text: say.T(c.help, c.args...)}
	if len(c.options) == 1 && c.options[0].help == "" {
		label := c.options[0].label
		return []kiosk.StaffCard{{Title: v.Heading, Buttons: []kiosk.Button{act(say.T(label), "choose", label)}}}
	}
	for _, o := range c.options {
		card := kiosk.StaffCard{Title: say.T(o.label)}
		if o.pick != nil {
			card.Buttons = []kiosk.Button{act(say.T("backroom.choose"), "choose", o.subject())}
		}
		if o.help != "" {
			card.Lines = []string{say.T(o.help, o.args...)}
		}
		cards = append(cards, card)
	}
	return cards
}

func act(label, id, subject string) kiosk.Button {
	return kiosk.Button{Label: label, Intent: kiosk.Act{ID: id, Subject: subject}}
}

func roleKey(r audit.Role) string {
	switch r {
	case audit.Supervisor:
		return "backroom.role.supervisor"
	case audit.Maintainer:
		return "backroom.role.maintainer"
	default:
		return "backroom.role.attendant"
	}
}

// moment is the time of day, with the day when that was another one.
func (b *Backroom) moment(t time.Time) string {
	t, now := t.Local(), b.cfg.Now().Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return text.Clock(t)
	}
	return text.Stamp(t)
}
