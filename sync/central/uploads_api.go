package central

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// uploadRoutes answers resumable uploads; without a directory for them there are none. They are outside huma, which knows
// neither the method's rules nor a body that is only bytes.
func (s *Server) uploadRoutes(mux *http.ServeMux) {
	u := s.uploads
	if u == nil {
		return
	}
	handle := func(method string, do func(r *http.Request, source string, f wire.Upload) (uploaded, int, error)) {
		mux.HandleFunc(method+" "+wire.PathUploads+"{id}", func(w http.ResponseWriter, r *http.Request) {
			s.serveUpload(w, r, do)
		})
	}
	handle(http.MethodHead, func(_ *http.Request, source string, f wire.Upload) (uploaded, int, error) {
		at, err := u.find(source, f)
		if !at.known {
			return at, http.StatusNotFound, err
		}
		return at, http.StatusNoContent, err
	})
	handle(http.MethodPost, func(r *http.Request, source string, f wire.Upload) (uploaded, int, error) {
		if r.ContentLength != 0 || r.Header.Get(wire.HeaderLength) != strconv.FormatInt(f.Length, 10) {
			return uploaded{}, 0, newProblem(http.StatusBadRequest, wire.ProblemUpload, "an upload is announced with its length and without bytes")
		}
		at, err := u.begin(r.Context(), source, f)
		return at, http.StatusCreated, err
	})
	handle(http.MethodPatch, func(r *http.Request, source string, f wire.Upload) (uploaded, int, error) {
		offset, part, err := readPart(r)
		if err != nil {
			return uploaded{}, 0, err
		}
		at, err := u.add(source, f, offset, part)
		return at, http.StatusOK, err
	})
}

// readPart reads a part, whose offset the signed query and the header must both name.
func readPart(r *http.Request) (offset int64, part []byte, err error) {
	offset, err = strconv.ParseInt(r.URL.Query().Get("offset"), 10, 64)
	kind, _, kindErr := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil || offset < 0 || r.Header.Get(wire.HeaderOffset) != strconv.FormatInt(offset, 10):
		return 0, nil, newProblem(http.StatusBadRequest, wire.ProblemUpload, "the part's offset is missing or said in two ways")
	case kindErr != nil || kind != wire.TypeUpload:
		return 0, nil, newProblem(http.StatusUnsupportedMediaType, "", "a part is "+wire.TypeUpload)
	case r.ContentLength < 1 || r.ContentLength > wire.MaxUploadPart:
		return 0, nil, newProblem(http.StatusRequestEntityTooLarge, "", "a part has from 1 to "+strconv.Itoa(wire.MaxUploadPart)+" bytes")
	}
	part, err = io.ReadAll(r.Body)
	return offset, part, err
}

func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, do func(*http.Request, string, wire.Upload) (uploaded, int, error)) {
	state, status, err := s.upload(r, do)
	var body []byte
	if err == nil {
		body, err = json.Marshal(state)
	}
	if err != nil {
		var p *problem
		if !errors.As(s.failed("upload", err), &p) {
			p = newProblem(http.StatusInternalServerError, "", "")
		}
		writeProblem(w, p)
		return
	}
	h := w.Header()
	h.Set("Content-Type", wire.TypeJSON)
	h.Set(wire.HeaderOffset, strconv.FormatInt(state.Offset, 10))
	h.Set(wire.HeaderLength, strconv.FormatInt(state.Length, 10))
	h.Set(wire.HeaderComplete, "?0")
	if state.Complete {
		h.Set(wire.HeaderComplete, "?1")
	}
	if status == http.StatusCreated {
		h.Set("Location", r.URL.RequestURI())
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // into memory, to be signed; of an answer to HEAD only the signature is sent
}

func (s *Server) upload(r *http.Request, do func(*http.Request, string, wire.Upload) (uploaded, int, error)) (wire.UploadState, int, error) {
	dev, err := requester(r.Context())
	if err != nil {
		return wire.UploadState{}, 0, err
	}
	q := r.URL.Query()
	length, err := strconv.ParseInt(q.Get("length"), 10, 64)
	f := wire.Upload{ID: r.PathValue("id"), Digest: q.Get("digest"), Length: length}
	if err := errors.Join(err, f.Validate()); err != nil {
		return wire.UploadState{}, 0, newProblem(http.StatusBadRequest, wire.ProblemUpload, "identity, digest or length of the upload is not valid")
	}
	source := dev.Source().String()
	at, status, err := do(r, source, f)
	if err != nil {
		return wire.UploadState{}, 0, err
	}
	state := wire.UploadState{ID: f.ID, Digest: f.Digest, Length: f.Length, Offset: at.offset, Complete: at.whole}
	if at.whole && r.Method != http.MethodHead {
		state.Receipt = &wire.UploadReceipt{
			Source: source, ID: f.ID, Digest: f.Digest, Length: f.Length, Tier: wire.TierCentral, Epoch: s.cfg.Store.Epoch(),
			At: item.FormatTime(at.at), Key: s.cfg.Keys.SignID,
		}
		err = state.Receipt.Sign(s.cfg.Suite, s.cfg.Keys.SignPrivate)
	}
	return state, status, err
}
