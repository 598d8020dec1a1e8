package central

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"onedoor/sync/item"
	"onedoor/sync/wire"
)

// maxMembers bounds a hall's staff, with those who were revoked: a roster travels whole.
const maxMembers = 200

// signedRoster is a roster as it travels.
func (s *Server) signedRoster(r *Roster) (*wire.Roster, error) {
	out := &wire.Roster{Hall: r.Hall, Epoch: s.cfg.Store.Epoch(), Version: r.Version, At: item.FormatTime(r.At), Members: r.Members, Key: s.cfg.Keys.SignID}
	return out, out.Sign(s.cfg.Suite, s.cfg.Keys.SignPrivate)
}

// rosterMark says which roster of a hall is the newest now; nil for a hall that has none.
func (s *Server) rosterMark(ctx context.Context, hall string) (*wire.RosterMark, error) {
	r, err := s.cfg.Store.Roster(ctx, hall)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &wire.RosterMark{Hall: hall, Epoch: s.cfg.Store.Epoch(), Version: r.Version, At: item.FormatTime(s.cfg.Now()), Key: s.cfg.Keys.SignID}
	return m, m.Sign(s.cfg.Suite, s.cfg.Keys.SignPrivate)
}

func (s *Server) rosterOperations(api huma.API, operator []map[string][]string, tags []string) {
	huma.Register(api, huma.Operation{
		OperationID: "list-staff", Method: http.MethodGet, Path: "/api/v1/halls/{hall}/staff", Security: operator, Tags: tags,
		Summary: "The staff of a hall",
	}, s.listStaff)
	huma.Register(api, huma.Operation{
		OperationID: "put-member", Method: http.MethodPut, Path: "/api/v1/halls/{hall}/staff/{id}", Security: operator, Tags: tags,
		Summary: "Add a member, or change name, role or PIN of one",
	}, s.putMember)
	huma.Register(api, huma.Operation{
		OperationID: "revoke-member", Method: http.MethodPost, Path: "/api/v1/halls/{hall}/staff/{id}/revocation", Security: operator, Tags: tags,
		Summary: "Take a member's right to sign in; it ends the member's sessions", Errors: []int{http.StatusNotFound},
	}, s.revokeMember)
	huma.Register(api, huma.Operation{
		OperationID: "unlock-member", Method: http.MethodPost, Path: "/api/v1/halls/{hall}/staff/{id}/unlock", Security: operator, Tags: tags,
		Summary: "Let a member try again who was locked after too many wrong PINs", Errors: []int{http.StatusNotFound},
	}, s.unlockMember)
	huma.Register(api, huma.Operation{
		OperationID: "read-audit", Method: http.MethodGet, Path: "/api/v1/audit", Security: operator, Tags: tags,
		Summary: "Checkpoints of a kiosk's audit log",
	}, s.getAudit)
}

// MemberView is a member as the staff API shows it: without the verifier, which is of use to nobody else.
type MemberView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Revoked bool   `json:"revoked,omitempty"`
}

// StaffList answers the operations on a hall's staff.
type StaffList struct {
	Hall    string       `json:"hall"`
	Version uint64       `json:"version"`
	Members []MemberView `json:"members"`
}

type staffAnswer struct{ Body StaffList }

func viewStaff(r Roster) *staffAnswer {
	a := &staffAnswer{StaffList{Hall: r.Hall, Version: r.Version, Members: []MemberView{}}}
	for _, m := range r.Members {
		a.Body.Members = append(a.Body.Members, MemberView{m.ID, m.Name, m.Role, m.Revoked})
	}
	return a
}

type hallInput struct {
	Hall string `path:"hall" pattern:"^[0-9]{5}$"`
}

func (s *Server) listStaff(ctx context.Context, in *hallInput) (*staffAnswer, error) {
	r, err := s.cfg.Store.Roster(ctx, in.Hall)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, s.failed("list staff", err)
	}
	r.Hall = in.Hall
	return viewStaff(r), nil
}

type memberInput struct {
	Hall string `path:"hall" pattern:"^[0-9]{5}$"`
	ID   string `path:"id" pattern:"^[a-z][a-z0-9-]{1,15}$"`
}

type putMemberInput struct {
	Hall string `path:"hall" pattern:"^[0-9]{5}$"`
	ID   string `path:"id" pattern:"^[a-z][a-z0-9-]{1,15}$"`
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"60" doc:"to be shown"`
		Role     string `json:"role" enum:"attendant,maintainer,supervisor"`
		Verifier string `json:"verifier,omitempty" maxLength:"300" doc:"of the PIN, made with the hall's pepper; without it the PIN stays"`
	}
}

func (s *Server) putMember(ctx context.Context, in *putMemberInput) (*staffAnswer, error) {
	name := strings.TrimSpace(in.Body.Name)
	switch {
	case name == "" || !utf8.ValidString(name):
		return nil, newProblem(http.StatusUnprocessableEntity, "", "the name is empty")
	case in.Body.Verifier != "" && !strings.HasPrefix(in.Body.Verifier, "$argon2id$"):
		return nil, newProblem(http.StatusUnprocessableEntity, "", "the verifier is not one of argon2id")
	}
	return s.changeStaff(ctx, in.Hall, "put member", func(members []wire.Member) ([]wire.Member, error) {
		i := indexOf(members, in.ID)
		if i < 0 {
			if in.Body.Verifier == "" {
				return nil, newProblem(http.StatusUnprocessableEntity, "", "a new member needs a PIN")
			}
			if len(members) >= maxMembers {
				return nil, newProblem(http.StatusConflict, "", "the hall has no room for more members")
			}
			members, i = append(members, wire.Member{ID: in.ID}), len(members)
		}
		m := &members[i]
		if m.Revoked {
			return nil, newProblem(http.StatusConflict, "", "that id was revoked; ids are not used again: give the person another one")
		}
		m.Name, m.Role = name, in.Body.Role
		if in.Body.Verifier != "" {
			m.Verifier = in.Body.Verifier
			m.Unlocks++ // a new PIN begins without the old one's wrong tries
		}
		return members, nil
	})
}

func (s *Server) revokeMember(ctx context.Context, in *memberInput) (*staffAnswer, error) {
	return s.changeMember(ctx, in, "revoke member", func(m *wire.Member) { m.Revoked, m.Verifier = true, "" })
}

func (s *Server) unlockMember(ctx context.Context, in *memberInput) (*staffAnswer, error) {
	return s.changeMember(ctx, in, "unlock member", func(m *wire.Member) { m.Unlocks++ })
}

func (s *Server) changeMember(ctx context.Context, in *memberInput, operation string, change func(*wire.Member)) (*staffAnswer, error) {
	return s.changeStaff(ctx, in.Hall, operation, func(members []wire.Member) ([]wire.Member, error) {
		i := indexOf(members, in.ID)
		if i < 0 {
			return nil, ErrNotFound
		}
		change(&members[i])
		return members, nil
	})
}

// changeStaff makes a change on the staff as they are now, also when somebody else changes them meanwhile.
func (s *Server) changeStaff(ctx context.Context, hall, operation string, change func([]wire.Member) ([]wire.Member, error)) (*staffAnswer, error) {
	for range 10 {
		old, err := s.cfg.Store.Roster(ctx, hall)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, s.failed(operation, err)
		}
		members, err := change(slices.Clone(old.Members))
		if err != nil {
			return nil, s.failed(operation, err)
		}
		slices.SortFunc(members, func(a, b wire.Member) int { return strings.Compare(a.ID, b.ID) })
		saved, err := s.cfg.Store.SaveRoster(ctx, RosterChange{Hall: hall, IfVersion: old.Version, At: s.cfg.Now(), Members: members})
		if errors.Is(err, ErrVersion) {
			continue
		}
		if err != nil {
			return nil, s.failed(operation, err)
		}
		s.cfg.Logger.Info("staff of a hall changed", "hall", hall, "operation", operation, "version", saved.Version)
		return viewStaff(saved), nil
	}
	return nil, s.failed(operation, ErrVersion)
}

func indexOf(members []wire.Member, id string) int {
	return slices.IndexFunc(members, func(m wire.Member) bool { return m.ID == id })
}
