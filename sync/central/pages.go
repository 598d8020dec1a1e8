package central

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/text/language"

	"onedoor/assets/web"
)

// Languages of the pages. The first is the one for everybody else.
const (
	langChinese = "zh-Hans"
	langEnglish = "en"
)

// pages renders the templates of assets/web.
type pages struct {
	tmpl  *template.Template
	texts map[string]map[string]string // language to key to text
	style []byte
	zone  *time.Location
}

func newPages(zone *time.Location) (*pages, error) {
	p := &pages{texts: map[string]map[string]string{}, zone: zone}
	var err error
	if p.tmpl, err = template.ParseFS(web.FS, "templates/*.html"); err != nil {
		return nil, fmt.Errorf("read page templates: %w", err)
	}
	if p.style, err = web.FS.ReadFile("style.css"); err != nil {
		return nil, fmt.Errorf("read style: %w", err)
	}
	files, err := fs.Glob(web.FS, "text/*.json")
	if err != nil {
		return nil, fmt.Errorf("list page texts: %w", err)
	}
	for _, f := range files {
		raw, err := web.FS.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read page texts: %w", err)
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("read page texts %s: %w", f, err)
		}
		p.texts[strings.TrimSuffix(path.Base(f), ".json")] = texts
	}
	return p, nil
}

// page is what every template gets. Templates call T for texts.
type page struct {
	Lang, OtherLang string // OtherLang is "" where there is no link to it
	Title           string
	Brand, Home     string
	Refresh         int // seconds; 0 for never
	Wide            bool
	SignedIn        bool
	CSRF            string
	Error           string
	Foot            []string
	texts           map[string]string
}

// T gives a text of the page's language; an unknown key shows as itself.
func (p *page) T(key string) string {
	if s, ok := p.texts[key]; ok {
		return s
	}
	return key
}

func (p *pages) page(lang, title string) page {
	pg := page{Lang: lang, OtherLang: langEnglish, Home: "/", texts: p.texts[lang]}
	if lang == langEnglish {
		pg.OtherLang = langChinese
	}
	pg.Title, pg.Brand = pg.T(title), pg.T("brand")
	return pg
}

// date writes t for people, in the site's zone.
func (p *pages) date(pg *page, t time.Time) string { return t.In(p.zone).Format(pg.T("time.format")) }

// render writes a whole page or, if the template fails, nothing of it.
func (p *pages) render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := p.tmpl.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return fmt.Errorf("render page %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Language")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader is gone if this fails
	return nil
}

// pageLang follows ?lang=, then the browser's wish; Chinese is for everybody else.
func pageLang(r *http.Request) string {
	if wish := r.URL.Query().Get("lang"); wish != "" {
		return knownLang(wish)
	}
	matcher := language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return langChinese
	}
	if _, i, confidence := matcher.Match(tags...); i == 1 && confidence != language.No {
		return langEnglish
	}
	return langChinese
}

func knownLang(wish string) string {
	if wish == langEnglish {
		return langEnglish
	}
	return langChinese
}

// field gives a field of a posted form, "" when it has none. Multipart forms are not read: they would be laid down on
// the disk.
func field(r *http.Request, name string) string {
	if err := r.ParseForm(); err != nil {
		return ""
	}
	return r.PostForm.Get(name)
}

// groups cuts a number into groups of four for reading aloud.
func groups(s string) []string {
	var out []string
	for len(s) > 4 {
		out, s = append(out, s[:4]), s[4:]
	}
	return append(out, s)
}

func (s *Server) pageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /T/{code}", s.track)
	mux.HandleFunc("GET /t/{code}", s.track)
	mux.HandleFunc("POST /T", s.findCode)
	mux.HandleFunc("GET /web/style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(s.pages.style) // the reader is gone if this fails
	})
	s.deskRoutes(mux)
}

// show renders and logs a template's failure, which is ours.
func (s *Server) show(w http.ResponseWriter, status int, name string, data any) {
	if err := s.pages.render(w, status, name, data); err != nil {
		s.cfg.Logger.Error("page failed", "error", err)
	}
}
