package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// ErrNotLoopback is returned by Serve for an address that others could reach.
var ErrNotLoopback = errors.New("metrics are for this machine only")

// Serve answers GET /metrics on a loopback address, HOST:PORT, until stop is called. It returns when it listens.
func (m *Metrics) Serve(ctx context.Context, address string) (at net.Addr, stop func(), err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("serve metrics: %w", err)
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil, nil, errors.Join(fmt.Errorf("serve metrics on %s: %w", address, ErrNotLoopback), l.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 5 * time.Second}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 2 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l) // always ErrServerClosed after Close
	}()
	return l.Addr(), func() {
		_ = server.Close()
		<-ended
	}, nil
}
