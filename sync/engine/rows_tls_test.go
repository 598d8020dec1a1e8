package engine

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"log/slog"
	"math/big"
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

// ServeHTTP is the tests' central as a server.
func (c *central) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp, err := c.RoundTrip(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// authority issues certificates.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	self := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, self, self, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue makes a server's certificate that ends after so long.
func (a *authority) issue(host string, ends time.Duration) *tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(ends),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(host); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) trusted() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// tlsServer serves over TLS on loopback, each request on a connection of its own, by a configuration that can be changed; nil
// is one who takes connections and says nothing.
type tlsServer struct {
	addr string
	mu   sync.Mutex
	cfg  *tls.Config
	raw  bytes.Buffer // all bytes that clients sent, as they came
}

func newTLSServer(t *testing.T, addr string, handler http.Handler, cfg *tls.Config) *tlsServer {
	t.Helper()
	inner, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s := &tlsServer{addr: inner.Addr().String(), cfg: cfg}
	quit := make(chan struct{})
	listener := tls.NewListener(&tapped{inner, s}, &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		s.mu.Lock()
		cfg := s.cfg
		s.mu.Unlock()
		if cfg == nil {
			<-quit
		}
		return cfg, nil
	}})
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	server.SetKeepAlivesEnabled(false)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		close(quit)
		_ = server.Close()
		serving.Wait()
	})
	return s
}

func (s *tlsServer) set(cfg *tls.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg = cfg
}

func (s *tlsServer) heard() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.raw.Bytes())
}

// tapped notes what arrives before TLS has undone it.
type tapped struct {
	net.Listener
	s *tlsServer
}

func (l *tapped) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &tap{c, l.s}, err
}

type tap struct {
	net.Conn
	s *tlsServer
}

func (c *tap) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.raw.Write(b[:n])
	return n, err
}

// journalist is a log that can be waited for.
type journalist struct {
	mu      sync.Mutex
	text    strings.Builder
	written chan struct{}
}

func newJournalist() *journalist { return &journalist{written: make(chan struct{}, 1)} }

func (j *journalist) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wakeUp(j.written)
	return j.text.Write(b)
}

func (j *journalist) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journalist) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text.Reset()
}

// wait waits until the words are in the log.
func (j *journalist) wait(t *testing.T, words string) {
	t.Helper()
	over := time.After(30 * time.Second)
	for !strings.Contains(j.String(), words) {
		select {
		case <-j.written:
		case <-over:
			t.Fatalf("the log does not say %q:\n%s", words, j)
		}
	}
}

// speaksTo makes the node's engine anew with a real transport, and gives its log.
func (n *node) speaksTo(base string, options wire.HTTPOptions) *journalist {
	n.t.Helper()
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: base, Suite: n.central.suite, Source: kiosk, SignKey: "kiosk-1", SignPriv: n.central.signPriv,
		UpstreamKey: "up-1", UpstreamPub: n.central.upPub, Now: time.Now, HTTP: options})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(client.Close)
	j := newJournalist()
	n.cfgEngine(func(cfg *Config) { cfg.Client, cfg.Logger = client, slog.New(slog.NewTextHandler(j, nil)) })
	return j
}

// arrives waits until nothing waits any more.
func (n *node) arrives(j *journalist) {
	n.t.Helper()
	news, cancel := n.Subscribe()
	defer cancel()
	over := time.After(30 * time.Second)
	for n.out.Stats().Waiting > 0 {
		select {
		case <-news:
		case <-over:
			n.t.Fatalf("not delivered: %+v\n%s", n.Status(), j)
		}
	}
}

// wantUntouched insists that an item is as it was accepted and that nobody was told of it.
func (n *node) wantUntouched(id string, heard ...[]byte) {
	n.t.Helper()
	e, err := n.out.Get(id)
	if err != nil || e.State != outbox.StateAccepted || e.Attempts != 0 {
		n.t.Errorf("item is %s after %d attempts, %v", e.State, e.Attempts, err)
	}
	if s := n.Status(); s.Link != Offline || s.Trouble != TroubleNoAnswer || !s.LastContact.IsZero() {
		n.t.Errorf("status %+v", s)
	}
	if n.central.count("") != 0 {
		n.t.Errorf("%d requests reached central", n.central.count(""))
	}
	for _, raw := range heard {
		for _, word := range []string{"Onedoor", "/sync/", id, kiosk.String()} {
			if bytes.Contains(raw, []byte(word)) {
				n.t.Errorf("%q went over the line in the clear", word)
			}
		}
	}
}

// What does not prove by TLS to be central is told nothing, before the first contact and after it; the log says why; and as soon
// as TLS is right the item goes out: N14, I18.
func TestN14WithoutSoundTLSNothingIsSent(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	with := func(c *tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{*c}} }
	old := with(ours.issue("127.0.0.1", time.Hour))
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	for name, tc := range map[string]struct {
		cfg   *tls.Config
		cause string
	}{
		"expired":         {with(ours.issue("127.0.0.1", -time.Hour)), "certificate has expired"},
		"wrong host":      {with(ours.issue("other.example", time.Hour)), "cannot validate certificate for 127.0.0.1"},
		"wrong address":   {with(ours.issue("127.0.0.9", time.Hour)), "certificate is valid for 127.0.0.9, not 127.0.0.1"},
		"unknown CA":      {with(theirs.issue("127.0.0.1", time.Hour)), "signed by unknown authority"},
		"TLS 1.1 only":    {old, "protocol version not supported"},
		"handshake stall": {nil, "deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentral(t, item.Default())
			n := newNode(t, c)
			defer n.close()
			s := newTLSServer(t, "127.0.0.1:0", c, tc.cfg)
			j := n.speaksTo("https://"+s.addr, wire.HTTPOptions{TLS: ours.trusted()})
			a := n.submit()
			n.start()
			j.wait(t, tc.cause)
			n.wantUntouched(a.ID, s.heard())
			if len(s.heard()) == 0 {
				t.Error("nobody tried")
			}
			sound := with(ours.issue("127.0.0.1", time.Hour))
			s.set(sound)
			n.arrives(j)
			n.wantDelivered(1)
			if tc.cfg == nil {
				return
			}
			batches := c.count(wire.PathBatches)
			j.forget()
			s.set(tc.cfg)
			b := n.submit()
			j.wait(t, tc.cause)
			n.Stop() // what is under way ends
			if got := c.count(wire.PathBatches); got != batches || n.state(b.ID) != outbox.StateAccepted {
				t.Errorf("later: %d batches reached central, item is %s", got-batches, n.state(b.ID))
			}
			s.set(sound)
			if err := n.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
			n.arrives(j)
			n.wantDelivered(2)
		})
	}
}
