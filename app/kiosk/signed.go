package kiosk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// signedForm is a signature as it travels: what was drawn, as strokes with times and as a picture, and the hash of what it
// was drawn under. Nobody can put it under another form. Whoever can not write has confirmed by a press instead; then
// nothing was drawn, and it says so.
type signedForm struct {
	// Form is the SHA-256, in hexadecimal, of the service's id, the catalogue's version and the form as JSON with sorted keys,
	// each followed by a newline.
	Form    string     `json:"form_sha256"`
	Strokes [][][3]int `json:"strokes"` // x and y in thousandths of the pad's width, milliseconds
	Picture []byte     `json:"picture_png"`
	Pressed bool       `json:"pressed,omitempty"`
}

// of binds the signature to a form; nil when nobody signed.
func (g *signature) of(service, version string, form map[string]any) (*signedForm, error) {
	if !g.enough() {
		return nil, nil
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return nil, fmt.Errorf("encode form: %w", err)
	}
	defer clear(raw)
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", service, version, raw)
	out := &signedForm{Form: hex.EncodeToString(h.Sum(nil)), Pressed: g.pressed}
	if g.pressed {
		return out, nil
	}
	for _, s := range g.strokes {
		var points [][3]int
		for _, p := range s {
			points = append(points, [3]int{p.X, p.Y, p.At})
		}
		out.Strokes = append(out.Strokes, points)
	}
	out.Picture, err = g.picture()
	return out, err
}

func (f *signedForm) wipe() {
	if f == nil {
		return
	}
	clear(f.Picture)
	for _, s := range f.Strokes {
		clear(s)
	}
}

const (
	signatureWide = 600 // pixels of the picture; it is a third as high
	signaturePen  = 3   // radius of the pen
)

// picture draws the strokes black on white.
func (g *signature) picture() ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, signatureWide, signatureWide/3), color.Palette{color.White, color.Black})
	for _, s := range g.strokes {
		for i := range s {
			from := s[max(0, i-1)]
			line(img, from.X*signatureWide/1000, from.Y*signatureWide/1000, s[i].X*signatureWide/1000, s[i].Y*signatureWide/1000)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	clear(img.Pix)
	if err != nil {
		return nil, fmt.Errorf("draw signature: %w", err)
	}
	return b.Bytes(), nil
}

// line draws with a round pen.
func line(img *image.Paletted, x0, y0, x1, y1 int) {
	steps := max(abs(x1-x0), abs(y1-y0), 1)
	for i := range steps + 1 {
		cx, cy := x0+(x1-x0)*i/steps, y0+(y1-y0)*i/steps
		for dy := -signaturePen; dy <= signaturePen; dy++ {
			for dx := -signaturePen; dx <= signaturePen; dx++ {
				if p := image.Pt(cx+dx, cy+dy); dx*dx+dy*dy <= signaturePen*signaturePen && p.In(img.Rect) {
					img.SetColorIndex(p.X, p.Y, 1)
				}
			}
		}
	}
}
