package kiosk

import (
	"strings"
	"time"

	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/app/visit"
)

// mostNotes is how many lines for staff stand on a screen for citizens; the rest is on the screens for staff.
const mostNotes = 2

// trouble tells at the door what does not work: to the citizen what still does, to staff what to mend. Who has come in is not
// kept from the services by what concerns no device in front of them.
func (k *Kiosk) trouble(say text.Printer) Notice {
	var notes []string
	for _, p := range k.wrong {
		if door := p.Severity == health.Blocks && k.state == visit.Attract; (door || p.Device != "") && len(notes) < mostNotes {
			notes = append(notes, k.forStaff(p))
		}
	}
	v := Notice{Staff: strings.Join(notes, "\n")}
	if p, lost := k.wrong.Lacks(health.CardReading); lost {
		v.Tone, v.Text = Stop, say.T(p.Citizen)
		if len(k.typable()) > 0 {
			v.Text = say.T("trouble.reader.typed", "services", k.titles(say))
		}
	} else if p, lost := k.wrong.Lacks(health.ReceiptPrinting); lost {
		v.Tone, v.Text = Caution, say.T(p.Citizen)
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

// can reports whether the machine can do something now, as far as is known.
func (k *Kiosk) can(c health.Capability) bool {
	_, lost := k.wrong.Lacks(c)
	return !lost
}

// staff is a line about one device for the people who put it right; empty when all is well.
func (k *Kiosk) staff(d health.Device) string {
	p, ok := k.wrong.OfDevice(d)
	if !ok {
		return ""
	}
	return k.forStaff(p)
}

// forStaff is a line about a problem, always in Chinese.
func (k *Kiosk) forStaff(p health.Problem) string {
	say := k.cfg.Texts.In(text.Chinese)
	return say.T("staff.note", "code", string(p.Code), "time", since(p.Since.Local(), k.cfg.Now()), "cause", say.T(p.Cause()), "remedy", say.T(p.Remedy()))
}

// mend is what forStaff says beside code and time.
func (k *Kiosk) mend(p health.Problem) string {
	say := k.cfg.Texts.In(text.Chinese)
	return say.T("out.staff", "cause", say.T(p.Cause()), "remedy", say.T(p.Remedy()))
}

// since is the time of day, with the day when that was another one.
func since(t, now time.Time) string {
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return text.Clock(t)
	}
	return text.Stamp(t)
}
