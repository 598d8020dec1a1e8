package node_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/config"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/assets"
	"onedoor/cmd/kiosk/node"
	"onedoor/cmd/kiosk/node/nodetest"
	"onedoor/sync/central"
	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// rightPIN is every member's.
const rightPIN = "864207"

// guarded is a kiosk with a console, whose two members central knows.
type guarded struct {
	*world
	now     func() time.Time
	members []wire.Member
	version uint64
	say     text.Printer
}

func guard(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{world: build(t), now: time.Now}
	texts, err := text.Load(assets.Text())
	if err != nil {
		t.Fatal(err)
	}
	g.say = texts.In(text.Chinese)
	g.file.Console.Listen = nodetest.FreeAddress(t)
	g.file.Staff.Pepper, g.members = nodetest.Members(t, rightPIN, wire.Member{ID: "li-1", Name: "李大厅", Role: "attendant"},
		wire.Member{ID: "wang-1", Name: "王大厅", Role: "attendant"})
	g.publish()
	g.begin()
	g.eventually("the roster", func() bool { s, err := g.node.Staff.Status(t.Context()); return err == nil && s.Members == 2 })
	return g
}

// publish lets central say who works here.
func (g *guarded) publish() {
	g.Helper()
	r, err := g.store.SaveRoster(g.Context(), central.RosterChange{Hall: "44011", IfVersion: g.version, At: time.Now(), Members: g.members})
	if err != nil {
		g.Fatal(err)
	}
	g.version = r.Version
}

// begin starts the kiosk, by whatever its clock says.
func (g *guarded) begin() {
	g.Helper()
	n, err := node.Start(context.Background(), node.Config{File: g.file, Now: g.now, StopLimit: limit, Show: func(v kiosk.View) { g.views <- v }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		g.Fatal(err)
	}
	g.node = n
}

// atScreen makes the sign of staff, and types an id.
func (g *guarded) atScreen(id string) {
	g.Helper()
	g.until("the attract screen", on[kiosk.Attract])
	nodetest.Knock(g.node.Kiosk)
	g.until("the sign-in", on[kiosk.StaffSignIn])
	nodetest.Type(g.node.Kiosk, id)
	g.node.Kiosk.Send(kiosk.Done{})
}

// screenSays types a PIN and waits until the screen answers with a text.
func (g *guarded) screenSays(pin, key string) {
	g.Helper()
	want, _, _ := strings.Cut(g.say.T(key), "{")
	nodetest.Type(g.node.Kiosk, pin)
	g.until("the PIN", func(v kiosk.View) bool {
		s, ok := v.Screen.(kiosk.StaffSignIn)
		return ok && len([]rune(s.Fields[1].Value)) == len(pin)
	})
	g.node.Kiosk.Send(kiosk.Next{})
	g.until(want, func(v kiosk.View) bool {
		s, ok := v.Screen.(kiosk.StaffSignIn)
		return ok && s.Fields[1].Value == "" && strings.HasPrefix(s.Trouble.Text, want)
	})
}

func inside(body string) bool { return strings.Contains(body, `id="live"`) }

func (c *caller) signIn(id, pin string) string {
	c.Helper()
	return c.post("/sign-in", url.Values{"id": {id}, "pin": {pin}})
}

// enter signs in, and gives what the page's forms carry.
func (c *caller) enter(id string) url.Values {
	c.Helper()
	body := c.signIn(id, rightPIN)
	if !inside(body) {
		c.Fatalf("%s does not get in:\n%s", id, body)
	}
	return formToken(c.TB, body)
}

// sends posts a form that change has spoilt.
func (c *caller) sends(path string, form url.Values, change func(*http.Request)) (status int, body string) {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", c.base)
	change(r)
	answer, err := c.http.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	return answer.StatusCode, c.read(answer)
}

// logged stops the kiosk, insists that its log is whole, and counts the entries: "event disposition detail actor".
func (g *guarded) logged() map[string]int {
	g.Helper()
	g.stop()
	id, err := config.LoadIdentity(g.file.Data)
	if err != nil {
		g.Fatal(err)
	}
	public, err := item.Default().SignPublic(id.SignPrivate)
	if err != nil {
		g.Fatal(err)
	}
	dir := filepath.Join(g.file.Data, "audit")
	r, err := audit.Verify(g.Context(), audit.VerifyConfig{Dir: dir, Source: id.Device.Source(), Suite: item.Default(), Public: public})
	if err != nil || r.Finding != nil {
		g.Fatalf("the log is not whole: %+v, %v", r.Finding, err)
	}
	found := map[string]int{}
	if err := audit.Read(dir, func(e audit.Entry) error {
		found[strings.TrimSpace(string(e.Event)+" "+string(e.Disposition)+" "+string(e.Detail))+" "+e.Actor]++
		return nil
	}); err != nil {
		g.Fatal(err)
	}
	return found
}

func (g *guarded) wants(want map[string]int) {
	g.Helper()
	found := g.logged()
	for entry, n := range want {
		if found[entry] != n {
			g.Errorf("the log has %d of %q, want %d; it has %v", found[entry], entry, n, found)
		}
	}
}

// TestGuessingAtScreenAndConsole: both count on the same person, and neither a restart nor a clock that is set back gives a try.
// (I19, I20, K1)
func TestGuessingAtScreenAndConsole(t *testing.T) {
	g := guard(t)
	page := g.visitor()
	g.atScreen("li-1")
	for range 3 {
		g.screenSays("111222", "backroom.signin.wrong")
	}
	for range 2 {
		if body := page.signIn("li-1", "111222"); inside(body) {
			t.Fatal("a wrong PIN gets in")
		}
	}
	if body := page.signIn("li-1", rightPIN); inside(body) || !strings.Contains(body, "错的次数太多") {
		t.Errorf("the sixth try, at the console:\n%s", body)
	}
	g.screenSays(rightPIN, "backroom.signin.wait")
	if body := page.signIn("wang-1", rightPIN); !inside(body) {
		t.Error("somebody else is held off as well")
	}
	g.stop()
	g.now = func() time.Time { return time.Now().AddDate(-10, 0, 0) }
	g.begin()
	for _, s := range g.node.Staff.Standings() {
		if want := map[string]int{"li-1": 5, "wang-1": 0}[s.ID]; s.Wrong != want {
			t.Errorf("after a restart ten years ago %s has %d wrong tries, want %d", s.ID, s.Wrong, want)
		}
	}
	g.wants(map[string]int{"sign-in failed wrong-pin staff/li-1": 5, "sign-in locked staff/li-1": 1, "sign-in ok console staff/wang-1": 1, "sign-in ok kiosk staff/li-1": 0})
}

// TestNobodyIsKeptOutByAnothersGuesses: whoever guesses without end from one address is held off there, and staff sign in from theirs.
func TestNobodyIsKeptOutByAnothersGuesses(t *testing.T) {
	g := guard(t)
	guesser := g.visitor()
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	guesser.http.Transport.(*http.Transport).DialContext = from.DialContext
	last := 0
	for range 50 {
		last, _ = guesser.sends("/sign-in", url.Values{"id": {"nobody-1"}, "pin": {"111222"}}, func(*http.Request) {})
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the fiftieth guess is answered with %d", last)
	}
	g.visitor().enter("li-1")
	found := g.logged()
	if n := found["sign-in failed unknown-id unknown"]; n == 0 || n >= 10 || found["sign-in ok console staff/li-1"] != 1 {
		t.Errorf("the log has %v", found)
	}
	if n := found["refused failed too-often unknown"]; n == 0 || n > 31 {
		t.Errorf("%d refusals are logged one by one", n)
	}
}

// TestForgedRequestsAtTheConsole: a replayed cookie, forms from elsewhere and forms of another kind change nothing, and are logged.
// (I19, N9)
func TestForgedRequestsAtTheConsole(t *testing.T) {
	g := guard(t)
	page := g.visitor()
	form := page.enter("li-1")
	g.until("the attract screen", on[kiosk.Attract])
	g.node.Kiosk.Send(kiosk.Start{})
	g.node.Kiosk.Send(kiosk.Help{})
	g.node.Kiosk.Send(kiosk.CallStaff{})
	g.until("the call", func(v kiosk.View) bool { return v.Frame.Help != nil && v.Frame.Help.Calling })
	const answer = "/calls/1/answer"
	for name, change := range map[string]func(*http.Request){
		"another origin": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"another site":   func(r *http.Request) { r.Header.Del("Origin"); r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"nobody":         func(r *http.Request) { r.Header.Del("Origin") },
	} {
		if status, _ := page.sends(answer, form, change); status != http.StatusForbidden {
			t.Errorf("a form of %s: %d", name, status)
		}
	}
	for _, kind := range []string{"application/json", "text/plain", "multipart/form-data"} {
		if status, _ := page.sends(answer, form, func(r *http.Request) { r.Header.Set("Content-Type", kind) }); status != http.StatusForbidden {
			t.Errorf("a form as %s: %d", kind, status)
		}
	}
	other := g.visitor()
	if status, _ := page.sends(answer, other.enter("wang-1"), func(*http.Request) {}); status != http.StatusForbidden {
		t.Errorf("the form of another session: %d", status)
	}
	address, err := url.Parse(page.base)
	if err != nil {
		t.Fatal(err)
	}
	stolen := page.http.Jar.Cookies(address)
	if body := page.post("/sign-out", form); inside(body) {
		t.Fatalf("signing out:\n%s", body)
	}
	thief := g.visitor()
	thief.http.Jar.SetCookies(address, []*http.Cookie{{Name: stolen[0].Name, Value: stolen[0].Value, Path: "/", Secure: true}})
	if status, body := thief.sends(answer, form, func(*http.Request) {}); status != http.StatusUnauthorized || inside(body) {
		t.Errorf("a replayed cookie: %d", status)
	}
	if body := other.get("/"); !strings.Contains(body, `data-waiting="1"`) {
		t.Error("one of them has answered the call")
	}
	g.wants(map[string]int{"refused failed cross-site staff/li-1": 3, "refused failed wrong-token staff/li-1": 4, "refused failed ended-session unknown": 1,
		"sign-out ok staff/li-1": 1, "help-answered ok staff/li-1": 0, "help-answered ok staff/wang-1": 0})
}

// TestRevokedAtScreenAndConsole: whom central revokes is out of both, and does not get in again.
func TestRevokedAtScreenAndConsole(t *testing.T) {
	g := guard(t)
	page := g.visitor()
	form := page.enter("li-1")
	events := page.events()
	events.until(t, "event: board")
	g.atScreen("li-1")
	nodetest.Type(g.node.Kiosk, rightPIN)
	g.node.Kiosk.Send(kiosk.Next{})
	g.until("the overview", on[kiosk.Staff])
	g.members[0].Revoked = true
	g.publish()
	g.until("the citizens' screen", on[kiosk.Attract])
	events.until(t, "event: bye")
	if status, body := page.sends("/calls/1/answer", form, func(*http.Request) {}); status != http.StatusUnauthorized || inside(body) {
		t.Errorf("an action of who was revoked: %d", status)
	}
	if body := page.signIn("li-1", rightPIN); inside(body) {
		t.Error("who was revoked signs in")
	}
	g.wants(map[string]int{"session-ended ok revoked staff/li-1": 2, "revoked ok system": 1, "sign-in failed revoked-id staff/li-1": 1, "help-answered ok staff/li-1": 0})
}

// TestTwoOfTheHallAtOnce: of two who answer one call at the same moment one is on the way, and the other is told so.
func TestTwoOfTheHallAtOnce(t *testing.T) {
	g := guard(t)
	a, b := g.visitor(), g.visitor()
	fa, fb := a.enter("li-1"), b.enter("wang-1")
	g.until("the attract screen", on[kiosk.Attract])
	g.node.Kiosk.Send(kiosk.Help{})
	g.node.Kiosk.Send(kiosk.CallStaff{})
	g.until("the call", func(v kiosk.View) bool { return v.Frame.Help != nil && v.Frame.Help.Calling })
	answers := make(chan string, 2)
	go func() { answers <- a.post("/calls/1/answer", fa) }()
	go func() { answers <- b.post("/calls/1/answer", fb) }()
	both := <-answers + <-answers
	if strings.Count(both, "已经有另一位同事过去了") != 1 || strings.Count(both, "屏幕上已经告诉群众") != 1 {
		t.Errorf("the two are told\n%s", both)
	}
	found := g.logged()
	first, second := "staff/li-1", "staff/wang-1"
	if found["help-answered ok "+first] == 0 {
		first, second = second, first
	}
	if found["help-answered ok "+first] != 1 || found["help-answered ok "+second] != 0 || found["refused failed answered "+second] != 1 {
		t.Errorf("the log has %v", found)
	}
}
