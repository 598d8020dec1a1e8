package backroom

import (
	"context"
	"strings"

	"onedoor/app/audit"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/readiness"
	"onedoor/app/staff"
	"onedoor/app/text"
)

// sheet is the readiness report of now, as staff read it.
func (b *Backroom) sheet(say text.Printer) readiness.View {
	return b.cfg.Readiness.Report(b.cfg.Now()).Show(b.cfg.Sheet.In(say.Language))
}

// overviewView tells what is wrong, and what it takes away from citizens.
func (b *Backroom) overviewView(v *kiosk.Staff, say text.Printer) (cards []kiosk.StaffCard) {
	sheet := b.sheet(say)
	v.Summary = kiosk.Notice{Tone: extentTone(sheet.Extent), Text: sheet.Summary}
	if b.desk.readiness {
		return b.sheetView(v, sheet, say)
	}
	if _, notice, closed := b.cfg.Door.Closed(); closed {
		v.Summary = kiosk.Notice{Tone: kiosk.Stop, Text: say.T("backroom.overview.closed", "notice", say.T(noticeKey(notice)))}
	}
	for _, p := range b.cfg.Health.Problems() {
		c := kiosk.StaffCard{Icon: problemIcon(p), Tone: tone(p.Severity), Title: say.T(p.Cause()), State: say.T(severityKey(p.Severity)),
			Lines: []string{say.T("backroom.since", "time", b.moment(p.Since), "code", string(p.Code)), say.T(p.Remedy())}}
		if p.Device == health.ReceiptPrinter {
			c.Buttons = b.printerButtons(say)
		}
		cards = append(cards, c)
	}
	c := kiosk.StaffCard{Icon: "clipboard-list", Tone: extentTone(sheet.Extent), Title: sheet.Heading, State: say.T(extentKey(sheet.Extent)),
		Lines: strings.Split(sheet.When, "\n"), Buttons: []kiosk.Button{act(say.T("backroom.readiness.show"), "readiness", "")}}
	if b.may(staff.TestDevice) {
		c.Buttons = append(c.Buttons, act(say.T("backroom.readiness.print"), "readiness-print", ""))
	}
	return append(cards, c)
}

// sheetView is the whole report: what the paper has, what can be had, and the causes in words.
func (b *Backroom) sheetView(v *kiosk.Staff, sheet readiness.View, say text.Printer) (cards []kiosk.StaffCard) {
	v.Heading, v.Back.Label = sheet.Heading, say.T("form.back")
	for _, list := range sheet.Lists {
		c := kiosk.StaffCard{Icon: "clipboard-list", Tone: extentTone(list.Of), Title: list.Title}
		if list.Of == readiness.Mend {
			c.Icon, c.Tone = "tool", kiosk.Neutral
		}
		for _, l := range list.Lines {
			why := l.Why
			if list.Of == readiness.Mend {
				why = l.Note
			}
			if why != "" {
				why = say.T("backroom.colon") + why
			}
			c.Lines = append(c.Lines, l.Text+why)
		}
		cards = append(cards, c)
	}
	return append(cards, kiosk.StaffCard{Icon: "clock", Title: sheet.Kiosk, Lines: strings.Split(sheet.When, "\n")})
}

func extentTone(e readiness.Extent) kiosk.Tone {
	switch e {
	case readiness.Whole:
		return kiosk.Good
	case readiness.Partly:
		return kiosk.Caution
	default:
		return kiosk.Stop
	}
}

func (b *Backroom) pressOverview(in kiosk.Act) {
	switch in.ID {
	case "readiness":
		b.desk.readiness, b.desk.page = true, 0
	case "readiness-print":
		doc := readiness.Paper(b.cfg.Readiness.Report(b.cfg.Now()), b.cfg.Sheet.In(b.desk.lang))
		b.ask(request{act: staff.Act{Action: staff.TestDevice, Subject: audit.OfDevice(string(health.ReceiptPrinter)), Detail: audit.Readiness},
			label: "backroom.readiness.print", done: note{tone: kiosk.Good, key: "backroom.printed"},
			do: func(ctx context.Context) error { return b.printed(ctx, doc) }})
	default:
		b.pressDevice(in)
	}
}

func extentKey(e readiness.Extent) string {
	switch e {
	case readiness.Whole:
		return "backroom.extent.whole"
	case readiness.Partly:
		return "backroom.extent.partly"
	default:
		return "backroom.extent.not"
	}
}

func tone(s health.Severity) kiosk.Tone {
	switch s {
	case health.Info:
		return kiosk.Neutral
	case health.Warning:
		return kiosk.Caution
	default:
		return kiosk.Stop
	}
}

func severityKey(s health.Severity) string {
	switch s {
	case health.Info:
		return "backroom.severity.info"
	case health.Warning:
		return "backroom.severity.warning"
	case health.Blocks:
		return "backroom.severity.blocks"
	default:
		return "backroom.severity.all"
	}
}

func problemIcon(p health.Problem) string {
	switch {
	case p.Device != "":
		return deviceIcon(p.Device)
	case strings.HasPrefix(string(p.Code), "LINK-"), strings.HasPrefix(string(p.Code), "CENTRAL-"):
		return "wifi-off"
	case strings.HasPrefix(string(p.Code), "CLOCK-"):
		return "clock"
	case strings.HasPrefix(string(p.Code), "OUTBOX-"):
		return "send"
	}
	return "alert-triangle"
}

func deviceIcon(d health.Device) string {
	switch d {
	case health.CardReader:
		return "id"
	case health.CodeScanner:
		return "qrcode"
	default:
		return "printer"
	}
}
