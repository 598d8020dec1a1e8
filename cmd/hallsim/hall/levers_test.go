package hall_test

import (
	"bytes"
	"context"
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
	hall   *hall.Hall
	web    *httptest.Server
	dir    string
	papers chan struct{} // one for each paper in the basket
}

// limited is a context for one wait.
func (b *box) limited() context.Context {
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute) // only ends what hangs
	b.Cleanup(cancel)
	return ctx
}

func setup(t *testing.T) *box {
	t.Helper()
	dir, quiet := t.TempDir(), slog.New(slog.DiscardHandler)
	basket := hall.NewBasket(time.Now)
	papers := make(chan struct{}, 16)
	h, err := hall.Open(t.Context(), hall.Config{Dir: dir, Central: "127.0.0.1:9", Logger: quiet, OnPaper: func(p sim.Paper) {
		basket.Add(p)
		papers <- struct{}{}
	}})
	if err != nil {
		t.Fatal(err)
	}
	basket.Watch(h.Printer)
	d, err := dock.New(dock.Config{Tray: h.Tray, Paper: basket, Link: h.Link, Logger: quiet, Devices: h.Devices(), Scan: h.Scanner.Show,
		PowerLoss: h.Printer.PowerLoss})
	if err != nil {
		t.Fatal(err)
	}
	b := &box{T: t, hall: h, web: httptest.NewServer(d.Handler()), dir: dir, papers: papers}
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
		ID, Port       string
		Plugged, Moved bool
		Pulled         int
		Groups         []dock.Group
	}
	Lying string
}

// port is the name under which a device is plugged in.
func (s state) port(device string) string {
	for _, d := range s.Devices {
		if d.ID == device {
			return d.Port
		}
	}
	return "no such device"
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
		`{"paper_out":null}`:                  "want a value",
		`{"paper_out":true,"late":null}`:      "want a value",
		`{"colour":1,"late":-1}`:              `colour\"; late`,
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
}

// TestPlugging: the cable is pulled, plugged in under another name, and back; nobody's name is taken away.
func TestPlugging(t *testing.T) {
	b := setup(t)
	there := func(name string) bool { _, err := os.Stat(filepath.Join(b.dir, name)); return err == nil }
	plug := func(device, how string) (int, state, string) {
		return b.post("plug", `{"device":"`+device+`",`+how+`}`)
	}
	devices := []string{dock.Reader, dock.ReceiptPrinter, dock.Scanner}
	for i, device := range devices {
		if _, s, _ := plug(device, `"plugged":false`); s.port(device) != "" || there(device) {
			t.Errorf("%s is still there", device)
		}
		if status, s, said := plug(device, `"plugged":true,"name":"`+device+`-2"`); status != http.StatusOK || s.port(device) != device+"-2" || !there(device+"-2") || there(device) {
			t.Errorf("%s under another name: %d %s", device, status, said)
		}
		for _, name := range []string{"../x", "/dev/null", "X", devices[(i+1)%3]} {
			if status, _, _ := plug(device, `"plugged":true,"name":"`+name+`"`); status != http.StatusBadRequest || !there(device+"-2") {
				t.Errorf("%s as %s: %d", device, name, status)
			}
		}
		if status, s, _ := plug(device, `"plugged":true`); status != http.StatusOK || s.port(device) != device || !there(device) || there(device+"-2") {
			t.Errorf("%s is not back: %d", device, status)
		}
		if status, _, _ := plug(device, `"plugged":true`); status != http.StatusOK || !there(device) { // pulled and plugged in where it was
			t.Errorf("%s is not there: %d", device, status)
		}
	}
}

// TestTheTrayShowsTheReader: a card that a lever pulled or changed for another lies where the dock says.
func TestTheTrayShowsTheReader(t *testing.T) {
	b := setup(t)
	if _, s, _ := b.post("lay", `{"card":"card-2"}`); s.Lying != "card-2" {
		t.Errorf("%q lies there", s.Lying)
	}
	b.hall.Reader.Lay(sim.Cards()[0])
	if got := b.hall.Tray.Lying(); got != "card-1" {
		t.Errorf("%q lies there", got)
	}
	b.hall.Reader.Lift()
	if _, s, _ := b.post("power", `{}`); s.Lying != "" {
		t.Errorf("%q lies there", s.Lying)
	}
}

// TestTheReceiptThatWasPrintedIsScanned: the code on the paper comes out of the scanner as it was printed.
func TestTheReceiptThatWasPrintedIsScanned(t *testing.T) {
	b := setup(t)
	paper, err := port.Open(port.Config{Path: hall.PrinterPort(b.dir), Baud: 115200})
	if err != nil {
		t.Fatal(err)
	}
	defer paper.Close()
	const code = "HTTP://HALL.EXAMPLE/T/ABC123"
	receipt := append([]byte("\x1b@\x1d(k\x03\x001C\x08\x1d(k\x03\x001E0\x1d(k"), byte(3+len(code)), 0, '1', 'P', '0')
	receipt = append(receipt, code+"\x1d(k\x03\x001Q0\n\x1dV\x00"...)
	if n, err := paper.Write(b.limited(), receipt); err != nil || n != len(receipt) {
		t.Fatalf("%d bytes written: %v", n, err)
	}
	select {
	case <-b.papers:
	case <-b.limited().Done():
		t.Fatal("no paper came out")
	}
	line, err := port.Open(port.Config{Path: hall.ScannerPort(b.dir), Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if status, _, said := b.post("scan", `{"receipt":true}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, said)
	}
	if got := b.line(line); got != code+"\r\n" {
		t.Errorf("the line brings %q", got)
	}
}

// line reads a line.
func (b *box) line(p port.Port) string {
	b.Helper()
	var got []byte
	for buf := make([]byte, 64); !bytes.HasSuffix(got, []byte("\r\n")); {
		n, err := p.Read(b.limited(), buf)
		if err != nil {
			b.Fatal(err)
		}
		got = append(got, buf[:n]...)
	}
	return string(got)
}

// TestScanning: what is held before the scanner comes out of its line.
func TestScanning(t *testing.T) {
	b := setup(t)
	line, err := port.Open(port.Config{Path: hall.ScannerPort(b.dir), Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if status, _, said := b.post("scan", `{"receipt":true}`); status != http.StatusConflict || !strings.Contains(said, "no receipt") {
		t.Errorf("without a receipt: %d %s", status, said)
	}
	if status, _, _ := b.post("scan", `{"text":""}`); status != http.StatusBadRequest {
		t.Errorf("nothing: %d", status)
	}
	if status, _, said := b.post("scan", `{"text":"A1234567X"}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, said)
	}
	if got := b.line(line); got != "A1234567X\r\n" {
		t.Errorf("the line brings %q", got)
	}
	if status, _, _ := b.post("power", `{}`); status != http.StatusOK {
		t.Errorf("power: %d", status)
	}
}
