package kiosk

import (
	"bytes"
	"context"
	"path"
	"strings"
	"unicode/utf8"

	"onedoor/app/catalog"
	"onedoor/app/health"
	"onedoor/app/visit"
	"onedoor/device"
	"onedoor/device/scanner"
	"onedoor/sync/tracking"
)

// scan lets the scanner take codes, or stops it.
func (k *Kiosk) scan(on bool) {
	if k.cfg.Scanner != nil {
		k.cfg.Scanner.Enable(on)
	}
}

// scans says whether a code can be scanned here and now.
func (k *Kiosk) scans() bool {
	return k.cfg.Scanner != nil && k.can(health.CodeScanning) && k.cfg.Scanner.Status().State == device.StateReady
}

// scanEvent takes in what the scanner saw: a receipt's code before a visit has begun, a material's code while a form is
// filled in. Anywhere else a code means nothing.
func (k *Kiosk) scanEvent(ctx context.Context, ev scanner.Event) {
	got, ok := ev.(scanner.Scanned)
	if !ok {
		return
	}
	defer got.Code.Wipe()
	switch k.state {
	case visit.Operator:
		if k.listens[1] {
			k.cfg.Backroom.CodeSeen(utf8.RuneCount(got.Code.Text), receiptHash(got.Code.Text))
		}
	case visit.Fill:
		k.alive()
		k.visit.misread = ""
		k.fillScanned(got.Code.Text)
	case visit.Attract, visit.Menu, visit.Choose, visit.Track, visit.Cases, visit.Progress:
		if k.out != nil {
			return
		}
		k.alive()
		k.visit.look = finding{hash: receiptHash(got.Code.Text)}
		k.step(ctx, visit.ReceiptScanned)
	}
}

// receiptHash is that of the tracking code on a receipt; empty for any other code.
func receiptHash(scanned []byte) string {
	code, err := tracking.Parse(path.Base(string(bytes.TrimSpace(scanned))))
	if err != nil {
		return ""
	}
	return code.Hash()
}

// fillScanned answers the page's question that a code can answer. What does not fit changes nothing, and is told.
func (k *Kiosk) fillScanned(code []byte) {
	s := k.visit
	for _, f := range s.questions() {
		if !f.Scan {
			continue
		}
		old := bytes.Clone(s.typed[f.ID])
		defer clear(old)
		value := strings.ToUpper(string(bytes.TrimSpace(code)))
		if fits(f, nil, value) {
			s.set(f.ID, []byte(value))
			if s.faults(k.cfg.Now())[f.ID] == catalog.Fault("") {
				s.focusAfter(f.ID)
				return
			}
			s.set(f.ID, old)
		}
		s.misread = f.ID
		return
	}
}
