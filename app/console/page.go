package console

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"onedoor/app/text"
	"onedoor/assets/web"
)

const langCookie = "__Host-onedoor-lang"

// file is one that the page loads.
type file struct {
	kind    string
	content []byte
}

// pages renders the templates of assets/web/console.
type pages struct {
	tmpl  *template.Template
	texts *text.Catalogue
	files map[string]file
}

func newPages() (*pages, error) {
	p := &pages{files: map[string]file{}}
	var err error
	if p.tmpl, err = template.ParseFS(web.FS, "templates/base.html", "console/*.html"); err != nil {
		return nil, fmt.Errorf("read console's templates: %w", err)
	}
	words, err := fs.Sub(web.FS, "console/text")
	if err != nil {
		return nil, fmt.Errorf("read console's texts: %w", err)
	}
	if p.texts, err = text.Load(words); err != nil {
		return nil, fmt.Errorf("read console's texts: %w", err)
	}
	for name, from := range map[string]file{
		"style.css":   {"text/css; charset=utf-8", []byte("style.css")},
		"console.css": {"text/css; charset=utf-8", []byte("console/console.css")},
		"console.js":  {"text/javascript; charset=utf-8", []byte("console/console.js")},
	} {
		content, err := web.FS.ReadFile(string(from.content))
		if err != nil {
			return nil, fmt.Errorf("read console's files: %w", err)
		}
		p.files[name] = file{from.kind, content}
	}
	return p, nil
}

// render gives a template's whole output, or nothing of it.
func (p *pages) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := p.tmpl.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// page is what the templates get. They call T for words.
type page struct {
	Lang      text.Language
	Languages []choice
	Hall      string
	Kiosk     string
	Refresh   int
	Problem   string // key of what was wrong with a sign-in
	Said      string // key of what came of an action
	board
	say text.Printer
	now time.Time
}

type choice struct {
	Tag    text.Language
	Name   string
	Chosen bool
}

// T gives the words for a key.
func (p *page) T(key string, args ...string) string { return p.say.T(key, args...) }

func (c *Console) page(r *http.Request) *page {
	lang := c.language(r)
	p := &page{Lang: lang, Hall: c.cfg.Hall, Kiosk: c.cfg.Kiosk, Refresh: refresh, say: c.pages.texts.In(lang), now: c.cfg.Now()}
	for _, l := range c.pages.texts.Languages() {
		p.Languages = append(p.Languages, choice{l, c.pages.texts.In(l).T("language"), l == lang})
	}
	return p
}

// language follows ?lang=, then what was chosen before, then the browser's wish; 简体 is for everybody else.
func (c *Console) language(r *http.Request) text.Language {
	known := c.pages.texts.Languages()
	if wish := text.Language(r.URL.Query().Get("lang")); slices.Contains(known, wish) {
		return wish
	}
	if kept, err := r.Cookie(langCookie); err == nil && slices.Contains(known, text.Language(kept.Value)) {
		return text.Language(kept.Value)
	}
	have := []language.Tag{language.SimplifiedChinese, language.TraditionalChinese, language.English}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return text.Chinese
	}
	_, i, confidence := language.NewMatcher(have).Match(tags...)
	if confidence == language.No {
		return text.Chinese
	}
	return []text.Language{text.Chinese, text.Traditional, text.English}[i]
}

// keepLanguage remembers a choice.
func (c *Console) keepLanguage(w http.ResponseWriter, r *http.Request) {
	if wish := text.Language(r.URL.Query().Get("lang")); slices.Contains(c.pages.texts.Languages(), wish) {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(wish), Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()), Secure: true,
			HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
}

// since says when something began: the time of day, with the day when that was another one.
func (p *page) since(t time.Time) string {
	if t = t.In(p.now.Location()); t.YearDay() == p.now.YearDay() && t.Year() == p.now.Year() {
		return text.Clock(t)
	}
	return text.Stamp(t)
}

// lasted says for how long something has been so.
func (p *page) lasted(t time.Time) string {
	switch d := p.now.Sub(t); {
	case d < time.Minute:
		return p.T("for.now")
	case d < time.Hour:
		return p.T("for.minutes", "n", strconv.Itoa(int(d/time.Minute)))
	case d < 48*time.Hour:
		return p.T("for.hours", "n", strconv.Itoa(int(d/time.Hour)))
	default:
		return p.T("for.days", "n", strconv.Itoa(int(d/(24*time.Hour))))
	}
}

// ago says how long ago something was.
func (p *page) ago(t time.Time) string {
	switch d := p.now.Sub(t); {
	case d < time.Minute:
		return p.T("ago.now")
	case d < time.Hour:
		return p.T("ago.minutes", "n", strconv.Itoa(int(d/time.Minute)))
	case d < 48*time.Hour:
		return p.T("ago.hours", "n", strconv.Itoa(int(d/time.Hour)))
	default:
		return p.T("ago.days", "n", strconv.Itoa(int(d/(24*time.Hour))))
	}
}
