package hall_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/cmd/hallsim/dock"
	"onedoor/cmd/hallsim/hall"
	"onedoor/device/port"
	"onedoor/device/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// box is a hall with its dock on a loopback server.
type box struct {
	*testing.T
	hall *hall.Hall
	web  *httptest.Server
	dir  string
}

func setup(t *testing.T) *box {
	t.Helper()
	dir, quiet := t.TempDir(), slog.New(slog.DiscardHandler)
	basket := hall.NewBasket(time.Now)
	h, err := hall.Open(t.Context(), hall.Config{Dir: dir, Central: "127.0.0.1:9", Logger: quiet, OnPaper: basket.Add})
	if err != nil {
		t.Fatal(err)
	}
	basket.Watch(h.Printer)
	d, err := dock.New(dock.Config{Tray: h.Tray, Paper: basket, Link: h.Link, Logger: quiet, Devices: h.Devices(), Scan: h.Scanner.Show,
		PowerLoss: h.Printer.PowerLoss})
	if err != nil {
		t.Fatal(err)
	}
	b := &box{T: t, hall: h, web: httptest.NewServer(d.Handler()), dir: dir}
	t.Cleanup(func() {
		d.Close()
		b.web.Close()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

type state struct {
	Devices []struct {
		ID      string
		Plugged bool
		Pulled  int
		Groups  []dock.Group
	}
}

func (s state) plugged(device string) bool {
	for _, d := range s.Devices {
		if d.ID == device {
			return d.Plugged
		}
	}
	return false
}

// post sends a request; the state is that of the answer.
func (b *box) post(path, body string) (int, state, string) {
	b.Helper()
	r, err := b.web.Client().Post(b.web.URL+"/api/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	said, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	var s state
	if r.StatusCode == http.StatusOK {
		if err := json.Unmarshal(said, &s); err != nil {
			b.Fatal(err)
		}
	}
	return r.StatusCode, s, string(said)
}

func (s state) levers(device string) []dock.Lever {
	var all []dock.Lever
	for _, d := range s.Devices {
		if d.ID == device {
			for _, g := range d.Groups {
				all = append(all, g.Levers...)
			}
		}
	}
	return all
}

// fields counts the levers of a simulator, those of the line among them.
func fields(levers reflect.Type) int {
	n := 0
	for i := range levers.NumField() {
		if f := levers.Field(i); f.Anonymous {
			n += fields(f.Type)
		} else {
			n++
		}
	}
	return n
}

// TestEveryLeverIsOnTheDock: each field of each simulator's levers is there once, can be pulled to another value, shows it,
// reaches the simulator, and goes back.
func TestEveryLeverIsOnTheDock(t *testing.T) {
	b := setup(t)
	pulled := map[string]func() any{
		dock.Reader:         func() any { return b.hall.Reader.Pulled() },
		dock.ReceiptPrinter: func() any { return b.hall.Printer.Pulled() },
		dock.Scanner:        func() any { return b.hall.Scanner.Pulled() },
	}
	for device, now := range pulled {
		_, s, _ := b.post("reset/"+device, "{}")
		rest := now()
		all := s.levers(device)
		if want := fields(reflect.TypeOf(rest)); len(all) != want {
			t.Errorf("%s: %d levers on the dock, the simulator has %d", device, len(all), want)
		}
		seen := map[string]bool{}
		for _, l := range all {
			if seen[l.Name] || l.Text == "" {
				t.Errorf("%s: %s is there twice, or without words", device, l.Name)
			}
			seen[l.Name] = true
			value := map[dock.Kind]string{dock.Switch: "true", dock.Count: "2", dock.Milliseconds: "3", dock.Percent: "0.5"}[l.Kind]
			if l.Kind == dock.Choice {
				value = `"` + l.Options[len(l.Options)-1].Value + `"`
			}
			status, s, said := b.post("levers/"+device, `{"`+l.Name+`":`+value+`}`)
			if status != http.StatusOK {
				t.Fatalf("%s: %s to %s: %d %s", device, l.Name, value, status, said)
			}
			i := slices.IndexFunc(s.levers(device), func(m dock.Lever) bool { return m.Name == l.Name })
			got := s.levers(device)[i]
			shown, err := json.Marshal(got.Value)
			if err != nil || string(shown) != value || !got.Pulled {
				t.Errorf("%s: %s pulled to %s shows %s", device, l.Name, value, shown)
			}
			if reflect.DeepEqual(now(), rest) {
				t.Errorf("%s: %s does not reach the simulator", device, l.Name)
			}
			if _, s, _ := b.post("reset/"+device, "{}"); slices.ContainsFunc(s.levers(device), func(l dock.Lever) bool { return l.Pulled }) || !reflect.DeepEqual(now(), rest) {
				t.Errorf("%s: the reset leaves %+v", device, now())
			}
		}
	}
}

// TestARefusedPullChangesNothing: one wrong value and none of the request is done; the answer says what was wrong.
func TestARefusedPullChangesNothing(t *testing.T) {
	b := setup(t)
	for body, want := range map[string]string{
		`{"paper_out":true,"colour":1}`:       "colour",
		`{"paper_out":true,"paper_low":"no"}`: "true or false",
		`{"paper_out":true,"damage":101}`:     "percent",
		`{"paper_out":true,"late":-1}`:        "late",
		`{"paper_out":true,"late":1.5}`:       "whole number",
		`{"paper_out":true,"buffer":9999999}`: "buffer",
		`[1]`:                                 "cannot be read",
	} {
		if status, _, said := b.post("levers/printer", body); status != http.StatusBadRequest || !strings.Contains(said, want) {
			t.Errorf("%s: %d %s", body, status, said)
		}
	}
	if status, _, said := b.post("levers/reader", `{"fail_code":"99"}`); status != http.StatusBadRequest || !strings.Contains(said, "options") {
		t.Errorf("%d %s", status, said)
	}
	if l := b.hall.Printer.Pulled(); l != (sim.PrinterLevers{}) {
		t.Errorf("after refusals the levers are %+v", l)
	}
	for _, path := range []string{"levers/toaster", "reset/toaster", "plug/toaster"} {
		if status, _, _ := b.post(path, "{}"); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestPlugging: the cable is pulled, plugged in under another name, and back.
func TestPlugging(t *testing.T) {
	b := setup(t)
	there := func(name string) bool { _, err := os.Stat(filepath.Join(b.dir, name)); return err == nil }
	for _, device := range []string{dock.Reader, dock.ReceiptPrinter, dock.Scanner} {
		if _, s, _ := b.post("plug/"+device, `{"plugged":false}`); s.plugged(device) || there(device) {
			t.Errorf("%s is still there", device)
		}
		if status, _, said := b.post("plug/"+device, `{"plugged":true,"as":"`+device+`-2"}`); status != http.StatusOK || !there(device+"-2") || there(device) {
			t.Errorf("%s under another name: %d %s", device, status, said)
		}
		if status, _, _ := b.post("plug/"+device, `{"plugged":true,"as":"../x"}`); status != http.StatusBadRequest {
			t.Errorf("%s: a name that leads elsewhere: %d", device, status)
		}
		if status, _, _ := b.post("plug/"+device, `{"plugged":true}`); status != http.StatusOK || !there(device) || there(device+"-2") {
			t.Errorf("%s is not back: %d", device, status)
		}
		if status, _, _ := b.post("plug/"+device, `{}`); status != http.StatusBadRequest {
			t.Errorf("%s: without saying which: %d", device, status)
		}
	}
}

// TestScanning: what is held before the scanner comes out of its line.
func TestScanning(t *testing.T) {
	b := setup(t)
	line, err := port.Open(port.Config{Path: hall.ScannerPort(b.dir), Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if status, _, said := b.post("scan", `{"receipt":true}`); status != http.StatusBadRequest || !strings.Contains(said, "no receipt") {
		t.Errorf("without a receipt: %d %s", status, said)
	}
	if status, _, _ := b.post("scan", `{"text":""}`); status != http.StatusBadRequest {
		t.Errorf("nothing: %d", status)
	}
	if status, _, said := b.post("scan", `{"text":"A1234567X"}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, said)
	}
	var got []byte
	for buf := make([]byte, 64); !bytes.HasSuffix(got, []byte("\r\n")); {
		n, err := line.Read(t.Context(), buf)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, buf[:n]...)
	}
	if string(got) != "A1234567X\r\n" {
		t.Errorf("the line brings %q", got)
	}
	if status, _, _ := b.post("power", `{}`); status != http.StatusOK {
		t.Errorf("power: %d", status)
	}
}
