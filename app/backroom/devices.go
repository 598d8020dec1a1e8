package backroom

import (
	"context"
	"errors"
	"strconv"
	"time"

	"onedoor/app/audit"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
)

// tests are those of devices: what is being tested, and what came out.
type tests struct {
	device  health.Device // card reader or scanner, while something is awaited from it
	until   time.Time
	touch   bool
	hits    [9]bool
	results map[string]note // by what was tested
	steps   []Step
	walking bool // the steps to central are being taken
}

// What is tested that is no device with a driver.
const (
	touchScreen = "touch"
	loudspeaker = "sound"
	network     = "network"
)

// testLimit is how long a test waits for a card or a code.
const testLimit = 45 * time.Second

var (
	errNotPrinted = errors.New("not printed")
	errTest       = errors.New("test failed")
)

// devicesView is the state of every device, with a test of each.
func (b *Backroom) devicesView(say text.Printer) (cards []kiosk.StaffCard) {
	t := &b.desk.tests
	wrong := b.cfg.Health.Problems()
	for _, d := range health.Devices() {
		dev, ok := b.cfg.Devices[d]
		if !ok {
			continue
		}
		c := kiosk.StaffCard{Icon: deviceIcon(d), Title: say.T(deviceKey(d)), Tone: kiosk.Good, State: say.T("backroom.device.ready")}
		if p, bad := wrong.OfDevice(d); bad {
			c.Tone, c.State = tone(p.Severity), say.T(severityKey(p.Severity))
			if c.Tone == kiosk.Stop {
				c.State = say.T("backroom.device.ill")
			}
			c.Lines = []string{say.T(p.Cause()), say.T("backroom.since", "time", b.moment(p.Since), "code", string(p.Code)), say.T(p.Remedy())}
		} else if dev.Status().State == device.StateUnknown {
			c.Tone, c.State = kiosk.Neutral, say.T("backroom.device.unknown")
		}
		switch {
		case t.device == d:
			c.Lines = append(c.Lines, say.T(awaitKey(d)))
			c.Buttons = []kiosk.Button{act(say.T("backroom.test.stop"), "stop", "")}
		case d == health.ReceiptPrinter:
			c.Buttons = b.printerButtons(say)
		default:
			c.Buttons = []kiosk.Button{act(say.T("backroom.test"), "test", string(d))}
		}
		cards = append(cards, b.tested(c, string(d), say))
	}
	cards = append(cards, b.tested(kiosk.StaffCard{Icon: "hand-finger", Title: say.T("backroom.device.touch"), Buttons: []kiosk.Button{act(say.T("backroom.test"), "test", touchScreen)}}, touchScreen, say))
	if b.cfg.Sounds != nil || b.cfg.Voice != nil {
		cards = append(cards, b.tested(kiosk.StaffCard{Icon: "volume", Title: say.T("backroom.device.sound"), Buttons: []kiosk.Button{act(say.T("backroom.test"), "test", loudspeaker)}}, loudspeaker, say))
	}
	return append(cards, b.networkCard(say))
}

// tested adds how the last test ended. A device that tells of a trouble itself keeps the state that it tells.
func (b *Backroom) tested(c kiosk.StaffCard, what string, say text.Printer) kiosk.StaffCard {
	if n, ok := b.desk.tests.results[what]; ok {
		c.Lines = append(c.Lines, say.T(n.key, n.args...))
		if c.Tone == kiosk.Neutral || c.Tone == kiosk.Good {
			c.Tone, c.State = n.tone, ""
			if key := testedKey(n.tone); key != "" {
				c.State = say.T(key)
			}
		}
	}
	if !b.may(staff.TestDevice) {
		c.Buttons = nil
	}
	return c
}

func (b *Backroom) printerButtons(say text.Printer) (buttons []kiosk.Button) {
	if b.may(staff.ChangePaper) {
		buttons = append(buttons, act(say.T("backroom.paper.changed"), "paper", ""))
	}
	if b.may(staff.TestDevice) {
		buttons = append(buttons, act(say.T("backroom.test.page"), "page", ""))
	}
	return buttons
}

func (b *Backroom) pressDevice(in kiosk.Act) {
	d := b.desk
	switch in.ID {
	case "paper":
		doc := b.strip(b.cfg.Texts.In(d.lang))
		b.ask(request{act: staff.Act{Action: staff.ChangePaper, Subject: audit.OfDevice(string(health.ReceiptPrinter))}, label: "backroom.paper.changed",
			done: note{tone: kiosk.Good, key: "backroom.paper.done"}, do: func(ctx context.Context) error { return b.printed(ctx, doc) }})
	case "page":
		doc := b.testPage(b.cfg.Texts.In(d.lang))
		b.ask(request{act: testOf(string(health.ReceiptPrinter)), label: "backroom.test.page",
			done: note{tone: kiosk.Good, key: "backroom.printed"}, do: func(ctx context.Context) error { return b.printed(ctx, doc) }})
	case "stop":
		b.stopTests()
	case "test":
		if !b.may(staff.TestDevice) {
			return
		}
		b.stopTests()
		d.note = note{}
		switch in.Subject {
		case string(health.CardReader), string(health.CodeScanner):
			delete(d.tests.results, in.Subject)
			d.tests.device, d.tests.until = health.Device(in.Subject), b.cfg.Now().Add(testLimit)
		case touchScreen:
			d.tests.touch, d.tests.hits = true, [9]bool{}
		case loudspeaker:
			b.testSound()
		case network:
			b.walk()
		}
	}
}

func testOf(what string) staff.Act {
	return staff.Act{Action: staff.TestDevice, Subject: audit.OfDevice(what)}
}

// Listens says from which device something is awaited: one that is tested, or the scanner while a receipt is sought.
func (b *Backroom) Listens() (card, code bool) {
	d := b.desk
	if d == nil {
		return false, false
	}
	return d.tests.device == health.CardReader, d.tests.device == health.CodeScanner || b.seeks()
}

// seeks reports whether a receipt is being looked for.
func (b *Backroom) seeks() bool {
	d := b.desk
	return d.section == receiptsSection && d.session != nil && d.chooser == nil && d.waiting == nil && d.busy == "" && d.cleaning.IsZero()
}

// CardSeen ends the test of the card reader. Nothing that the card says is kept.
func (b *Backroom) CardSeen(s kiosk.CardSample) {
	n := note{tone: kiosk.Good, key: "backroom.card.read", args: []string{"count", strconv.Itoa(s.Characters)}}
	switch {
	case s.Failed:
		n = note{tone: kiosk.Stop, key: "backroom.card.failed"}
	case !s.Valid:
		n = note{tone: kiosk.Caution, key: "backroom.card.invalid", args: n.args}
	}
	b.finish(health.CardReader, n, s.Failed)
}

// CodeSeen ends the test of the scanner, or finds a receipt.
func (b *Backroom) CodeSeen(characters int, receipt string) {
	if b.desk != nil && b.seeks() {
		b.scanned(receipt)
		return
	}
	b.finish(health.CodeScanner, note{tone: kiosk.Good, key: "backroom.code.read", args: []string{"count", strconv.Itoa(characters)}}, false)
}

// finish ends the test of a device, and logs it.
func (b *Backroom) finish(what health.Device, n note, bad bool) {
	d := b.desk
	if d == nil || d.tests.device != what {
		return
	}
	d.tests.device = ""
	b.report(string(what), n, bad)
}

// report keeps how a test ended, and logs it.
func (b *Backroom) report(what string, n note, bad bool) {
	d := b.desk
	if d.tests.results == nil {
		d.tests.results = map[string]note{}
	}
	d.tests.results[what] = n
	if bad {
		b.log(testOf(what), errTest)
	} else {
		b.log(testOf(what), nil)
	}
}

func (b *Backroom) tickTests(now time.Time) {
	if t := &b.desk.tests; t.device != "" && !now.Before(t.until) {
		b.finish(t.device, note{tone: kiosk.Stop, key: "backroom.test.nothing"}, true)
	}
}

// stopTests ends what waits for a card or a code, unlogged: nothing was found out.
func (b *Backroom) stopTests() { b.desk.tests.device, b.desk.tests.touch = "", false }

// hit takes a touch on one of the targets.
func (b *Backroom) hit(target int) {
	t := &b.desk.tests
	if t.touch && target >= 0 && target < len(t.hits) {
		t.hits[target] = true
		if t.hits == [9]bool{true, true, true, true, true, true, true, true, true} {
			b.touched()
		}
	}
}

// touched ends the touch test.
func (b *Backroom) touched() {
	t := &b.desk.tests
	t.touch = false
	n := 0
	for _, hit := range t.hits {
		if hit {
			n++
		}
	}
	if n == len(t.hits) {
		b.report(touchScreen, note{tone: kiosk.Good, key: "backroom.touch.good"}, false)
	} else {
		b.report(touchScreen, note{tone: kiosk.Caution, key: "backroom.touch.bad", args: []string{"count", strconv.Itoa(len(t.hits) - n)}}, true)
	}
}

func (b *Backroom) touchView(say text.Printer) kiosk.TouchTest {
	return kiosk.TouchTest{Heading: say.T("backroom.touch.heading"), Help: say.T("backroom.touch.help"), Hits: b.desk.tests.hits,
		Back: kiosk.Button{Label: say.T("backroom.touch.done"), Intent: kiosk.Back{}}}
}

// testSound gives a sign and says a sentence. Only who stands there knows whether they were heard.
func (b *Backroom) testSound() {
	if b.cfg.Sounds != nil {
		b.cfg.Sounds.Play(kiosk.CueAccepted)
	}
	if b.cfg.Voice != nil {
		b.cfg.Voice.Say(b.desk.lang, b.cfg.Texts.In(b.desk.lang).T("backroom.sound.sentence"))
	}
	b.report(loudspeaker, note{key: "backroom.sound.played"}, false)
}

// printed prints; what did not come out is an error with its words.
func (b *Backroom) printed(ctx context.Context, doc document.Document) error {
	return came(b.cfg.Printer.Print(ctx, doc))
}

// came is how a print ended, as an error with its words; nil when it came out.
func came(r printer.Result) error {
	switch r.Outcome {
	case printer.Printed:
		return nil
	case printer.Unknown:
		return errSaid{note{tone: kiosk.Caution, key: "backroom.print.unknown"}, staff.ErrUnsure}
	}
	n := note{tone: kiosk.Caution, key: "backroom.print.failed"}
	if k, known := health.KindOf(health.CodeOf(health.ReceiptPrinter, r.Cause)); known {
		n.cause = k.Cause()
	}
	return errSaid{n, errNotPrinted}
}

// strip is what shows that a new roll is in the right way round.
func (b *Backroom) strip(say text.Printer) document.Document {
	return document.Document{Blocks: []document.Block{
		document.Text{Text: say.T("backroom.paper.strip"), Align: document.Centre, Bold: true},
		document.Text{Text: say.T("receipt.kiosk", "kiosk", b.cfg.Site.Kiosk) + "  " + text.Stamp(b.cfg.Now().Local()), Align: document.Centre},
	}}
}

// testPage uses everything that a receipt uses.
func (b *Backroom) testPage(say text.Printer) document.Document {
	return document.Document{Blocks: []document.Block{
		document.Text{Text: b.cfg.Site.Hall, Align: document.Centre, Bold: true},
		document.Text{Text: say.T("backroom.test.page"), Align: document.Centre, Bold: true, Width: 2, Height: 2},
		document.Rule{},
		document.Row{Label: say.T("receipt.kiosk", "kiosk", b.cfg.Site.Kiosk), Value: text.Stamp(b.cfg.Now().Local()), Bold: true},
		document.Text{Text: "0123456789", Width: 2, Height: 2, Align: document.Centre},
		document.Box{Text: say.T("backroom.page.box")},
		document.QR{Content: b.cfg.Site.Tracking},
		document.Text{Text: say.T("backroom.page.qr"), Align: document.Centre},
	}}
}

func deviceKey(d health.Device) string {
	switch d {
	case health.CardReader:
		return "backroom.device.reader"
	case health.CodeScanner:
		return "backroom.device.scanner"
	default:
		return "backroom.device.printer"
	}
}

// testedKey says how a test ended; empty where only who was there knows.
func testedKey(t kiosk.Tone) string {
	return map[kiosk.Tone]string{kiosk.Good: "backroom.test.good", kiosk.Caution: "backroom.severity.warning", kiosk.Stop: "backroom.test.bad"}[t]
}

func awaitKey(d health.Device) string {
	if d == health.CardReader {
		return "backroom.card.await"
	}
	return "backroom.code.await"
}
