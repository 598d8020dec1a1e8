package central

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// Config is what a Server is made of. Fields without a default are required.
type Config struct {
	Store Store
	Suite item.Suite
	Keys  Keys
	// Dictionaries are all that were ever published, by OpenDictionaries. An item that was compressed with another one is held.
	Dictionaries item.Dictionaries
	Now          func() time.Time
	Logger       *slog.Logger
	TrackingURL  string // scheme and host that kiosks put before tracking codes, for instance HTTPS://SX.GOV.CN
	// TrustedProxies are the networks of the proxies that end TLS in front of this server, if any. Their X-Forwarded-For is
	// believed, and the desk's cookie is kept to HTTPS for who comes through them.
	TrustedProxies []netip.Prefix
	// Uploads is the directory of the sealed attachments that kiosks upload; it is made. Empty: none are taken.
	Uploads string
	// Limits bound the uploads.
	Limits UploadLimits
	// Parallel bounds the goroutines that verify, open and sign the items of batches: one for each request, and one fewer
	// than this beside them, for all requests together. 0 means GOMAXPROCS; with 1 there are none beside them.
	Parallel int
}

// Server answers kiosks, staff and citizens.
type Server struct {
	cfg     Config
	opener  item.Opener
	handler http.Handler
	pages   *pages
	crew    *crew
	uploads *uploads // nil when none are taken
	sweeps  *timely  // nil without uploads
	// Wrong guesses per address, each kind apart: a citizen's mistyped codes must not lock staff out.
	wrongCodes, wrongEnrolments, wrongTokens *limiter
	// Questions for somebody's cases, by device.
	askedMinute, askedDay *limiter
	turnedAway            *limiter // requests of revoked devices, by device
	heard                 heard
	holderKey             []byte

	stopOnce sync.Once
	stopping chan struct{}
}

// New checks cfg and builds the handlers. With uploads it removes what a former process left of them, and sweeps them until
// Stop; else it starts nothing.
func New(cfg Config) (*Server, error) {
	switch {
	case cfg.Store == nil:
		return nil, errors.New("new central server: Store is required")
	case cfg.Suite == nil:
		return nil, errors.New("new central server: Suite is required")
	case cfg.Now == nil:
		return nil, errors.New("new central server: Now is required")
	case cfg.Logger == nil:
		return nil, errors.New("new central server: Logger is required")
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = runtime.GOMAXPROCS(0)
	}
	if err := cfg.Keys.validate(cfg.Suite); err != nil {
		return nil, fmt.Errorf("new central server: %w", err)
	}
	u, err := url.Parse(cfg.TrackingURL)
	if err != nil || u.Host == "" || (u.Path != "" && u.Path != "/") {
		return nil, fmt.Errorf("new central server: tracking URL %q is not a scheme and a host", cfg.TrackingURL)
	}
	pages, err := newPages(time.FixedZone("UTC+8", 8*60*60))
	if err != nil {
		return nil, fmt.Errorf("new central server: %w", err)
	}
	s := &Server{
		cfg: cfg, pages: pages, crew: newCrew(cfg.Parallel), stopping: make(chan struct{}),
		opener: item.Opener{Suite: cfg.Suite, SealPrivate: cfg.Keys.SealPrivate, Dictionaries: cfg.Dictionaries},
	}
	for _, l := range []**limiter{&s.wrongCodes, &s.wrongEnrolments, &s.wrongTokens} {
		*l = newLimiter(cfg.Now, 10, time.Minute)
	}
	s.askedMinute, s.askedDay = newLimiter(cfg.Now, asksMinute, time.Minute), newLimiter(cfg.Now, asksDay, 24*time.Hour)
	s.turnedAway = newLimiter(cfg.Now, 1, time.Hour)
	if s.holderKey, err = holderKey(cfg.Keys); err != nil {
		return nil, fmt.Errorf("new central server: %w", err)
	}
	if cfg.Uploads != "" {
		s.uploads = &uploads{dir: cfg.Uploads, now: cfg.Now, limits: cfg.Limits.filled(), named: cfg.Store.Named}
		if err := s.uploads.clean(); err != nil {
			return nil, fmt.Errorf("new central server: clean uploads: %w", err)
		}
	}
	s.routes()
	if s.uploads != nil {
		s.sweeps = startTimely(s.uploads.limits.Every, func(ctx context.Context) {
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.cfg.Logger.Error("uploads could not be swept", "error", err)
			}
		})
	}
	return s, nil
}

// Handler serves all paths.
func (s *Server) Handler() http.Handler { return s.handler }

// Stop ends waiting long polls with what they have, and the sweeping of uploads. Call it when the HTTP server begins to
// shut down (http.Server.RegisterOnShutdown). It may be called twice.
func (s *Server) Stop() {
	s.stopOnce.Do(func() { close(s.stopping) })
	if s.sweeps != nil {
		s.sweeps.stop()
	}
}

// maxForm bounds what a person or an operator's program sends, in bytes.
const maxForm = 64 << 10

func (s *Server) routes() {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Onedoor central platform", "1")
	config.Info.Description = "Sync protocol between kiosks and the central platform, and the staff API. " +
		"Every /sync request is signed in " + wire.HeaderRequest + " and every answer to a known device in " + wire.HeaderSignature +
		", as compact JWS; see the Go package onedoor/sync/wire."
	config.CreateHooks = nil // no $schema members: answers are signed and kept short
	config.DocsPath = ""     // its page would load scripts from another host
	config.SchemasPath = ""
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"device":   {Type: "apiKey", In: "header", Name: wire.HeaderRequest, Description: "JWS of the device over the request"},
		"operator": {Type: "http", Scheme: "bearer"},
	}
	api := humago.New(mux, config)
	s.syncOperations(api)
	s.staffOperations(api)
	allowMore(api)
	s.pageRoutes(mux)
	s.uploadRoutes(mux)

	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(r.URL.Path, "/desk") {
			h.Set("Referrer-Policy", "same-origin") // or browsers would hide the origin of the desk's own forms
		}
		a := area(r.URL.Path)
		if a != areaSync { // which has its own, larger limit
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		}
		switch a {
		case areaSync:
			s.serveSync(mux, w, r)
		case areaStaff:
			s.serveStaff(mux, w, r)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}
