package health_test

import (
	"strings"
	"testing"
	"time"

	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/device"
)

// TestEveryProblemHasWords: staff are never shown a bare key.
func TestEveryProblemHasWords(t *testing.T) {
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, lang := range texts.Languages() {
		say := texts.In(lang)
		for _, d := range health.Devices() {
			for _, c := range health.Causes(d) {
				p, ok := health.Of(d, device.Status{State: device.StateProblem, Problem: c})
				if !ok || p.Cause != c {
					t.Errorf("%s %s becomes %+v, %v", d, c, p, ok)
				}
				used[p.Key()] = true
				if say.T(p.Key()) == p.Key() {
					t.Errorf("%s has no words in %s", p.Key(), lang)
				}
			}
		}
	}
	for _, key := range texts.Keys() {
		if strings.HasPrefix(key, "health.") && !used[key] {
			t.Errorf("the message %q is used nowhere", key)
		}
	}
}

func TestOf(t *testing.T) {
	since := time.Date(2026, 1, 5, 14, 3, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		device health.Device
		status device.Status
		code   string // empty: nothing is wrong
		blocks bool
	}{
		"ready":           {health.CardReader, device.Status{State: device.StateReady}, "", false},
		"not asked yet":   {health.CardReader, device.Status{}, "", false},
		"busy":            {health.ReceiptPrinter, device.Status{State: device.StateBusy}, "", false},
		"near end":        {health.ReceiptPrinter, device.Status{State: device.StateReady, Problem: device.ProblemPaperLow}, "PRINTER-PAPER-LOW", false},
		"paper out":       {health.ReceiptPrinter, device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut}, "PRINTER-PAPER-OUT", true},
		"unplugged":       {health.CardReader, device.Status{State: device.StateDisconnected, Problem: device.ProblemUnplugged}, "READER-UNPLUGGED", true},
		"without a cause": {health.CodeScanner, device.Status{State: device.StateDisconnected}, "SCANNER-SILENT", true},
	} {
		t.Run(name, func(t *testing.T) {
			c.status.Since = since
			p, ok := health.Of(c.device, c.status)
			if ok != (c.code != "") {
				t.Fatalf("ok is %v", ok)
			}
			if ok && (p.Code() != c.code || p.Blocks != c.blocks || !p.Since.Equal(since)) {
				t.Errorf("got %s %+v", p.Code(), p)
			}
		})
	}
}
