// Package nodetest is a whole kiosk for tests: a central, a network with a switch, a hall with virtual devices, and the table of
// what can go wrong with them.
//
// It guarantees that a problem is made by its real cause: a cable that is pulled, an answer that is another's, a disk without
// room, a program that has gone; never by telling the kiosk that there is one.
package nodetest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onedoor/app/config"
	"onedoor/app/health"
	"onedoor/app/kiosk"
	"onedoor/app/receipt"
	"onedoor/assets/dictionaries"
	"onedoor/cmd/hallsim/hall"
	"onedoor/cmd/kiosk/node"
	"onedoor/device/sim"
	"onedoor/sync/central"
	"onedoor/sync/central/badgerstore"
	"onedoor/sync/item"
	"onedoor/sync/outbox"
	"onedoor/sync/wire"
)

// World is the whole, with a kiosk that is enrolled. What is exported may be used and changed; File is read by Start.
type World struct {
	testing.TB
	Dir     string
	Central *central.Server
	Store   *badgerstore.Store
	Web     *httptest.Server
	Hall    *hall.Hall
	Papers  chan sim.Paper
	File    config.Config
	Show    func(kiosk.View)
	Node    *node.Node // nil while it is stopped

	Limits   outbox.Limits // of the queue; zero: as File says
	Validity time.Duration // of the list of staff; zero: as File says

	handler atomic.Pointer[http.Handler] // who answers as central
	others  []*central.Server            // that answered in its place
	keys    central.Keys
	clerk   clerk
	medium  *medium // that can be made to fail; nil: there is none

	mu    sync.Mutex
	view  kiosk.View    // shown last
	ahead time.Duration // of the kiosk's clock
	free  int64         // bytes that its disk says are free; 0: what is true
}

// New builds it; the kiosk is not started. All is taken down when the test ends.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{TB: t, Dir: t.TempDir(), Papers: make(chan sim.Paper, 8), Show: func(kiosk.View) {}}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if w.Store, err = badgerstore.Open(badgerstore.Config{Dir: filepath.Join(w.Dir, "central"), Logger: quiet}); err != nil {
		t.Fatal(err)
	}
	if w.keys, err = central.OpenKeys(filepath.Join(w.Dir, "central"), item.Default(), true); err != nil {
		t.Fatal(err)
	}
	w.Web = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { (*w.handler.Load()).ServeHTTP(rw, r) }))
	w.Central = w.centralOn(w.Store)
	w.Answer(w.Central.Handler())
	w.Hall, err = hall.Open(t.Context(), hall.Config{Dir: filepath.Join(w.Dir, "dev"), Central: w.Web.Listener.Addr().String(), Logger: quiet,
		OnPaper: func(p sim.Paper) { w.Papers <- p }})
	if err != nil {
		t.Fatal(err)
	}
	w.File = config.Default()
	w.File.Data = filepath.Join(w.Dir, "kiosk")
	w.File.Sound.Player = config.NoPlayer // whoever runs the tests need not hear them
	w.File.Central.URL = "http://" + w.Hall.Link.Addr()
	w.File.Reader.Port, w.File.Printer.Port = hall.ReaderPort(filepath.Join(w.Dir, "dev")), hall.PrinterPort(filepath.Join(w.Dir, "dev"))
	w.File.Metrics = ""
	w.Enrol(w.File.Data)
	t.Cleanup(func() {
		w.clerk.leave()
		w.Stop()
		if err := w.Hall.Close(); err != nil {
			t.Error(err)
		}
		for _, c := range append(w.others, w.Central) {
			c.Stop()
		}
		w.Web.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := w.Store.Close(); err != nil {
			t.Error(err)
		}
		w.Store, w.Central, w.others, w.Web = nil, nil, nil, nil // package testing holds w until all tests beside this one have ended
		w.handler.Store(nil)
	})
	return w
}

func (w *World) centralOn(store central.Store) *central.Server {
	w.Helper()
	known, err := central.OpenDictionaries(filepath.Join(w.Dir, "central"), dictionaries.FS)
	if err != nil {
		w.Fatal(err)
	}
	c, err := central.New(central.Config{Store: store, Suite: item.Default(), Keys: w.keys, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		TrackingURL: w.Web.URL, Dictionaries: known})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// Enrol makes the machine whose data are in dir the hall's kiosk; who was it before is superseded.
func (w *World) Enrol(dir string) {
	w.Helper()
	code, _, err := w.Central.NewEnrolCode(w.Context(), central.Kiosk{Hall: "44011", Number: "107"}, "番禺区政务服务大厅")
	if err != nil {
		w.Fatal(err)
	}
	if _, err := config.Enrol(w.Context(), dir, w.File.Central.URL, wire.HTTPOptions{}, code); err != nil {
		w.Fatal(err)
	}
}

// replace puts another machine in the place of the stopped one.
func (w *World) replace() {
	w.Helper()
	w.File.Data = filepath.Join(w.Dir, "new machine")
	w.Enrol(w.File.Data)
}

// Answer lets h answer as central from now on.
func (w *World) Answer(h http.Handler) { w.handler.Store(&h) }

// On lets a central answer that has the keys of the true one, and another store.
func (w *World) On(store central.Store) {
	c := w.centralOn(store)
	w.others = append(w.others, c)
	w.Answer(c.Handler())
}

// Knock makes the kiosk ask who is there: every connection it has is cut.
func (w *World) Knock() {
	w.Helper()
	w.Hall.Link.Cut()
	w.Settled("the link to be missed", func() bool { // one that is back before anybody looks is not greeted over
		_, missed := w.Node.Health().Problems().Lacks(health.LiveProgress)
		return missed
	})
	w.Hall.Link.Restore()
}

// Start brings the kiosk up, as the program does.
func (w *World) Start() {
	w.Helper()
	path := filepath.Join(w.Dir, "kiosk.yaml")
	if _, err := os.Stat(path); err != nil {
		w.Write(path, "as it was\n")
	}
	power := filepath.Join(w.Dir, "power")
	if err := os.MkdirAll(power, 0o700); err != nil {
		w.Fatal(err)
	}
	n, err := node.Start(context.Background(), node.Config{File: w.File, Path: path, Now: w.Now, Show: w.see, Limits: w.Limits, Validity: w.Validity, StopLimit: limit,
		Free: w.room, Power: os.DirFS(power), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.Fatal(err)
	}
	w.Node = n
}

func (w *World) see(v kiosk.View) {
	w.mu.Lock()
	w.view = v
	w.mu.Unlock()
	w.Show(v)
}

// Stop ends it. A stopped one may be stopped again.
func (w *World) Stop() {
	if w.Node != nil {
		if err := w.Node.Stop(); err != nil {
			w.Error(err)
		}
		w.Node = nil
	}
}

// Restart ends the kiosk, lets something be done to it, and brings it up.
func (w *World) Restart(between func()) {
	w.Helper()
	w.Stop()
	between()
	w.Start()
}

// Write writes a file of the world, with its folder.
func (w *World) Write(path, data string) {
	w.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o700); err != nil {
		w.Fatal(err)
	}
}

// Now is what the kiosk's clock says, and Step sets it so much ahead of the truth.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

// Step sets the kiosk's clock.
func (w *World) Step(ahead time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead = ahead
}

// Room lets the kiosk's disk have so many bytes free; 0 is as many as it has.
func (w *World) Room(bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.free = bytes
}

func (w *World) room(dir string) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.free > 0 {
		return w.free, nil
	}
	return outbox.Free(dir)
}

// Queue opens the outbox of the stopped kiosk.
func (w *World) Queue(use func(*outbox.Outbox)) {
	w.Helper()
	id, err := config.LoadIdentity(w.File.Data)
	if err != nil {
		w.Fatal(err)
	}
	source := id.Device.Source()
	o, err := outbox.Open(outbox.Config{
		Dir: filepath.Join(w.File.Data, "outbox"), Source: source, Now: w.Now,
		CaseNumber: receipt.Numbers{Hall: source.Hall, Kiosk: source.Kiosk, Incarnation: source.Incarnation}.Number,
		Sealer:     item.Sealer{Suite: item.Default(), SealKey: id.Device.SealKey, SealPublic: id.Device.SealPublic, SignKey: id.Device.SignKey, SignPriv: id.SignPrivate},
	})
	if err != nil {
		w.Fatal(err)
	}
	use(o)
	if err := o.Close(); err != nil {
		w.Fatal(err)
	}
}

// Put takes one item into the queue of the stopped kiosk: one of a kind that central takes, or one that it must refuse.
func (w *World) Put(refusable bool) {
	w.Helper()
	w.Queue(func(o *outbox.Outbox) {
		d := outbox.Draft{ID: item.NewID(w.Now()), Type: item.TypeHealth, Payload: []byte("{}")}
		if refusable {
			d.Type = item.TypePrint // of no case
		}
		if _, err := o.Accept(w.Context(), d); err != nil {
			w.Fatal(err)
		}
	})
}
