// Package icons carries line icons as SVG files: those of Tabler (MIT, licence beside them) and own pictures whose names
// begin with "attract-". Every stroke is drawn in currentColor and with the width "stroke", so that a screen chooses both:
// Fyne scales an SVG's shapes to the size shown, but not the width of its strokes.
package icons

import (
	"bytes"
	"embed"
	"fmt"
	"image/color"
	"io/fs"
	"strings"
)

//go:embed *.svg
var files embed.FS

// SVG returns the icon called name (without ending) with every stroke in c and stroke pixels wide as shown. It reports
// false when there is none.
func SVG(name string, c color.Color, stroke float32) ([]byte, bool) {
	data, err := files.ReadFile(name + ".svg")
	if err != nil {
		return nil, false
	}
	r, g, b, _ := c.RGBA()
	hex := fmt.Sprintf("#%02X%02X%02X", r>>8, g>>8, b>>8)
	data = bytes.ReplaceAll(data, []byte("currentColor"), []byte(hex))
	return bytes.ReplaceAll(data, []byte(`="stroke"`), fmt.Appendf(nil, `="%.1f"`, stroke)), true
}

// Names lists every icon, sorted.
func Names() []string {
	paths, err := fs.Glob(files, "*.svg")
	if err != nil {
		return nil // the pattern is a constant and well formed
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(p, ".svg")
	}
	return paths
}
