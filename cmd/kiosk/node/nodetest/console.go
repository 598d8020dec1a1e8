package nodetest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"

	"onedoor/app/audit"
	"onedoor/app/console"
	"onedoor/cmd/hallsim/hall"
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
	w.File.Metrics, w.File.Console.Listen = "127.0.0.1:0", FreeAddress(w)
	pepper, members := Members(w, supervisorPIN, wire.Member{ID: supervisor, Name: "李四维", Role: string(audit.Supervisor)})
	w.File.Staff.Pepper = pepper
	if _, err := w.Store.SaveRoster(w.Context(), central.RosterChange{Hall: "44011", Members: members}); err != nil {
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
func (c *clerk) page(w *World) (body string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	base := "https://" + w.File.Console.Listen
	if c.at != w.Node {
		if s, err := w.Node.Staff.Status(w.Context()); err != nil || s.Members == 0 {
			return "", errors.Join(errNobody, err)
		}
		c.leave()
		if c.http, err = Browser(w.Node.ConsoleFingerprint()); err != nil {
			return "", err
		}
		form := url.Values{"id": {supervisor}, "pin": {supervisorPIN}}
		if _, err := c.ask(w.Context(), http.MethodPost, base, "/sign-in", form.Encode()); err != nil {
			return "", err
		}
		c.at = w.Node
	}
	body, err = c.ask(w.Context(), http.MethodGet, base, "/", "")
	if err == nil && !strings.Contains(body, `id="live"`) {
		c.at, err = nil, errors.New("the console asks who she is")
	}
	return body, err
}

// Browser has no cookies yet, and believes no certificate but the one with the fingerprint, as whoever compared it does.
func Browser(fingerprint string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error { //nolint:gosec // it is verified here
		if len(raw) == 0 || console.Fingerprint(raw[0]) != fingerprint {
			return errors.New("this is not the kiosk's console")
		}
		return nil
	}}
	return &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: trust}, Timeout: limit}, nil
}

func (c *clerk) leave() {
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
}

func (c *clerk) ask(ctx context.Context, method, base, path, form string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", base)
	return read(c.http, r)
}

// read asks, and gives the answer.
func read(client *http.Client, ask *http.Request) (string, error) {
	r, err := client.Do(ask)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", ask.URL.Path, r.Status)
	}
	return string(b), err
}

// FreeAddress is one of this machine that nobody has or is given.
func FreeAddress(t testing.TB) string {
	t.Helper()
	address, err := hall.FreeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return address
}
