package engine

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// bubbleLine is HTTP over a line's rate and delay without a socket, so that it runs in fake time: a server before the tests'
// central, and a transport with the time-outs of the real one.
type bubbleLine struct {
	openLine
	server  *http.Server
	conns   chan net.Conn
	closed  chan struct{}
	long    *http.Transport
	short   *http.Transport
	serving sync.WaitGroup
}

func newBubbleLine(c *central, l line) *bubbleLine {
	b := &bubbleLine{openLine: openLine{line: l}, conns: make(chan net.Conn), closed: make(chan struct{})}
	transport := func(header time.Duration) *http.Transport {
		return &http.Transport{DialContext: b.dial, ResponseHeaderTimeout: header, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, DisableCompression: true}
	}
	b.short, b.long = transport(30*time.Second), transport(10*time.Second+wire.MaxWait)
	b.server = &http.Server{Handler: c}
	b.serving.Go(func() { _ = b.server.Serve(b) })
	return b
}

// RoundTrip implements http.RoundTripper.
func (b *bubbleLine) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == wire.PathFeed {
		return b.long.RoundTrip(r)
	}
	return b.short.RoundTrip(r)
}

func (b *bubbleLine) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	node, near := net.Pipe()
	far, server := net.Pipe()
	select {
	case b.conns <- server:
	case <-b.closed:
		return nil, errDown
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b.running.Go(func() { b.carry(far, near, &b.up, 0) })
	b.running.Go(func() { b.carry(near, far, &b.down, 0) })
	return node, nil
}

// Accept implements net.Listener.
func (b *bubbleLine) Accept() (net.Conn, error) {
	select {
	case c := <-b.conns:
		return c, nil
	case <-b.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (b *bubbleLine) Close() error { return nil }

// Addr implements net.Listener.
func (b *bubbleLine) Addr() net.Addr { return &net.TCPAddr{} }

func (b *bubbleLine) stop() {
	close(b.closed)
	b.short.CloseIdleConnections()
	b.long.CloseIdleConnections()
	_ = b.server.Close()
	b.serving.Wait()
	b.running.Wait()
}

// Over 2 kB a second with 5 s there and back batches get through one after the other: nothing is sent again and again because
// its answer came after a time-out: N3.
func TestN3ASlowLineIsFilledAndNotFlooded(t *testing.T) {
	const rate = 2000
	dice := mathrand.New(mathrand.NewPCG(3, 2000))
	noise := make([]byte, 40_000) // does not compress
	rand.Read(noise)
	for name, tc := range map[string]struct {
		items   int
		payload func() []byte
		silence time.Duration // at most, between two items' arrivals
	}{
		"cases": {200, func() []byte { return form(dice) }, time.Minute},
		"large": {12, func() []byte { return noise }, 8 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, c *central) {
				l := newBubbleLine(c, line{delay: 2500 * time.Millisecond, rate: rate})
				defer l.stop()
				client, err := wire.NewClient(wire.ClientConfig{BaseURL: "http://127.0.0.1", Suite: c.suite, Source: kiosk, SignKey: "kiosk-1",
					SignPriv: c.signPriv, UpstreamKey: "up-1", UpstreamPub: c.upPub, Now: time.Now, HTTP: wire.HTTPOptions{Transport: l}})
				if err != nil {
					t.Fatal(err)
				}
				n.cfgEngine(func(cfg *Config) { cfg.Client = client })
				defer n.Stop() // before the line
				for range tc.items {
					if _, err := n.out.Accept(t.Context(), outbox.Draft{ID: item.NewID(time.Now()), Type: item.TypeSubmission, CaseID: item.NewID(time.Now()),
						TrackHash: strings.Repeat("5d1e", 16), Numbered: true, Payload: tc.payload()}); err != nil {
						t.Fatal(err)
					}
				}
				bytes := n.out.Stats().Bytes
				n.start()
				begin, last, waiting := time.Now(), time.Now(), tc.items
				for waiting > 0 {
					time.Sleep(time.Second)
					if now := n.out.Stats().Waiting; now < waiting {
						waiting, last = now, time.Now()
					}
					if time.Since(last) > tc.silence {
						t.Fatalf("nothing arrived for %v; %d of %d wait: %+v", time.Since(last), waiting, tc.items, n.Status())
					}
				}
				n.wantDelivered(tc.items)
				took, sent := time.Since(begin), l.up.bytes.Load()
				t.Logf("%d items of %d bytes took %v; %d bytes were sent in %d batches", tc.items, bytes, took, sent, c.count(wire.PathBatches))
				if sent > 2*bytes {
					t.Errorf("%d bytes were sent for %d bytes of items", sent, bytes)
				}
			})
		})
	}
}
