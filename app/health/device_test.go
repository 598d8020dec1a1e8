package health_test

import (
	"testing"
	"time"

	"onedoor/app/health"
	"onedoor/device"
)

func TestOf(t *testing.T) {
	since := time.Date(2026, 1, 5, 14, 3, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		device health.Device
		status device.Status
		code   health.Code // empty: nothing is wrong
	}{
		"ready":                               {health.CardReader, device.Status{State: device.StateReady}, ""},
		"not asked yet":                       {health.CardReader, device.Status{}, ""},
		"busy":                                {health.ReceiptPrinter, device.Status{State: device.StateBusy}, ""},
		"near end":                            {health.ReceiptPrinter, device.Status{State: device.StateReady, Problem: device.ProblemPaperLow}, "PRINTER-PAPER-LOW"},
		"paper out":                           {health.ReceiptPrinter, device.Status{State: device.StateProblem, Problem: device.ProblemPaperOut}, "PRINTER-PAPER-OUT"},
		"unplugged":                           {health.CardReader, device.Status{State: device.StateDisconnected, Problem: device.ProblemUnplugged}, "READER-UNPLUGGED"},
		"without a cause":                     {health.ReceiptPrinter, device.Status{State: device.StateDisconnected}, "PRINTER-SILENT"},
		"without a cause, and is never asked": {health.CodeScanner, device.Status{State: device.StateDisconnected}, "SCANNER-UNPLUGGED"},
		"stands, and says that paper is low": {health.ReceiptPrinter,
			device.Status{State: device.StateProblem, Problem: device.ProblemPaperLow}, "PRINTER-SILENT"},
	} {
		t.Run(name, func(t *testing.T) {
			c.status.Since = since
			o, ok := health.Of(c.device, c.status)
			if ok != (c.code != "") || o.Code != c.code || ok && !o.Since.Equal(since) {
				t.Errorf("got %+v, %v", o, ok)
			}
		})
	}
}
