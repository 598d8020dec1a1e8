package dock_test

import (
	"bufio"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"onedoor/cmd/hallsim/dock"
)

func TestActionsMoveTheDevices(t *testing.T) {
	b := setup(t)
	for _, step := range []struct {
		path, body string
		status     int
		holds      func(shown) bool
	}{
		{"/api/lay", `{"card":"zhang"}`, 200, func(s shown) bool { return s.Lying == "zhang" && b.hall.Lying() == "zhang" }},
		{"/api/lay", `{"card":"li"}`, 200, func(s shown) bool { return s.Lying == "li" }},
		{"/api/lift", ``, 200, func(s shown) bool { return s.Lying == "" && b.hall.Lying() == "" }},
		{"/api/link", `{"up":false}`, 200, func(s shown) bool { return !s.Link.Up && !b.hall.Up() }},
		{"/api/link", `{"up":true}`, 200, func(s shown) bool { return s.Link.Up && b.hall.Up() }},
		{"/api/printer", `{"paper_out":true}`, 200, func(s shown) bool { return s.Printer == dock.Levers{PaperOut: true} }},
		{"/api/printer", `{"cover_open":true}`, 200, func(s shown) bool { return s.Printer == dock.Levers{PaperOut: true, CoverOpen: true} }},
		{"/api/printer", `{"paper_out":false}`, 200, func(shown) bool { return b.hall.Levers() == dock.Levers{CoverOpen: true} }},
		{"/api/lay", `{"card":"nobody"}`, 404, func(s shown) bool { return s.Lying == "" }},
		{"/api/link", `{}`, 400, func(s shown) bool { return s.Link.Up }},
		{"/api/link", `{"up":false,"down":true}`, 400, func(s shown) bool { return s.Link.Up }},
		{"/api/link", `{"up":false} {}`, 400, func(s shown) bool { return s.Link.Up }},
		{"/api/link", `{"up":"no"}`, 400, func(s shown) bool { return s.Link.Up }},
		{"/api/link", strings.Repeat(" ", 5000) + `{"up":false}`, 400, func(s shown) bool { return s.Link.Up }},
	} {
		status, body := b.post(step.path, step.body)
		if status != step.status {
			t.Errorf("%s %.40s: status %d, want %d: %s", step.path, step.body, status, step.status, body)
			continue
		}
		if status != http.StatusOK {
			_, body = b.ask(http.MethodGet, "/api/state", "")
		}
		if s := decode(t, body); !step.holds(s) {
			t.Errorf("%s %.40s: state %+v", step.path, step.body, s)
		}
	}
}

func TestNumbersLeaveMasked(t *testing.T) {
	b := setup(t)
	_, body := b.ask(http.MethodGet, "/api/state", "")
	s := decode(t, body)
	if s.Cards[0].Number != "110*************14" || s.Cards[1].Number != "110***********0022" {
		t.Errorf("cards %+v", s.Cards)
	}
	if strings.Contains(body, number) {
		t.Error("the full number is in the state")
	}
	if s.Cards[0].Name != "张建国" || s.Desk != "http://127.0.0.1:8480/desk" {
		t.Errorf("state %+v", s)
	}
}

func TestPapers(t *testing.T) {
	b := setup(t)
	first, second := picture(t, 384, 700), picture(t, 576, 900)
	b.hall.print(
		dock.Paper{ID: 1, At: time.Unix(1e9, 0), PNG: first, Bytes: []byte("\x1b@one"), TrackURL: "http://127.0.0.1:8480/T/ABC"},
		dock.Paper{ID: 2, At: time.Unix(1e9, 0), PNG: second, Bytes: []byte("\x1b@second"), TrackURL: "javascript:alert(1)"},
		dock.Paper{ID: 3, At: time.Unix(1e9, 0), PNG: []byte("no picture"), Bytes: []byte("three")})
	_, body := b.ask(http.MethodGet, "/api/state", "")
	s := decode(t, body)
	if len(s.Papers) != 3 || s.Printed != 3 || s.Papers[0].ID != 3 || s.Papers[2].ID != 1 {
		t.Fatalf("papers %+v, want the newest first", s.Papers)
	}
	if p := s.Papers[2]; p.Width != 384 || p.Height != 700 || p.Bytes != 5 || p.Track != "http://127.0.0.1:8480/T/ABC" {
		t.Errorf("paper 1: %+v", p)
	}
	if s.Papers[1].Track != "" || strings.Contains(body, "javascript:") {
		t.Error("a printed address became a script")
	}
	if s.Papers[0].Width != 0 || s.Papers[0].Rev == s.Papers[1].Rev {
		t.Errorf("papers 3 and 2: %+v", s.Papers[:2])
	}
	for path, want := range map[string]struct {
		status        int
		kind, content string
	}{
		"/papers/2.png":   {200, "image/png", string(second)},
		"/papers/2.bin":   {200, "application/octet-stream", "\x1b@second"},
		"/papers/4.png":   {404, "application/problem+json", ""},
		"/papers/2.html":  {404, "application/problem+json", ""},
		"/papers/x.png":   {404, "application/problem+json", ""},
		"/papers/-1.bin":  {404, "application/problem+json", ""},
		"/papers/2":       {404, "application/problem+json", ""},
		"/papers/..%2F.a": {404, "application/problem+json", ""},
	} {
		response, content := b.ask(http.MethodGet, path, "")
		if response.StatusCode != want.status || response.Header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %q", path, response.StatusCode, response.Header.Get("Content-Type"))
		}
		if want.status == http.StatusOK && content != want.content {
			t.Errorf("%s: other bytes", path)
		}
	}
}

func TestManyPapersShowsTheNewest(t *testing.T) {
	b := setup(t)
	for i := range 40 {
		b.hall.print(dock.Paper{ID: i + 1, Bytes: []byte("x")})
	}
	_, body := b.ask(http.MethodGet, "/api/state", "")
	if s := decode(t, body); s.Printed != 40 || len(s.Papers) != 12 || s.Papers[0].ID != 40 || s.Papers[11].ID != 29 {
		t.Errorf("state %+v", s)
	}
}

// stream opens the events and returns what comes, one state a value; it is closed when the stream ends.
func (b *box) stream() (*http.Response, <-chan string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, b.url+"/events", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	states, ended := make(chan string, 64), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(states)
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				states <- data
			}
		}
	}()
	b.Cleanup(func() {
		_ = response.Body.Close()
		<-ended
	})
	return response, states
}

func (b *box) next(states <-chan string) shown {
	b.Helper()
	select {
	case data, ok := <-states:
		if !ok {
			b.Fatal("the stream ended")
		}
		return decode(b.T, data)
	case <-time.After(limit):
		b.Fatal("no event came")
	}
	return shown{}
}

func TestEventsTellOfEveryChange(t *testing.T) {
	b := setup(t)
	response, states := b.stream()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %q", response.Status, response.Header.Get("Content-Type"))
	}
	if s := b.next(states); s.Lying != "" || !s.Link.Up {
		t.Errorf("at first: %+v", s)
	}
	// Moved by something else than the page.
	b.hall.Set(false)
	if s := b.next(states); s.Link.Up {
		t.Errorf("after the cut: %+v", s)
	}
	b.hall.print(dock.Paper{ID: 1, PNG: picture(t, 10, 20), Bytes: []byte("x")})
	if s := b.next(states); s.Printed != 1 || s.Papers[0].Height != 20 {
		t.Errorf("after the print: %+v", s)
	}
	if status, body := b.post("/api/lay", `{"card":"li"}`); status != http.StatusOK {
		t.Fatal(status, body)
	}
	if s := b.next(states); s.Lying != "li" {
		t.Errorf("after laying a card: %+v", s)
	}
	b.dock.Close()
	select {
	case data, ok := <-states:
		if ok {
			t.Errorf("one more event: %s", data)
		}
	case <-time.After(limit):
		t.Error("Close does not end the stream")
	}
}

func TestStreamsAreBounded(t *testing.T) {
	b := setup(t)
	for range 16 {
		response, states := b.stream()
		if response.StatusCode != http.StatusOK {
			t.Fatal(response.Status)
		}
		b.next(states)
	}
	if response, _ := b.stream(); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the seventeenth: %s", response.Status)
	}
}

func TestNewRefusesBadConfig(t *testing.T) {
	h, logger := &hall{}, slog.New(slog.DiscardHandler)
	for i, cfg := range []dock.Config{
		{Paper: h, Link: h, Logger: logger},
		{Tray: h, Link: h, Logger: logger},
		{Tray: h, Paper: h, Logger: logger},
		{Tray: h, Paper: h, Link: h},
		{Tray: h, Paper: h, Link: h, Logger: logger, DeskURL: "javascript:alert(1)"},
		{Tray: h, Paper: h, Link: h, Logger: logger, TrackURL: "/T/"},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if _, err := dock.New(cfg); err == nil {
				t.Error("accepted")
			}
		})
	}
}
