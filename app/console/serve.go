package console

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

const (
	maxConns    = 128
	listenAgain = 10 * time.Second
	stopLimit   = 2 * time.Second
	gone        = 20 * time.Second // after which a reader who answers nothing does not count any more
)

// ListenAndServe serves the page at an address until ctx ends. An address that can not be had now is tried again and again: a
// kiosk serves citizens without its page.
func (c *Console) ListenAndServe(ctx context.Context, addr string, cert tls.Certificate) error {
	told := false
	for ctx.Err() == nil {
		l, err := Listen(ctx, addr)
		if err == nil {
			return c.Serve(ctx, l, cert)
		}
		if !told && ctx.Err() == nil {
			told = true
			c.cfg.Logger.Error("the console has no address; trying again", "listen", addr, "error", err)
		}
		wait := time.NewTimer(listenAgain)
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
	return nil
}

// Listen opens an address whose connections end soon after the reader has vanished.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	lc := net.ListenConfig{Control: userTimeout, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: gone / 2, Interval: gone / 4, Count: 2}}
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for the console: %w", err)
	}
	return l, nil
}

// Serve serves the page on a listener, and closes that, until ctx ends.
func (c *Console) Serve(ctx context.Context, l net.Listener, cert tls.Certificate) error {
	server := &http.Server{
		Handler: c.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		ErrorLog: slog.NewLogLogger(c.cfg.Logger.Handler(), slog.LevelDebug), // every browser complains of an own certificate once
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.serve(true)
	c.cfg.Logger.Info("the console is open", "addr", l.Addr().String(), "sha256", Fingerprint(cert.Certificate[0]))
	var beside sync.WaitGroup
	beside.Go(func() { c.run(ctx) })
	beside.Go(func() {
		<-ctx.Done()
		c.serve(false)
		limited, done := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer done()
		if server.Shutdown(limited) != nil {
			_ = server.Close() // whoever is still there is cut off
		}
	})
	err := server.ServeTLS(netutil.LimitListener(l, maxConns), "", "")
	asked := ctx.Err() != nil
	cancel()
	beside.Wait()
	if asked {
		return nil
	}
	return fmt.Errorf("serve the console: %w", err)
}
