package dock

import (
	"embed"
	"net/http"
)

//go:embed web
var web embed.FS

// pageFile is one file of the page.
type pageFile struct{ name, kind string }

func pageFiles() map[string]pageFile {
	return map[string]pageFile{
		"/{$}":      {"web/dock.html", "text/html; charset=utf-8"},
		"/dock.css": {"web/dock.css", "text/css; charset=utf-8"},
		"/dock.js":  {"web/dock.js", "text/javascript; charset=utf-8"},
		"/dock.svg": {"web/dock.svg", "image/svg+xml"},
	}
}

func (d *Dock) static(file pageFile) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		content, err := web.ReadFile(file.name)
		if err != nil {
			d.cfg.Logger.Error("dock lacks a file of its page", "file", file.name)
			refuse(w, http.StatusInternalServerError, "a file of the page is missing")
			return
		}
		w.Header().Set("Content-Type", file.kind)
		_, _ = w.Write(content)
	}
}
