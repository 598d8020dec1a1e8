package central

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
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
	Store       Store
	Suite       item.Suite
	Keys        Keys
	Now         func() time.Time
	Logger      *slog.Logger
	TrackingURL string // scheme and host that kiosks put before tracking codes, for instance HTTPS://SX.GOV.CN
	// Zone is that of the times on pages. nil means UTC+8.
	Zone *time.Location
	// ClientAddr tells who asks, for rate limits. nil means the connection's address; a site behind a proxy that it
	// trusts reads the proxy's header here.
	ClientAddr func(*http.Request) string
	// SecureCookie keeps the desk's cookie to HTTPS even when a gateway ends TLS before this server.
	SecureCookie bool
}

// Server answers kiosks, staff and citizens.
type Server struct {
	cfg     Config
	handler http.Handler
	pages   *pages
	// Wrong guesses per address, each kind apart: a citizen's mistyped codes must not lock staff out.
	wrongCodes, wrongEnrolments, wrongTokens *limiter

	stopOnce sync.Once
	stopping chan struct{}
}

// New checks cfg and builds the handlers. It starts nothing.
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
	if err := cfg.Keys.validate(cfg.Suite); err != nil {
		return nil, fmt.Errorf("new central server: %w", err)
	}
	u, err := url.Parse(cfg.TrackingURL)
	if err != nil || u.Host == "" || (u.Path != "" && u.Path != "/") {
		return nil, fmt.Errorf("new central server: tracking URL %q is not a scheme and a host", cfg.TrackingURL)
	}
	if cfg.Zone == nil {
		cfg.Zone = time.FixedZone("UTC+8", 8*60*60)
	}
	if cfg.ClientAddr == nil {
		cfg.ClientAddr = connectionAddr
	}
	pages, err := newPages(cfg.Zone)
	if err != nil {
		return nil, fmt.Errorf("new central server: %w", err)
	}
	s := &Server{
		cfg: cfg, pages: pages, stopping: make(chan struct{}),
	}
	for _, l := range []**limiter{&s.wrongCodes, &s.wrongEnrolments, &s.wrongTokens} {
		*l = newLimiter(cfg.Now, 10, time.Minute)
	}
	s.routes()
	return s, nil
}

// Handler serves all paths.
func (s *Server) Handler() http.Handler { return s.handler }

// Stop ends waiting long polls with what they have. Call it when the HTTP server begins to shut down
// (http.Server.RegisterOnShutdown). It may be called twice.
func (s *Server) Stop() { s.stopOnce.Do(func() { close(s.stopping) }) }

func (s *Server) routes() {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Onedoor central platform", "1")
	config.Info.Description = "Sync protocol between kiosks and the central platform, and the staff API. " +
		"Every /sync request is signed in " + wire.HeaderRequest + " and every answer in " + wire.HeaderSignature +
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
	s.pageRoutes(mux)

	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(r.URL.Path, "/desk") {
			h.Set("Referrer-Policy", "same-origin") // or browsers would hide the origin of the desk's own forms
		}
		switch area(r.URL.Path) {
		case areaSync:
			s.serveSync(mux, w, r)
		case areaStaff:
			s.serveStaff(mux, w, r)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// connectionAddr is the address of the connection; an IPv6 host counts as its /64.
func connectionAddr(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	addr = addr.Unmap()
	if addr.Is6() {
		if p, err := addr.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}
