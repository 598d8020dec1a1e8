package kiosk

import (
	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/app/visit"
	"onedoor/device"
	"onedoor/device/printer"
	"onedoor/sync/engine"
	"onedoor/sync/wire"
)

func (k *Kiosk) acceptedScreen(say text.Printer) Accepted {
	s := k.visit
	v := Accepted{
		Heading: say.T("accepted.heading"), NumberLabel: say.T("accepted.number"), Number: text.Fours(s.accepted.ReceiptNo),
		QR: s.code.URL(k.cfg.Site.Tracking), QRTitle: say.T("accepted.qr.title"), QRText: say.T("accepted.qr.text"),
		NextTitle: say.T("accepted.next"), NextLead: s.service.Promise.In(say.Language), NextText: s.service.Next.In(say.Language),
		Printing: k.state == visit.Printing, Leave: Button{say.T("accepted.leave"), Leave{}, k.state == visit.Printing},
	}
	v.Track = track(s.stage, say)
	switch {
	case s.stage == wire.StageReturned:
		v.Help = say.T("progress.returned.help")
	case v.Track[2].State == Reached:
		v.Help = say.T("accepted.help.accepted")
	case v.Track[1].State == Reached:
		v.Help = say.T("accepted.help.delivered")
	default:
		v.Help = say.T(onTheWay(k.cfg.Link.Status().Link == engine.Online))
	}
	if s.byHand {
		v.NextText = say.T("accepted.byhand") + v.NextText
	}
	v.Receipt = k.receiptNotice(say)
	if !v.Printing {
		v.Rate = Button{say.T("rate.open"), Open{Rating}, false}
	}
	switch {
	case v.Printing:
		v.Heading = say.T("accepted.heading.printing")
	case s.print.Outcome != printer.Printed:
		v.Heading = say.T("accepted.heading.unprinted")
		v.QRText = say.T("accepted.qr.unprinted")
		v.Again = Button{say.T("accepted.again"), Again{}, false}
	}
	return v
}

func reached(yes bool) MilestoneState {
	if yes {
		return Reached
	}
	return Ahead
}

func (k *Kiosk) receiptNotice(say text.Printer) Notice {
	if k.state == visit.Printing {
		return Notice{Tone: Neutral, Text: say.T("print.busy")}
	}
	switch k.visit.print.Outcome {
	case printer.Printed:
		return Notice{Tone: Good, Text: say.T("print.printed")}
	case printer.NotPrinted:
		return Notice{Tone: Caution, Text: say.T("print.failed", "cause", say.T(causeKey(k.visit.print.Cause))), Staff: k.staff(health.ReceiptPrinter)}
	default:
		return Notice{Tone: Caution, Text: say.T("print.unknown"), Staff: k.staff(health.ReceiptPrinter)}
	}
}

func causeKey(p device.Problem) string {
	switch p {
	case device.ProblemPaperOut:
		return "cause.paper-out"
	case device.ProblemCoverOpen:
		return "cause.cover-open"
	case device.ProblemNoPort, device.ProblemUnplugged:
		return "cause.unplugged"
	default:
		return "cause.other"
	}
}

func (k *Kiosk) refused(say text.Printer) Refused {
	key, code := "refused", "OUTBOX-REFUSED"
	if k.visit.unsure {
		key, code = "unsure", "OUTBOX-UNSURE"
	}
	return Refused{
		Heading: say.T(key + ".heading"), Help: say.T(key + ".help"), Code: say.T("code", "code", code),
		Retry: Button{say.T("refused.retry"), Confirm{}, false}, Leave: Button{say.T("refused.leave"), Leave{}, false},
	}
}

func (k *Kiosk) goodbye(say text.Printer) Goodbye {
	v := Goodbye{Heading: say.T("goodbye.heading"), Help: say.T("goodbye.help")}
	if k.card.lying {
		v.Reminders = append(v.Reminders, Reminder{"attract-card", say.T("goodbye.card")})
	}
	if k.visit.hasReceipt {
		v.Reminders = append(v.Reminders, Reminder{"attract-paper", say.T("goodbye.receipt")})
	}
	if len(v.Reminders) == 0 {
		v.Heading = say.T("goodbye.bye")
	}
	return v
}
