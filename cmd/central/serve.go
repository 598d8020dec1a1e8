package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"onedoor/assets/dictionaries"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/central/pgstore"
	"onedoor/sync/item"
)

type serveCmd struct {
	Data        string `required:"" type:"path" help:"Directory of the keys, the operator token and, without --database, the ledger."`
	Listen      string `default:"127.0.0.1:8480" help:"Address to listen on; plain HTTP only on loopback."`
	TrackingURL string `required:"" name:"tracking-url" help:"Scheme and host that receipts print before tracking codes."`
	TLSCert     string `name:"tls-cert" type:"existingfile" help:"PEM certificate chain."`
	TLSKey      string `name:"tls-key" type:"existingfile" help:"PEM private key."`

	Database    string `placeholder:"URL" env:"ONEDOOR_DATABASE" help:"PostgreSQL that holds the ledger, as postgres://user@host/name; any number of centrals may run on it, each with a copy of the same keys and operator token in --data. Without it the ledger is in --data."`
	AllowUnsafe bool   `name:"allow-unsafe-database" help:"Run on a PostgreSQL with fsync, synchronous_commit or full_page_writes off, which loses acknowledged items in a power cut."`

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
	store, err := c.ledger(ctx, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	keys, suite, err := c.keys(empty(ctx, store))
	if err != nil {
		return err
	}
	if shared, ok := store.(*pgstore.Store); ok {
		if err := shared.Claim(ctx, fingerprint(keys)); err != nil {
			return err
		}
	}
	known, err := central.OpenDictionaries(c.Data, dictionaries.FS)
	if err != nil {
		return err
	}
	server, err := central.New(central.Config{
		Store: store, Suite: suite, Keys: keys, Now: time.Now, Logger: logger, TrackingURL: c.TrackingURL,
		TrustedProxies: c.TrustedProxy, Dictionaries: known, Uploads: filepath.Join(c.Data, "uploads"),
	})
	if err != nil {
		return err
	}
	defer server.Stop()
	if err := server.Reconsider(ctx); err != nil {
		return err
	}
	defer beside(ctx, func(ctx context.Context) {
		if err := server.IndexHolders(ctx); err != nil && ctx.Err() == nil {
			logger.Error("cases of before are not indexed by their holders; the next start goes on", "error", err)
		}
	})()
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return serve(ctx, server, listener, secure, store.Failed(), logger, stdout)
}

// beside runs work while central serves, and gives what ends it.
func beside(ctx context.Context, work func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		work(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// ledger is a store that tells when it can not go on.
type ledger interface {
	central.Store
	Failed() <-chan struct{}
}

// ledger opens the embedded ledger or the one on PostgreSQL.
func (c *serveCmd) ledger(ctx context.Context, logger *slog.Logger) (ledger, error) {
	_, embedded := os.Stat(filepath.Join(c.Data, "db"))
	_, witness := os.Stat(filepath.Join(c.Data, "EPOCH"))
	_, keys := os.Stat(filepath.Join(c.Data, central.KeysFile))
	if c.Database != "" {
		if embedded == nil {
			return nil, fmt.Errorf("%s holds a ledger of its own: give another --data with --database, with a copy of its keys if they are to be used on", c.Data)
		}
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return nil, fmt.Errorf("make data directory: %w", err)
		}
		return pgstore.Open(ctx, pgstore.Config{Database: c.Database, Logger: logger, AllowUnsafe: c.AllowUnsafe})
	}
	if c.AllowUnsafe {
		return nil, errors.New("--allow-unsafe-database goes with --database")
	}
	if keys == nil && embedded != nil && witness != nil {
		return nil, fmt.Errorf("%s has keys and no ledger: give the --database that they belong to, or restore the ledger", c.Data)
	}
	store, err := badgerstore.Open(badgerstore.Config{Dir: c.Data, Logger: logger})
	if errors.Is(err, central.ErrLocked) {
		return nil, fmt.Errorf("another central already runs on %s: stop it first, or give another --data", c.Data)
	}
	return store, err
}

// fingerprint names a set of keys; no secret can be read from it.
func fingerprint(k central.Keys) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(k.Suite), k.SealPublic, k.SignPublic, k.Tracking} {
		d := sha256.Sum256(part)
		h.Write(d[:])
	}
	return hex.EncodeToString(h.Sum(nil))
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
