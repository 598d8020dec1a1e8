package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

type colour = color.Color

// Style is how a text is set.
type Style struct {
	Size   float32
	Bold   bool
	Color  color.Color
	Align  fyne.TextAlign
	Narrow bool // line height 1.25 instead of 1.4, for headings and labels
}

// Text is a block of text that breaks its lines by the Chinese rules. An empty text hides itself, so that columns leave
// no gap for it.
type Text struct {
	Base
	text  string
	style Style
	lines []*canvas.Text

	cached    []string // lines of the last break, and the width it was for
	cachedFor float32
}

// NewText returns an empty text.
func NewText() *Text {
	t := &Text{}
	t.arrange, t.height = t.place, t.need
	t.ExtendBaseWidget(t)
	t.Hide()
	return t
}

// Set replaces text and style.
func (t *Text) Set(text string, style Style) {
	if t.text == text && t.style == style {
		return
	}
	if t.text != text || t.style.Size != style.Size || t.style.Bold != style.Bold {
		t.cached = nil
	}
	t.text, t.style = text, style
	show(t, text != "")
	t.Rearrange()
}

// Paint changes the colour alone.
func (t *Text) Paint(c color.Color) {
	s := t.style
	s.Color = c
	t.Set(t.text, s)
}

// Reset empties the text and every line object.
func (t *Text) Reset() {
	t.Set("", t.style)
	for _, l := range t.lines {
		l.Text = ""
		l.Hide()
	}
}

// Value returns the text shown.
func (t *Text) Value() string { return t.text }

// Width returns the width of the text on one line.
func (t *Text) Width() float32 { return t.measure(t.text) }

func (t *Text) measure(s string) float32 {
	return fyne.MeasureText(s, t.style.Size, fyne.TextStyle{Bold: t.style.Bold}).Width
}

func (t *Text) lineHeight() float32 {
	if t.style.Narrow {
		return t.style.Size * 1.25
	}
	return t.style.Size * 1.4
}

func (t *Text) broken(width float32) []string {
	if t.text == "" || width <= 0 {
		return nil
	}
	if t.cached != nil && t.cachedFor == width {
		return t.cached
	}
	t.cached, t.cachedFor = Balance(t.text, width, t.measure), width
	return t.cached
}

func (t *Text) need(width float32) float32 {
	return float32(len(t.broken(width))) * t.lineHeight()
}

func (t *Text) place(size fyne.Size) {
	broken := t.broken(size.Width)
	for len(t.lines) < len(broken) {
		l := canvas.NewText("", color.Black)
		t.lines = append(t.lines, l)
		t.parts = append(t.parts, l)
	}
	lh := t.lineHeight()
	y := float32(0)
	for i, l := range t.lines {
		if i >= len(broken) {
			if l.Text != "" || l.Visible() {
				l.Text = ""
				l.Hide()
			}
			continue
		}
		if l.Text != broken[i] || l.TextSize != t.style.Size || l.Color != t.style.Color || l.Alignment != t.style.Align || l.TextStyle.Bold != t.style.Bold {
			l.Text, l.TextSize, l.Color, l.Alignment = broken[i], t.style.Size, t.style.Color, t.style.Align
			l.TextStyle = fyne.TextStyle{Bold: t.style.Bold}
			l.Refresh()
		}
		show(l, true)
		h := l.MinSize().Height
		l.Move(fyne.NewPos(0, y+(lh-h)/2))
		l.Resize(fyne.NewSize(size.Width, h))
		y += lh
	}
}
