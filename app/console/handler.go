package console

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"onedoor/app/hall"
)

// refresh is how often a browser without a script asks anew, in seconds.
const refresh = 10

// Handler serves the page.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.board)
	mux.HandleFunc("GET /events", c.events)
	mux.HandleFunc("POST /sign-in", c.signIn)
	mux.HandleFunc("POST /sign-out", c.signOut)
	mux.HandleFunc("POST /calls/{id}/{what}", c.act)
	for name, file := range c.pages.files {
		mux.HandleFunc("GET /web/"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", file.kind)
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(file.content) // the reader is gone if this fails
		})
	}
	return c.guard(mux)
}

// board is the page, or the sign-in for whoever may not see it.
func (c *Console) board(w http.ResponseWriter, r *http.Request) {
	c.keepLanguage(w, r)
	auto := r.URL.Query().Has("auto") // asked for by the page itself, which is no sign of life
	a, ok := c.access(r, !auto)
	if !ok {
		dropStale(w, r)
		c.showSignIn(w, r, http.StatusOK, "")
		return
	}
	c.noteReader()
	c.showBoard(w, r, http.StatusOK, a, said(r))
}

func dropStale(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie(sessionCookie); err == nil {
		dropSession(w)
	}
}

// said is the outcome that a redirect brought along, if it is one that there is.
func said(r *http.Request) string {
	switch key := r.URL.Query().Get("said"); key {
	case "answered", "ended", "late":
		return "said." + key
	}
	return ""
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	addr := address(r)
	if !c.wrong.take(addr) {
		c.refused(r, Member{}, TooOften)
		w.Header().Set("Retry-After", "60")
		c.showSignIn(w, r, http.StatusTooManyRequests, "signin.often")
		return
	}
	id, pin := strings.TrimSpace(r.PostFormValue("id")), r.PostFormValue("pin")
	token, m, err := c.cfg.Staff.SignIn(r.Context(), id, pin)
	switch {
	case errors.Is(err, ErrLocked):
		c.showSignIn(w, r, http.StatusForbidden, "signin.locked")
		return
	case errors.Is(err, ErrBusy):
		c.wrong.right(addr)
		w.Header().Set("Retry-After", "5")
		c.showSignIn(w, r, http.StatusServiceUnavailable, "signin.busy")
		return
	case errors.Is(err, ErrSignIn):
		c.showSignIn(w, r, http.StatusForbidden, "signin.wrong")
		return
	case err != nil:
		c.cfg.Logger.Error("sign in at the console", "error", err)
		c.showSignIn(w, r, http.StatusServiceUnavailable, "signin.failed")
		return
	}
	c.wrong.right(addr)
	c.leave(r) // whatever session the browser had is another one's, or locked
	c.watches.begin(token, m, c.cfg.Now())
	setSession(w, token)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// leave ends the session of a request's cookie.
func (c *Console) leave(r *http.Request) {
	if old, err := r.Cookie(sessionCookie); err == nil && old.Value != "" {
		if _, ok, _ := c.admit(old.Value, false); ok {
			c.cfg.Staff.SignOut(old.Value)
			c.watches.end(old.Value)
		}
	}
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	a, ok := c.access(r, false)
	if ok && !c.formOf(a, r) {
		c.refused(r, a.member, WrongToken)
		c.showBoard(w, r, http.StatusForbidden, a, "said.stale")
		return
	}
	c.leave(r)
	dropSession(w)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// formOf reports whether a form was made for this session.
func (c *Console) formOf(a access, r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(c.formToken(a.token))) == 1
}

// act is what staff do about a call for help.
func (c *Console) act(w http.ResponseWriter, r *http.Request) {
	a, ok := c.access(r, true)
	switch {
	case !ok:
		dropStale(w, r)
		c.showSignIn(w, r, http.StatusUnauthorized, "signin.again")
		return
	case !c.formOf(a, r):
		c.refused(r, a.member, WrongToken)
		c.showBoard(w, r, http.StatusForbidden, a, "said.stale")
		return
	case a.locked:
		c.showBoard(w, r, http.StatusUnauthorized, a, "")
		return
	case !a.member.MayAnswer:
		c.refused(r, a.member, NotAllowed)
		c.showBoard(w, r, http.StatusForbidden, a, "said.notallowed")
		return
	}
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	outcome := ""
	switch r.PathValue("what") {
	case "answer":
		outcome = c.answer(r, a.member, id)
	case "done":
		outcome = c.done(a.member, id)
	default:
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, "/"+outcome, http.StatusSeeOther)
}

func (c *Console) answer(r *http.Request, m Member, id uint64) (outcome string) {
	before, _ := c.cfg.Calls.Call(id)
	call, err := c.cfg.Calls.Answer(id, m.ID, c.cfg.Now())
	switch {
	case errors.Is(err, hall.ErrAnswered):
		c.refused(r, m, TooLate)
		return "?said=late"
	case err != nil:
		return "?said=ended"
	}
	if before.State != call.State {
		c.cfg.Audit.HelpAnswered(m)
	}
	return "?said=answered"
}

func (c *Console) done(m Member, id uint64) (outcome string) {
	if _, err := c.cfg.Calls.Finish(id, c.cfg.Now()); err != nil {
		return "?said=ended"
	}
	c.cfg.Audit.HelpDone(m)
	return ""
}

// showSignIn shows the sign-in; problem is the key of what was wrong, empty for nothing.
func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, problem string) {
	p := c.page(r)
	p.Problem = problem
	c.show(w, status, "sign-in", p)
}

func (c *Console) showBoard(w http.ResponseWriter, r *http.Request, status int, a access, message string) {
	p := c.page(r)
	p.fill(c, a, c.look())
	p.Said = message
	c.show(w, status, "board", p)
}

func (c *Console) show(w http.ResponseWriter, status int, name string, p *page) {
	b, err := c.pages.render(name, p)
	if err != nil {
		c.cfg.Logger.Error("show console", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader is gone if this fails
}
