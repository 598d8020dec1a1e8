package engine

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// drainLimit bounds one drain; it is no measure.
const drainLimit = 5 * time.Minute

// BenchmarkDrain is from the start of the engine to the ack of the last item that waited, through the real outbox and client,
// over loopback with a line's round trip and rate in between. Beside it a client as one would write it first: one POST an
// item, from the same outbox to the same upstream over the same line. x-naive is how many times as fast the engine is.
func BenchmarkDrain(b *testing.B) {
	const rtt = 50 * time.Millisecond
	for _, bc := range []struct {
		name         string
		line         line
		items, naive int
	}{
		{"loopback", line{}, 10_000, 1000},
		{"rtt=50ms", line{delay: rtt / 2}, 10_000, 40},
		{"rtt=50ms,rate=1mbit", line{delay: rtt / 2, rate: 1e6 / 8}, 2000, 40},
	} {
		b.Run(bc.name, func(b *testing.B) {
			var drained, byHand figures
			for range b.N {
				b.StopTimer()
				byHand.add(naive(b, bc.line, bc.naive))
				b.StartTimer()
				drained.add(drain(b, bc.line, bc.items))
			}
			b.ReportMetric(drained.perSecond(), "items/s")
			b.ReportMetric(drained.up(), "up-B/item")
			b.ReportMetric(drained.down(), "down-B/item")
			b.ReportMetric(float64(drained.connections)/float64(b.N), "connections")
			b.ReportMetric(byHand.perSecond(), "naive-items/s")
			b.ReportMetric(byHand.up()+byHand.down(), "naive-B/item")
			b.ReportMetric(drained.perSecond()/byHand.perSecond(), "x-naive")
			if bc.line.rate > 0 {
				b.ReportMetric(100*drained.up()*drained.perSecond()/float64(bc.line.rate), "%line")
			}
		})
	}
}

// figures are of items that went over a line.
type figures struct {
	items       int
	took        time.Duration
	sent, got   int64
	connections int64
}

func (f *figures) add(g figures) {
	f.items += g.items
	f.took += g.took
	f.sent += g.sent
	f.got += g.got
	f.connections += g.connections
}

func (f *figures) perSecond() float64 { return float64(f.items) / f.took.Seconds() }
func (f *figures) up() float64        { return float64(f.sent) / float64(f.items) }
func (f *figures) down() float64      { return float64(f.got) / float64(f.items) }

// upstream is the tests' central as a real server.
func upstream(b *testing.B, c *central) *httptest.Server {
	b.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.URL.Path == naivePath {
			c.takeNaive(w, body)
			return
		}
		answer := httptest.NewRecorder()
		if c.serve(answer, r, body) != nil {
			return // the long poll of an engine that has stopped
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		if _, err := w.Write(answer.Body.Bytes()); err != nil && r.Context().Err() == nil {
			b.Error(err)
		}
	}))
	b.Cleanup(s.Close)
	return s
}

// fill makes a node with so many cases waiting.
func fill(b *testing.B, c *central, items int) *node {
	b.Helper()
	n := newNode(b, c)
	dice := rand.New(rand.NewPCG(2026, 11))
	drafts := make(chan outbox.Draft)
	var writers sync.WaitGroup
	for range 64 {
		writers.Go(func() {
			for d := range drafts {
				if _, err := n.out.Accept(context.Background(), d); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for range items {
		drafts <- outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeSubmission, Subject: "service/residence-permit-endorsement",
			CaseID: item.NewID(time.Now()), Catalogue: "214", TrackHash: strings.Repeat("5d1e", 16), Numbered: true, Payload: form(dice)}
	}
	close(drafts)
	writers.Wait()
	return n
}

// form is about as large as a case and as compressible: fixed words, and answers that differ.
func form(dice *rand.Rand) []byte {
	var s strings.Builder
	for i := range 24 {
		fmt.Fprintf(&s, `"question-%02d":{"zh-Hans":"居住证签注的第%d个问题","answer":"%d栋%d室"},`, i, i, dice.IntN(30), dice.IntN(2400))
	}
	return fmt.Appendf(nil, `{"service":{"id":"residence-permit-endorsement"},"applicant":{"number":"110101190001%06d"},"form":{%s"phone":"139%08d"}}`,
		dice.IntN(1_000_000), s.String(), dice.IntN(100_000_000))
}

// drain is one outage's end.
func drain(b *testing.B, l line, items int) figures {
	b.Helper()
	b.StopTimer()
	c := newCentral(b, item.Default())
	server := upstream(b, c)
	n := fill(b, c, items)
	defer n.close()
	run := l.open(b, server.Listener.Addr().String())
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: "http://" + run.addr(), Suite: c.suite, Source: kiosk, SignKey: "kiosk-1",
		SignPriv: c.signPriv, UpstreamKey: "up-1", UpstreamPub: c.upPub, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	n.cfgEngine(func(cfg *Config) { cfg.Client = client })
	news, cancel := n.Subscribe()
	defer cancel()
	over := time.After(drainLimit)
	b.StartTimer()
	begin := time.Now()
	n.start()
	for empty := false; !empty; {
		select {
		case s := <-news:
			empty = s.Link == Online && s.Waiting == 0
		case <-over:
			b.Fatalf("not drained: %+v", n.Status())
		}
	}
	took := time.Since(begin)
	b.StopTimer()
	n.wantDelivered(items)
	n.Stop()
	client.Close()
	run.close()
	defer b.StartTimer()
	return figures{items: items, took: took, sent: run.up.bytes.Load(), got: run.down.bytes.Load(), connections: run.connections.Load()}
}

// line is a line's properties; zero means none.
type line struct {
	delay time.Duration // each way
	rate  int           // bytes a second each way, over all connections
}

// openLine is a line at work: a forwarder that holds all bytes back as the line would.
type openLine struct {
	line
	b           *testing.B
	listener    net.Listener
	to          string
	up, down    lane
	connections atomic.Int64
	running     sync.WaitGroup
}

// lane is one direction.
type lane struct {
	mu    sync.Mutex
	free  time.Time // when what was taken in has left
	bytes atomic.Int64
}

// burst is how much a line makes up for a timer that was late.
const burst = 20 * time.Millisecond

// leaves says when n bytes that arrive now have gone out.
func (l *lane) leaves(n, rate int) time.Time {
	l.bytes.Add(int64(n))
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if rate == 0 {
		return now
	}
	if late := now.Add(-burst); l.free.Before(late) {
		l.free = late
	}
	l.free = l.free.Add(time.Duration(n) * time.Second / time.Duration(rate))
	if l.free.Before(now) {
		return now
	}
	return l.free
}

func (l line) open(b *testing.B, to string) *openLine {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	o := &openLine{line: l, b: b, listener: listener, to: to}
	o.running.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				b.Error(err)
				_ = near.Close()
				return
			}
			o.connections.Add(1)
			o.running.Go(func() { o.carry(far, near, &o.up, 2*l.delay) }) // the handshake is a round trip
			o.running.Go(func() { o.carry(near, far, &o.down, 0) })
		}
	})
	return o
}

func (o *openLine) addr() string { return o.listener.Addr().String() }

// close waits for connections to end, which their clients do.
func (o *openLine) close() {
	_ = o.listener.Close()
	o.running.Wait()
}

// carry copies one way and ends both ends of the other side with it.
func (o *openLine) carry(to, from net.Conn, lane *lane, first time.Duration) {
	type piece struct {
		data []byte
		due  time.Time
	}
	under := make(chan piece, 4096)
	var written sync.WaitGroup
	written.Go(func() {
		for p := range under {
			<-time.After(time.Until(p.due))
			if len(p.data) == 0 {
				_ = to.Close()
			} else if _, err := to.Write(p.data); err != nil {
				_ = from.Close() // the end is found there
			}
		}
	})
	size := 32 << 10
	if o.rate > 0 {
		size = 1460
	}
	for {
		data := make([]byte, size)
		n, err := from.Read(data)
		if n > 0 {
			left := lane.leaves(n, o.rate)
			under <- piece{data[:n], left.Add(o.delay + first)}
			first = 0
			<-time.After(time.Until(left))
		}
		if err != nil {
			break
		}
	}
	under <- piece{due: time.Now().Add(o.delay)}
	close(under)
	written.Wait()
}
