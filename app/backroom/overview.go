package backroom

import (
	"context"
	"strconv"
	"strings"

	"onedoor/app/audit"
	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/device/printer/document"
)

// overviewView tells what is wrong, and what it takes away from citizens.
func (b *Backroom) overviewView(v *kiosk.Staff, say text.Printer) (cards []kiosk.StaffCard) {
	wrong := b.cfg.Health.Problems()
	if b.desk.readiness {
		return b.readinessView(v, wrong, say)
	}
	v.Summary = kiosk.Notice{Tone: kiosk.Good, Text: say.T("backroom.overview.fine")}
	if len(wrong) > 0 {
		v.Summary = kiosk.Notice{Tone: tone(wrong[0].Severity), Text: say.T(wrong[0].Cause())}
	}
	if _, notice, closed := b.cfg.Door.Closed(); closed {
		v.Summary = kiosk.Notice{Tone: kiosk.Stop, Text: say.T("backroom.overview.closed", "notice", say.T(noticeKey(notice)))}
	}
	for _, p := range wrong {
		c := kiosk.StaffCard{Icon: problemIcon(p), Tone: tone(p.Severity), Title: say.T(p.Cause()), State: say.T(severityKey(p.Severity)),
			Lines: []string{say.T("backroom.since", "time", b.moment(p.Since), "code", string(p.Code)), say.T(p.Remedy())}}
		if p.Device == health.ReceiptPrinter {
			c.Buttons = b.printerButtons(say)
		}
		cards = append(cards, c)
	}
	return append(cards, b.servicesCard(wrong, say))
}

// servicesCard is what can be finished here and now.
func (b *Backroom) servicesCard(wrong health.Problems, say text.Printer) kiosk.StaffCard {
	var whole, partly, not int
	for _, s := range b.cfg.Catalogue.Services {
		switch wrong.Service(s).Extent {
		case health.Whole:
			whole++
		case health.Partly:
			partly++
		default:
			not++
		}
	}
	c := kiosk.StaffCard{Icon: "clipboard-list", Tone: kiosk.Good, Title: say.T("backroom.services"), State: say.T("backroom.services.whole", "count", strconv.Itoa(whole)),
		Buttons: []kiosk.Button{act(say.T("backroom.readiness.show"), "readiness", "")}}
	if partly > 0 {
		c.Tone = kiosk.Caution
		c.Lines = append(c.Lines, say.T("backroom.services.partly", "count", strconv.Itoa(partly)))
	}
	if not > 0 {
		c.Tone = kiosk.Stop
		c.Lines = append(c.Lines, say.T("backroom.services.not", "count", strconv.Itoa(not)))
	}
	if b.may(staff.TestDevice) {
		c.Buttons = append(c.Buttons, act(say.T("backroom.readiness.print"), "readiness-print", ""))
	}
	return c
}

// readinessView tells it service by service.
func (b *Backroom) readinessView(v *kiosk.Staff, wrong health.Problems, say text.Printer) (cards []kiosk.StaffCard) {
	v.Heading, v.Back.Label = say.T("backroom.readiness"), say.T("form.back")
	for _, s := range b.cfg.Catalogue.Services {
		t, state, because := b.verdict(wrong, s, say)
		c := kiosk.StaffCard{Icon: s.Icon, Tone: t, Title: s.Title.In(say.Language), State: state}
		if because != "" {
			c.Lines = []string{because}
		}
		cards = append(cards, c)
	}
	return cards
}

// verdict is what can be said of a service, and why.
func (b *Backroom) verdict(wrong health.Problems, s *catalog.Service, say text.Printer) (t kiosk.Tone, state, because string) {
	v := wrong.Service(s)
	var why []string
	for _, p := range v.Because {
		why = append(why, say.T(p.Cause()))
	}
	because = strings.Join(why, "\n")
	switch v.Extent {
	case health.Whole:
		return kiosk.Good, say.T("backroom.extent.whole"), because
	case health.Partly:
		return kiosk.Caution, say.T("backroom.extent.partly"), because
	default:
		return kiosk.Stop, say.T("backroom.extent.not"), because
	}
}

func (b *Backroom) pressOverview(in kiosk.Act) {
	switch in.ID {
	case "readiness":
		b.desk.readiness, b.desk.page = true, 0
	case "readiness-print":
		doc := b.readinessPaper(b.cfg.Texts.In(b.desk.lang))
		b.ask(request{act: staff.Act{Action: staff.TestDevice, Subject: audit.OfDevice(string(health.ReceiptPrinter)), Detail: audit.Readiness},
			label: "backroom.readiness.print", done: note{tone: kiosk.Good, key: "backroom.printed"},
			do: func(ctx context.Context) error { return b.printed(ctx, doc) }})
	default:
		b.pressDevice(in)
	}
}

// readinessPaper is the report for the wall of the hall.
func (b *Backroom) readinessPaper(say text.Printer) document.Document {
	wrong := b.cfg.Health.Problems()
	blocks := []document.Block{
		document.Text{Text: b.cfg.Site.Hall, Align: document.Centre, Bold: true},
		document.Text{Text: say.T("backroom.readiness"), Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Text{Text: say.T("receipt.kiosk", "kiosk", b.cfg.Site.Kiosk)},
		document.Text{Text: text.Stamp(b.cfg.Now().Local())}, document.Rule{},
	}
	for _, p := range wrong {
		blocks = append(blocks, document.Text{Text: say.T(p.Cause()), Bold: true}, document.Text{Text: say.T("backroom.since", "time", b.moment(p.Since), "code", string(p.Code))},
			document.Text{Text: say.T(p.Remedy())})
	}
	if len(wrong) == 0 {
		blocks = append(blocks, document.Text{Text: say.T("backroom.overview.fine"), Bold: true})
	}
	blocks = append(blocks, document.Rule{})
	for _, s := range b.cfg.Catalogue.Services {
		_, state, because := b.verdict(wrong, s, say)
		blocks = append(blocks, document.Row{Label: s.Title.In(say.Language), Value: state})
		if because != "" {
			blocks = append(blocks, document.Text{Text: because})
		}
	}
	return document.Document{Blocks: blocks}
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
