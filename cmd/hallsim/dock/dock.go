package dock

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Card is a card in the tray.
type Card struct {
	ID   string // short name in the tray, for instance "zhang"; never a number from the card
	Name string // as printed on the card
	Kind string // for instance "居民身份证"
	// Number is the card's number. The page gets it masked; a number that has stars already is left alone. May be empty.
	Number string
	Note   string // what is special about it, in a few words. May be empty.
}

// Tray is the tray of cards and the reader beside it. It must be safe for use by several goroutines.
type Tray interface {
	// Cards lists the cards in the order they are shown.
	Cards() []Card
	// Lay puts a card on the reader, in place of the one that lies there. ErrNoCard: there is no such card.
	Lay(id string) error
	// Lift takes the card off the reader, if there is one.
	Lift()
	// Lying is the ID of the card on the reader, or empty.
	Lying() string
}

// ErrNoCard says that the tray has no card of that ID.
var ErrNoCard = errors.New("no such card in the tray")

// Paper is one piece of paper from the printer. Its bytes must not change after it was handed out.
type Paper struct {
	ID    int       // ascending, from 1
	At    time.Time // when it was printed
	PNG   []byte    // what it looks like
	Bytes []byte    // what the printer received
	Code  string    // what the paper's code says, as a scanner reads it, or empty
	// TrackURL is the page that the paper's code leads to, or empty.
	TrackURL string
}

// Levers are the printer's levers.
type Levers struct {
	PaperOut  bool `json:"paper_out"`
	CoverOpen bool `json:"cover_open"`
}

// Printer is the printer. It must be safe for use by several goroutines.
type Printer interface {
	// Papers lists what was printed, in any order.
	Papers() []Paper
	// Levers tells how the levers stand.
	Levers() Levers
	// SetLevers moves them.
	SetLevers(Levers)
}

// Link is the network link's switch. It must be safe for use by several goroutines. The link package's Link is one.
type Link interface {
	Up() bool
	Set(up bool)
}

// Config is what the dock shows and moves.
type Config struct {
	Tray   Tray         // required
	Paper  Printer      // required
	Link   Link         // required
	Logger *slog.Logger // required
	// Devices are the devices whose levers can be moved, by name: Reader, ReceiptPrinter, Scanner. May be nil.
	Devices map[string]Device
	// Scan holds a code before the scanner; nil without one.
	Scan func([]byte) error
	// PowerLoss takes the printer's power away for a moment; nil without.
	PowerLoss func()
	// DeskURL and TrackURL are pages at the central platform: where staff move cases on, and where citizens ask for them.
	// Empty ones are not shown.
	DeskURL, TrackURL string
	// Staff is an invented member of the hall's staff, with whose PIN one can sign in at the kiosk. Empty: there is none.
	Staff Member
}

// Member is somebody of the hall's staff, invented.
type Member struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	PIN  string `json:"pin"`
}

// Dock is the page. Make one with New.
type Dock struct {
	cfg     Config
	closed  chan struct{}
	closing sync.Once
	streams chan struct{} // one token for each open event stream
	levers  sync.Mutex    // held while levers are read and moved
	cables  sync.Mutex    // held while cables are pulled and plugged in
}

// New checks cfg.
func New(cfg Config) (*Dock, error) {
	if cfg.Tray == nil || cfg.Paper == nil || cfg.Link == nil || cfg.Logger == nil {
		return nil, errors.New("dock: Tray, Paper, Link and Logger are required")
	}
	for _, page := range []string{cfg.DeskURL, cfg.TrackURL} {
		if page != "" && !webPage(page) {
			return nil, fmt.Errorf("dock: %q is not the address of a web page", page)
		}
	}
	return &Dock{cfg: cfg, closed: make(chan struct{}), streams: make(chan struct{}, maxStreams)}, nil
}

// Close ends the event streams. Register it with http.Server.RegisterOnShutdown: Shutdown waits for open streams and
// does not end them by itself.
func (d *Dock) Close() { d.closing.Do(func() { close(d.closed) }) }

// webPage tells whether an address may become a link: one that came from a printer could be anything.
func webPage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// Handler serves the page, its files and its API.
func (d *Dock) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, file := range pageFiles() {
		mux.HandleFunc("GET "+path, d.static(file))
	}
	mux.HandleFunc("GET /api/state", d.getState)
	mux.HandleFunc("GET /events", d.getEvents)
	mux.HandleFunc("GET /papers/{file}", d.getPaper)
	mux.HandleFunc("POST /api/lay", d.postLay)
	mux.HandleFunc("POST /api/lift", d.postLift)
	mux.HandleFunc("POST /api/link", d.postLink)
	mux.HandleFunc("POST /api/printer", d.postPrinter)
	mux.HandleFunc("POST /api/levers/{device}", d.postLevers)
	mux.HandleFunc("POST /api/reset/{device}", d.postReset)
	mux.HandleFunc("POST /api/plug", d.postPlug)
	mux.HandleFunc("POST /api/power", d.postPower)
	mux.HandleFunc("POST /api/scan", d.postScan)
	return guard(mux)
}
