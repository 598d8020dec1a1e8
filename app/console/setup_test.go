package console_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/app/catalog"
	"onedoor/app/console"
	"onedoor/app/hall"
	"onedoor/app/health"
	"onedoor/app/text"
	"onedoor/assets"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit is how long a test waits for what has to come.
const limit = time.Minute

// clock is a clock that a test can put forward.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
	stood time.Time // of a clock that stands still
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stood.IsZero() {
		return c.stood.Add(c.ahead)
	}
	return time.Now().Add(c.ahead)
}

func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood = time.Now()
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

const idle = 15 * time.Minute

// person is a member of the staff desk below.
type person struct {
	console.Member
	pin     string
	wrong   int
	revoked bool
}

// staff is a desk that knows two members, and keeps to what the console is told of one.
type staff struct {
	clock *clock
	audit *log

	mu       sync.Mutex
	people   map[string]*person
	sessions map[string]*session
	n        int
}

type session struct {
	who  *person
	used time.Time
	idle bool
}

func newStaff(c *clock, l *log) *staff {
	s := &staff{clock: c, audit: l, people: map[string]*person{}, sessions: map[string]*session{}}
	for _, m := range []console.Member{{ID: "1003", Name: "李大厅", MayAnswer: true}, {ID: "1004", Name: "王大厅", MayAnswer: true}, {ID: "2001", Name: "赵维护"}} {
		s.people[m.ID] = &person{Member: m, pin: "86420" + m.ID}
	}
	return s
}

func (s *staff) SignIn(_ context.Context, id, pin string) (string, console.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[id]
	switch {
	case p == nil || p.revoked:
		s.audit.add("sign-in failed ?")
		return "", console.Member{}, console.ErrSignIn
	case p.wrong >= 5:
		s.audit.add("sign-in locked " + id)
		return "", console.Member{}, console.ErrLocked
	case p.pin != pin:
		p.wrong++
		s.audit.add("sign-in failed " + id)
		return "", console.Member{}, console.ErrSignIn
	}
	p.wrong = 0
	s.n++
	token := fmt.Sprintf("token-%d-%s", s.n, id)
	s.sessions[token] = &session{who: p, used: s.clock.now()}
	s.audit.add("sign-in ok " + id)
	return token, p.Member, nil
}

func (s *staff) Session(token string, touch bool) (console.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.sessions[token]
	switch {
	case one == nil || one.who.revoked:
		return console.Member{}, console.ErrSession
	case one.idle || s.clock.now().Sub(one.used) >= idle:
		one.idle = true
		return console.Member{}, console.ErrIdle
	}
	if touch {
		one.used = s.clock.now()
	}
	return one.who.Member, nil
}

func (s *staff) SignOut(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one := s.sessions[token]; one != nil {
		s.audit.add("sign-out " + one.who.ID)
	}
	delete(s.sessions, token)
}

func (s *staff) Admitted(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.people[id] != nil && !s.people[id].revoked
}

func (s *staff) revoke(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[id].revoked = true
	s.audit.add("revoked " + id)
}

// log keeps the audit's entries as words.
type log struct {
	mu      sync.Mutex
	entries []string
}

func (l *log) add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, s)
}
func (l *log) HelpAsked(service string)       { l.add("help-asked " + service) }
func (l *log) HelpAnswered(by console.Member) { l.add("help-answered " + by.ID) }
func (l *log) HelpDone(by console.Member)     { l.add("help-done " + by.ID) }
func (l *log) Refused(who console.Member, why console.Refusal, count uint64) {
	s := strings.TrimSpace("refused " + string(why) + " " + who.ID)
	if count > 0 {
		s += fmt.Sprintf(" %d times", count)
	}
	l.add(s)
}

func (l *log) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

func (l *log) has(entry string) bool { return slices.Contains(l.all(), entry) }

// machine is what the console is told of the kiosk.
type machine struct {
	mu        sync.Mutex
	standing  hall.Standing
	problems  health.Problems
	recovered []health.Episode
	link      console.Link
	outbox    console.Outbox
	day       hall.Day
}

func (m *machine) set(change func(*machine)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

func read[T any](m *machine, field func(*machine) T) func() T {
	return func() T {
		m.mu.Lock()
		defer m.mu.Unlock()
		return field(m)
	}
}

// desk is a console that is served on loopback.
type desk struct {
	testing.TB
	clock   *clock
	staff   *staff
	audit   *log
	machine *machine
	calls   *hall.Calls
	console *console.Console
	url     string
	leaf    *x509.Certificate
	trust   *x509.CertPool
	texts   *text.Catalogue
	all     *catalog.Catalogue
	stop    func()
}

func open(t testing.TB, change func(*console.Config)) *desk {
	t.Helper()
	d := &desk{TB: t, clock: &clock{}, audit: &log{}, machine: &machine{}, calls: &hall.Calls{}}
	d.staff = newStaff(d.clock, d.audit)
	d.machine.standing = hall.Standing{At: hall.Place{Kiosk: "107", Step: "attract"}}
	d.machine.link = console.Link{State: "online", Since: time.Now()}
	var err error
	if d.texts, err = text.Load(assets.Text()); err != nil {
		t.Fatal(err)
	}
	if d.all, err = catalog.Load(assets.Catalogue(), d.texts.Languages()); err != nil {
		t.Fatal(err)
	}
	m := d.machine
	cfg := console.Config{
		Kiosk: "107", Hall: "番禺区政务服务大厅", Texts: d.texts, Catalogue: d.all, Staff: d.staff, Audit: d.audit, Calls: d.calls,
		Standing: read(m, func(m *machine) hall.Standing { return m.standing }), Problems: read(m, func(m *machine) health.Problems { return m.problems }),
		History: read(m, func(m *machine) []health.Episode { return m.recovered }),
		Devices: func() []console.Device {
			return []console.Device{{Device: health.CardReader, Ready: true, Present: true}, {Device: health.ReceiptPrinter, Ready: true, Present: true}, {Device: health.CodeScanner}}
		},
		Link: read(m, func(m *machine) console.Link { return m.link }), Outbox: read(m, func(m *machine) console.Outbox { return m.outbox }),
		Today: read(m, func(m *machine) hall.Day { return m.day }), Now: d.clock.now, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&cfg)
	}
	if d.console, err = console.New(cfg); err != nil {
		t.Fatal(err)
	}
	cert, err := console.OwnCertificate(filepath.Join(t.TempDir(), "console"), "107", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	d.trust = x509.NewCertPool()
	d.leaf = cert.Leaf
	d.trust.AddCert(cert.Leaf)
	ctx, cancel := context.WithCancel(context.Background())
	l, err := console.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.url = "https://" + l.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- d.console.Serve(ctx, l, cert) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(d.stop)
	return d
}

// browser is a browser without a script.
type browser struct {
	*desk
	http *http.Client
	body string // of the last answer
}

func (d *desk) browser() *browser {
	d.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: d.trust, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	d.Cleanup(transport.CloseIdleConnections)
	return &browser{desk: d, http: &http.Client{Jar: jar, Transport: transport, Timeout: limit}}
}

// ask sends a request as a browser on this very page does; change may spoil it.
func (b *browser) ask(method, path string, form url.Values, change func(*http.Request)) int {
	b.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, body)
	if err != nil {
		b.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.url)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if change != nil {
		change(r)
	}
	answer, err := b.http.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.body = string(raw)
	return answer.StatusCode
}

func (b *browser) get(path string) int { b.Helper(); return b.ask(http.MethodGet, path, nil, nil) }
func (b *browser) post(path string, form url.Values) int {
	b.Helper()
	return b.ask(http.MethodPost, path, form, nil)
}

func (b *browser) signIn(id string) {
	b.Helper()
	if status := b.post("/sign-in", url.Values{"id": {id}, "pin": {"86420" + id}}); status != http.StatusOK || !b.in() {
		b.Fatalf("sign-in of %s: %d\n%s", id, status, b.body)
	}
}

// in reports whether the last answer was the page itself.
func (b *browser) in() bool { return strings.Contains(b.body, `id="live"`) }

func (b *browser) formToken() url.Values {
	b.Helper()
	found := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(b.body)
	if found == nil {
		b.Fatalf("the page has no form:\n%s", b.body)
	}
	return url.Values{"token": {found[1]}}
}

// cookie is the session's.
func (b *browser) cookie() string {
	u, _ := url.Parse(b.url)
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == "__Host-onedoor-staff" {
			return c.Value
		}
	}
	return ""
}

// until waits for something that comes by itself.
func (d *desk) until(what string, cond func() bool) {
	d.Helper()
	over := time.After(limit)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !cond() {
		select {
		case <-again.C:
		case <-over:
			d.Fatalf("waited in vain for %s; the log has %q", what, d.audit.all())
		}
	}
}

func tcp(d *desk) net.Conn {
	d.Helper()
	c, err := tls.Dial("tcp", strings.TrimPrefix(d.url, "https://"), &tls.Config{RootCAs: d.trust, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	if err != nil {
		d.Fatal(err)
	}
	return c
}
