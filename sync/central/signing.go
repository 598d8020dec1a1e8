package central

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/zstd"

	"onedoor/sync/wire"
)

const (
	areaPages = iota
	areaSync
	areaStaff
)

// area tells which rules a path is under.
func area(path string) int {
	switch {
	case strings.HasPrefix(path, "/sync/"), path == wire.PathHealthz:
		return areaSync
	case strings.HasPrefix(path, "/api/"):
		return areaStaff
	default:
		return areaPages
	}
}

// deviceKey is the context key under which the requesting Device stands.
type deviceKey struct{}

// requester gives the device that signed the request.
func requester(ctx context.Context) (Device, error) {
	dev, ok := ctx.Value(deviceKey{}).(Device)
	if !ok {
		return Device{}, newProblem(http.StatusUnauthorized, "", "the request is not signed by a device")
	}
	return dev, nil
}

// serveSync proves the request, hands it on with its body inflated, and signs whatever comes back, problems too.
func (s *Server) serveSync(next http.Handler, w http.ResponseWriter, r *http.Request) {
	nonce := ""
	if _, claims, err := wire.PeekRequest(r.Header.Get(wire.HeaderRequest)); err == nil {
		nonce = claims.Nonce
	}
	rec := &recorder{header: w.Header(), status: http.StatusOK}
	rec.header.Set(wire.HeaderVersion, wire.Version)
	if req, err := s.admit(rec, r); err != nil {
		var p *problem
		if !errors.As(s.failed("admit request", err), &p) {
			p = newProblem(http.StatusInternalServerError, "", "")
		}
		writeProblem(rec, p)
	} else {
		next.ServeHTTP(rec, req)
	}
	sig, err := wire.SignAnswer(s.cfg.Suite, s.cfg.Keys.SignPrivate, s.cfg.Keys.SignID, rec.status, s.cfg.Store.Epoch(), nonce, rec.body.Bytes())
	if err != nil {
		s.cfg.Logger.Error("answer could not be signed", "error", err)
		http.Error(w, "answer could not be signed", http.StatusInternalServerError)
		return
	}
	rec.header.Set(wire.HeaderEpoch, s.cfg.Store.Epoch())
	rec.header.Set(wire.HeaderSignature, sig)
	w.WriteHeader(rec.status)
	_, _ = w.Write(rec.body.Bytes()) // a cut answer is "no answer" to the device, which then repeats
}

// admit reads the body as sent, checks version and signature over exactly these bytes, and only then inflates.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBatchBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, newProblem(http.StatusRequestEntityTooLarge, "", "the body is larger than announced in hello")
	}
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, "", "the body ended early")
	}
	ctx := r.Context()
	if r.URL.Path != wire.PathHealthz {
		if v := r.Header.Get(wire.HeaderVersion); v != wire.Version {
			return nil, newProblem(http.StatusUpgradeRequired, "", fmt.Sprintf("this central speaks %s %s", wire.HeaderVersion, wire.Version))
		}
		if r.URL.Path == wire.PathEnrolments {
			ctx = context.WithValue(ctx, rawKey{}, rawRequest{r.Header.Get(wire.HeaderRequest), r.Method, r.URL.RequestURI(), raw, s.cfg.ClientAddr(r)})
		} else {
			dev, err := s.authenticate(ctx, r, raw)
			if err != nil {
				return nil, err
			}
			ctx = context.WithValue(ctx, deviceKey{}, dev)
		}
	}
	body, err := inflate(raw, r.Header.Get("Content-Encoding"))
	if err != nil {
		return nil, err
	}
	req := r.Clone(ctx)
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	req.Header.Del("Content-Encoding")
	// Answers are always JSON, whatever a proxy made of Accept.
	req.Header.Set("Accept", wire.TypeJSON)
	return req, nil
}

func (s *Server) authenticate(ctx context.Context, r *http.Request, raw []byte) (Device, error) {
	header := r.Header.Get(wire.HeaderRequest)
	key, claims, err := wire.PeekRequest(header)
	if err != nil {
		return Device{}, newProblem(http.StatusUnauthorized, "", "the request is not signed by a device")
	}
	dev, err := s.cfg.Store.Device(ctx, claims.Source)
	if errors.Is(err, ErrNotFound) {
		return Device{}, newProblem(http.StatusUnauthorized, wire.ProblemUnknown, "this device is not enrolled here")
	}
	if err != nil {
		return Device{}, fmt.Errorf("find device: %w", err)
	}
	if key != dev.KeyID() || dev.Suite != s.cfg.Suite.Name() {
		return Device{}, newProblem(http.StatusUnauthorized, "", "the request is signed with another key than the enrolled one")
	}
	if _, err := wire.VerifyRequest(s.cfg.Suite, dev.SignPublic, header, r.Method, r.URL.RequestURI(), raw); err != nil {
		return Device{}, newProblem(http.StatusUnauthorized, "", "the request's signature is wrong")
	}
	return dev, nil
}

// inflate undoes the content encoding, bounded.
func inflate(raw []byte, encoding string) ([]byte, error) {
	var r io.Reader
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return raw, nil
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, newProblem(http.StatusBadRequest, wire.ProblemUnreadable, "the body is not gzip")
		}
		defer z.Close()
		r = z
	case "zstd":
		z, err := zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(wire.MaxBatchBytes+1),
			zstd.WithDecoderMaxWindow(8<<20)) // RFC 9659
		if err != nil {
			return nil, newProblem(http.StatusBadRequest, wire.ProblemUnreadable, "the body is not zstd")
		}
		defer z.Close()
		r = z
	default:
		return nil, newProblem(http.StatusUnsupportedMediaType, "", "content encodings are gzip and zstd")
	}
	body, err := io.ReadAll(io.LimitReader(r, wire.MaxBatchBytes+1))
	if len(body) > wire.MaxBatchBytes || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return nil, newProblem(http.StatusRequestEntityTooLarge, "", "the body is larger than announced in hello")
	}
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, wire.ProblemUnreadable, "the body's compression is damaged")
	}
	return body, nil
}

// recorder holds an answer back until it can be signed.
type recorder struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter; only the first counts.
func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.status, r.wrote = status, true
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}
