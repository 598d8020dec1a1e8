package node_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"onedoor/app/audit"
	"onedoor/app/console"
	"onedoor/app/kiosk"
	"onedoor/app/text"
	"onedoor/cmd/kiosk/node/nodetest"
	"onedoor/sync/central"
	"onedoor/sync/wire"
)

// TestTheConsoleOfAWholeKiosk: members come from central, sign in with their PINs, see what waits, answer a citizen, and are out
// when central revokes them; all of it is in the audit log.
func TestTheConsoleOfAWholeKiosk(t *testing.T) {
	w := build(t)
	w.file.Console.Listen = nodetest.FreeAddress(t)
	w.file.Hall.Counter = text.Local{text.Chinese: "3 号窗口"}
	pepper, members := nodetest.Members(t, "864207", wire.Member{ID: "li-1", Name: "李大厅", Role: "attendant"},
		wire.Member{ID: "wang-1", Name: "王大厅", Role: "attendant"})
	w.file.Staff.Pepper = pepper
	if _, err := w.store.SaveRoster(t.Context(), central.RosterChange{Hall: "44011", Members: members}); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.eventually("the roster", func() bool { s, err := w.node.Staff.Status(t.Context()); return err == nil && s.Members == 2 })
	w.hall.Link.Cut()
	w.submit("card-1")
	w.leave()
	w.eventually("case and print to wait", func() bool { return w.node.Stats().Waiting == 2 }) // the second is kept beside the visit

	page := w.visitor()
	if body := page.post("/sign-in", url.Values{"id": {"li-1"}, "pin": {"111111"}}); strings.Contains(body, `id="live"`) {
		t.Fatal("a wrong PIN gets in")
	}
	body := page.post("/sign-in", url.Values{"id": {"li-1"}, "pin": {"864207"}})
	for _, want := range []string{`id="live"`, "李大厅", "2 件待送", "<dt>来过</dt><dd>1</dd>", "<dt>办完</dt><dd>1</dd>", "读卡器", "打印机"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	events := page.events()
	w.until("the attract screen", on[kiosk.Attract])
	w.node.Kiosk.Send(kiosk.Start{})
	w.node.Kiosk.Send(kiosk.Help{})
	w.node.Kiosk.Send(kiosk.CallStaff{})
	events.until(t, "有人求助")
	w.until("staff are called", func(v kiosk.View) bool {
		return v.Frame.Help != nil && v.Frame.Help.Heading == "已经呼叫工作人员"
	})
	body = page.get("/")
	if body = page.post("/calls/1/answer", formToken(t, body)); !strings.Contains(body, "您已应答") {
		t.Errorf("after answering the page says\n%s", body)
	}
	w.until("staff are on the way", func(v kiosk.View) bool {
		return v.Frame.Help != nil && v.Frame.Help.Heading == "工作人员马上过来"
	})
	members[0].Revoked = true
	if _, err := w.store.SaveRoster(t.Context(), central.RosterChange{Hall: "44011", IfVersion: 1, Members: members}); err != nil {
		t.Fatal(err)
	}
	w.hall.Link.Restore()
	events.until(t, "event: bye")
	if body := page.get("/"); strings.Contains(body, `id="live"`) {
		t.Error("who was revoked sees the page")
	}
	w.stop()
	log := w.auditLog()
	for _, want := range []string{`"sign-in","ok"`, `"sign-in","failed"`, `"help-asked","ok"`, `"help-answered","ok"`, `"session-ended","ok"`, `"revoked","ok"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if print, err := console.OwnFingerprint(console.Dir(w.file.Data)); err != nil || print == "" {
		t.Errorf("the fingerprint is %q, %v", print, err)
	}
}

// auditLog is each entry's event and disposition.
func (w *world) auditLog() string {
	w.Helper()
	files, err := filepath.Glob(filepath.Join(w.file.Data, "audit", "*"))
	if err != nil {
		w.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue // a directory
		}
		for line := range strings.Lines(string(raw)) {
			if e, err := audit.ParseEntry([]byte(strings.TrimRight(line, "\n"))); err == nil {
				all.WriteString(`"` + string(e.Event) + `","` + string(e.Disposition) + "\"\n")
			}
		}
	}
	return all.String()
}

func formToken(t testing.TB, body string) url.Values {
	t.Helper()
	found := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("the page has no form:\n%s", body)
	}
	return url.Values{"token": {found[1]}}
}

// caller is a browser at the console.
type caller struct {
	*world
	http *http.Client
	base string
}

func (w *world) visitor() *caller {
	w.Helper()
	w.eventually("the console to be open", func() bool { // which it is some time after the kiosk
		conn, err := new(net.Dialer).DialContext(w.Context(), "tcp", w.file.Console.Listen)
		return err == nil && conn.Close() == nil
	})
	browser, err := nodetest.Browser(w.node.ConsoleFingerprint())
	if err != nil {
		w.Fatal(err)
	}
	browser.Timeout = 0 // the live page is one answer
	w.Cleanup(browser.CloseIdleConnections)
	return &caller{w, browser, "https://" + w.file.Console.Listen}
}

func (c *caller) do(method, path string, form url.Values) *http.Response {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), method, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", c.base)
	answer, err := c.http.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	return answer
}

func (c *caller) get(path string) string { c.Helper(); return c.read(c.do(http.MethodGet, path, nil)) }
func (c *caller) post(path string, form url.Values) string {
	c.Helper()
	return c.read(c.do(http.MethodPost, path, form))
}

func (c *caller) read(answer *http.Response) string {
	c.Helper()
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		c.Fatal(err)
	}
	return string(raw)
}

// stream is the live page.
type stream struct{ lines chan string }

func (c *caller) events() *stream {
	c.Helper()
	answer := c.do(http.MethodGet, "/events", nil)
	s := &stream{make(chan string, 1024)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(s.lines)
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			select {
			case s.lines <- scan.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	c.Cleanup(func() {
		cancel()
		answer.Body.Close()
		<-ended
	})
	return s
}

func (s *stream) until(t *testing.T, part string) {
	t.Helper()
	over := time.After(limit)
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				t.Fatalf("the stream ended before %q", part)
			}
			if strings.Contains(line, part) {
				return
			}
		case <-over:
			t.Fatalf("waited in vain for %q", part)
		}
	}
}
