package console

import (
	"net"
	"net/http"
	"net/url"
)

// policy lets the page load only its own files and lets no other page frame it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// maxForm is the bytes of a form.
const maxForm = 16 << 10

// guard sets the headers of every answer, and refuses what does not come from this page.
func (c *Console) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin") // with no-referrer browsers do not say from where a form comes
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		// No Strict-Transport-Security: with a certificate of the kiosk's own it would lock the hall's browsers out.
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !ownPage(r) {
			a, _ := c.access(r, false)
			c.refused(r, a.member, CrossSite)
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownPage reports whether a request says, and says credibly, that a page of this very console sent it. Every browser says so; what
// says nothing is refused as well.
func ownPage(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	origin := r.Header.Get("Origin")
	if site == "" && origin == "" || site != "" && site != "same-origin" {
		return false
	}
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "https" && u.Host == r.Host
}

// refused hands a refusal to the audit log, and says in the machine's log from where.
func (c *Console) refused(r *http.Request, who Member, why Refusal) {
	if !c.refusals.take(refusal{who, why}) {
		return
	}
	c.cfg.Audit.Refused(who, why, 0)
	c.cfg.Logger.Warn("console refused a request", "why", string(why), "path", r.URL.Path, "addr", address(r))
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
