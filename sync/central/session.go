package central

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"time"
)

// A desk session is a cookie that proves itself: expiry and a random part under a MAC whose key comes from the operator
// token. So any copy of central knows it, and a new token ends all sessions.
const (
	sessionCookie = "onedoor_desk"
	sessionLife   = 8 * time.Hour
)

func (s *Server) sessionMAC(use, value string) string {
	m := hmac.New(sha256.New, []byte(s.cfg.Keys.OperatorToken))
	m.Write([]byte("onedoor desk " + use + " "))
	m.Write([]byte(value))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func (s *Server) startSession(w http.ResponseWriter, r *http.Request) {
	raw := binary.BigEndian.AppendUint64(nil, uint64(s.cfg.Now().Add(sessionLife).Unix()))
	raw = append(raw, make([]byte, 16)...)
	rand.Read(raw[8:]) // never fails
	value := base64.RawURLEncoding.EncodeToString(raw)
	http.SetCookie(w, s.cookie(r, value+"."+s.sessionMAC("session", value), int(sessionLife.Seconds())))
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, s.cookie(r, "", -1))
}

func (s *Server) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/desk", MaxAge: maxAge, HttpOnly: true,
		Secure: s.cfg.SecureCookie || r.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
}

// session gives the CSRF token of the request's session; ok is false when there is none that still counts.
func (s *Server) session(r *http.Request) (csrf string, ok bool) {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return "", false
	}
	value, mac, found := strings.Cut(c.Value, ".")
	if !found || !hmac.Equal([]byte(mac), []byte(s.sessionMAC("session", value))) {
		return "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(raw) != 24 || s.cfg.Now().Unix() >= int64(binary.BigEndian.Uint64(raw)) {
		return "", false
	}
	return s.sessionMAC("csrf", value), true
}
