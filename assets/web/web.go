// Package web holds the central platform's pages: templates, texts and style. It is data only; nothing in it refers to
// another host, and no page needs a script.
package web

import "embed"

// FS holds templates/*.html (html/template), text/<language>.json (flat: key to text) and style.css.
//
//go:embed templates text style.css
var FS embed.FS
