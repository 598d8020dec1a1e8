package nodetest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"onedoor/app/audit"
	"onedoor/app/console"
	"onedoor/app/staff"
	"onedoor/cmd/kiosk/node"
	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// The hall's invented supervisor.
const (
	supervisor    = "s1"
	supervisorPIN = "704913"
)

// Employ opens what Watchers look at: metrics, and the console to a supervisor, whom the kiosk hears of by its feed.
func (w *World) Employ() {
	w.Helper()
	w.File.Metrics, w.File.Console.Listen = "127.0.0.1:0", freeAddress(w)
	file := filepath.Join(w.Dir, "pepper")
	if err := os.WriteFile(file, staff.NewPepper(), 0o400); err != nil {
		w.Fatal(err)
	}
	w.File.Staff.Pepper = file
	key, err := staff.KeyFile(file).Key(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	cheap := staff.Params{Memory: 64, Passes: 1, Threads: 1} // what a PIN costs is package staff's concern
	v, err := staff.NewVerifier(key, supervisor, []byte(supervisorPIN), cheap)
	if err != nil {
		w.Fatal(err)
	}
	one := wire.Member{ID: supervisor, Name: "李四维", Role: string(audit.Supervisor), Verifier: v}
	if _, err := w.Store.SaveRoster(w.Context(), central.RosterChange{Hall: "44011", Members: []wire.Member{one}}); err != nil {
		w.Fatal(err)
	}
}

// clerk is a browser at the console of the kiosk that runs now.
type clerk struct {
	mu   sync.Mutex
	at   *node.Node // that she signed in at
	http *http.Client
}

var errNobody = errors.New("the kiosk knows nobody who may sign in")

// page is what the console shows her. She signs in when the kiosk is another than before.
func (c *clerk) page(w *World) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	base := "https://" + w.File.Console.Listen
	if c.at != w.Node {
		if s, err := w.Node.Staff.Status(w.Context()); err != nil || s.Members == 0 {
			return "", errors.Join(errNobody, err)
		}
		if err := c.fresh(w); err != nil {
			return "", err
		}
		if err := c.post(w.Context(), base, "/sign-in", url.Values{"id": {supervisor}, "pin": {supervisorPIN}}); err != nil {
			return "", err
		}
		c.at = w.Node
	}
	body, err := c.ask(w.Context(), http.MethodGet, base, "/", "")
	if err == nil && !strings.Contains(body, `id="live"`) {
		c.at, err = nil, errors.New("the console asks who she is")
	}
	return body, err
}

// fresh is a browser without cookies, which believes no certificate but the one whose fingerprint the kiosk shows.
func (c *clerk) fresh(w *World) error {
	c.leave()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	want := w.Node.ConsoleFingerprint()
	trust := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error { //nolint:gosec // it is verified below
		if len(raw) == 0 || console.Fingerprint(raw[0]) != want {
			return errors.New("this is not the kiosk's console")
		}
		return nil
	}}
	c.http = &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: trust}, Timeout: limit}
	return nil
}

func (c *clerk) leave() {
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
}

func (c *clerk) post(ctx context.Context, base, path string, form url.Values) error {
	_, err := c.ask(ctx, http.MethodPost, base, path, form.Encode())
	return err
}

func (c *clerk) ask(ctx context.Context, method, base, path, form string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", base)
	answer, err := c.http.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("the console answers %s", answer.Status)
	}
	return string(b), err
}

// freeAddress is one of this machine that nobody has.
func freeAddress(w *World) string {
	w.Helper()
	l, err := new(net.ListenConfig).Listen(w.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
