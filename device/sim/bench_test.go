package sim_test

import (
	"context"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"onedoor/device"
	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/printer"
	"onedoor/device/scanner"
	"onedoor/device/sim"
)

// BenchmarkIdlePorts is the share of one processor that a kiosk's three devices take while nobody comes: drivers at their
// usual pace, a reader that is asked for cards, a scanner that waits. What the simulated devices need themselves is in it.
func BenchmarkIdlePorts(b *testing.B) {
	const rest = 4 * time.Second
	dir := b.TempDir()
	reader, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(dir, "reader")})
	if err != nil {
		b.Fatal(err)
	}
	paper, err := sim.NewPrinter(sim.PrinterConfig{Link: filepath.Join(dir, "printer")})
	if err != nil {
		b.Fatal(err)
	}
	codes, err := sim.NewScanner(sim.ScannerConfig{Link: filepath.Join(dir, "scanner")})
	if err != nil {
		b.Fatal(err)
	}
	open := func(path string) func(context.Context) (port.Port, error) {
		return port.Opener(port.Config{Path: path})
	}
	r, err := cardreader.New(cardreader.Config{Open: open(reader.Path())})
	if err != nil {
		b.Fatal(err)
	}
	p, err := printer.New(printer.Config{Open: open(paper.Path()), Profile: printer.Generic80()})
	if err != nil {
		b.Fatal(err)
	}
	s, err := scanner.New(scanner.Config{Open: open(codes.Path())})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{r.Run, p.Run, s.Run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				b.Error(err)
			}
		})
	}
	running.Go(func() {
		for range r.Events() {
		}
	})
	running.Go(func() {
		for range s.Events() {
		}
	})
	b.Cleanup(func() {
		cancel()
		running.Wait()
		_ = reader.Close()
		_ = paper.Close()
		_ = codes.Close()
	})
	r.Enable(true)
	s.Enable(true)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for _, status := range []func() device.Status{r.Status, p.Status, s.Status} {
		for status().State != device.StateReady {
			select {
			case <-tick.C:
			case <-limit:
				b.Fatalf("status %+v", status())
			}
		}
	}
	tick.Stop()
	var used, passed time.Duration
	asked := reader.Asked()
	for b.Loop() {
		start, cpu := time.Now(), processorTime(b)
		<-time.After(rest)
		used += processorTime(b) - cpu
		passed += time.Since(start)
	}
	if reader.Asked() == asked {
		b.Fatal("the reader was not asked")
	}
	b.ReportMetric(100*used.Seconds()/passed.Seconds(), "%cpu")
	b.ReportMetric(0, "ns/op")
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
