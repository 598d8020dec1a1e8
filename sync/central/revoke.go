package central

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"onedoor/sync/wire"
)

// maxReason bounds the reason of a revocation, in characters.
const maxReason = 200

// Revoke turns a kiosk away for good: from now on every request of its devices gets a signed refusal, a long poll that waits
// too. incarnation names one of them; empty means all that are enrolled by now. What they sent before stays, and what they
// had accepted and not yet sent may still come through a later incarnation of the kiosk, whose staff answer for it. It gives
// those devices; one that was revoked before keeps its time and reason. ErrNotFound when there is none.
func (s *Server) Revoke(ctx context.Context, kiosk Kiosk, incarnation, reason string) ([]Device, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > maxReason || strings.ContainsFunc(reason, unicode.IsControl) {
		return nil, newProblem(http.StatusUnprocessableEntity, "", "a revocation needs a reason: one line of at most 200 characters")
	}
	list, err := s.cfg.Store.Revoke(ctx, Revocation{Kiosk: kiosk, Incarnation: incarnation, At: s.cfg.Now(), Reason: reason})
	if err != nil {
		return nil, err
	}
	for _, dev := range list {
		s.cfg.Logger.Warn("device revoked", "source", dev.Source().String(), "since", dev.RevokedAt)
	}
	return list, nil
}

// turnAway is the refusal of a revoked device; nil for any other. That it still asks is logged once an hour.
func (s *Server) turnAway(dev Device) error {
	if !dev.Revoked() {
		return nil
	}
	source := dev.Source().String()
	if within, _ := s.turnedAway.wrong(source); within {
		s.cfg.Logger.Warn("revoked device asks", "source", source, "revoked", dev.RevokedAt)
	}
	return newProblem(http.StatusForbidden, wire.ProblemRevoked, "this device was revoked; its kiosk has to be enrolled again")
}

// stillTaken tells whether a device that was let in has been revoked since.
func (s *Server) stillTaken(ctx context.Context, dev Device) error {
	now, err := s.cfg.Store.Device(ctx, dev.Source().String())
	if err != nil {
		return err
	}
	return s.turnAway(now)
}

// heard keeps when each device last proved itself to this process.
type heard struct {
	mu sync.Mutex
	at map[uint16]time.Time
}

func (h *heard) note(dev Device, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at == nil {
		h.at = map[uint16]time.Time{}
	}
	h.at[dev.Number] = now
}

func (h *heard) of(dev Device) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at[dev.Number]
}

func (s *Server) kioskOperations(api huma.API, operator []map[string][]string, tags []string) {
	huma.Register(api, huma.Operation{
		OperationID: "list-kiosks", Method: http.MethodGet, Path: "/api/v1/kiosks", Security: operator, Tags: tags,
		Summary: "Every device that was ever enrolled, in the order of their numbers",
	}, s.listKiosks)
	huma.Register(api, huma.Operation{
		OperationID: "revoke-kiosk", Method: http.MethodPost, Path: "/api/v1/halls/{hall}/kiosks/{kiosk}/revocation", Security: operator, Tags: tags,
		Summary: "Turn a kiosk away for good; its place works again once a kiosk is enrolled there", Errors: []int{http.StatusNotFound},
	}, s.revokeKiosk)
}

// KioskView is a device as the staff API shows it.
type KioskView struct {
	Hall        string `json:"hall"`
	HallName    string `json:"hall_name"`
	Kiosk       string `json:"kiosk"`
	Incarnation string `json:"incarnation"`
	Number      uint16 `json:"number" doc:"in its tracking codes"`
	Key         string `json:"key" doc:"the first 16 hex digits of the SHA-256 of its public signing key"`
	EnrolledAt  string `json:"enrolled_at"`
	HeardAt     string `json:"heard_at,omitempty" doc:"its last signed request to the central that is asked; none since that one started when missing"`
	RevokedAt   string `json:"revoked_at,omitempty"`
	RevokedFor  string `json:"revoked_for,omitempty"`
}

// KioskList answers the operations on kiosks.
type KioskList struct {
	Kiosks []KioskView `json:"kiosks"`
}

type kioskAnswer struct{ Body KioskList }

func (s *Server) viewKiosks(list []Device) *kioskAnswer {
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	a := &kioskAnswer{KioskList{Kiosks: []KioskView{}}}
	for _, d := range list {
		a.Body.Kiosks = append(a.Body.Kiosks, KioskView{
			Hall: d.Kiosk.Hall, HallName: d.HallName, Kiosk: d.Kiosk.Number, Incarnation: d.Incarnation, Number: d.Number, Key: Thumbprint(d.SignPublic),
			EnrolledAt: moment(d.EnrolledAt), HeardAt: moment(s.heard.of(d)), RevokedAt: moment(d.RevokedAt), RevokedFor: d.RevokedFor,
		})
	}
	return a
}

func (s *Server) listKiosks(ctx context.Context, in *struct {
	After uint16 `query:"after" doc:"number of the last device of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"500"`
}) (*kioskAnswer, error) {
	list, err := s.cfg.Store.Devices(ctx, in.After, in.Limit)
	if err != nil {
		return nil, s.failed("list kiosks", err)
	}
	return s.viewKiosks(list), nil
}

type revokeInput struct {
	Hall  string `path:"hall" pattern:"^[0-9]{5}$"`
	Kiosk string `path:"kiosk" pattern:"^[0-9]{3}$"`
	Body  struct {
		Incarnation string `json:"incarnation,omitempty" pattern:"^([0-9]{2})?$" doc:"only this one; without it all that are enrolled by now"`
		Reason      string `json:"reason" maxLength:"200" doc:"for staff; kept with the device"`
	}
}

func (s *Server) revokeKiosk(ctx context.Context, in *revokeInput) (*kioskAnswer, error) {
	list, err := s.Revoke(ctx, Kiosk{Hall: in.Hall, Number: in.Kiosk}, in.Body.Incarnation, in.Body.Reason)
	if errors.Is(err, ErrNotFound) {
		return nil, newProblem(http.StatusNotFound, "", "no such kiosk is enrolled here")
	}
	if err != nil {
		return nil, s.failed("revoke kiosk", err)
	}
	return s.viewKiosks(list), nil
}
