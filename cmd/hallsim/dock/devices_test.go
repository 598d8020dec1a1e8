package dock_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"onedoor/cmd/hallsim/dock"
)

// gadget is a device of two levers.
type gadget struct {
	mu     sync.Mutex
	usual  string
	port   string
	pulled bool
}

var _ dock.Device = (*gadget)(nil)

func (g *gadget) Groups() []dock.Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	return []dock.Group{{Title: "一组", Levers: []dock.Lever{
		{Name: "mute", Text: "不说话", Kind: dock.Switch, Value: g.pulled, Pulled: g.pulled},
		{Name: "late", Text: "晚到", Kind: dock.Milliseconds, Value: 0, Most: 100},
	}}}
}

func (g *gadget) Pull(values map[string]json.RawMessage) error {
	if len(values) != 1 || string(values["mute"]) != "true" {
		return errors.New("one\ntwo")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pulled = true
	return nil
}

func (g *gadget) Reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pulled = false
}

func (g *gadget) Port() (string, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.port, g.port == g.usual
}

func (g *gadget) Replug(as string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if as == "taken" {
		return errors.New("that is another's")
	}
	if g.port = as; as == "" {
		g.port = g.usual
	}
	return nil
}

func (g *gadget) Unplug() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.port = ""
}

// bench is a dock with gadgets, and what was held before its scanner and done to its power.
type bench struct {
	*box
	scanned []string
	losses  int
	full    bool
}

func gadgets(t *testing.T) *bench {
	t.Helper()
	h := &hall{up: true}
	b := &bench{}
	d, err := dock.New(dock.Config{
		Tray: h, Paper: h, Link: h, Logger: slog.New(slog.DiscardHandler),
		Devices: map[string]dock.Device{
			dock.ReceiptPrinter: &gadget{usual: "printer", port: "printer"}, dock.Scanner: &gadget{usual: "scanner", port: "scanner"},
		},
		Scan: func(code []byte) error {
			if b.full {
				return errors.New("too many codes")
			}
			b.scanned = append(b.scanned, string(code))
			return nil
		},
		PowerLoss: func() { b.losses++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.Handler())
	t.Cleanup(func() {
		d.Close()
		server.Close()
	})
	b.box = &box{T: t, hall: h, dock: d, url: server.URL, client: server.Client()}
	return b
}

func TestEachCallMovesItsDevice(t *testing.T) {
	b := gadgets(t)
	printer, scanner := 0, 1
	for _, step := range []struct {
		path, body string
		status     int
		said       string // by a refusal
		holds      func(shown) bool
	}{
		{"/api/levers/printer", `{"mute":true}`, 200, "", func(s shown) bool { return s.Devices[printer].Pulled == 1 && s.Devices[scanner].Pulled == 0 }},
		{"/api/levers/printer", `{"late":1}`, 400, "one; two", func(s shown) bool { return s.Devices[printer].Pulled == 1 }},
		{"/api/levers/printer", `[]`, 400, "cannot be read", nil},
		{"/api/levers/reader", `{}`, 404, "no such device", nil},
		{"/api/reset/reader", `{}`, 404, "no such device", nil},
		{"/api/reset/printer", `{"mute":true}`, 400, "cannot be read", func(s shown) bool { return s.Devices[printer].Pulled == 1 }},
		{"/api/reset/printer", `{}`, 200, "", func(s shown) bool { return s.Devices[printer].Pulled == 0 }},
		{"/api/plug", `{"device":"printer","plugged":true,"name":"other"}`, 200, "", func(s shown) bool {
			return s.Devices[printer].Port == "other" && s.Devices[printer].Moved && s.Devices[printer].Plugged
		}},
		{"/api/plug", `{"device":"printer","plugged":true,"name":"taken"}`, 400, "another's", func(s shown) bool { return s.Devices[printer].Port == "other" }},
		{"/api/plug", `{"device":"printer","plugged":false,"name":"other"}`, 400, "name", func(s shown) bool { return s.Devices[printer].Plugged }},
		{"/api/plug", `{"device":"printer"}`, 400, "plugged", func(s shown) bool { return s.Devices[printer].Plugged }},
		{"/api/plug", `{"plugged":false}`, 404, "no such device", nil},
		{"/api/plug", `{"device":"printer","plugged":true}`, 200, "", func(s shown) bool { return s.Devices[printer].Port == "printer" && !s.Devices[printer].Moved }},
		{"/api/power", `{}`, 200, "", func(s shown) bool { return b.losses == 1 && s.Devices[printer].Power && !s.Devices[scanner].Power }},
		{"/api/scan", `{"text":"A1"}`, 200, "", func(s shown) bool { return slices.Equal(b.scanned, []string{"A1"}) && s.Scanner.Sees }},
		{"/api/scan", `{"text":"A1","receipt":true}`, 400, "not both", nil},
		{"/api/scan", `{"text":"` + strings.Repeat("x", 3001) + `"}`, 400, "1 to 3000", nil},
		{"/api/scan", `{}`, 400, "1 to 3000", nil},
		{"/api/scan", `{"receipt":true}`, 409, "no receipt", func(s shown) bool { return !s.Scanner.Receipt }},
		{"/api/plug", `{"device":"scanner","plugged":false}`, 200, "", func(s shown) bool {
			return s.Scanner.There && !s.Scanner.Sees && s.Devices[scanner].Port == "" && !s.Devices[scanner].Moved
		}},
		{"/api/scan", `{"text":"B2"}`, 409, "unplugged", func(shown) bool { return len(b.scanned) == 1 }},
	} {
		status, body := b.post(step.path, step.body)
		if status != step.status || !strings.Contains(body, step.said) {
			t.Errorf("%s %.60s: status %d, want %d and %q: %s", step.path, step.body, status, step.status, step.said, body)
			continue
		}
		_, body = b.ask(http.MethodGet, "/api/state", "")
		if s := decode(t, body); step.holds != nil && !step.holds(s) {
			t.Errorf("%s %.60s: state %s", step.path, step.body, body)
		}
	}
}

// The receipt that is scanned is the newest that has a code, and its code comes as it is on the paper.
func TestTheLastReceiptIsScanned(t *testing.T) {
	b := gadgets(t)
	b.hall.print(dock.Paper{ID: 2, Code: "HTTP://B"}, dock.Paper{ID: 1, Code: "HTTP://A"}, dock.Paper{ID: 3})
	if status, body := b.post("/api/scan", `{"receipt":true}`); status != http.StatusOK || !decode(t, body).Scanner.Receipt {
		t.Errorf("%d %s", status, body)
	}
	if !slices.Equal(b.scanned, []string{"HTTP://B"}) {
		t.Errorf("scanned %q", b.scanned)
	}
	b.full = true
	if status, body := b.post("/api/scan", `{"receipt":true}`); status != http.StatusConflict || !strings.Contains(body, "too many codes") {
		t.Errorf("%d %s", status, body)
	}
}

// A dock without devices has no levers to show, and refuses what it can not do.
func TestADockWithoutDevices(t *testing.T) {
	b := setup(t)
	_, body := b.ask(http.MethodGet, "/api/state", "")
	if s := decode(t, body); len(s.Devices) != 0 || s.Scanner.There || !strings.Contains(body, `"devices":[]`) {
		t.Errorf("state %s", body)
	}
	for path, body := range map[string]string{"/api/levers/printer": `{}`, "/api/power": `{}`, "/api/scan": `{"text":"A"}`, "/api/plug": `{"device":"printer","plugged":true}`} {
		if status, said := b.post(path, body); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, said)
		}
	}
}
