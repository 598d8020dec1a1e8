package printer_test

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/printer/document"
	"onedoor/device/sim"
)

// The line takes nothing for so long that the time runs out: no count of bytes proves that the paper is white.
func TestAStuckLineIsUnknown(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	b := setupLine(t, printer.Generic80(), sim.PrinterConfig{}, func(p port.Port) port.Port { return &stuckPort{p, stuck} })
	b.until(t, device.StateReady, device.ProblemNone)
	close(stuck)
	print(t, b, receipt(false), printer.Unknown, device.ProblemStuck)
}

// stuckPort takes no document once stuck, and says that it took nothing.
type stuckPort struct {
	port.Port
	stuck chan struct{}
}

func (p *stuckPort) Write(ctx context.Context, b []byte) (int, error) {
	select {
	case <-p.stuck:
		if len(b) > 3 { // a real-time question is three bytes
			return 0, port.ErrTimeout
		}
	default:
	}
	return p.Port.Write(ctx, b)
}

// The cable is pulled in the middle of the longest command. Its rest must not swallow what brings the printer back.
func TestTheLongestCommandCanBeTorn(t *testing.T) {
	t.Parallel()
	var cleanings atomic.Int32
	b := setupLine(t, printer.Generic80(), sim.PrinterConfig{}, func(p port.Port) port.Port { return &countingPort{p, &cleanings} })
	b.until(t, device.StateReady, device.ProblemNone)
	b.sim.Levers(func(l *sim.PrinterLevers) { l.UnplugAt = 150 })
	long := document.Document{Blocks: []document.Block{document.QR{Content: strings.Repeat("A", 1000)}}}
	print(t, b, long, printer.Unknown, device.ProblemUnplugged)
	cleanings.Store(0)
	if err := b.sim.Plug(); err != nil {
		t.Fatal(err)
	}
	b.until(t, device.StateReady, device.ProblemNone)
	if n := cleanings.Load(); n != 1 {
		t.Errorf("it took %d attempts to bring the printer back", n)
	}
	for len(b.papers) > 0 {
		<-b.papers
	}
	print(t, b, receipt(true), printer.Printed, device.ProblemNone)
	job, err := printer.Encode(receipt(true), printer.Generic80(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := b.paper(t); !bytes.HasSuffix(p.Bytes, job.Bytes) || len(p.Bytes) > len(job.Bytes)+10 {
		t.Errorf("the next paper took %d bytes, not %d", len(p.Bytes), len(job.Bytes))
	}
	b.noPaper(t)
}

// countingPort counts what is written beside real-time questions.
type countingPort struct {
	port.Port
	writes *atomic.Int32
}

func (p *countingPort) Write(ctx context.Context, b []byte) (int, error) {
	if len(b) > 3 {
		p.writes.Add(1)
	}
	return p.Port.Write(ctx, b)
}
