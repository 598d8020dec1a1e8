package node_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onedoor/app/audit"
	"onedoor/app/config"
	"onedoor/app/kiosk"
	"onedoor/cmd/hallsim/hall"
	"onedoor/cmd/kiosk/node"
	"onedoor/cmd/kiosk/node/nodetest"
	"onedoor/device/sim"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

func TestMain(m *testing.M) {
	if nodetest.Medium() {
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// limit bounds each wait; nothing is measured here.
const limit = 30 * time.Second

// world is a central, a hall with virtual devices, and an enrolled kiosk's configuration.
type world struct {
	testing.TB
	central *central.Server
	store   *badgerstore.Store
	web     *httptest.Server
	hall    *hall.Hall
	papers  chan sim.Paper
	file    config.Config
	views   chan kiosk.View
	node    *node.Node
}

func build(t testing.TB) *world {
	t.Helper()
	n := nodetest.New(t)
	w := &world{TB: t, central: n.Central, store: n.Store, web: n.Web, hall: n.Hall, papers: n.Papers, file: n.File, views: make(chan kiosk.View, 4096)}
	t.Cleanup(w.stop) // before all the rest goes
	return w
}

// start brings the kiosk up, as the program does.
func (w *world) start() {
	w.Helper()
	n, err := node.Start(context.Background(), node.Config{File: w.file, Now: time.Now, StopLimit: limit, Show: func(v kiosk.View) { w.views <- v },
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.Fatal(err)
	}
	w.node = n
}

func (w *world) stop() {
	if w.node != nil {
		if err := w.node.Stop(); err != nil {
			w.Error(err)
		}
		w.node = nil
	}
}

// until takes views until one satisfies cond.
func (w *world) until(what string, cond func(kiosk.View) bool) kiosk.View {
	w.Helper()
	over := time.After(limit)
	var last kiosk.View
	for {
		select {
		case last = <-w.views:
			if cond(last) {
				return last
			}
		case <-over:
			w.Fatalf("waited in vain for %s; last was %T %+v", what, last.Screen, last)
		}
	}
}

func on[S kiosk.Screen](v kiosk.View) bool { _, ok := v.Screen.(S); return ok }

// submit is a citizen who lays a card down and hands in a form. It returns when the receipt's fate is known.
func (w *world) submit(card string) kiosk.Accepted {
	w.Helper()
	w.review(card)
	w.node.Kiosk.Send(kiosk.Confirm{})
	v := w.until("the receipt", func(v kiosk.View) bool { a, ok := v.Screen.(kiosk.Accepted); return ok && !a.Printing })
	return v.Screen.(kiosk.Accepted)
}

// review goes from the attract screen to the review.
func (w *world) review(card string) {
	w.Helper()
	send := w.node.Kiosk.Send
	w.until("the attract screen", on[kiosk.Attract])
	if err := w.hall.Tray.Lay(card); err != nil {
		w.Fatal(err)
	}
	w.until("the menu with a name", known)
	send(kiosk.Choice{Service: "old-age-allowance"})
	w.until("the guide", on[kiosk.Guide])
	send(kiosk.Next{})
	w.until("the materials", on[kiosk.Check])
	send(kiosk.Next{})
	w.until("the form", on[kiosk.Form])
	for _, d := range "13800138000" {
		send(kiosk.Type{Text: string(d)})
	}
	send(kiosk.Next{})
	send(kiosk.Pick{Field: "contact", Value: "child"})
	send(kiosk.Focus{Field: "card"})
	for _, d := range "A12345678" {
		send(kiosk.Type{Text: string(d)})
	}
	send(kiosk.Focus{Field: "resident"})
	for _, d := range "19800501" {
		send(kiosk.Type{Text: string(d)})
	}
	send(kiosk.Next{})
	w.until("the review", on[kiosk.Review])
}

// known is the menu of somebody who is known, in either language.
func known(v kiosk.View) bool {
	m, ok := v.Screen.(kiosk.Menu)
	return ok && (strings.HasPrefix(m.Heading, "您好") || strings.HasPrefix(m.Heading, "Hello"))
}

// leave ends the visit and takes the card away.
func (w *world) leave() {
	w.Helper()
	w.node.Kiosk.Send(kiosk.Leave{})
	w.until("the goodbye", on[kiosk.Goodbye])
	w.hall.Tray.Lift()
}

// paper is the next receipt that the printer cuts off.
func (w *world) paper() sim.Paper {
	w.Helper()
	over := time.After(limit)
	for {
		select {
		case p := <-w.papers:
			if !p.Blank {
				return p
			}
		case <-over:
			w.Fatal("no paper came out")
		}
	}
}

// page fetches what a phone shows after scanning.
func (w *world) page(url string) (status int, body string) {
	w.Helper()
	// A phone's scanner keeps the upper case of scheme and host; HTTP does not care about either.
	resp, err := http.Get("http" + strings.TrimPrefix(url, "HTTP"))
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// pageUntil asks again until the page says part.
func (w *world) pageUntil(url, part string) {
	w.Helper()
	over := time.After(limit)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		if _, body := w.page(url); strings.Contains(body, part) {
			return
		}
		select {
		case <-again.C:
		case <-over:
			_, body := w.page(url)
			w.Fatalf("the page never said %q:\n%s", part, body)
		}
	}
}

// TestVisitOfflineThenDelivered is the product's main story, over real ports and loopback HTTP.
func TestVisitOfflineThenDelivered(t *testing.T) {
	w := build(t)
	w.hall.Link.Cut()
	w.start()
	done := w.submit("card-1")
	if !strings.Contains(done.Help, "离线") || done.Track[1].State != kiosk.Ahead {
		t.Errorf("offline, the screen says %q and %v", done.Help, done.Track)
	}
	if done.Receipt.Tone != kiosk.Good {
		t.Errorf("the receipt: %q", done.Receipt.Text)
	}
	paper := w.paper()
	url, err := hall.Scan(paper.Image)
	if err != nil {
		t.Fatal(err)
	}
	if url != done.QR {
		t.Errorf("paper leads to %s, screen to %s", url, done.QR)
	}
	if bytes.Contains(paper.Bytes, []byte("110101190005200026")) {
		t.Error("the paper's bytes hold the identity number")
	}
	if status, body := w.page(url); status != http.StatusOK || !strings.Contains(body, "<h1>凭证有效，材料还未送达</h1>") {
		t.Errorf("before delivery the page is %d:\n%s", status, body)
	}
	w.hall.Link.Restore()
	w.pageUntil(url, "<h1>已送达</h1>")
	v := w.until("delivery on the screen", func(v kiosk.View) bool {
		a, ok := v.Screen.(kiosk.Accepted)
		return ok && a.Track[1].State == kiosk.Reached
	})
	if v.Screen.(kiosk.Accepted).Track[2].State != kiosk.Ahead {
		t.Error("the screen says that the department has accepted")
	}
	cases, total, err := w.store.Cases(t.Context(), 0, 10)
	if err != nil || total != 1 || cases[0].ReceiptNo != strings.ReplaceAll(done.Number, " ", "") {
		t.Fatalf("central holds %d cases %+v, %v", total, cases, err)
	}
	if _, err := w.central.Advance(t.Context(), cases[0].ReceiptNo, wire.StageAccepted, "", ""); err != nil {
		t.Fatal(err)
	}
	w.pageUntil(url, "<h1>已受理</h1>")
	w.until("acceptance on the screen", func(v kiosk.View) bool {
		a, ok := v.Screen.(kiosk.Accepted)
		return ok && a.Track[2].State == kiosk.Reached
	})
	w.leave()
}

// TestRestartKeepsWhatWasAccepted: what was accepted by one run of the program is delivered by the next, once.
func TestRestartKeepsWhatWasAccepted(t *testing.T) {
	w := build(t)
	w.hall.Link.Cut()
	w.start()
	first := w.submit("card-1")
	w.leave()
	w.stop()
	w.wantLogged(audit.KindAccepted, audit.KindPrinted)
	w.hall.Link.Restore()
	w.start()
	w.pageUntil(first.QR, "<h1>已送达</h1>")
	if _, total, err := w.store.Cases(t.Context(), 0, 10); err != nil || total != 1 {
		t.Errorf("central holds %d cases, %v", total, err)
	}
}

// TestNoPrinterStillAccepts: the case is taken, and the screen says what the paper would have.
func TestNoPrinterStillAccepts(t *testing.T) {
	w := build(t)
	w.hall.Printer.Unplug()
	w.start()
	done := w.submit("card-1")
	if done.Receipt.Tone == kiosk.Good || done.Number == "" || !strings.Contains(done.Receipt.Text, "收件不受影响") {
		t.Errorf("number %q, receipt %q", done.Number, done.Receipt.Text)
	}
	w.pageUntil(done.QR, "<h1>已送达</h1>")
}

// TestPaperOutThenAgain: staff put in a new roll, the citizen taps once more, and the paper is the original.
func TestPaperOutThenAgain(t *testing.T) {
	w := build(t)
	w.hall.Printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = true })
	w.start()
	done := w.submit("card-1")
	if !strings.Contains(done.Receipt.Text, "纸用完了") || done.Again.Intent == nil {
		t.Fatalf("receipt %q, again %+v", done.Receipt.Text, done.Again)
	}
	w.hall.Printer.Levers(func(l *sim.PrinterLevers) { l.PaperOut = false })
	w.node.Kiosk.Send(done.Again.Intent)
	w.until("the receipt", func(v kiosk.View) bool {
		a, ok := v.Screen.(kiosk.Accepted)
		return ok && !a.Printing && a.Receipt.Tone == kiosk.Good
	})
	if url, err := hall.Scan(w.paper().Image); err != nil || url != done.QR {
		t.Errorf("the paper leads to %q, %v; want %s", url, err, done.QR)
	}
}

// TestNoReaderIsSaidAndHeals: a kiosk that starts without its reader says so, and serves when it is plugged in.
func TestNoReaderIsSaidAndHeals(t *testing.T) {
	w := build(t)
	w.hall.Reader.Unplug()
	w.start()
	w.until("the notice", func(v kiosk.View) bool {
		a, ok := v.Screen.(kiosk.Attract)
		return ok && strings.Contains(a.Trouble.Text, "读卡器")
	})
	if err := w.hall.Reader.Plug(); err != nil {
		t.Fatal(err)
	}
	w.until("the notice to go", func(v kiosk.View) bool {
		a, ok := v.Screen.(kiosk.Attract)
		return ok && a.Trouble.Text == ""
	})
	w.node.Kiosk.Send(kiosk.Language{To: "en"}) // makes a new attract view for submit to see
	done := w.submit("card-1")
	if done.Number == "" {
		t.Error("no number")
	}
}

// TestD15SecondCopyIsRefused: one process per data directory, and the first goes on.
func TestD15SecondCopyIsRefused(t *testing.T) {
	w := build(t)
	w.start()
	_, err := node.Start(t.Context(), node.Config{File: w.file, Now: time.Now, Show: func(kiosk.View) {}, Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !errors.Is(err, outbox.ErrInUse) {
		t.Errorf("second copy: %v", err)
	}
	if done := w.submit("card-1"); done.Number == "" {
		t.Error("the first copy stopped serving")
	}
}

// TestI11NoPlaintextOnDisk: nothing that the citizen is or typed stands in any file of the kiosk or of central.
func TestI11NoPlaintextOnDisk(t *testing.T) {
	w := build(t)
	w.start()
	done := w.submit("card-1")
	w.pageUntil(done.QR, "<h1>已送达</h1>")
	w.leave()
	w.stop()
	utf16 := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			b.WriteByte(byte(r))
			b.WriteByte(byte(r >> 8))
		}
		return b.String()
	}
	files := 0
	err := filepath.WalkDir(filepath.Dir(w.file.Data), func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, canary := range []string{"林小满", "110101190005200026", "13800138000", "A12345678", "和平里北街"} {
			if bytes.Contains(data, []byte(canary)) || bytes.Contains(data, []byte(utf16(canary))) {
				t.Errorf("%s holds %q", filepath.Base(path), canary)
			}
		}
		return nil
	})
	if err != nil || files < 4 {
		t.Fatalf("looked into %d files: %v", files, err)
	}
}
