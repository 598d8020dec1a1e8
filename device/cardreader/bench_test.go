package cardreader_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"onedoor/device/cardreader"
	"onedoor/device/port"
	"onedoor/device/sim"
)

// tap counts what passes over a line since the last question for a card.
type tap struct {
	mu    sync.Mutex
	start time.Time
	bytes int
}

// since is when the question went out that found the card, and how many bytes have passed since then.
func (c *tap) since() (start time.Time, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start, c.bytes
}

func (c *tap) over(open func(context.Context) (port.Port, error)) func(context.Context) (port.Port, error) {
	return func(ctx context.Context) (port.Port, error) {
		p, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return &tapped{p, c}, nil
	}
}

type tapped struct {
	port.Port
	by *tap
}

func (p *tapped) Write(ctx context.Context, b []byte) (int, error) {
	p.by.mu.Lock()
	if b[7] == 0x20 && b[8] == 0x01 { // find
		p.by.start, p.by.bytes = time.Now(), 0
	}
	p.by.bytes += len(b)
	p.by.mu.Unlock()
	return p.Port.Write(ctx, b)
}

func (p *tapped) Read(ctx context.Context, b []byte) (int, error) {
	n, err := p.Port.Read(ctx, b)
	p.by.mu.Lock()
	p.by.bytes += n
	p.by.mu.Unlock()
	return n, err
}

// BenchmarkCardRead is the time from the question that finds a card until the card is handed over, beside the time that the
// bytes themselves need on the line, both directions, ten bits each.
func BenchmarkCardRead(b *testing.B) {
	for _, baud := range []int{115200, 9600} {
		b.Run(fmt.Sprintf("baud=%d", baud), func(b *testing.B) {
			s, err := sim.NewReader(sim.ReaderConfig{Link: filepath.Join(b.TempDir(), "card-reader"), Baud: baud})
			if err != nil {
				b.Fatal(err)
			}
			line := new(tap)
			x := attachOpen(b, s, line.over(port.Opener(port.Config{Path: s.Path(), Baud: baud})))
			expect[cardreader.Connected](x)
			x.reader.Enable(true)
			card := sim.Cards()[0]
			var total, own time.Duration
			n := 0
			for b.Loop() {
				s.Lay(card)
				expect[cardreader.Found](x)
				c := expect[cardreader.CardRead](x).Card
				start, bytes := line.since()
				total += time.Since(start)
				own += time.Duration(bytes) * 10 * time.Second / time.Duration(baud)
				n++
				if string(c.Number) != card.Number {
					b.Fatal("another card")
				}
				c.Wipe()
				s.Lift()
				expect[cardreader.Removed](x)
			}
			b.ReportMetric(total.Seconds()*1e3/float64(n), "read-ms")
			b.ReportMetric(own.Seconds()*1e3/float64(n), "line-ms")
			b.ReportMetric(total.Seconds()/own.Seconds(), "ratio")
			b.ReportMetric(0, "ns/op") // the lifting is in it, which is the citizen's
		})
	}
}
