package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"sync"
	"time"
)

const (
	sessionCookie = "__Host-onedoor-staff"
	// watchLife is how long a session shows the page, signs of life or not.
	watchLife = 12 * time.Hour
	// maxWatches bounds the memory: beyond it the oldest goes.
	maxWatches = 256
	// maxEnded is how many ended sessions are remembered, so that a cookie that comes back is told from one that never was.
	maxEnded = 4096
)

// access is what a request may do.
type access struct {
	token  string
	member Member
	locked bool // idle too long: may look, and must give the PIN again to do anything
}

type tokenHash [sha256.Size]byte

func hashOf(token string) tokenHash { return sha256.Sum256([]byte(token)) }

// watch is the right to see the page that a sign-in gave, beyond the session's idle limit.
type watch struct {
	member Member
	began  time.Time
}

// watches keeps them. Tokens are kept as digests only.
type watches struct {
	mu      sync.Mutex
	byToken map[tokenHash]watch
	ended   map[tokenHash]bool
}

func (w *watches) begin(token string, m Member, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.byToken) >= maxWatches {
		var oldest tokenHash
		first := now
		for h, one := range w.byToken {
			if !one.began.After(first) {
				oldest, first = h, one.began
			}
		}
		w.finish(oldest)
	}
	w.byToken[hashOf(token)] = watch{m, now}
}

// find gives the watch of a token; replayed is true for a session that has ended here.
func (w *watches) find(token string, now time.Time) (one watch, ok, replayed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := hashOf(token)
	if w.ended[h] {
		return watch{}, false, true
	}
	one, ok = w.byToken[h]
	if ok && (now.Sub(one.began) >= watchLife || now.Before(one.began.Add(-time.Minute))) {
		w.finish(h)
		return watch{}, false, false
	}
	return one, ok, false
}

func (w *watches) end(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finish(hashOf(token))
}

func (w *watches) finish(h tokenHash) {
	if len(w.ended) >= maxEnded {
		clear(w.ended)
	}
	delete(w.byToken, h)
	w.ended[h] = true
}

// access finds out what a request may do; ok is false for nothing at all.
func (c *Console) access(r *http.Request, touch bool) (a access, ok bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil || cookie.Value == "" {
		return access{}, false
	}
	a, ok, replayed := c.admit(cookie.Value, touch)
	if replayed {
		c.refused(r, Member{}, EndedToken)
	}
	return a, ok
}

// admit finds out what a token is good for.
func (c *Console) admit(token string, touch bool) (a access, ok, replayed bool) {
	one, watching, replayed := c.watches.find(token, c.cfg.Now())
	if !watching {
		return access{}, false, replayed
	}
	if !c.cfg.Staff.Admitted(one.member.ID) {
		c.watches.end(token)
		return access{}, false, false
	}
	m, err := c.cfg.Staff.Session(token, touch)
	switch {
	case err == nil:
		return access{token, m, false}, true, false
	case errors.Is(err, ErrSession):
		c.watches.end(token)
		return access{}, false, false
	case !errors.Is(err, ErrIdle):
		c.cfg.Logger.Error("find a session", "error", err)
	}
	return access{token, one.member, true}, true, false
}

// formToken is what a form of this session carries.
func (c *Console) formToken(token string) string {
	mac := hmac.New(sha256.New, c.secret[:])
	mac.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func setSession(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

func dropSession(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}
