package central

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"onedoor/sync/wire"
)

// Problem types that concern one item, beside those of package wire.
const (
	ProblemItem     = "urn:onedoor:problem:item-invalid"
	ProblemPayload  = "urn:onedoor:problem:payload-invalid"
	ProblemSealKey  = "urn:onedoor:problem:seal-key-unknown"
	ProblemIdentity = "urn:onedoor:problem:identity-taken"
	ProblemHeld     = "urn:onedoor:problem:held"
	ProblemNewer    = "urn:onedoor:problem:attributes-unknown"
)

// Problem types of an attachment that staff ask for.
const (
	ProblemComing  = "urn:onedoor:problem:attachment-coming"  // 404: it is not here in full yet
	ProblemDiffers = "urn:onedoor:problem:attachment-differs" // 409: what came is not what the item names
	ProblemDamaged = "urn:onedoor:problem:attachment-damaged" // 500: what is here does not open
)

// problem is a wire.Problem that huma can answer with.
type problem struct{ wire.Problem }

// Error implements error.
func (p *problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return wire.TypeProblem }

// MarshalJSON keeps the members of RFC 9457 at the top.
func (p *problem) MarshalJSON() ([]byte, error) { return json.Marshal(p.Problem) }

func newProblem(status int, kind, detail string) *problem {
	return &problem{wire.Problem{Type: kind, Title: http.StatusText(status), Status: status, Detail: detail}}
}

// failed is the one place that turns an error into an answer. What a client can not act on is only logged.
func (s *Server) failed(operation string, err error) error {
	var p *problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, ErrNotFound):
		return newProblem(http.StatusNotFound, "", "there is no such thing here")
	case errors.Is(err, ErrStage), errors.Is(err, ErrVersion), errors.Is(err, ErrExists):
		return newProblem(http.StatusConflict, "", err.Error())
	case errors.Is(err, ErrFull):
		s.cfg.Logger.Error("out of space", "operation", operation, "error", err)
		return newProblem(http.StatusInsufficientStorage, "", "central has too little free space; nothing was taken in")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, "", "the request was given up")
	default:
		s.cfg.Logger.Error("request failed", "operation", operation, "error", err)
		return newProblem(http.StatusInternalServerError, "", "central could not do this now; try again later")
	}
}

// writeProblem answers outside huma.
func writeProblem(w http.ResponseWriter, p *problem) {
	body, err := json.Marshal(p)
	if err != nil {
		http.Error(w, p.Title, p.Status)
		return
	}
	w.Header().Set("Content-Type", wire.TypeProblem)
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the client is gone if this fails
}
