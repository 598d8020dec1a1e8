package printer_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/sim"
)

// T7: the cable is pulled in the middle of a receipt and put in elsewhere. The printer is found under its other name, and what
// was left of the receipt comes out before the copy.
func TestAPrinterIsFoundUnderAnotherName(t *testing.T) {
	t.Parallel()
	other := filepath.Join(t.TempDir(), "ttyUSB7")
	var find port.Finder
	b := setupOpen(t, printer.Config{Profile: printer.Generic80()}, sim.PrinterConfig{}, func(path string) func(context.Context) (port.Port, error) {
		find.Probe = printer.Probe
		find.Candidates = func() ([]port.Config, error) { return []port.Config{{Path: path}, {Path: other}}, nil }
		return find.Open
	})
	b.until(t, device.StateReady, device.ProblemNone)
	b.sim.Levers(func(l *sim.PrinterLevers) { l.UnplugAt = 400 })
	print(t, b, receipt(false), printer.Unknown, device.ProblemUnplugged)
	if err := b.sim.PlugAs(other); err != nil {
		t.Fatal(err)
	}
	b.until(t, device.StateReady, device.ProblemNone)
	print(t, b, receipt(true), printer.Printed, device.ProblemNone)
	if p := b.paper(t); !bytes.Contains(p.Bytes, number) || bytes.Contains(p.Bytes, mark) {
		t.Errorf("the first paper is not the broken receipt")
	}
	if p := b.paper(t); !bytes.HasSuffix(p.Bytes, encode(t, printer.Generic80(), true)) {
		t.Errorf("the second paper is not the copy")
	}
	b.noPaper(t)
}

// Who waits for a printer that is busy is told when it goes, and does not wait for it to come back.
func TestAPrintDoesNotWaitForAPrinterThatGoes(t *testing.T) {
	t.Parallel()
	asked, gone := make(chan struct{}), make(chan struct{})
	b := setupLine(t, printer.Generic80(), sim.PrinterConfig{}, func(p port.Port) port.Port { return &vanishing{p, asked, gone} })
	b.until(t, device.StateReady, device.ProblemNone)
	<-asked
	result := make(chan printer.Result, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	go func() { result <- b.printer.Print(ctx, receipt(false)) }()
	b.sim.Unplug()
	close(gone)
	if r := <-result; r.Outcome != printer.NotPrinted || r.Err != nil || r.Cause != device.ProblemUnplugged && r.Cause != device.ProblemNoPort {
		t.Errorf("%+v", r)
	}
}

// vanishing is a port whose answers do not come any more once somebody looks on.
type vanishing struct {
	port.Port
	asked, gone chan struct{}
}

func (p *vanishing) Read(ctx context.Context, b []byte) (int, error) {
	select {
	case p.asked <- struct{}{}:
		<-p.gone
		return 0, port.ErrUnplugged
	default:
		return p.Port.Read(ctx, b)
	}
}
