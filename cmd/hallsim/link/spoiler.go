package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
)

// SpoilerConfig is what NewSpoiler needs.
type SpoilerConfig struct {
	To     *url.URL // scheme and host of the far end. Required.
	Faults Faults
	Seed   uint64       // the same seed spoils the n-th exchange in the same way
	Logger *slog.Logger // is told of each fault, without what was asked or answered. Required.
}

// Spoiler is the part of a line that knows HTTP: it hands requests to the far end and the answers back as they are, but for
// those that a fault meets. It is an http.Handler; where a connection has to end, it does so with http.ErrAbortHandler.
type Spoiler struct {
	cfg       SpoilerConfig
	dice      *dice
	transport *http.Transport
	proxy     *httputil.ReverseProxy
	met       [Status + 1]atomic.Uint64
}

// maxHeld bounds an answer that has to be known to its end before it is dropped or cut, in bytes.
const maxHeld = 64 << 20

// errSpoiled ends an answer that a fault has met.
var errSpoiled = errors.New("the link lost the answer")

// portalURL is where the portal sends everybody. The name belongs to nobody (RFC 6761).
const portalURL = "http://portal.invalid/login"

// NewSpoiler checks cfg; it does not connect.
func NewSpoiler(cfg SpoilerConfig) (*Spoiler, error) {
	switch {
	case cfg.Logger == nil:
		return nil, errors.New("spoiler: Logger is required")
	case cfg.To == nil || cfg.To.Host == "" || cfg.To.Scheme != "http" && cfg.To.Scheme != "https":
		return nil, errors.New("spoiler: To must be http or https and a host")
	}
	if err := cfg.Faults.Validate(); err != nil {
		return nil, fmt.Errorf("spoiler: %w", err)
	}
	s := &Spoiler{cfg: cfg, dice: newDice(cfg.Seed), transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: DefaultMaxConns}}
	s.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = cfg.To.Scheme, cfg.To.Host
			r.Out.Host = r.In.Host
		},
		Transport:      s.transport,
		FlushInterval:  -1,
		ErrorLog:       log.New(io.Discard, "", 0),
		ModifyResponse: s.spoil,
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) {
			if !errors.Is(err, errSpoiled) {
				cfg.Logger.Debug("link could not reach the other end", "error", err)
			}
			panic(http.ErrAbortHandler)
		},
	}
	return s, nil
}

// Close gives back idle connections to the far end.
func (s *Spoiler) Close() { s.transport.CloseIdleConnections() }

// Met is how many exchanges a fault has met since the start, or with NoFault how many none has.
func (s *Spoiler) Met(f Fault) uint64 { return s.met[f].Load() }

// fateKey marks a request's context with its fault.
type fateKey struct{}

func withFate(ctx context.Context, f Fault) context.Context {
	return context.WithValue(ctx, fateKey{}, f)
}

func fateOf(ctx context.Context) Fault {
	f, _ := ctx.Value(fateKey{}).(Fault)
	return f
}

// ServeHTTP is one exchange.
func (s *Spoiler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, code := s.cfg.Faults.Pick(s.dice.throw())
	s.met[fault].Add(1)
	if fault != NoFault {
		s.cfg.Logger.Info("fault", "fault", fault.String(), "method", r.Method, "path", r.URL.Path)
	}
	switch fault {
	case DropReply, CutBody:
		r = r.WithContext(withFate(r.Context(), fault))
	case DropRequest, Portal, Redirect, Status: // the client has said all before it learns of it
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
	switch fault {
	case DropRequest:
		panic(http.ErrAbortHandler)
	case Portal:
		page(w, http.StatusOK, "请登录 Please log in")
	case Redirect:
		w.Header().Set("Location", portalURL)
		page(w, http.StatusFound, "请登录 Please log in")
	case Status:
		page(w, code, http.StatusText(code))
	default:
		s.proxy.ServeHTTP(w, r)
	}
}

// spoil loses an answer, or its second half, once it is there as a whole: the far end has done what it was asked for.
func (s *Spoiler) spoil(resp *http.Response) error {
	fault := fateOf(resp.Request.Context())
	if fault == NoFault {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxHeld))
	resp.Body.Close()
	if err != nil {
		return err
	}
	if fault == DropReply || len(body) < 2 {
		return errSpoiled
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), lost{}))
	return nil
}

// lost is where a body was cut.
type lost struct{}

func (lost) Read([]byte) (int, error) { return 0, errSpoiled }
