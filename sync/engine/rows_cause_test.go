package engine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"onedoor/sync/wire"
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

// TestN14Causes: what different people put right is told apart, however deep the error lies: N14.
func TestN14Causes(t *testing.T) {
	no := func(status int, claims string, err error) error {
		return fmt.Errorf("hello: %w", &wire.NoAnswerError{Reason: "transport", Status: status, Claims: claims, Err: err})
	}
	invalid := func(r x509.InvalidReason) error { return x509.CertificateInvalidError{Reason: r} }
	for want, errs := range map[Cause][]error{
		CauseClock:       {no(0, "", &tls.CertificateVerificationError{Err: invalid(x509.Expired)})},
		CauseCertificate: {no(0, "", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), no(0, "", x509.HostnameError{}), no(0, "", invalid(x509.NotAuthorizedToSign))},
		CauseTLS:         {no(0, "", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"})},
		CauseName:        {no(0, "", &net.OpError{Err: &net.DNSError{Err: "no such host", IsNotFound: true}}), no(0, "", &net.DNSError{IsTimeout: true})},
		CauseRefused:     {no(0, "", &net.OpError{Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)})},
		CauseTimeout:     {no(0, "", context.DeadlineExceeded)},
		CauseUnknown:     {no(401, wire.ProblemUnknown, nil)},
		CauseOther:       {no(200, "", nil), no(302, "", nil), no(502, "", io.ErrUnexpectedEOF), no(401, "about:blank", nil)},
		CauseNetwork:     {no(0, "", io.ErrUnexpectedEOF), no(0, "", syscall.ECONNRESET), no(0, "", nil)},
	} {
		for _, err := range errs {
			if got := causeOf(err); got != want {
				t.Errorf("%v is %q, want %q", err, got, want)
			}
		}
	}
}

// The cause stands in the status while the link is down, and goes with it.
func TestTheStatusTellsTheCause(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		c.set(func(c *central) {
			c.before = func(*http.Request, []byte) (*http.Response, error) { return respond(200, "text/html", "<html>"), nil }
		})
		n.start()
		time.Sleep(time.Minute)
		if s := n.Status(); s.Link != Offline || s.Cause != CauseOther {
			t.Errorf("behind a login page: %+v", s)
		}
		c.set(func(c *central) { c.before = nil })
		time.Sleep(time.Minute)
		if s := n.Status(); s.Link != Online || s.Cause != "" {
			t.Errorf("signed in: %+v", s)
		}
	})
}

// A slow answer is told, and looked after until one is quick again.
func TestASlowLineIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, c *central) {
		slow := func(c *central) {
			c.before = func(*http.Request, []byte) (*http.Response, error) {
				time.Sleep(slowAnswer + 100*time.Millisecond)
				return nil, nil
			}
		}
		c.set(slow)
		n.start()
		time.Sleep(time.Hour)
		if s := n.Status(); s.Link != Online || !s.Slow {
			t.Errorf("every answer takes over %s: %+v", slowAnswer, s)
		}
		c.set(func(c *central) { c.before = nil })
		time.Sleep(2 * slowAfter)
		if s := n.Status(); s.Slow {
			t.Errorf("quick again: %+v", s)
		}
		asked := c.count(wire.PathHello)
		time.Sleep(time.Hour)
		if more := c.count(wire.PathHello) - asked; more > 0 {
			t.Errorf("a quick line is asked %d times more", more)
		}
	})
}
