// Package web holds the pages that browsers show: the central platform's, and in console the one that a kiosk serves to the
// staff of its hall. It is data only; nothing in it refers to another host, and no page needs a script.
package web

import "embed"

// FS holds templates/*.html (html/template), text/<language>.json (flat: key to text) and style.css; and in console the templates,
// text/<language>.yaml, style and script of the staff's page.
//
//go:embed templates text style.css console
var FS embed.FS
