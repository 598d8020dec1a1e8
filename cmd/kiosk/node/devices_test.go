package node_test

import (
	"path/filepath"
	"testing"
	"time"

	"onedoor/app/kiosk"
	"onedoor/device/sim"
)

// TestAReceiptIsScanned: the paper that the kiosk printed is scanned at the kiosk, over the real lines.
func TestAReceiptIsScanned(t *testing.T) {
	w := build(t)
	w.file.Scanner.Port = filepath.Join(t.TempDir(), "scanner")
	codes, err := sim.NewScanner(sim.ScannerConfig{Link: w.file.Scanner.Port})
	if err != nil {
		t.Fatal(err)
	}
	defer codes.Close()
	w.start()
	done := w.submit("card-1")
	w.leave()
	w.until("the attract screen", on[kiosk.Attract])
	if err := codes.Show([]byte(done.QR)); err != nil {
		t.Fatal(err)
	}
	v := w.until("the progress", on[kiosk.Progress])
	if p := v.Screen.(kiosk.Progress); p.Number != done.Number || p.Service != "高龄津贴申领" {
		t.Errorf("shows %+v, want the case %s", p, done.Number)
	}
}

// TestDevicesAreFoundAmongCandidates: reader and printer that hang on each other's port are found, and found again after
// they changed places.
func TestDevicesAreFoundAmongCandidates(t *testing.T) {
	w := build(t)
	ports := []string{w.file.Printer.Port, w.file.Reader.Port}
	w.file.Reader.Port, w.file.Reader.Ports = "", ports
	w.file.Printer.Port, w.file.Printer.Ports = "", []string{ports[1], ports[0]}
	w.start()
	got := w.submit("card-1")
	for began := time.Now(); time.Since(began) < limit; { // the printer may not have been found yet
		if got.Receipt.Tone == kiosk.Good {
			return
		}
		w.node.Kiosk.Send(kiosk.Again{})
		w.until("the next try", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && a.Printing })
		got = w.until("its fate", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing }).Screen.(kiosk.Accepted)
	}
	t.Errorf("the receipt's fate is %+v", got.Receipt)
}
