package central_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"onedoor/sync/item"
	"onedoor/sync/tracking"
	"onedoor/sync/wire"
)

func TestTrackingPageTellsTheTruth(t *testing.T) { eachSuite(t, testTrackingPageTellsTheTruth) }

func testTrackingPageTellsTheTruth(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, code := k.submit(strings.Replace(submission, "居住证签注", `居住证<script>alert(1)</script>`, 1))
	path := "/T/" + string(code)
	grouped := it.ReceiptNo[:4]

	pending := h.get(path)
	mustContain(t, pending.body, "凭证有效，材料还未送达", "不用重新提交", "河源市民服务中心", `lang="zh-Hans"`, `http-equiv="refresh" content="10"`, "已收件")
	mustLack(t, pending.body, grouped, "居住证")

	k.stored(it)
	delivered := h.get(path)
	mustContain(t, delivered.body, "<h1>已送达</h1>", "2026年11月23日 09:30", "居住证&lt;script&gt;", "<span>"+grouped+"</span>", "请等待短信通知", "河源市公安局")
	mustLack(t, delivered.body, "<script", canary, "13800000000", "受理编号</dt>")

	h.clock.add(time.Hour)
	h.stage(it.ReceiptNo, wire.StageAccepted, "粤河受〔2026〕17")
	accepted := h.get("/t/" + strings.ToLower(string(code)))
	mustContain(t, accepted.body, "<h1>已受理</h1>", "粤河受〔2026〕17", "2026年11月23日 10:30")
	h.stage(it.ReceiptNo, wire.StageReturned, "")
	mustContain(t, h.get(path).body, "需要补正材料", "没有作废")
	h.stage(it.ReceiptNo, wire.StageAccepted, "")
	h.stage(it.ReceiptNo, wire.StageDone, "")
	done := h.get(path)
	mustContain(t, done.body, "<h1>已办结</h1>", "粤河受〔2026〕17")
	mustLack(t, done.body, "http-equiv=\"refresh\"")

	english := h.get(path + "?lang=en")
	mustContain(t, english.body, "<h1>Completed</h1>", "Residence permit renewal", `lang="en"`, "Heyuan Public Security Bureau")
	byHeader := h.do("GET", path, http.Header{"Accept-Language": {"en-GB,en;q=0.9,zh;q=0.5"}}, nil)
	mustContain(t, byHeader.body, "<h1>Completed</h1>")
	german := h.do("GET", path, http.Header{"Accept-Language": {"de"}}, nil)
	mustContain(t, german.body, "已办结")

	for name, a := range map[string]answer{"pending": pending, "delivered": delivered, "accepted": accepted, "done": done} {
		if a.status != 200 {
			t.Errorf("%s: status %d", name, a.status)
		}
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "",
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		} {
			if got := a.header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if strings.Contains(string(a.body), string(code)) {
			t.Errorf("%s: the page repeats its code", name)
		}
	}
}

func TestUnknownCodes(t *testing.T) { eachSuite(t, testUnknownCodes) }

func testUnknownCodes(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	good := tracking.New(k.dev.Number, k.dev.TrackingKey)
	notEnrolled := tracking.New(99, tracking.DeviceKey(h.keys.Tracking, 99))
	forged := tracking.New(k.dev.Number, []byte("another key"))
	for name, path := range map[string]string{"short": "/T/ABC", "forged": "/T/" + string(forged), "not enrolled": "/T/" + string(notEnrolled)} {
		a := h.get(path)
		if a.status != 404 || !strings.Contains(string(a.body), "查不到这个编码") || !strings.Contains(string(a.body), "窗口询问") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for range 7 {
		if a := h.get("/T/" + string(forged)); a.status != 404 {
			t.Fatalf("within the limit: %d", a.status)
		}
	}
	if a := h.get("/T/" + string(forged)); a.status != 429 || a.header.Get("Retry-After") != "60" {
		t.Errorf("eleventh wrong code: %d", a.status)
	}
	if a := h.get("/T/" + string(good)); a.status != 200 {
		t.Errorf("a genuine code behind the same address: %d", a.status)
	}
	h.clock.add(time.Minute)
	if a := h.get("/T/" + string(forged)); a.status != 404 {
		t.Errorf("a minute later: %d", a.status)
	}
}

func TestTypedCode(t *testing.T) { eachSuite(t, testTypedCode) }

func testTypedCode(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	code := string(tracking.New(k.dev.Number, k.dev.TrackingKey))
	mustContain(t, h.get("/").body, `name="code"`, "/openapi.json", "/desk")
	for _, typed := range []string{code, strings.ToLower(code), code[:4] + " " + code[4:], "HTTPS://SX.EXAMPLE/T/" + code,
		"https://sx.example/T/" + code + "?lang=en", "HTTPS://SX.EXAMPLE/T/" + code + "/#way", " https://sx.example/t/" + code + "?next=/x/y#z "} {
		a := h.form("/T", nil, url.Values{"code": {typed}})
		if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/T/"+code) {
			t.Errorf("typed %q: %d to %q", typed, a.status, a.header.Get("Location"))
		}
	}
	if a := h.form("/T", nil, url.Values{"code": {code}, "lang": {"en"}}); a.header.Get("Location") != "/T/"+code+"?lang=en" {
		t.Errorf("typed on the English page: to %q", a.header.Get("Location"))
	}
	if a := h.form("/T", nil, url.Values{"code": {"nonsense"}}); a.status != 404 {
		t.Errorf("nonsense: %d", a.status)
	}
}

func TestDesk(t *testing.T) { eachSuite(t, testDesk) }

func testDesk(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	k := h.enrol("107")
	it, _ := k.submit(submission)
	k.stored(it)
	if a := h.get("/desk"); a.status != 401 || strings.Contains(string(a.body), it.ReceiptNo[:4]+" ") {
		t.Errorf("without a session: %d", a.status)
	}
	if a := h.form("/desk/sign-in", nil, url.Values{"token": {"wrong"}}); a.status != 403 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("wrong token: %d", a.status)
	}
	in := h.form("/desk/sign-in", nil, url.Values{"token": {h.keys.OperatorToken}})
	set := in.header.Get("Set-Cookie")
	if in.status != 303 || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Strict") || !strings.Contains(set, "Path=/desk") {
		t.Fatalf("signed in: %d %q", in.status, set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	with := func(more ...string) http.Header {
		hd := http.Header{"Cookie": {cookie}}
		for i := 0; i+1 < len(more); i += 2 {
			hd.Set(more[i], more[i+1])
		}
		return hd
	}
	list := h.do("GET", "/desk", with(), nil)
	mustContain(t, list.body, "居住证签注", "/desk/cases/"+it.CaseID, "共 1 件")
	path := "/desk/cases/" + it.CaseID
	page := h.do("GET", path, with(), nil)
	mustContain(t, page.body, "受理", "补正")
	mustLack(t, page.body, canary)
	csrf := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindSubmatch(page.body)
	if csrf == nil {
		t.Fatal("no CSRF token")
	}
	accept := url.Values{"stage": {"accepted"}}
	if a := h.form(path+"/stage", with(), accept); a.status != 403 {
		t.Errorf("without CSRF token: %d", a.status)
	}
	accept.Set("csrf", string(csrf[1]))
	if a := h.form(path+"/stage", with("Sec-Fetch-Site", "cross-site"), accept); a.status != 403 {
		t.Errorf("from another site: %d", a.status)
	}
	if a := h.form(path+"/stage", with("Cookie", cookie+"x"), accept); a.status != 401 {
		t.Errorf("with a forged cookie: %d", a.status)
	}
	if a := h.do("GET", path, with(), nil); strings.Contains(string(a.body), "办结</button>") {
		t.Error("a refused request moved the case")
	}
	if a := h.form(path+"/open", with(), url.Values{"csrf": {string(csrf[1])}}); a.status != 200 {
		t.Errorf("open: %d", a.status)
	} else {
		mustContain(t, a.body, canary, "姓名", "13800000000")
	}
	if a := h.form(path+"/stage", with(), accept); a.status != 303 || a.header.Get("Location") != path {
		t.Errorf("accept: %d to %q", a.status, a.header.Get("Location"))
	}
	mustContain(t, h.do("GET", path, with(), nil).body, "44011-20261123-000001", "办结</button>")
	back := url.Values{"stage": {"delivered"}, "csrf": {string(csrf[1])}}
	if a := h.form(path+"/stage", with(), back); a.status != 409 {
		t.Errorf("backwards: %d", a.status)
	}
}

// browser keeps the desk's cookie as a browser does.
type browser struct {
	h      *hall
	cookie string
}

func (b *browser) keep(a answer) answer {
	if set := a.header.Get("Set-Cookie"); set != "" {
		b.cookie, _, _ = strings.Cut(set, ";")
	}
	return a
}

func (b *browser) get(path string) answer {
	b.h.t.Helper()
	return b.keep(b.h.do("GET", path, http.Header{"Cookie": {b.cookie}}, nil))
}

func (b *browser) post(path string, values url.Values) answer {
	b.h.t.Helper()
	return b.keep(b.h.form(path, http.Header{"Cookie": {b.cookie}}, values))
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (b *browser) signIn() (csrf string) {
	b.h.t.Helper()
	if a := b.post("/desk/sign-in", url.Values{"token": {b.h.keys.OperatorToken}}); a.status != 303 {
		b.h.t.Fatalf("sign-in: %d", a.status)
	}
	m := csrfField.FindSubmatch(b.get("/desk").body)
	if m == nil {
		b.h.t.Fatal("no CSRF token")
	}
	return string(m[1])
}

// Whoever copied the cookie is out as well, on this start of central and on the next.
func TestSignOutEndsTheSessionOnTheServer(t *testing.T) {
	eachSuite(t, testSignOutEndsTheSessionOnTheServer)
}

func testSignOutEndsTheSessionOnTheServer(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	b, other := &browser{h: h}, &browser{h: h}
	csrf := b.signIn()
	other.signIn()
	stolen := b.cookie
	if a := b.post("/desk/sign-out", url.Values{"csrf": {csrf}}); a.status != 303 || !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Fatalf("sign-out: %d %q", a.status, a.header.Get("Set-Cookie"))
	}
	if a := (&browser{h, stolen}).get("/desk"); a.status != 401 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("the copied cookie after sign-out: %d", a.status)
	}
	if a := other.get("/desk"); a.status != 200 {
		t.Errorf("another's session: %d", a.status)
	}
	h.restart()
	if a := (&browser{h, stolen}).get("/desk"); a.status != 401 {
		t.Errorf("the copied cookie after a restart: %d", a.status)
	}
	if a := other.get("/desk"); a.status != 200 {
		t.Errorf("another's session after a restart: %d", a.status)
	}
}

func TestDeskSessionSlidesAndEnds(t *testing.T) { eachSuite(t, testDeskSessionSlidesAndEnds) }

func testDeskSessionSlidesAndEnds(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	idle := &browser{h: h}
	idle.signIn()
	h.clock.add(15 * time.Minute)
	if a := idle.get("/desk"); a.status != 401 {
		t.Errorf("after a quarter of an hour of nothing: %d", a.status)
	}
	busy := &browser{h: h}
	csrf := busy.signIn()
	first := busy.cookie
	for at := time.Duration(0); at < 8*time.Hour-10*time.Minute; at += 10 * time.Minute {
		h.clock.add(10 * time.Minute)
		if a := busy.get("/desk"); at+10*time.Minute < 8*time.Hour && a.status != 200 {
			t.Fatalf("at work, after %v: %d", at, a.status)
		}
		if at == time.Hour {
			if a := (&browser{h, first}).get("/desk"); a.status != 401 {
				t.Errorf("an hour old cookie: %d", a.status)
			}
			// A form that was opened an hour ago still works.
			if a := busy.post("/desk/cases/x/open", url.Values{"csrf": {csrf}}); a.status != 404 {
				t.Errorf("old form: %d", a.status)
			}
		}
	}
	h.clock.add(10 * time.Minute)
	if a := busy.get("/desk"); a.status != 401 {
		t.Errorf("after eight hours of work: %d", a.status)
	}
}

func TestDeskSignInIsLimited(t *testing.T) { eachSuite(t, testDeskSignInIsLimited) }

func testDeskSignInIsLimited(t *testing.T, suite item.Suite) {
	h := setup(t, suite)
	for range 20 { // citizens' mistakes do not count here
		h.get("/T/ABC")
	}
	if a := h.form("/desk/sign-in", nil, url.Values{"token": {h.keys.OperatorToken}}); a.status != 303 {
		t.Errorf("after wrong tracking codes: %d", a.status)
	}
	for range 10 {
		h.form("/desk/sign-in", nil, url.Values{"token": {"wrong"}})
	}
	if a := h.form("/desk/sign-in", nil, url.Values{"token": {h.keys.OperatorToken}}); a.status != 429 {
		t.Errorf("after ten wrong tokens: %d", a.status)
	}
}
