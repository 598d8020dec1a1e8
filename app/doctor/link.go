package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"onedoor/app/config"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Limits of the steps, so that a later one is still taken when an earlier one was slow.
const (
	nameLimit  = 3 * time.Second
	dialLimit  = 3 * time.Second
	tlsLimit   = 3 * time.Second
	helloLimit = 4 * time.Second
)

// way is the way to central, step by step. A step that fails ends it.
type way struct {
	*patient
	base  *url.URL
	host  string
	port  string
	trust wire.HTTPOptions
	at    string // address and port that took a connection
	found []Finding
}

// link takes the steps in order; those behind the one that failed are skipped because of it.
func (p *patient) link(ctx context.Context) []Finding {
	steps := []struct {
		check Check
		take  func(*way, context.Context) Finding
	}{{CheckCable, (*way).cable}, {CheckAddress, (*way).address}, {CheckRoute, (*way).route}, {CheckName, (*way).name}, {CheckTCP, (*way).tcp},
		{CheckTLS, (*way).tls}, {CheckCentral, (*way).hello}}
	w := &way{patient: p}
	failed := SkipNoConfig
	var before Check
	if p.read {
		if base, err := url.Parse(p.file.Central.URL); err == nil && base.Hostname() != "" {
			failed, w.base, w.host, w.port = "", base, base.Hostname(), base.Port()
			if w.port == "" {
				w.port = map[string]string{"http": "80", "https": "443"}[base.Scheme]
			}
		}
	}
	take := func(f Finding) {
		w.found = append(w.found, f)
		if p.Step != nil {
			p.Step(f)
		}
	}
	for _, s := range steps {
		if failed != "" {
			f := wrong(s.check, failed)
			if before != "" {
				f.Args = []string{"step", string(before)}
			}
			take(f)
			continue
		}
		f := s.take(w, ctx)
		take(f)
		if f.Verdict == Fault {
			failed, before = SkipStepBefore, s.check
		}
	}
	return w.found
}

// local says that central is on this machine, where there is no network to look at.
func (w *way) local() bool {
	ip := net.ParseIP(w.host)
	return w.host == "localhost" || ip != nil && ip.IsLoopback()
}

func (w *way) cable(context.Context) Finding {
	if w.local() {
		return wrong(CheckCable, SkipLocal, "host", w.host)
	}
	devices, up := w.devices()
	if len(up) == 0 {
		return wrong(CheckCable, LinkNoCarrier, "devices", strings.Join(devices, ", "))
	}
	return fine(CheckCable, "devices", strings.Join(up, ", "))
}

// devices are the machine's network devices, and those of them that have a cable with something at its other end.
func (w *way) devices() (all, up []string) {
	dir := w.Machine.at("sys", "class", "net")
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil
	}
	for _, n := range names {
		if n.Name() == "lo" {
			continue
		}
		all = append(all, n.Name())
		carrier, err := os.ReadFile(w.Machine.at("sys", "class", "net", n.Name(), "carrier")) // EINVAL while it is switched off
		if err == nil && strings.TrimSpace(string(carrier)) == "1" {
			up = append(up, n.Name())
		}
	}
	return all, up
}

func (w *way) address(context.Context) Finding {
	if w.local() {
		return wrong(CheckAddress, SkipLocal, "host", w.host)
	}
	_, up := w.devices()
	var all []string
	for _, d := range up {
		if a, err := w.Machine.Addresses(d); err == nil {
			all = append(all, a...)
		}
	}
	if len(all) == 0 {
		return wrong(CheckAddress, LinkNoAddress, "devices", strings.Join(up, ", "))
	}
	return fine(CheckAddress, "addresses", strings.Join(all, ", "))
}

// route asks the kernel for a way, by a connection over which nothing is sent.
func (w *way) route(ctx context.Context) Finding {
	if w.local() {
		return wrong(CheckRoute, SkipLocal, "host", w.host)
	}
	to := w.host
	if net.ParseIP(to) == nil {
		to = "192.0.2.1" // of a block for documents: what leads there is the default route
	}
	conn, err := w.Machine.Dial(ctx, "udp", net.JoinHostPort(to, "9"))
	if err != nil {
		return wrong(CheckRoute, LinkNoRoute).because(err)
	}
	defer conn.Close()
	via := "?"
	if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		via = a.IP.String()
	}
	return fine(CheckRoute, "via", via)
}

func (w *way) name(ctx context.Context) Finding {
	if net.ParseIP(w.host) != nil {
		return wrong(CheckName, SkipLocal, "host", w.host)
	}
	ctx, cancel := context.WithTimeout(ctx, nameLimit)
	defer cancel()
	found, err := w.Machine.Lookup(ctx, w.host)
	var dns *net.DNSError
	switch {
	case err == nil:
		return fine(CheckName, "host", w.host, "addresses", strings.Join(found, ", "))
	case errors.As(err, &dns) && dns.IsNotFound:
		return wrong(CheckName, LinkNameUnknown, "host", w.host).because(err)
	}
	return wrong(CheckName, LinkNameServer, "host", w.host).because(err)
}

func (w *way) tcp(ctx context.Context) Finding {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	to := net.JoinHostPort(w.host, w.port)
	conn, err := w.Machine.Dial(ctx, "tcp", to)
	var slow net.Error
	switch {
	case err == nil:
		w.at = conn.RemoteAddr().String()
		_ = conn.Close() // it was only a question
		return fine(CheckTCP, "to", w.at)
	case errors.Is(err, syscall.ECONNREFUSED):
		return wrong(CheckTCP, LinkRefused, "to", to).because(err)
	case errors.As(err, &slow) && slow.Timeout():
		return wrong(CheckTCP, LinkSilent, "to", to).because(err)
	}
	return wrong(CheckTCP, LinkUnreachable, "to", to).because(err)
}

func (w *way) tls(ctx context.Context) Finding {
	trust, err := config.Trust(w.file.Central.CA)
	if err != nil {
		return wrong(CheckTLS, ConfigCA, "file", w.file.Central.CA).because(err)
	}
	w.trust = trust
	if w.base.Scheme != "https" {
		return wrong(CheckTLS, SkipLocal, "host", w.host)
	}
	ctx, cancel := context.WithTimeout(ctx, tlsLimit)
	defer cancel()
	raw, err := w.Machine.Dial(ctx, "tcp", net.JoinHostPort(w.host, w.port))
	if err != nil {
		return wrong(CheckTLS, LinkUnreachable, "to", w.at).because(err)
	}
	defer raw.Close()
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if trust.TLS != nil {
		c = trust.TLS.Clone()
	}
	c.ServerName, c.Time = w.host, w.Machine.Now
	conn := tls.Client(raw, c)
	if err := conn.HandshakeContext(ctx); err != nil {
		return w.untrusted(err)
	}
	leaf := conn.ConnectionState().PeerCertificates[0]
	args := []string{"host", w.host, "issuer", leaf.Issuer.String(), "day", leaf.NotAfter.Local().Format(time.DateOnly)}
	if leaf.NotAfter.Sub(w.Machine.Now()) < expiresSoon/2 {
		return wrong(CheckTLS, LinkTLSExpires, args...)
	}
	return fine(CheckTLS, args...)
}

// untrusted tells the causes apart that different people put right.
func (w *way) untrusted(err error) Finding {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	ca := w.file.Central.CA
	if ca == "" {
		ca = "—"
	}
	switch {
	case errors.As(err, &authority):
		return wrong(CheckTLS, LinkTLSAuthority, "host", w.host, "file", ca).because(err)
	case errors.As(err, &name):
		return wrong(CheckTLS, LinkTLSName, "host", w.host).because(err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		day := "?"
		if invalid.Cert != nil {
			day = invalid.Cert.NotBefore.Local().Format(time.DateOnly) + " – " + invalid.Cert.NotAfter.Local().Format(time.DateOnly)
		}
		return wrong(CheckTLS, LinkClock, "host", w.host, "day", day, "now", w.Machine.Now().Local().Format("2006-01-02 15:04")).because(err)
	case errors.As(err, &invalid):
		return wrong(CheckTLS, LinkTLSAuthority, "host", w.host, "file", ca).because(err)
	}
	return wrong(CheckTLS, LinkTLS, "host", w.host).because(err)
}

// hello asks central the cheapest question that it answers with a proof.
func (w *way) hello(ctx context.Context) Finding {
	ctx, cancel := context.WithTimeout(ctx, helloLimit)
	defer cancel()
	id, err := config.LoadIdentity(w.file.Data)
	if err != nil {
		return w.knock(ctx)
	}
	suite, err := item.SuiteNamed(id.Device.Suite)
	if err != nil {
		return wrong(CheckCentral, KeysSuite, "suite", id.Device.Suite)
	}
	seen := &seeing{next: w.transport()}
	options := w.trust
	options.HeaderTimeout, options.Transport = helloLimit, seen
	client, err := wire.NewClient(wire.ClientConfig{BaseURL: w.file.Central.URL, Suite: suite, Source: id.Device.Source(), SignKey: id.Device.SignKey,
		SignPriv: id.SignPrivate, UpstreamKey: id.Device.UpstreamKey, UpstreamPub: id.Device.UpstreamPub, HTTP: options, Now: w.Machine.Now})
	if err != nil {
		return wrong(CheckCentral, KeysDamaged, "file", config.IdentityPath(w.file.Data)).because(err)
	}
	defer client.Close()
	defer seen.next.CloseIdleConnections()
	sent := w.Machine.Now()
	h, err := client.Hello(ctx)
	answered := w.Machine.Now()
	if err != nil {
		return w.unproven(err, seen.answer)
	}
	if theirs, err := time.Parse(time.RFC3339Nano, h.ServerTime); err == nil {
		w.told(sent, answered, theirs)
	}
	if h.Superseded {
		return wrong(CheckCentral, OutboxFenced)
	}
	return fine(CheckCentral, "url", w.file.Central.URL, "ms", strconv.FormatInt(answered.Sub(sent).Milliseconds(), 10))
}

// told notes central's time.
func (w *way) told(sent, answered, theirs time.Time) {
	off := theirs.Sub(answered) + answered.Sub(sent)/2
	w.offset = &off
}

// unproven tells who it was that did not prove to be central.
func (w *way) unproven(err error, answer *http.Response) Finding {
	args := []string{"url", w.file.Central.URL}
	var refused *wire.ProblemError
	var none *wire.NoAnswerError
	switch {
	case errors.As(err, &refused) && refused.Status/100 == 5, errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests:
		return wrong(CheckCentral, CentralFailing, args...).because(err)
	case errors.As(err, &refused) && refused.Problem.Type == wire.ProblemRevoked:
		return wrong(CheckCentral, CentralRevoked, args...).because(err)
	case errors.As(err, &refused):
		return wrong(CheckCentral, CentralRefused, args...).because(err)
	case !errors.As(err, &none), answer == nil:
		return wrong(CheckCentral, LinkNoAnswer, args...).because(err)
	}
	if theirs, perr := http.ParseTime(answer.Header.Get("Date")); perr == nil && w.base.Scheme == "https" { // to the second, and from whom the authority vouches for
		now := w.Machine.Now()
		w.told(now, now, theirs)
	}
	switch {
	case answer.Header.Get(wire.HeaderVersion) == "" && answer.StatusCode >= 500:
		return wrong(CheckCentral, LinkGateway, append(args, "status", strconv.Itoa(answer.StatusCode))...).because(err)
	case answer.Header.Get(wire.HeaderVersion) == "":
		return wrong(CheckCentral, LinkPortal, append(args, "status", strconv.Itoa(answer.StatusCode))...).because(err)
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		return wrong(CheckCentral, CentralUnknown, args...).because(err)
	case answer.StatusCode >= 500:
		return wrong(CheckCentral, CentralFailing, args...).because(err)
	}
	return wrong(CheckCentral, LinkStranger, args...).because(err)
}

// knock asks a central that does not know this machine yet whether it is one.
func (w *way) knock(ctx context.Context) Finding {
	t := w.transport()
	defer t.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(w.file.Central.URL, "/")+wire.PathHealthz, nil)
	if err != nil {
		return wrong(CheckCentral, LinkNoAnswer, "url", w.file.Central.URL).because(err)
	}
	resp, err := t.RoundTrip(req)
	if err != nil {
		return wrong(CheckCentral, LinkNoAnswer, "url", w.file.Central.URL).because(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 1<<16) // a short one, so that the connection can end in order
	if resp.Header.Get(wire.HeaderVersion) == "" {
		return wrong(CheckCentral, LinkPortal, "url", w.file.Central.URL, "status", strconv.Itoa(resp.StatusCode))
	}
	return wrong(CheckCentral, SkipNotEnrolled, "url", w.file.Central.URL)
}

// transport is as the kiosk's, over the machine's own connections.
func (w *way) transport() *http.Transport {
	t := &http.Transport{DialContext: w.Machine.Dial, TLSClientConfig: w.trust.TLS.Clone(), DisableCompression: true, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: tlsLimit, ResponseHeaderTimeout: helloLimit}
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	t.TLSClientConfig.Time = w.Machine.Now
	return t
}

// seeing keeps the last answer's header.
type seeing struct {
	next   *http.Transport
	answer *http.Response
}

// RoundTrip implements http.RoundTripper.
func (s *seeing) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(r)
	s.answer = resp
	return resp, err
}
