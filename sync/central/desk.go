package central

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onedoor/sync/wire"
)

type tag struct{ Tone, Icon, Name string }

type deskRow struct {
	ID, Receipt, Service, Hall, Delivered string
	Tag                                   tag
}

type deskList struct {
	page
	Count string
	Rows  []deskRow
	More  uint64
}

type deskAction struct {
	Stage  wire.Stage
	Name   string
	Second bool
}

type deskField struct{ Name, Value string }

type deskCase struct {
	page
	ID, Service, Department, Hall, Kiosk, OfficialNo, Print string
	Filed, FiledNote                                        string
	Attachments                                             []deskField
	Receipt                                                 []string
	Tag                                                     tag
	Actions                                                 []deskAction
	AskOfficial                                             bool
	Opened                                                  []deskField
	Way                                                     []milestone
}

const deskPageSize = 50

func (s *Server) deskRoutes(mux *http.ServeMux) {
	// Refuses requests that a browser says come from another site, before the CSRF token is looked at.
	guard := http.NewCrossOriginProtection()
	handle := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, guard.Handler(h)) }
	handle("GET /desk", s.signedIn(s.deskList))
	handle("POST /desk/sign-in", s.deskSignIn)
	handle("POST /desk/sign-out", s.signedIn(func(w http.ResponseWriter, r *http.Request, _ string) {
		if err := s.endSession(w, r); err != nil {
			s.deskFailed(w, r, err)
			return
		}
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
	}))
	handle("GET /desk/cases/{ref}", s.signedIn(func(w http.ResponseWriter, r *http.Request, csrf string) {
		s.deskCase(w, r, csrf, http.StatusOK, "", nil)
	}))
	handle("POST /desk/cases/{ref}/open", s.signedIn(s.deskOpen))
	handle("POST /desk/cases/{ref}/stage", s.signedIn(s.deskStage))
}

// signedIn lets only a session through and, for a change, only with its CSRF token.
func (s *Server) signedIn(next func(w http.ResponseWriter, r *http.Request, csrf string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ses, err := s.session(r)
		if errors.Is(err, errNoSession) {
			problem := ""
			if r.Method != http.MethodGet {
				problem = "desk.expired"
			}
			s.deskSignInPage(w, r, http.StatusUnauthorized, problem)
			return
		}
		if err != nil {
			s.deskFailed(w, r, err)
			return
		}
		csrf := s.csrf(ses)
		if r.Method != http.MethodGet {
			if !equal(field(r, "csrf"), csrf) {
				s.deskSignInPage(w, r, http.StatusForbidden, "desk.expired")
				return
			}
		}
		ses.seen = s.cfg.Now()
		s.setSession(w, r, ses)
		next(w, r, csrf)
	}
}

func (s *Server) deskPage(r *http.Request, csrf string) page {
	p := s.pages.page(pageLang(r), "desk.title")
	p.Brand, p.Title = p.T("desk.brand"), p.T("desk.cases")
	p.Home, p.CSRF, p.SignedIn = "/desk", csrf, csrf != ""
	if r.Method != http.MethodGet {
		p.OtherLang = ""
	}
	return p
}

func (s *Server) deskSignInPage(w http.ResponseWriter, r *http.Request, status int, problem string) {
	p := s.deskPage(r, "")
	if problem != "" {
		p.Error = p.T(problem)
	}
	s.show(w, status, "desk-signin", &p)
}

func (s *Server) deskSignIn(w http.ResponseWriter, r *http.Request) {
	addr := s.clientAddr(r)
	if s.wrongTokens.blocked(addr) {
		w.Header().Set("Retry-After", "60")
		s.deskSignInPage(w, r, http.StatusTooManyRequests, "desk.limited")
		return
	}
	if !s.tokenRight(strings.TrimSpace(field(r, "token"))) {
		s.wrongTokens.wrong(addr)
		s.cfg.Logger.Warn("wrong operator token at the desk", "addr", addr)
		s.deskSignInPage(w, r, http.StatusForbidden, "desk.wrong")
		return
	}
	s.startSession(w, r)
	http.Redirect(w, r, "/desk", http.StatusSeeOther)
}

func (s *Server) deskList(w http.ResponseWriter, r *http.Request, csrf string) {
	before, _ := strconv.ParseUint(r.URL.Query().Get("before"), 10, 64) // 0, the top, when it is none
	list, total, err := s.cfg.Store.Cases(r.Context(), before, deskPageSize)
	if err != nil {
		s.deskFailed(w, r, err)
		return
	}
	p := deskList{page: s.deskPage(r, csrf)}
	p.Wide = true
	p.Count = fmt.Sprintf(p.T("desk.count"), total)
	for i := range list {
		c := &list[i]
		p.Rows = append(p.Rows, deskRow{
			ID: c.ID, Receipt: strings.Join(groups(c.ReceiptNo), " "), Service: serviceName(c, p.Lang), Hall: c.HallName,
			Delivered: s.shortTime(&p.page, c.Reached(wire.StageDelivered)), Tag: stageTag(&p.page, c.Stage),
		})
	}
	if len(list) == deskPageSize {
		p.More = list[len(list)-1].Position
	}
	s.show(w, http.StatusOK, "desk-list", &p)
}

func stageTag(p *page, stage wire.Stage) tag {
	tone, icon := stageSign(stage)
	if stage == wire.StageDelivered {
		icon = "wait" // for staff it is what waits for them
	}
	return tag{tone, icon, p.T("way." + string(stage))}
}

// deskCase shows one case; problem is the key of a text that stands above it, "" for none.
func (s *Server) deskCase(w http.ResponseWriter, r *http.Request, csrf string, status int, problem string, opened []deskField) {
	c, err := s.cfg.Store.Case(r.Context(), r.PathValue("ref"))
	if err != nil {
		s.deskFailed(w, r, err)
		return
	}
	p := deskCase{page: s.deskPage(r, csrf)}
	p.Wide = true
	p.ID, p.Service, p.Department = c.ID, serviceName(&c, p.Lang), c.Facts.Department.In(p.Lang)
	p.Hall, p.Kiosk, p.OfficialNo = c.HallName, c.Kiosk.Hall+"-"+c.Kiosk.Number, c.OfficialNo
	p.Receipt, p.Tag, p.Opened = groups(c.ReceiptNo), stageTag(&p.page, c.Stage), opened
	p.Print = p.T("print.none")
	if n := len(c.Prints); n > 0 {
		p.Print = p.T("print." + c.Prints[n-1].Outcome)
	}
	p.Filed, p.FiledNote = s.filed(&p.page, c.Facts.Filed)
	views, err := s.attachments(&c)
	if err != nil {
		s.deskFailed(w, r, err)
		return
	}
	for _, v := range views {
		p.Attachments = append(p.Attachments, deskField{v.Type, attachmentWords(&p.page, v)})
	}
	if problem != "" {
		p.Error = p.T(problem)
	}
	for _, to := range follows(c.Stage) {
		p.Actions = append(p.Actions, deskAction{to, p.T("desk.do." + string(to)), to == wire.StageReturned})
		p.AskOfficial = p.AskOfficial || to == wire.StageAccepted && c.OfficialNo == ""
	}
	for i, step := range c.Steps {
		m := milestone{"past", "check", p.T("way." + string(step.Stage)), s.shortTime(&p.page, step.At), i == len(c.Steps)-1}
		if step.Stage == wire.StageReturned {
			m.Class, m.Icon = "past alert", "warn"
		}
		if step.Note != "" {
			m.Words += " · " + step.Note
		}
		p.Way = append(p.Way, m)
	}
	s.show(w, status, "desk-case", &p)
}

func (s *Server) deskOpen(w http.ResponseWriter, r *http.Request, csrf string) {
	sub, err := s.openSubmission(r.Context(), r.PathValue("ref"))
	if err != nil {
		s.deskFailed(w, r, err)
		return
	}
	p := s.deskPage(r, csrf)
	s.deskCase(w, r, csrf, http.StatusOK, "", append(deskFields(&p, sub.Applicant), deskFields(&p, sub.Form)...))
}

// deskFields lists what was submitted, in a stable order, under its known names.
func deskFields(p *page, values map[string]any) []deskField {
	var out []deskField
	for key, v := range values {
		f := deskField{key, fmt.Sprint(v)}
		if name, ok := p.texts["field."+key]; ok {
			f.Name = name
		}
		switch v {
		case true:
			f.Value = p.T("yes")
		case false:
			f.Value = p.T("no")
		case nil:
			f.Value = "—"
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b deskField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (s *Server) deskStage(w http.ResponseWriter, r *http.Request, csrf string) {
	ref := r.PathValue("ref")
	_, err := s.Advance(r.Context(), ref, wire.Stage(field(r, "stage")), field(r, "official_no"), field(r, "note"))
	var refused *problem
	switch {
	case err == nil:
		http.Redirect(w, r, "/desk/cases/"+url.PathEscape(ref), http.StatusSeeOther)
	case errors.Is(err, ErrStage), errors.Is(err, ErrVersion), errors.As(err, &refused):
		s.deskCase(w, r, csrf, http.StatusConflict, "desk.failed.stage", nil)
	default:
		s.deskFailed(w, r, err)
	}
}

func (s *Server) deskFailed(w http.ResponseWriter, r *http.Request, err error) {
	status, text := http.StatusServiceUnavailable, "failed"
	if errors.Is(err, ErrNotFound) {
		status, text = http.StatusNotFound, "unknown"
	} else {
		s.cfg.Logger.Error("desk page failed", "error", err)
	}
	p := &trackPage{page: s.deskPage(r, ""), Tone: "stop", Icon: "stop"}
	p.Heading, p.Say = p.T(text+".heading"), p.T(text+".say")
	s.show(w, status, "notice", p)
}

func attachmentWords(p *page, v AttachmentView) string {
	size, received := (v.Size+1023)>>10, v.Received>>10
	if v.State == AttachmentComing {
		return fmt.Sprintf(p.T("attachment.coming"), size, received)
	}
	return fmt.Sprintf(p.T("attachment."+string(v.State)), size)
}
