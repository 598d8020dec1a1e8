package central

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// serveStaff lets a request through that bears the operator token.
func (s *Server) serveStaff(next http.Handler, w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || !s.tokenRight(token) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, newProblem(http.StatusUnauthorized, "", "the operator token is missing or wrong"))
		return
	}
	next.ServeHTTP(w, r)
}

// tokenRight compares in constant time, whatever the length.
func (s *Server) tokenRight(token string) bool { return equal(token, s.cfg.Keys.OperatorToken) }

func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func (s *Server) staffOperations(api huma.API) {
	operator := []map[string][]string{{"operator": {}}}
	tags := []string{"staff"}
	huma.Register(api, huma.Operation{
		OperationID: "list-cases", Method: http.MethodGet, Path: "/api/v1/cases", Security: operator, Tags: tags,
		Summary: "Cases, the newest first",
	}, s.listCases)
	huma.Register(api, huma.Operation{
		OperationID: "get-case", Method: http.MethodGet, Path: "/api/v1/cases/{receiptno}", Security: operator, Tags: tags,
		Summary: "One case with its history", Errors: []int{http.StatusNotFound},
	}, s.getCase)
	huma.Register(api, huma.Operation{
		OperationID: "open-payload", Method: http.MethodGet, Path: "/api/v1/cases/{receiptno}/payload", Security: operator, Tags: tags,
		Summary: "What the citizen submitted, opened on demand", Errors: []int{http.StatusNotFound},
	}, s.getPayload)
	huma.Register(api, huma.Operation{
		OperationID: "open-attachment", Method: http.MethodGet, Path: "/api/v1/cases/{receiptno}/attachments/{id}", Security: operator, Tags: tags,
		Summary: "A file that the citizen submitted, opened on demand", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.getAttachment)
	huma.Register(api, huma.Operation{
		OperationID: "move-case", Method: http.MethodPost, Path: "/api/v1/cases/{receiptno}/stage", Security: operator, Tags: tags,
		Summary: "Move a case on; never backwards", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.postStage)
	s.rosterOperations(api, operator, tags)
	s.kioskOperations(api, operator, tags)
	huma.Register(api, huma.Operation{
		OperationID: "new-enrolment-code", Method: http.MethodPost, Path: "/api/v1/enrolment-codes", Security: operator, Tags: tags,
		Summary: "Make a one-time code for a kiosk", DefaultStatus: http.StatusCreated,
	}, s.postEnrolCode)
}

// CaseView is a case as the staff API shows it.
type CaseView struct {
	CaseID     string     `json:"case_id"`
	ReceiptNo  string     `json:"receipt_no"`
	Hall       string     `json:"hall"`
	HallName   string     `json:"hall_name"`
	Kiosk      string     `json:"kiosk"`
	ServiceID  string     `json:"service_id"`
	Service    Text       `json:"service"`
	Department Text       `json:"department,omitempty"`
	Stage      wire.Stage `json:"stage"`
	Version    uint64     `json:"version"`
	OfficialNo string     `json:"official_no,omitempty"`
	Delivered  string     `json:"delivered_at"`
	Accepted   string     `json:"accepted_at,omitempty"`
	Changed    string     `json:"changed_at"`
	Filed      Filing     `json:"filed" doc:"when the citizen filed, and what was corrected of the kiosk's clock"`
	Position   uint64     `json:"position" doc:"in the ledger, of the item that opened the case"`
	Items      uint32     `json:"items" doc:"items that took effect"`
	Steps      []Step     `json:"steps"`
	Prints     []Print    `json:"prints"`

	Attachments []AttachmentView `json:"attachments,omitempty" doc:"with one case only, not in a list"`
}

func viewCase(c *Case) CaseView {
	v := CaseView{
		CaseID: c.ID, ReceiptNo: c.ReceiptNo, Hall: c.Kiosk.Hall, HallName: c.HallName, Kiosk: c.Kiosk.Number,
		ServiceID: c.Facts.ServiceID, Service: c.Facts.Title, Department: c.Facts.Department, Stage: c.Stage, Version: c.Version,
		OfficialNo: c.OfficialNo, Delivered: item.FormatTime(c.Reached(wire.StageDelivered)), Changed: item.FormatTime(c.Changed()),
		Filed: c.Facts.Filed, Position: c.Position, Items: c.Items, Steps: c.Steps, Prints: c.Prints,
	}
	if at := c.Reached(wire.StageAccepted); !at.IsZero() {
		v.Accepted = item.FormatTime(at)
	}
	if v.Prints == nil {
		v.Prints = []Print{}
	}
	return v
}

type listInput struct {
	Before uint64 `query:"before" doc:"position of the last case of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// CaseList answers GET /api/v1/cases.
type CaseList struct {
	Count int        `json:"count" doc:"of all cases, not only of this page"`
	Cases []CaseView `json:"cases"`
}

type listAnswer struct{ Body CaseList }

func (s *Server) listCases(ctx context.Context, in *listInput) (*listAnswer, error) {
	list, total, err := s.cfg.Store.Cases(ctx, in.Before, in.Limit)
	if err != nil {
		return nil, s.failed("list cases", err)
	}
	out := &listAnswer{CaseList{Count: total, Cases: []CaseView{}}}
	for i := range list {
		out.Body.Cases = append(out.Body.Cases, viewCase(&list[i]))
	}
	return out, nil
}

type caseInput struct {
	ReceiptNo string `path:"receiptno" maxLength:"40" doc:"receipt number, or case id"`
}

type caseAnswer struct{ Body CaseView }

func (s *Server) getCase(ctx context.Context, in *caseInput) (*caseAnswer, error) {
	c, err := s.cfg.Store.Case(ctx, in.ReceiptNo)
	if err != nil {
		return nil, s.failed("get case", err)
	}
	view := viewCase(&c)
	if view.Attachments, err = s.attachments(&c); err != nil {
		return nil, s.failed("look at attachments", err)
	}
	return &caseAnswer{view}, nil
}

type payloadAnswer struct{ Body Submission }

func (s *Server) getPayload(ctx context.Context, in *caseInput) (*payloadAnswer, error) {
	sub, err := s.openSubmission(ctx, in.ReceiptNo)
	if err != nil {
		return nil, s.failed("open payload", err)
	}
	return &payloadAnswer{sub}, nil
}

// openSubmission opens the sealed item of a case for one look.
func (s *Server) openSubmission(ctx context.Context, ref string) (Submission, error) {
	c, err := s.cfg.Store.Case(ctx, ref)
	if err != nil {
		return Submission{}, err
	}
	row, err := s.cfg.Store.Row(ctx, c.ItemSource, c.ItemID)
	if err != nil {
		return Submission{}, fmt.Errorf("read sealed item: %w", err)
	}
	payload, err := s.opener.Open(&row.Entry.Item)
	if err != nil {
		return Submission{}, err
	}
	defer clear(payload)
	var sub Submission
	if err := json.Unmarshal(payload, &sub); err != nil {
		return Submission{}, errors.New("read submission: not JSON of the expected form")
	}
	s.cfg.Logger.Info("submission opened", "receipt_no", c.ReceiptNo)
	return sub, nil
}

type stageInput struct {
	ReceiptNo string `path:"receiptno" maxLength:"40" doc:"receipt number, or case id"`
	Body      struct {
		Stage      wire.Stage `json:"stage" enum:"accepted,returned,done"`
		OfficialNo string     `json:"official_no,omitempty" maxLength:"64" doc:"受理编号; made when accepted without one"`
		Note       string     `json:"note,omitempty" maxLength:"500" doc:"for staff; citizens do not see it"`
	}
}

func (s *Server) postStage(ctx context.Context, in *stageInput) (*caseAnswer, error) {
	c, err := s.Advance(ctx, in.ReceiptNo, in.Body.Stage, in.Body.OfficialNo, in.Body.Note)
	if err != nil {
		return nil, s.failed("move case", err)
	}
	return &caseAnswer{viewCase(&c)}, nil
}

// Advance moves a case on. ErrStage when it may not go there, ErrNotFound when there is no such case.
func (s *Server) Advance(ctx context.Context, ref string, to wire.Stage, officialNo, note string) (Case, error) {
	officialNo, note = strings.TrimSpace(officialNo), strings.TrimSpace(note)
	if utf8.RuneCountInString(officialNo) > 64 || utf8.RuneCountInString(note) > 500 {
		return Case{}, newProblem(http.StatusUnprocessableEntity, "", "the official number or the note is too long")
	}
	for range 10 {
		c, err := s.cfg.Store.Case(ctx, ref)
		if err != nil {
			return Case{}, err
		}
		step, unchanged, err := advance(&c, Step{Stage: to, At: s.cfg.Now().In(s.pages.zone), OfficialNo: officialNo, Note: note})
		if err != nil || unchanged {
			return c, err
		}
		c, err = s.cfg.Store.Advance(ctx, Change{Kiosk: c.Kiosk, CaseID: c.ID, IfVersion: c.Version, Step: step})
		if errors.Is(err, ErrVersion) {
			continue // someone was faster: decide again on what it is now
		}
		return c, err
	}
	return Case{}, ErrVersion
}

type codeInput struct {
	Body struct {
		Hall     string `json:"hall" pattern:"^[0-9]{5}$"`
		HallName string `json:"hall_name" minLength:"1" maxLength:"100"`
		Kiosk    string `json:"kiosk" pattern:"^[0-9]{3}$"`
	}
}

// EnrolCodeView answers POST /api/v1/enrolment-codes.
type EnrolCodeView struct {
	Code    string `json:"code"`
	Expires string `json:"expires"`
}

type codeAnswer struct{ Body EnrolCodeView }

func (s *Server) postEnrolCode(ctx context.Context, in *codeInput) (*codeAnswer, error) {
	code, expires, err := s.NewEnrolCode(ctx, Kiosk{Hall: in.Body.Hall, Number: in.Body.Kiosk}, in.Body.HallName)
	if err != nil {
		return nil, s.failed("make enrolment code", err)
	}
	return &codeAnswer{EnrolCodeView{code, expires.UTC().Format(time.RFC3339)}}, nil
}
