package node_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/readiness"
	"onedoor/app/text"
	"onedoor/device"
	"onedoor/device/sim"
)

// state finds what is said of a service.
func state(t *testing.T, all []readiness.Service, id string) readiness.Service {
	t.Helper()
	for _, s := range all {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("nothing is said of %s", id)
	return readiness.Service{}
}

// services waits until cond holds of what is said of the services.
func (w *world) services(what string, cond func([]readiness.Service, []readiness.Problem) bool) ([]readiness.Service, []readiness.Problem) {
	w.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for over := time.After(limit); ; {
		all, problems := w.node.Services(time.Now())
		if cond(all, problems) {
			return all, problems
		}
		select {
		case <-look.C:
		case <-over:
			w.Fatalf("waited in vain for %s; %+v", what, problems)
		}
	}
}

// audit is the audit log, with what was noted last.
func (w *world) audit() string {
	w.Helper()
	if err := w.node.Audit.Record(w.Context(), audit.Event{Kind: audit.KindOutOfService, Actor: audit.System}); err != nil {
		w.Fatal(err)
	}
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(w.file.Data, "audit", "*"))
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil {
			all.Write(b)
		}
	}
	if err != nil {
		w.Fatal(err)
	}
	return strings.TrimRight(all.String(), "\x00") // room that the log has kept for itself
}

func none(_ []readiness.Service, problems []readiness.Problem) bool { return len(problems) == 0 }

func has(code string) func([]readiness.Service, []readiness.Problem) bool {
	return func(_ []readiness.Service, problems []readiness.Problem) bool {
		for _, p := range problems {
			if p.Code == code {
				return true
			}
		}
		return false
	}
}

// TestServicesFollowTheDevices: what can be had is said of the real drivers' devices, and comes back.
func TestServicesFollowTheDevices(t *testing.T) {
	w := build(t)
	w.start()
	w.until("the attract screen", on[kiosk.Attract])
	w.eventually("the devices to be asked", func() bool {
		return w.node.Status(health.CardReader).State == device.StateReady && w.node.Status(health.ReceiptPrinter).State == device.StateReady
	})
	all, _ := w.services("a sound machine", none)
	if s := state(t, all, "old-age-allowance"); s.Extent != readiness.Whole || s.Title.In(text.Chinese) != "高龄津贴申领" {
		t.Errorf("all is well, and it is %+v", s)
	}
	w.hall.Reader.Unplug()
	w.hall.Printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = true })
	w.services("no paper", has("PRINTER-PAPER-OUT"))
	all, problems := w.services("no reader", has("READER-UNPLUGGED"))
	s := state(t, all, "old-age-allowance")
	if s.Extent == readiness.Whole || !strings.Contains(strings.Join(s.Because, " "), "PRINTER-PAPER-OUT") {
		t.Errorf("without reader and paper it is %+v", s)
	}
	for _, p := range problems {
		if p.Cause.In(text.Chinese) == "" || p.Do.In(text.English) == "" || strings.ContainsAny(p.Cause.In(text.Chinese), "{}") {
			t.Errorf("no words for %+v", p)
		}
	}
	if err := w.hall.Reader.Plug(); err != nil {
		t.Fatal(err)
	}
	w.hall.Printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = false })
	w.services("everything back", none)
}

// TestSelfTestOfARunningKiosk: devices, journal, disk, catalogue and the way to central are tested from inside, nothing is
// printed, and the report goes on paper.
func TestSelfTestOfARunningKiosk(t *testing.T) {
	w := build(t)
	w.start()
	done := w.submit("card-1")
	w.leave()
	w.paper() // the receipt
	w.services("a sound machine", none)
	outcome := map[string]readiness.Test{}
	for _, test := range w.node.SelfTest(t.Context()) {
		outcome[test.Name.In(text.English)] = test
	}
	for _, name := range []string{"card reader", "printer", "outbox", "audit log", "disk", "data directory", "keys", "catalogue", "fonts", "central"} {
		if test, ok := outcome[name]; !ok || test.Outcome != readiness.Passed {
			t.Errorf("%s: %+v", name, test)
		}
	}
	w.hall.Printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = true })
	w.hall.Link.Cut()
	w.services("no paper", has("PRINTER-PAPER-OUT"))
	failed := map[string]bool{}
	for _, test := range w.node.SelfTest(t.Context()) {
		if test.Outcome == readiness.Failed {
			failed[test.Problem.Code] = true
		}
	}
	if log := w.audit(); !strings.Contains(log, `"event":"self-test"`) || !strings.Contains(log, `"subject":"device/printer"`) || !strings.Contains(log, `"subject":"device/link.`) {
		t.Errorf("the audit log has %s", log)
	}
	if !failed["PRINTER-PAPER-OUT"] || !failed["LINK-DOWN"] {
		t.Errorf("failed %v", failed)
	}
	w.hall.Printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = false })
	w.services("paper", func(all []readiness.Service, p []readiness.Problem) bool { return !has("PRINTER-PAPER-OUT")(all, p) })
	all, problems := w.node.Services(time.Now())
	r := readiness.Report{Site: readiness.Site{Hall: "番禺区政务服务大厅", Kiosk: "107"}, At: time.Now(), Opens: "08:30", Services: all, Problems: problems}
	if err := w.node.PrintReadiness(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if p := w.paper(); len(p.Bytes) == 0 {
		t.Error("an empty paper")
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"林小满", "110101190005200026", "13800138000", done.Number} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the report holds %s", secret)
		}
	}
}

// TestASpoiltReportIsNoReason: a kiosk serves whatever became of the file of the last report.
func TestASpoiltReportIsNoReason(t *testing.T) {
	w := build(t)
	w.file.Hall.Opens = "08:30"
	if err := os.WriteFile(filepath.Join(w.file.Data, readiness.File), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.until("the attract screen", on[kiosk.Attract])
	w.services("a sound machine", none)
}
