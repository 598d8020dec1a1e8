package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"onedoor/app/hall"
)

// TestNothingWithoutSigningIn: whoever has not signed in learns nothing and changes nothing.
func TestNothingWithoutSigningIn(t *testing.T) {
	d := open(t, nil)
	call := d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, time.Now())
	b := d.browser()
	if status := b.get("/"); status != http.StatusOK || b.in() || strings.Contains(b.body, "求助") {
		t.Errorf("the page shows %d:\n%s", status, b.body)
	}
	if status := b.get("/events"); status != http.StatusUnauthorized {
		t.Errorf("the stream answers %d", status)
	}
	if status := b.post("/calls/1/answer", url.Values{"token": {""}}); status != http.StatusUnauthorized {
		t.Errorf("an answer is answered with %d", status)
	}
	if now, _ := d.calls.Call(call.ID); now.State != hall.CallWaiting {
		t.Errorf("the call is %s", now.State)
	}
}

func TestHeaders(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	for _, path := range []string{"/", "/web/style.css", "/web/console.css", "/web/console.js", "/nowhere"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := b.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		policy := answer.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: policy %q lacks %s", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") || answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: headers %v", path, answer.Header)
		}
		if cached := answer.Header.Get("Cache-Control"); cached != "no-store" && !strings.HasPrefix(path, "/web/") {
			t.Errorf("%s may be kept: %q", path, cached)
		}
	}
}

// TestCookie: no script reads it, no other site makes a browser send it, no other host sets it; and each sign-in has its own.
func TestCookie(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	form := url.Values{"id": {"1003"}, "pin": {"864201003"}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", d.url)
	answer, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if len(answer.Cookies()) != 1 {
		t.Fatalf("cookies %v", answer.Cookies())
	}
	c := answer.Cookies()[0]
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %q", answer.Header.Get("Set-Cookie"))
	}
	first := b.cookie()
	b.post("/sign-in", form)
	if second := b.cookie(); second == "" || second == first {
		t.Errorf("signing in again keeps the session %q", second)
	}
	stale := d.browser()
	stale.ask(http.MethodGet, "/", nil, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "__Host-onedoor-staff", Value: first}) })
	if stale.in() {
		t.Error("the session before signing in again is still open")
	}
}

// TestAChosenTokenIsWorthNothing: a cookie that somebody planted before the sign-in does not become the session.
func TestAChosenTokenIsWorthNothing(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	u, _ := url.Parse(d.url)
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-onedoor-staff", Value: "planted", Path: "/", Secure: true}})
	b.signIn("1003")
	if b.cookie() == "planted" {
		t.Error("the planted token is the session")
	}
	thief := d.browser()
	thief.http.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-onedoor-staff", Value: "planted", Path: "/", Secure: true}})
	if thief.get("/"); thief.in() {
		t.Error("who planted it is in")
	}
}

// TestGuessingPINs: one member's is locked by the staff desk, and an address is held off here whoever's it tries.
func TestGuessingPINs(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	guess := func(id string) int { return b.post("/sign-in", url.Values{"id": {id}, "pin": {"000000"}}) }
	for range 5 {
		if status := guess("1003"); status != http.StatusForbidden {
			t.Fatalf("a wrong PIN: %d", status)
		}
	}
	if guess("1003"); !strings.Contains(b.body, "错的次数太多") || !d.audit.has("sign-in locked 1003") {
		t.Errorf("the sixth: %s", b.body)
	}
	if status := b.post("/sign-in", url.Values{"id": {"1003"}, "pin": {"864201003"}}); status == http.StatusOK && b.in() {
		t.Error("the right PIN gets in past the lock")
	}
	last := 0
	for i := 0; i < 10 && last != http.StatusTooManyRequests; i++ {
		last = guess("1004")
	}
	if last != http.StatusTooManyRequests || !d.audit.has("refused too-often") {
		t.Errorf("after many wrong ones: %d, the log %q", last, d.audit.all())
	}
	d.clock.forward(2 * time.Minute)
	other := d.browser()
	other.signIn("2001")
}

// TestAReplayedCookieAfterSignOut is told from one that never was, and both see nothing. (N9)
func TestAReplayedCookieAfterSignOut(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	stolen, form := b.cookie(), b.formToken()
	b.post("/sign-out", form)
	if b.cookie() != "" || b.in() {
		t.Fatalf("after signing out the cookie is %q", b.cookie())
	}
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, time.Now())
	thief := d.browser()
	with := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "__Host-onedoor-staff", Value: stolen}) }
	if thief.ask(http.MethodGet, "/", nil, with); thief.in() {
		t.Error("the ended session shows the page")
	}
	if status := thief.ask(http.MethodPost, "/calls/1/answer", form, with); status != http.StatusUnauthorized {
		t.Errorf("the ended session's form: %d", status)
	}
	if call, _ := d.calls.Call(1); call.State != hall.CallWaiting {
		t.Errorf("the call is %s", call.State)
	}
	if log := d.audit.all(); !d.audit.has("sign-out 1003") || !d.audit.has("refused ended-session") {
		t.Errorf("the log has %q", log)
	}
	before := len(d.audit.all())
	stranger := d.browser()
	stranger.ask(http.MethodGet, "/", nil, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "__Host-onedoor-staff", Value: "guessed"}) })
	if stranger.in() || len(d.audit.all()) != before {
		t.Errorf("a cookie that never was: %q", d.audit.all()[before:])
	}
}

// TestPostsFromElsewhere: a form of another site is refused even with the cookie and the form's own token; so is what does not
// say from where it comes.
func TestPostsFromElsewhere(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, time.Now())
	b.get("/")
	form := b.formToken()
	for name, spoil := range map[string]func(http.Header){
		"another site":        func(h http.Header) { h.Set("Sec-Fetch-Site", "cross-site") },
		"another origin":      func(h http.Header) { h.Set("Origin", "https://evil.example") },
		"the same host, http": func(h http.Header) { h.Set("Origin", strings.Replace(d.url, "https:", "http:", 1)) },
		"a frame without one": func(h http.Header) { h.Set("Origin", "null"); h.Del("Sec-Fetch-Site") },
		"nobody":              func(h http.Header) { h.Del("Origin"); h.Del("Sec-Fetch-Site") },
	} {
		before := len(d.audit.all())
		if status := b.ask(http.MethodPost, "/calls/1/answer", form, func(r *http.Request) { spoil(r.Header) }); status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
		if got := d.audit.all()[before:]; !slices.Equal(got, []string{"refused cross-site 1003"}) {
			t.Errorf("%s: the log has %q", name, got)
		}
	}
	for _, kind := range []string{"application/json", "text/plain", "multipart/form-data; boundary=x", ""} {
		before := len(d.audit.all())
		if status := b.ask(http.MethodPost, "/calls/1/answer", form, func(r *http.Request) { r.Header.Set("Content-Type", kind) }); status != http.StatusForbidden {
			t.Errorf("a form as %q: %d", kind, status)
		}
		if got := d.audit.all()[before:]; !slices.Equal(got, []string{"refused wrong-token 1003"}) {
			t.Errorf("a form as %q: the log has %q", kind, got)
		}
	}
	if status := b.post("/calls/1/answer", url.Values{"token": {"guessed"}}); status != http.StatusForbidden || !d.audit.has("refused wrong-token 1003") {
		t.Errorf("a wrong token: %d", status)
	}
	other := d.browser()
	other.signIn("1004")
	other.get("/")
	if status := b.post("/calls/1/answer", other.formToken()); status != http.StatusForbidden {
		t.Errorf("another session's token: %d", status)
	}
	if status := b.ask(http.MethodPost, "/sign-in", url.Values{"id": {"1003"}, "pin": {"864201003"}}, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }); status != http.StatusForbidden {
		t.Errorf("a sign-in from elsewhere: %d", status)
	}
	if call, _ := d.calls.Call(1); call.State != hall.CallWaiting {
		t.Errorf("the call is %s", call.State)
	}
	if status := b.post("/calls/1/answer", form); status != http.StatusOK || !d.audit.has("help-answered 1003") {
		t.Errorf("the page's own form: %d", status)
	}
}

// TestAFloodOfForgedRequests fills no disk: some are logged one by one, the rest by their number, and a member's own beside them.
func TestAFloodOfForgedRequests(t *testing.T) {
	d := open(t, nil)
	d.clock.stop()
	b := d.browser()
	const many = 200
	for range many {
		if status := b.ask(http.MethodPost, "/sign-in", url.Values{}, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }); status != http.StatusForbidden {
			t.Fatalf("a form from elsewhere: %d", status)
		}
	}
	if n := len(d.audit.all()); n != 30 {
		t.Errorf("%d entries of %d forged requests", n, many)
	}
	b.signIn("1003")
	if b.post("/calls/1/answer", url.Values{"token": {"guessed"}}); !d.audit.has("refused wrong-token 1003") {
		t.Errorf("what a member does is hidden by it: %q", d.audit.all())
	}
	d.clock.forward(time.Minute)
	d.until("the number of the others", func() bool { return d.audit.has("refused cross-site 170 times") })
}

// TestARevokedMember is out at the next request, and out of the live page by itself.
func TestARevokedMember(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, time.Now())
	b.get("/")
	form := b.formToken()
	live := b.live("")
	live.until("the page", "event: board")
	d.staff.revoke("1003")
	if status := b.post("/calls/1/answer", form); status != http.StatusUnauthorized || b.in() {
		t.Errorf("after being revoked: %d", status)
	}
	live.until("the end", "event: bye")
	if status := b.get("/"); status != http.StatusOK || b.in() {
		t.Errorf("the page: %d %s", status, b.body)
	}
	if call, _ := d.calls.Call(1); call.State != hall.CallWaiting {
		t.Errorf("the call is %s", call.State)
	}
	if !d.audit.has("revoked 1003") || d.audit.has("help-answered 1003") {
		t.Errorf("the log has %q", d.audit.all())
	}
}

// TestTwoAnswerOneCall: the first is on the way, the second is told so, both are in the log.
func TestTwoAnswerOneCall(t *testing.T) {
	d := open(t, nil)
	a, b := d.browser(), d.browser()
	a.signIn("1003")
	b.signIn("1004")
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill", Service: "old-age-allowance"}, time.Now())
	a.get("/")
	b.get("/")
	fa, fb := a.formToken(), b.formToken()
	done := make(chan struct{})
	go func() { defer close(done); a.post("/calls/1/answer", fa) }()
	b.post("/calls/1/answer", fb)
	<-done
	call, _ := d.calls.Call(1)
	first, second := a, b
	if call.By == "1004" {
		first, second = b, a
	}
	if call.State != hall.CallAnswered || !strings.Contains(second.body, "已经有另一位同事过去了") || !strings.Contains(first.body, "您已应答") {
		t.Errorf("the call is %+v; the second sees\n%s", call, second.body)
	}
	other := map[string]string{"1003": "1004", "1004": "1003"}[call.By]
	if !d.audit.has("help-answered "+call.By) || !d.audit.has("refused answered "+other) || d.audit.has("help-answered "+other) {
		t.Errorf("the log has %q", d.audit.all())
	}
	first.post("/calls/1/answer", map[*browser]url.Values{a: fa, b: fb}[first]) // a second press of the same button
	if n := len(slices.DeleteFunc(d.audit.all(), func(s string) bool { return s != "help-answered "+call.By })); n != 1 {
		t.Errorf("answered %d times", n)
	}
	second.post("/calls/1/done", map[*browser]url.Values{a: fa, b: fb}[second])
	if now, _ := d.calls.Call(1); now.State != hall.CallDone || !d.audit.has("help-done "+other) {
		t.Errorf("the call is %+v", now)
	}
	if first.post("/calls/1/done", map[*browser]url.Values{a: fa, b: fb}[first]); !strings.Contains(first.body, "已经结束") {
		t.Errorf("an ended call: %s", first.body)
	}
}

// TestIdle: after the idle limit the page still tells of a call, and nothing can be done before the PIN was given again.
func TestIdle(t *testing.T) {
	d := open(t, nil)
	b := d.browser()
	b.signIn("1003")
	b.get("/")
	old, form := b.cookie(), b.formToken()
	for range 3 { // what the page asks for by itself is no sign of life
		d.clock.forward(idle / 2)
		b.get("/?auto")
	}
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, time.Now())
	if b.get("/?auto"); !b.in() || !strings.Contains(b.body, "已锁定") || !strings.Contains(b.body, "有人求助") || strings.Contains(b.body, "我马上过去") {
		t.Fatalf("a locked page shows\n%s", b.body)
	}
	if status := b.post("/calls/1/answer", form); status != http.StatusUnauthorized {
		t.Errorf("an answer from a locked page: %d", status)
	}
	if call, _ := d.calls.Call(1); call.State != hall.CallWaiting {
		t.Errorf("the call is %s", call.State)
	}
	b.signIn("1003")
	if b.cookie() == old || strings.Contains(b.body, "已锁定") {
		t.Error("unlocking keeps the session, or the lock")
	}
	if b.post("/calls/1/answer", b.formToken()); !d.audit.has("help-answered 1003") {
		t.Errorf("unlocked, the log has %q", d.audit.all())
	}
	d.clock.forward(13 * time.Hour)
	if b.get("/?auto"); b.in() {
		t.Error("half a day later the page is still open")
	}
}

// TestAMaintainerOnlyLooks: a role that may not answer sees no button, and its form is refused.
func TestAMaintainerOnlyLooks(t *testing.T) {
	d := open(t, nil)
	d.calls.Place(hall.Place{Kiosk: "107", Step: "fill"}, time.Now())
	b := d.browser()
	b.signIn("2001")
	if strings.Contains(b.body, "我马上过去") || !strings.Contains(b.body, "有人求助") {
		t.Errorf("shows\n%s", b.body)
	}
	if status := b.post("/calls/1/answer", b.formToken()); status != http.StatusForbidden || !d.audit.has("refused not-allowed 2001") {
		t.Errorf("an answer: %d, the log %q", status, d.audit.all())
	}
}
