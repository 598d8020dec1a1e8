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

// serveSync proves the request, hands it on with its body inflated, and signs what comes back, problems too. It signs for
// a device whose own signature it has verified, and the document of an enrolment that worked; never for a stranger, who
// could choose what is signed.
func (s *Server) serveSync(next http.Handler, w http.ResponseWriter, r *http.Request) {
	rec := &recorder{header: w.Header(), status: http.StatusOK}
	rec.header.Set(wire.HeaderVersion, wire.Version)
	req, asked, err := s.admit(rec, r)
	if err != nil {
		var p *problem
		if !errors.As(s.failed("admit request", err), &p) {
			p = newProblem(http.StatusInternalServerError, "", "")
		}
		writeProblem(rec, p)
	} else {
		next.ServeHTTP(rec, req)
	}
	if asked != nil && (asked.Nonce != "" || rec.status < http.StatusMultipleChoices) {
		epoch := s.cfg.Store.Epoch()
		sig, err := wire.SignAnswer(s.cfg.Suite, s.cfg.Keys.SignPrivate, s.cfg.Keys.SignID, *asked, rec.status, epoch, rec.body.Bytes())
		if err != nil {
			s.cfg.Logger.Error("answer could not be signed", "error", err)
			http.Error(w, "answer could not be signed", http.StatusInternalServerError)
			return
		}
		rec.header.Set(wire.HeaderEpoch, epoch)
		rec.header.Set(wire.HeaderSignature, sig)
	}
	w.WriteHeader(rec.status)
	_, _ = w.Write(rec.body.Bytes()) // a cut answer is "no answer" to the device, which then repeats
}

// admit reads the body as sent, checks signature and version over exactly these bytes, and only then inflates. asked is
// what an answer can be signed for, also with an error; nil without a verified device or an enrolment.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (_ *http.Request, asked *wire.Request, err error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBatchBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, nil, newProblem(http.StatusRequestEntityTooLarge, "", "the body is larger than announced in hello")
	}
	if err != nil {
		return nil, nil, newProblem(http.StatusBadRequest, "", "the body ended early")
	}
	ctx := r.Context()
	if r.URL.Path != wire.PathHealthz {
		asked = &wire.Request{Method: r.Method, Path: r.URL.RequestURI(), Body: raw}
		if r.URL.Path == wire.PathEnrolments {
			ctx = context.WithValue(ctx, addrKey{}, s.clientAddr(r))
		} else {
			dev, nonce, err := s.authenticate(ctx, r, raw)
			if asked.Nonce = nonce; nonce == "" {
				return nil, nil, err
			}
			if err != nil {
				return nil, asked, err
			}
			ctx = context.WithValue(ctx, deviceKey{}, dev)
		}
		if v := r.Header.Get(wire.HeaderVersion); v != wire.Version {
			return nil, asked, newProblem(http.StatusUpgradeRequired, "", fmt.Sprintf("this central speaks %s %s", wire.HeaderVersion, wire.Version))
		}
	}
	body, err := inflate(raw, r.Header.Get("Content-Encoding"))
	if err != nil {
		return nil, asked, err
	}
	req := r.Clone(ctx)
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	req.Header.Del("Content-Encoding")
	// Answers are always JSON, whatever a proxy made of Accept.
	req.Header.Set("Accept", wire.TypeJSON)
	return req, asked, nil
}

// authenticate gives the device that signed the request, and the nonce it signed. A nonce comes only from a verified
// request: with an error, it is a known device that is refused, which may be told so in a signed answer.
func (s *Server) authenticate(ctx context.Context, r *http.Request, raw []byte) (_ Device, nonce string, err error) {
	header := r.Header.Get(wire.HeaderRequest)
	key, claims, err := wire.PeekRequest(header)
	if err != nil {
		return Device{}, "", newProblem(http.StatusUnauthorized, "", "the request is not signed by a device")
	}
	dev, err := s.cfg.Store.Device(ctx, claims.Source)
	if errors.Is(err, ErrNotFound) {
		return Device{}, "", newProblem(http.StatusUnauthorized, wire.ProblemUnknown, "this device is not enrolled here")
	}
	if err != nil {
		return Device{}, "", fmt.Errorf("find device: %w", err)
	}
	if key != dev.KeyID() || dev.Suite != s.cfg.Suite.Name() {
		return Device{}, "", newProblem(http.StatusUnauthorized, "", "the request is signed with another key than the enrolled one")
	}
	verified, err := wire.VerifyRequest(s.cfg.Suite, dev.SignPublic, header, r.Method, r.URL.RequestURI(), raw)
	if err != nil {
		return Device{}, "", newProblem(http.StatusUnauthorized, "", "the request's signature is wrong")
	}
	s.heard.note(dev, s.cfg.Now())
	if err := s.turnAway(dev); err != nil {
		return dev, verified.Nonce, err
	}
	return dev, verified.Nonce, nil
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
