package printer_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/sim"
)

// counted counts the bytes on a line, both ways.
type counted struct {
	port.Port
	bytes *atomic.Int64
}

func (p *counted) Write(ctx context.Context, b []byte) (int, error) {
	n, err := p.Port.Write(ctx, b)
	p.bytes.Add(int64(n))
	return n, err
}

func (p *counted) Read(ctx context.Context, b []byte) (int, error) {
	n, err := p.Port.Read(ctx, b)
	p.bytes.Add(int64(n))
	return n, err
}

// BenchmarkReceipt is the time from the order to the proof that a receipt of the usual length is on paper, with the questions
// before and after it, beside the time that the bytes themselves need on the line, ten bits each.
func BenchmarkReceipt(b *testing.B) {
	for _, baud := range []int{115200, 9600} {
		b.Run(fmt.Sprintf("baud=%d", baud), func(b *testing.B) {
			s, err := sim.NewPrinter(sim.PrinterConfig{Link: filepath.Join(b.TempDir(), "printer"), Baud: baud})
			if err != nil {
				b.Fatal(err)
			}
			var bytes atomic.Int64
			line := port.Opener(port.Config{Path: s.Path(), Baud: baud})
			ready := make(chan struct{}, 1)
			d, err := printer.New(printer.Config{
				Profile: printer.Generic80(),
				Open: func(ctx context.Context) (port.Port, error) {
					p, err := line(ctx)
					if err != nil {
						return nil, err
					}
					return &counted{p, &bytes}, nil
				},
				OnStatus: func(s device.Status) {
					if s.State == device.StateReady {
						select {
						case ready <- struct{}{}:
						default:
						}
					}
				},
			})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- d.Run(ctx) }()
			b.Cleanup(func() {
				cancel()
				if err := <-ended; err != nil {
					b.Error(err)
				}
				_ = s.Close()
			})
			select {
			case <-ready:
			case <-time.After(20 * time.Second):
				b.Fatalf("status %+v", d.Status())
			}
			var took time.Duration
			n, passed, document := 0, int64(0), 0
			for b.Loop() {
				before := bytes.Load()
				start := time.Now()
				r := d.Print(ctx, receipt(false))
				took += time.Since(start)
				if r.Outcome != printer.Printed {
					b.Fatalf("%+v", r)
				}
				passed += bytes.Load() - before
				document = r.Bytes
				n++
			}
			perOp := float64(passed) / float64(n)
			b.ReportMetric(float64(document), "document-bytes")
			b.ReportMetric(perOp, "wire-bytes")
			b.ReportMetric(perOp*10e3/115200, "wire-ms@115200")
			b.ReportMetric(perOp*10e3/9600, "wire-ms@9600")
			b.ReportMetric(took.Seconds()*1e3/float64(n), "print-ms")
			b.ReportMetric(took.Seconds()/(float64(passed)*10/float64(baud)), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}
