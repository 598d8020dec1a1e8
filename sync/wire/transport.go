package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// HTTPOptions tune the transport. The zero value is right for production apart from TLS.
type HTTPOptions struct {
	TLS            *tls.Config       // with the pinned RootCAs; nil trusts the system's
	ConnectTimeout time.Duration     // zero: 5 s
	HeaderTimeout  time.Duration     // until the answer's header; zero: 30 s. A feed's: its wait and at most 10 s
	CallTimeout    time.Duration     // one try from connecting to the last byte, beside a feed's wait; zero: 2 min
	Transport      http.RoundTripper // replaces the transport, in tests; nil: a real one
}

func (o HTTPOptions) withDefaults() HTTPOptions {
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 5 * time.Second
	}
	if o.HeaderTimeout <= 0 {
		o.HeaderTimeout = 30 * time.Second
	}
	if o.CallTimeout <= 0 {
		o.CallTimeout = 2 * time.Minute
	}
	return o
}

// idleConns is how many connections are kept for the next batches; an engine sends up to sixteen at a time.
const idleConns = 16

// newHTTP makes a client that follows no redirect, does not decompress, and knows no proxy from the environment.
func newHTTP(o HTTPOptions, wait time.Duration) *http.Client {
	rt := o.Transport
	if rt == nil {
		rt = &http.Transport{
			DialContext:            (&net.Dialer{Timeout: o.ConnectTimeout, KeepAlive: 15 * time.Second}).DialContext,
			TLSClientConfig:        o.TLS.Clone(), // which HTTP/2 writes into; nil stays nil
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  o.HeaderTimeout + wait,
			MaxResponseHeaderBytes: 32 << 10,
			MaxIdleConns:           idleConns,
			MaxIdleConnsPerHost:    idleConns,
			IdleConnTimeout:        60 * time.Second,
			DisableCompression:     true, // the signature covers the body as sent
			ForceAttemptHTTP2:      true,
		}
	}
	return &http.Client{
		Transport:     rt,
		Timeout:       o.CallTimeout + wait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// quickRetries is how often go-retryablehttp repeats a batch before the outbox's schedule takes over.
const quickRetries = 2

func newRetrying(c *http.Client, retries int) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   c,
		RetryMax:     retries,
		RetryWaitMin: 200 * time.Millisecond,
		RetryWaitMax: 2 * time.Second,
		CheckRetry:   checkRetry,
		Backoff:      backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		Logger:       nil,
	}
}

// checkRetry repeats at once only what a moment may mend. Whoever asks for a longer pause gets it from the schedule, and
// so does a portal, whose answers are complete.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		return !permanent(err), nil
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return resp.Header.Get("Retry-After") == "", nil
	}
	return false, nil
}

// permanent reports errors that the same request meets again: TLS that is refused, and time-outs, which have cost
// enough already.
func permanent(err error) bool {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var timeout net.Error
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &record) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

// backoff doubles from low and takes a random part of at least half.
func backoff(low, high time.Duration, attempt int, _ *http.Response) time.Duration {
	d := min(high, low<<min(attempt, 10))
	return d/2 + rand.N(d/2+1)
}

// ErrInsecure is returned for a base URL that would send items in the clear over a network.
var ErrInsecure = errors.New("plain HTTP is allowed to a loopback host only")

// parseBase accepts https://host[:port], and http:// to a loopback host. A path is refused, since the request signature
// covers the path that the upstream sees.
func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		return nil, err
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/"):
		return nil, errors.New("base URL must be scheme and host only")
	case u.Scheme == "https":
	case u.Scheme != "http":
		return nil, errors.New("base URL must be https")
	case !loopback(u.Hostname()):
		return nil, ErrInsecure
	}
	u.Path = ""
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
