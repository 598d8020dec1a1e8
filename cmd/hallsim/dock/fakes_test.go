package dock_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/cmd/hallsim/dock"
	"onedoor/cmd/hallsim/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const limit = time.Minute // only ends what hangs

var _ dock.Link = (*link.Link)(nil)

// hall is a small hall: all devices of the dock in one.
type hall struct {
	mu     sync.Mutex
	lying  string
	levers dock.Levers
	papers []dock.Paper
	up     bool
}

const number = "110101190001010014" // invented; the check digit is right

func (h *hall) Cards() []dock.Card {
	return []dock.Card{
		{ID: "zhang", Name: "张建国", Kind: "居民身份证", Number: number, Note: "年满八十"},
		{ID: "li", Name: "李梅", Kind: "居民身份证", Number: "110***********0022"},
	}
}

func (h *hall) Lay(id string) error {
	if id != "zhang" && id != "li" {
		return dock.ErrNoCard
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lying = id
	return nil
}

func (h *hall) Lift() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lying = ""
}

func (h *hall) Lying() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lying
}

func (h *hall) Papers() []dock.Paper {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]dock.Paper(nil), h.papers...)
}

func (h *hall) print(papers ...dock.Paper) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.papers = append(h.papers, papers...)
}

func (h *hall) Levers() dock.Levers {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.levers
}

func (h *hall) SetLevers(l dock.Levers) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.levers = l
}

func (h *hall) Up() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.up
}

func (h *hall) Set(up bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.up = up
}

// box is a dock on a real loopback server.
type box struct {
	*testing.T
	hall   *hall
	dock   *dock.Dock
	url    string
	client *http.Client
}

func setup(t *testing.T) *box {
	t.Helper()
	h := &hall{up: true}
	d, err := dock.New(dock.Config{Tray: h, Paper: h, Link: h, Logger: slog.New(slog.DiscardHandler), DeskURL: "http://127.0.0.1:8480/desk"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.Handler())
	server.Client().Timeout = limit
	t.Cleanup(func() {
		d.Close()
		server.Close()
	})
	return &box{T: t, hall: h, dock: d, url: server.URL, client: server.Client()}
}

// ask sends a request and returns the answer with its body read. Headers come in pairs; "Host" sets the host.
func (b *box) ask(method, path, body string, headers ...string) (*http.Response, string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return response, string(content)
}

func (b *box) post(path, body string) (int, string) {
	b.Helper()
	response, content := b.ask(http.MethodPost, path, body, "Content-Type", "application/json")
	return response.StatusCode, content
}

// shown is the part of the state that the tests look at.
type shown struct {
	Cards []struct{ ID, Name, Kind, Number, Note string } `json:"cards"`
	Lying string                                          `json:"lying"`
	Link  struct {
		Up bool `json:"up"`
	} `json:"link"`
	Printer dock.Levers `json:"printer"`
	Printed int         `json:"printed"`
	Papers  []struct {
		ID, Width, Height, Bytes int
		Rev                      uint32
		Track                    string `json:"track_url"`
	} `json:"papers"`
	Desk    string `json:"desk_url"`
	Devices []struct {
		ID, Port              string
		Plugged, Moved, Power bool
		Pulled                int
		Groups                []dock.Group
	} `json:"devices"`
	Scanner struct{ There, Sees, Receipt bool } `json:"scanner"`
}

func decode(t *testing.T, body string) shown {
	t.Helper()
	var s shown
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return s
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
