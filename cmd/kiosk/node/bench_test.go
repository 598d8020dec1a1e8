package node_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"onedoor/app/kiosk"
)

// cardLine is what the card's bytes alone take on the line: 1295 bytes of 10 bits at 115200 baud (facts: ID card reader).
const cardLine = 1295 * 10 * time.Second / 115200

// BenchmarkCardToServices is from laying the card down to the services on the screen, over the virtual reader at the real
// line's speed. x-line is the multiple of the line's own time; a poll of up to 300 ms comes first.
func BenchmarkCardToServices(b *testing.B) {
	w := build(b)
	w.start()
	w.until("the attract screen", on[kiosk.Attract])
	var total time.Duration
	for i := 0; b.Loop(); i++ {
		begin := time.Now()
		if err := w.hall.Tray.Lay([]string{"card-1", "card-2"}[i%2]); err != nil {
			b.Fatal(err)
		}
		w.until("the services", known)
		total += time.Since(begin)
		b.StopTimer()
		w.hall.Tray.Lift()
		w.node.Kiosk.Send(kiosk.Abandon{})
		w.until("the goodbye", on[kiosk.Goodbye])
		w.until("the card's removal", func(v kiosk.View) bool { g, ok := v.Screen.(kiosk.Goodbye); return ok && len(g.Reminders) == 0 })
		w.node.Kiosk.Send(kiosk.Start{})
		w.until("the attract screen", on[kiosk.Attract])
		b.StartTimer()
	}
	b.ReportMetric(float64(total)/float64(b.N)/float64(cardLine), "x-line")
}

// BenchmarkConfirmToAccepted is from the tap on 确认提交 to 已收件 on the screen: sealed, signed and synced to disk. x-fsync is
// the multiple of one raw write and fsync of as many bytes in the same directory. ns/op is a whole visit, so that the
// benchmark does not run for as many visits as fit confirms into a second.
func BenchmarkConfirmToAccepted(b *testing.B) {
	w := build(b)
	w.hall.Link.Cut()
	w.start()
	raw := rawFsync(b, filepath.Dir(w.file.Data))
	var total time.Duration
	for b.Loop() {
		w.review("card-1")
		begin := time.Now()
		w.node.Kiosk.Send(kiosk.Confirm{})
		w.until("已收件", on[kiosk.Accepted])
		total += time.Since(begin)
		w.until("the receipt", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing })
		b.ReportMetric(float64(len(w.paper().Bytes)), "receipt-bytes")
		w.leave()
		w.until("the card's removal", func(v kiosk.View) bool {
			g, ok := v.Screen.(kiosk.Goodbye)
			return ok && len(g.Reminders) == 1
		})
		w.node.Kiosk.Send(kiosk.Start{})
	}
	b.ReportMetric(float64(total)/float64(b.N), "confirm-ns")
	b.ReportMetric(float64(total)/float64(b.N)/float64(raw), "x-fsync")
}

// rawFsync is the mean of appending 2 KiB and syncing it.
func rawFsync(b *testing.B, dir string) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	const rounds = 50
	record := make([]byte, 2048)
	begin := time.Now()
	for range rounds {
		if _, err := f.Write(record); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begin) / rounds
}
