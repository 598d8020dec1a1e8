package central

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"
)

// A desk session is a cookie that proves itself: a random id, when it began and when it was last used, under a MAC whose
// key comes from the operator token. So any copy of central knows it, and a new token ends all sessions. It ends a
// quarter of an hour after its last use, eight hours after its begin, or, wherever its cookie was copied to, by signing
// out, which the store remembers.
const (
	sessionCookie = "onedoor_desk"
	sessionIdle   = 15 * time.Minute
	sessionLife   = 8 * time.Hour
	sessionID     = 16 // bytes
)

type session struct {
	id          []byte
	began, seen time.Time
}

// errNoSession is returned for a request without a session that still counts.
var errNoSession = errors.New("no desk session")

func (s *Server) sessionMAC(use string, value []byte) []byte {
	m := hmac.New(sha256.New, []byte(s.cfg.Keys.OperatorToken))
	m.Write([]byte("onedoor desk " + use + " "))
	m.Write(value)
	return m.Sum(nil)
}

// csrf is the token of the session's forms. It stays the same while the session lasts, in every window.
func (s *Server) csrf(ses session) string {
	return base64.RawURLEncoding.EncodeToString(s.sessionMAC("csrf", ses.id))
}

func (s *Server) startSession(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Now()
	ses := session{id: make([]byte, sessionID), began: now, seen: now}
	rand.Read(ses.id) // never fails
	s.setSession(w, r, ses)
}

func (s *Server) setSession(w http.ResponseWriter, r *http.Request, ses session) {
	raw := append([]byte{}, ses.id...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(ses.began.Unix()))
	raw = binary.BigEndian.AppendUint64(raw, uint64(ses.seen.Unix()))
	b64 := base64.RawURLEncoding.EncodeToString
	http.SetCookie(w, s.cookie(r, b64(raw)+"."+b64(s.sessionMAC("session", raw)), int(sessionIdle.Seconds())))
}

// endSession ends it here, whatever the browser does.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	w.Header().Del("Set-Cookie")
	http.SetCookie(w, s.cookie(r, "", -1))
	ses, err := s.session(r)
	if errors.Is(err, errNoSession) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.cfg.Store.EndSession(r.Context(), s.cfg.Now(), hex.EncodeToString(ses.id), ses.began.Add(sessionLife))
}

func (s *Server) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/desk", MaxAge: maxAge, HttpOnly: true,
		Secure: s.encrypted(r), SameSite: http.SameSiteStrictMode,
	}
}

// session gives the request's session, or errNoSession, or the store's error.
func (s *Server) session(r *http.Request) (session, error) {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return session{}, errNoSession
	}
	value, mac, _ := strings.Cut(c.Value, ".")
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(raw) != sessionID+16 {
		return session{}, errNoSession
	}
	sum, err := base64.RawURLEncoding.DecodeString(mac)
	if err != nil || !hmac.Equal(sum, s.sessionMAC("session", raw)) {
		return session{}, errNoSession
	}
	at := func(b []byte) time.Time { return time.Unix(int64(binary.BigEndian.Uint64(b)), 0) }
	ses := session{raw[:sessionID], at(raw[sessionID:]), at(raw[sessionID+8:])}
	if now := s.cfg.Now(); now.Sub(ses.began) >= sessionLife || now.Sub(ses.seen) >= sessionIdle {
		return session{}, errNoSession
	}
	ended, err := s.cfg.Store.SessionEnded(r.Context(), hex.EncodeToString(ses.id))
	if err != nil {
		return session{}, err
	}
	if ended {
		return session{}, errNoSession
	}
	return ses, nil
}
