package engine

import (
	"crypto/x509"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The line was away first (at boot, say), and then it is TLS that fails: the log must say so: N14.
func TestN14ALaterCauseIsToldToo(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		j := newJournalist()
		n.cfgEngine(func(cfg *Config) { cfg.Logger = slog.New(slog.NewTextHandler(j, nil)) })
		c.cut()
		n.start()
		time.Sleep(10 * time.Minute)
		c.set(func(c *central) {
			c.before = func(*http.Request, []byte) (*http.Response, error) { return nil, x509.UnknownAuthorityError{} }
		})
		n.submit()
		time.Sleep(time.Hour)
		if s := j.String(); !strings.Contains(s, "unknown authority") {
			t.Errorf("an hour later the log says only:\n%s", s)
		}
		t.Logf("status %+v", n.Status())
	})
}
