package kiosk

import (
	"strings"
	"time"

	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/device"
)

// trouble tells at the door what does not work: to the citizen what still does, to staff what to mend.
func (k *Kiosk) trouble(say text.Printer) Notice {
	var notes []string
	for _, d := range health.Devices() {
		if note := k.staff(d); note != "" {
			notes = append(notes, note)
		}
	}
	v := Notice{Staff: strings.Join(notes, "\n")}
	paper := k.cfg.Printer.Status()
	switch {
	case k.readerMissing() && len(k.typable()) > 0:
		v.Tone, v.Text = Stop, say.T("trouble.reader.typed", "services", k.titles(say))
	case k.readerMissing():
		v.Tone, v.Text = Stop, say.T("trouble.reader")
	case paper.Problem == device.ProblemPaperOut:
		v.Tone, v.Text = Caution, say.T("trouble.paper")
	case paper.State == device.StateDisconnected || paper.State == device.StateProblem:
		v.Tone, v.Text = Caution, say.T("trouble.printer")
	}
	return v
}

// noReader is the identify screen of a machine that can read no card.
func (k *Kiosk) noReader(v Identify, say text.Printer) Identify {
	v.Phase, v.Progress = ReaderMissing, 0
	v.Heading, v.Help = say.T("identify.missing.heading"), say.T("identify.missing.help")
	if len(k.typable()) > 0 {
		v.Help = say.T("identify.missing.typed", "services", k.titles(say))
		v.Next = Button{say.T("identify.type"), TypeNumber{}, false}
	}
	v.Trouble = Notice{Staff: k.staff(health.CardReader)}
	return v
}

// staff is a line about one device for the people who put it right, always in Chinese; empty when all is well.
func (k *Kiosk) staff(d health.Device) string {
	s := k.status(d)
	p, ok := health.Of(d, s)
	if !ok {
		return ""
	}
	say := k.cfg.Texts.In(text.Chinese)
	return say.T("staff.note", "code", p.Code(), "time", since(p.Since.Local(), k.cfg.Now()), "cause", say.T(p.Key()))
}

func (k *Kiosk) status(d health.Device) device.Status {
	switch d {
	case health.CardReader:
		return k.cfg.Reader.Status()
	case health.ReceiptPrinter:
		return k.cfg.Printer.Status()
	case health.CodeScanner:
		if k.cfg.Scanner != nil {
			return k.cfg.Scanner.Status()
		}
	}
	return device.Status{}
}

// since is the time of day, with the day when that was another one.
func since(t, now time.Time) string {
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return text.Clock(t)
	}
	return text.Stamp(t)
}
