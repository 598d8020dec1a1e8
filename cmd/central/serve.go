package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"onedoor/assets/dictionaries"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
)

type serveCmd struct {
	Data        string `required:"" type:"path" help:"Directory of the ledger, the keys and the operator token."`
	Listen      string `default:"127.0.0.1:8480" help:"Address to listen on; plain HTTP only on loopback."`
	TrackingURL string `required:"" name:"tracking-url" help:"Scheme and host that receipts print before tracking codes."`
	TLSCert     string `name:"tls-cert" type:"existingfile" help:"PEM certificate chain."`
	TLSKey      string `name:"tls-key" type:"existingfile" help:"PEM private key."`

	Suite        string         `placeholder:"NAME" help:"Suite of algorithms for a new data directory: x25519-aes256gcm-ed25519 (the default) or sm2-sm3-sm4gcm. It is kept with the keys and never changes."`
	TrustedProxy []netip.Prefix `name:"trusted-proxy" placeholder:"CIDR" help:"Network of a proxy that ends TLS in front of central; its X-Forwarded-For is believed. May be repeated."`
}

// stopLimit bounds the wait for requests under way when central is told to stop.
const stopLimit = 5 * time.Second

// Run serves until ctx ends or the store stops.
func (c *serveCmd) Run(ctx context.Context, stdout io.Writer, stderr errOut) (err error) {
	secure, err := c.tls()
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(stderr, nil))
	if secure == nil && !loopback(c.Listen) {
		return fmt.Errorf("refused to serve plain HTTP on %s, which is not loopback: give --tls-cert and --tls-key", c.Listen)
	}
	store, err := badgerstore.Open(badgerstore.Config{Dir: c.Data, Logger: logger})
	if errors.Is(err, central.ErrLocked) {
		return fmt.Errorf("another central already runs on %s: stop it first, or give another --data", c.Data)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	keys, suite, err := c.keys(empty(ctx, store))
	if err != nil {
		return err
	}
	known, err := central.OpenDictionaries(c.Data, dictionaries.FS)
	if err != nil {
		return err
	}
	server, err := central.New(central.Config{
		Store: store, Suite: suite, Keys: keys, Now: time.Now, Logger: logger, TrackingURL: c.TrackingURL,
		TrustedProxies: c.TrustedProxy, Dictionaries: known,
	})
	if err != nil {
		return err
	}
	if err := server.Reconsider(ctx); err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return serve(ctx, server, listener, secure, store.Failed(), logger, stdout)
}

// keys opens the keys, or makes them for the suite that was asked for, and gives the suite that they are of.
func (c *serveCmd) keys(create bool) (central.Keys, item.Suite, error) {
	var asked item.Suite
	if c.Suite != "" {
		var err error
		if asked, err = item.SuiteNamed(c.Suite); err != nil {
			return central.Keys{}, nil, fmt.Errorf("--suite: %w", err)
		}
	}
	keys, err := central.OpenKeys(c.Data, asked, create)
	if err != nil {
		return central.Keys{}, nil, err
	}
	suite, err := item.SuiteNamed(keys.Suite)
	return keys, suite, err
}

// empty reports whether the ledger has no case and no device yet, as after a start that ended before its keys were made.
func empty(ctx context.Context, store central.Store) bool {
	_, total, err := store.Cases(ctx, 0, 1)
	if err != nil || total > 0 {
		return false
	}
	_, err = store.DeviceByNumber(ctx, 1)
	return errors.Is(err, central.ErrNotFound)
}

func (c *serveCmd) tls() (*tls.Config, error) {
	if c.TLSCert == "" && c.TLSKey == "" {
		return nil, nil
	}
	if c.TLSCert == "" || c.TLSKey == "" {
		return nil, errors.New("--tls-cert and --tls-key go together")
	}
	cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serve runs the HTTP server and stops it, bounded, when ctx ends or the store has failed.
func serve(ctx context.Context, server *central.Server, l net.Listener, secure *tls.Config, failed <-chan struct{}, logger *slog.Logger, stdout io.Writer) error {
	scheme := "http"
	if secure != nil {
		scheme, l = "https", tls.NewListener(l, secure)
	}
	hs := &http.Server{
		Handler:           server.Handler(),
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // a full batch on a line of 64 kbit/s
		WriteTimeout:      6 * time.Minute, // counts from the end of the header
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	hs.RegisterOnShutdown(server.Stop)
	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(l) }()
	fmt.Fprintf(stdout, "central is ready at %s://%s\n", scheme, l.Addr())

	var cause error
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-failed:
		cause = central.ErrStopped
	case <-ctx.Done():
	}
	logger.Info("stopping", "limit", stopLimit)
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if err := hs.Shutdown(stopCtx); err != nil {
		logger.Warn("requests were cut off", "error", err)
		cause = errors.Join(cause, hs.Close())
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		cause = errors.Join(cause, err)
	}
	return cause
}
