package ui

import (
	"errors"
	"maps"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"onedoor/app/backroom"
	"onedoor/app/doctor"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	members "onedoor/app/staff"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/printer"
	"onedoor/device/scanner"
	"onedoor/sync/engine"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
)

// staffTours are the visits of staff that show every state of their side. Each begins at the attract screen.
var staffTours = map[string]func(*visitor){
	"1-signin":   signInTour,
	"2-overview": overviewTour,
	"3-devices":  devicesTour,
	"4-receipts": receiptsTour,
	"5-outbox":   outboxTour,
	"6-settings": settingsTour,
	"7-export":   exportTour,
	"8-service":  serviceTour,
}

// staffed gives every state of the staff's side in a language.
func staffed(t *testing.T, lang text.Language) []sample {
	t.Helper()
	var all []sample
	for _, name := range slices.Sorted(maps.Keys(staffTours)) {
		all = append(all, bubble(t, lang, false, furnish, staffTours[name])...)
	}
	return all
}

// everything is all samples of citizens' screens, and what staff see of their own.
func everything(t *testing.T, english bool) []sample {
	t.Helper()
	lang := text.Chinese
	if english {
		lang = text.English
	}
	return append(samples(english), slices.DeleteFunc(slices.Clone(toured(t, lang, false)), func(s sample) bool { return s.view.Frame.Staff == "" })...)
}

// signInTour is every way in which a sign-in ends.
func signInTour(v *visitor) {
	v.knocks()
	v.shows("staff-signin")
	v.types("s1")
	v.does(kiosk.Done{})
	v.types("7049")
	v.shows("staff-signin-pin")
	for _, end := range []struct {
		name string
		how  error
	}{{"wrong", members.ErrWrong}, {"wait", &members.WaitError{Left: 45 * time.Second}}, {"wait-long", &members.WaitError{Left: 16 * time.Minute}},
		{"locked", &members.WaitError{Locked: true}}, {"roster", members.ErrRosterOld}, {"pepper", members.ErrPepper}, {"crowd", members.ErrBusy}, {"audit", members.ErrAudit}} {
		v.does(kiosk.Back{})
		v.does(kiosk.Language{To: v.lang})
		v.knocks()
		v.parts.room.refuse = end.how
		v.types("s1")
		v.does(kiosk.Done{})
		v.types(roomPIN)
		v.does(kiosk.Next{})
		v.shows("staff-signin-" + end.name)
	}
}

// overviewTour looks at a machine that is well, and at one that is not.
func overviewTour(v *visitor) {
	v.signsIn()
	v.shows("staff-overview-fine")
	v.acts("readiness", "")
	v.shows("staff-readiness-fine")
	v.does(kiosk.Back{})
	v.turns(func(p *parts) {
		p.printer = device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut, Since: noon().Add(-23 * time.Minute)}
	})
	v.shows("staff-overview-paper")
	v.turns(func(p *parts) {
		p.link, p.cut = engine.Offline, noon().Add(-46*time.Minute)
		p.printer = device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut, Since: noon().Add(-23 * time.Minute)}
		p.room.shelf = []outbox.Entry{entry(1, outbox.StateRejected, "44011107010000010755", "residence-permit", 26*60)}
	})
	v.shows("staff-overview")
	v.acts("readiness", "")
	v.shows("staff-readiness")
	v.does(kiosk.Back{})
	v.parts.printed = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemPaperOut}
	v.acts("readiness-print", "")
	v.shows("staff-overview-unprinted")
	v.turns(func(p *parts) {
		p.printer, p.printed = device.Status{State: device.StateReady}, printer.Result{Outcome: printer.Printed}
	})
	v.acts("readiness-print", "")
	v.shows("staff-overview-printed")
	v.turns(func(p *parts) {
		p.reader = device.Status{State: device.StateProblem, Problem: device.ProblemUnauthorised, Since: noon()}
		p.printer = device.Status{State: device.StateProblem, Problem: device.ProblemPaperLow, Since: noon()}
		p.room.scanner = device.Status{State: device.StateDisconnected, Problem: device.ProblemUnplugged, Since: noon().Add(-26 * time.Hour)}
		p.full = outbox.ErrNoSpace
	})
	v.shows("staff-overview-many")
}

// devicesTour tests every device, with every end.
func devicesTour(v *visitor) {
	v.signsIn()
	v.turns(func(p *parts) { p.room.scanner = device.Status{State: device.StateUnknown} })
	v.turnsTo("devices")
	v.shows("staff-devices")
	v.acts("test", string(health.CardReader))
	v.shows("staff-devices-awaiting-card")
	v.parts.cards <- cardreader.CardRead{Card: tourCard()}
	v.waits(time.Second)
	v.shows("staff-devices-card")
	v.acts("test", string(health.CardReader))
	v.parts.cards <- cardreader.Failed{Reason: cardreader.Unsupported}
	v.waits(time.Second)
	v.shows("staff-devices-card-failed")
	v.acts("test", string(health.CardReader))
	odd := tourCard()
	odd.Number[17] = '9'
	v.parts.cards <- cardreader.CardRead{Card: odd}
	v.waits(time.Second)
	v.shows("staff-devices-card-invalid")
	v.acts("test", string(health.CodeScanner))
	v.shows("staff-devices-awaiting-code")
	v.parts.codes <- scanner.Scanned{Code: &scanner.Code{Raw: []byte("x"), Text: []byte("https://example.com"), Encoding: scanner.UTF8}}
	v.waits(time.Second)
	v.shows("staff-devices-code")
	v.acts("test", string(health.CodeScanner))
	v.waits(46 * time.Second)
	v.acts("page", "")
	v.shows("staff-devices-nothing-and-page")
	v.parts.printed = printer.Result{Outcome: printer.Unknown}
	v.acts("paper", "")
	v.shows("staff-paper-unknown")
	v.parts.printed = printer.Result{Outcome: printer.NotPrinted, Cause: device.ProblemCoverOpen}
	v.acts("paper", "")
	v.shows("staff-paper-failed")
	v.parts.printed, v.parts.paper = printer.Result{Outcome: printer.Printed}, make(chan struct{})
	v.acts("paper", "")
	v.shows("staff-paper-busy")
	close(v.parts.paper)
	synctest.Wait()
	v.shows("staff-paper-changed")
	v.acts("test", "touch")
	v.shows("staff-touch")
	for i := range 8 {
		v.does(kiosk.Hit{Target: i})
	}
	v.shows("staff-touch-hit")
	v.does(kiosk.Back{})
	v.acts("test", "sound")
	v.shows("staff-devices-touch-bad-and-sound")
	v.acts("test", "touch")
	for i := range 9 {
		v.does(kiosk.Hit{Target: i})
	}
	v.shows("staff-devices-touch")
	v.turns(func(p *parts) {
		p.reader = device.Status{State: device.StateDisconnected, Problem: device.ProblemUnplugged, Since: noon()}
		p.printer = device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut, Since: noon()}
		p.room.scanner = device.Status{State: device.StateProblem, Problem: device.ProblemSilent, Since: noon().Add(-26 * time.Hour)}
	})
	v.shows("staff-devices-ill")
	networkTour(v)
}

// networkTour takes the steps to central, which are found on the last page of the devices.
func networkTour(v *visitor) {
	last := func() {
		for n := sees[kiosk.Staff](v); n.Page[0] < n.Page[1]; n = sees[kiosk.Staff](v) {
			v.does(kiosk.Turn{By: 1})
		}
	}
	good := []doctor.Check{doctor.CheckCable, doctor.CheckAddress, doctor.CheckRoute, doctor.CheckName}
	v.parts.room.step = make(chan backroom.Step)
	last()
	v.acts("test", "network")
	for _, c := range good {
		v.takes(doctor.Finding{Check: c, Verdict: doctor.OK})
	}
	v.shows("staff-network-busy")
	v.takes(doctor.Finding{Check: doctor.CheckTCP, Verdict: doctor.Fault, Code: doctor.LinkRefused, Args: []string{"to", "center.example.gov.cn:443"}})
	for _, c := range []doctor.Check{doctor.CheckTLS, doctor.CheckCentral} {
		v.takes(doctor.Finding{Check: c, Verdict: doctor.Skipped, Code: doctor.SkipStepBefore, Args: []string{"step", string(doctor.CheckTCP)}})
	}
	close(v.parts.room.step)
	v.waits(time.Second)
	last()
	v.shows("staff-network-bad")
	v.parts.room.step = make(chan backroom.Step)
	v.acts("test", "network")
	for _, c := range append(good, doctor.CheckTCP, doctor.CheckTLS, doctor.CheckCentral) {
		v.takes(doctor.Finding{Check: c, Verdict: doctor.OK})
	}
	close(v.parts.room.step)
	v.waits(time.Second)
	last()
	v.shows("staff-network-good")
}

// receiptsTour prints receipts again.
func receiptsTour(v *visitor) {
	v.signsIn()
	v.turnsTo("receipts")
	v.shows("staff-receipts-none")
	v.parts.room.shelf = []outbox.Entry{
		entry(1, outbox.StateStoredCentral, "44011107010000010755", "residence-permit", 26*60),
		entry(2, outbox.StateStoredCentral, "44011107010000020732", "medical-elsewhere", 200),
		entry(3, outbox.StateAccepted, "44011107010000030709", "old-age-allowance", 28),
		entry(4, outbox.StateAccepted, "44011107010000040783", "newborn-registration", 14),
	}
	v.turnsTo("receipts")
	v.shows("staff-receipts")
	v.does(kiosk.Turn{By: 1})
	v.shows("staff-receipts-more")
	v.types("0709")
	v.shows("staff-receipts-digits")
	v.types("1")
	v.shows("staff-receipts-digits-none")
	v.does(kiosk.Clear{})
	v.parts.codes <- scanner.Scanned{Code: &scanner.Code{Raw: []byte("x"), Text: []byte("https://example.com"), Encoding: scanner.UTF8}}
	v.waits(time.Second)
	v.shows("staff-receipts-other-code")
	v.types("44011107010000010755")
	v.shows("staff-receipts-number")
	v.does(kiosk.Erase{})
	v.types("6")
	v.shows("staff-receipts-wrong")
	v.does(kiosk.Erase{})
	v.types("5")
	v.acts("reprint", "44011107010000010755")
	v.shows("staff-reprint-reason")
	v.acts("choose", "backroom.reason.unreadable")
	v.shows("staff-reprint-again")
	v.confirms()
	v.shows("staff-reprint-done")
}

// outboxTour looks at what waits and at what was not taken.
func outboxTour(v *visitor) {
	v.signsIn()
	v.turnsTo("outbox")
	v.shows("staff-outbox-empty")
	v.turns(func(p *parts) { p.link, p.cut = engine.Offline, noon().Add(-46*time.Minute) })
	late := entry(3, outbox.StateAccepted, "44011107010000030709", "old-age-allowance", 45)
	late.Attempts, late.LastError = 4, engine.ReasonServer
	print := entry(4, outbox.StateAccepted, "", "", 44)
	print.Item.Type = item.TypePrint
	v.parts.room.shelf = []outbox.Entry{late, print}
	v.turnsTo("outbox")
	v.shows("staff-outbox-waiting")
	v.acts("send", "")
	v.shows("staff-outbox-sending")
	dead := entry(1, outbox.StateRejected, "44011107010000010755", "residence-permit", 26*60)
	dead.LastError = "urn:onedoor:problem:payload-invalid"
	other := entry(2, outbox.StateConflict, "44011107010000020732", "medical-elsewhere", 200)
	other.LastError = engine.ReasonUnreadable
	v.parts.room.shelf = []outbox.Entry{dead, other, late, print}
	v.turnsTo("outbox")
	v.shows("staff-outbox")
	v.acts("retry", dead.Item.ID)
	v.shows("staff-outbox-retried")
	v.acts("void", dead.Item.ID)
	v.shows("staff-void-reason")
	v.acts("choose", "backroom.void.counter")
	v.shows("staff-void-again")
	v.confirms()
	v.shows("staff-void-done")
}

// settingsTour sets what can be set.
func settingsTour(v *visitor) {
	v.signsIn()
	v.turnsTo("settings")
	v.shows("staff-settings")
	v.acts("less", "volume")
	v.acts("language", string(text.English))
	v.shows("staff-settings-set")
	v.acts("clean", "")
	sees[kiosk.Cleaning](v)
	v.waits(6 * time.Second)
	v.shows("staff-cleaning")
	v.waits(30 * time.Second)
	v.does(kiosk.Turn{By: 1})
	v.shows("staff-settings-more")
	v.acts("restart", "")
	v.shows("staff-restart")
	v.acts("choose", "backroom.restart.do")
	v.shows("staff-restart-soon")
	v.turnsTo("settings")
	v.does(kiosk.Turn{By: 1})
	v.acts("about", "")
	v.shows("staff-about")
}

// exportTour writes on a stick.
func exportTour(v *visitor) {
	v.signsIn()
	v.turnsTo("settings")
	v.does(kiosk.Turn{By: 1})
	v.acts("export", "")
	v.shows("staff-export-none")
	kingston := backroom.Stick{Name: "KINGSTON", Disk: "sdb1", Dir: "/media/KINGSTON", Free: 12_600_000_000}
	key := backroom.Stick{Name: "HALL KEY", Disk: "sdc1", Dir: "/media/HALL KEY", Free: 300_000_000, ReadOnly: true}
	v.parts.room.sticks = []backroom.Stick{key}
	v.acts("export", "")
	v.shows("staff-export-readonly")
	v.parts.room.sticks = []backroom.Stick{key, kingston}
	v.acts("export", "")
	v.shows("staff-export-which")
	v.acts("choose", kingston.Dir)
	v.shows("staff-export")
	v.acts("choose", "backroom.export.queue")
	v.confirms()
	v.shows("staff-export-done")
	for _, end := range []struct {
		name string
		how  error
	}{{"failed", errors.New("no")}, {"full", syscall.ENOSPC}} {
		kingston.Free = 2_100_000
		v.parts.room.written, v.parts.room.sticks = end.how, []backroom.Stick{kingston}
		v.acts("export", "")
		v.acts("choose", "backroom.export.logs")
		v.confirms()
		v.shows("staff-export-" + end.name)
	}
	v.acts("export", "")
	v.parts.room.sticks = nil
	v.acts("choose", "backroom.export.logs")
	v.confirms()
	v.shows("staff-export-pulled")
}

// serviceTour takes the machine out of service.
func serviceTour(v *visitor) {
	v.signsIn()
	v.turnsTo("settings")
	v.acts("out-of-service", "")
	v.shows("staff-service-notice")
	v.acts("choose", "out.notice.moved")
	v.shows("staff-service-closed")
	v.turnsTo("overview")
	v.shows("staff-overview-closed")
	v.does(kiosk.Back{})
	sees[kiosk.OutOfService](v)
	v.does(kiosk.Language{To: v.lang})
	v.shows("outofservice-notice")
	v.signsIn()
	v.turnsTo("settings")
	v.acts("in-service", "")
	v.shows("staff-service-opened")
}
