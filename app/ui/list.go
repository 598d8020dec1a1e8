package ui

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/kiosk"
	"onedoor/app/ui/layout"
	"onedoor/app/ui/theme"
	"onedoor/app/ui/widget"
)

// list is one step of choosing from many: the way so far, and a grid of what can be chosen now.
type list struct {
	*page
	kit     *widget.Kit
	path    *path
	options *fyne.Container
}

func newList(kit *widget.Kit) *list {
	l := &list{kit: kit, path: newPath(), options: &fyne.Container{}}
	l.page = newPage(kit, pageConfig{top: []fyne.CanvasObject{l.path.box}, main: []fyne.CanvasObject{l.options}})
	return l
}

func (l *list) show(v kiosk.List, s theme.Scale) {
	title := l.title
	l.page.show(v.Heading, v.Help, kiosk.Button{}, v.Back, s)
	if l.path.text.Value() != v.Path && title == v.Heading {
		l.scroll.Reset() // one step further with the same question begins at its top
	}
	p := l.kit.Palette
	l.path.set(v.Path, widget.Style{Size: s.Button, Bold: true, Color: p.Text, Narrow: true}, p.ActionSoft)
	var wishes []float32
	widget.List(l.options, len(v.Options), func() *widget.Button { return widget.NewButton(l.kit) }, func(i int, b *widget.Button) {
		o := v.Options[i]
		b.Set(widget.Face{Kind: widget.Option, Chosen: o.Chosen, Button: kiosk.Button{Label: o.Label, Intent: o.Intent}, Scale: s})
		wishes = append(wishes, b.Wish())
	})
	l.options.Layout = answers{least: optionWidth(wishes, s)}
}

// optionWidth is the width in which nine of ten options stay on one line; a few long names may take two.
func optionWidth(wishes []float32, s theme.Scale) float32 {
	least := s.Button * 7
	if len(wishes) == 0 {
		return least
	}
	slices.Sort(wishes)
	return min(max(least, wishes[(len(wishes)-1)*9/10]), 484) // two in a row of a portrait page
}

func (l *list) reset() {
	l.page.reset()
	l.path.reset()
	widget.List(l.options, 0, func() *widget.Button { return widget.NewButton(l.kit) }, nil)
}

func (l *list) object() fyne.CanvasObject { return l.box }

// answers sets options in rows of equal cells. A row is as high as its highest cell, so that one long name does not make
// all of them high, and a few options are not spread over more columns than they need.
type answers struct{ least float32 }

const answerGap = 16

func (a answers) columns(n int, width float32) int {
	fit := max(1, int((width+answerGap)/(a.least+answerGap)))
	most := max(2, (n+4)/5)
	if width >= flowWide {
		most = max(3, most)
	}
	return max(1, min(fit, most, 5, n))
}

// rows returns the width of a cell, and the least and the most height of every row.
func (a answers) rows(shown []fyne.CanvasObject, width float32) (w float32, least, most []float32) {
	cols := a.columns(len(shown), width)
	w = (width - answerGap*float32(cols-1)) / float32(cols)
	for i, o := range shown {
		if i%cols == 0 {
			least, most = append(least, 0), append(most, 0)
		}
		r := i / cols
		least[r], most[r] = max(least[r], layout.Height(o, w)), max(most[r], layout.StretchOf(o, w))
	}
	return w, least, most
}

func total(rows []float32) float32 {
	sum := -float32(answerGap)
	for _, h := range rows {
		sum += h + answerGap
	}
	return max(0, sum)
}

// HeightFor is the height of all rows and gaps.
func (a answers) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	_, least, _ := a.rows(layout.Shown(objects), width)
	return total(least)
}

// StretchOf is what all rows make use of.
func (a answers) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	_, _, most := a.rows(layout.Shown(objects), width)
	return total(most)
}

// Layout fills row by row; height left over makes the rows higher, as far as they make use of it.
func (a answers) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := layout.Shown(objects)
	if len(shown) == 0 || size.Width <= 0 {
		return
	}
	w, least, most := a.rows(shown, size.Width)
	part := float32(0)
	if room := total(most) - total(least); room > 0 {
		part = max(0, min(1, (size.Height-total(least))/room))
	}
	cols := a.columns(len(shown), size.Width)
	y := float32(0)
	for r := range least {
		h := least[r] + part*max(0, most[r]-least[r])
		for i, o := range shown[r*cols : min(len(shown), (r+1)*cols)] {
			layout.Place(o, float32(i)*(w+answerGap), y, w, h)
		}
		y += h + answerGap
	}
}

// MinSize is nothing, so that the window never grows.
func (answers) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// path is a line of words on a soft ground as wide as they are.
type path struct {
	box    *fyne.Container
	ground *canvas.Rectangle
	text   *widget.Text
}

func newPath() *path {
	p := &path{ground: &canvas.Rectangle{CornerRadius: theme.RadiusBox}, text: widget.NewText()}
	p.box = &fyne.Container{Layout: p, Objects: []fyne.CanvasObject{p.ground, p.text}}
	p.box.Hide()
	return p
}

func (p *path) set(text string, style widget.Style, ground color.Color) {
	p.text.Set(text, style)
	p.ground.FillColor = ground
	p.ground.Refresh()
	if text == "" {
		p.box.Hide()
	} else {
		p.box.Show()
	}
}

func (p *path) reset() {
	p.text.Reset()
	p.box.Hide()
}

const (
	pathPad  = 24
	pathHigh = 14
)

// HeightFor is the height of the words with what is around them; 0 without words.
func (p *path) HeightFor(_ []fyne.CanvasObject, width float32) float32 {
	h := layout.Height(p.text, width-2*pathPad)
	if h == 0 || !p.box.Visible() {
		return 0
	}
	return h + 2*pathHigh
}

// Layout places the words and the ground around them.
func (p *path) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	w := min(size.Width-2*pathPad, p.text.Width()+2)
	layout.Place(p.text, pathPad, pathHigh, w, size.Height-2*pathHigh)
	layout.Place(p.ground, 0, 0, w+2*pathPad, size.Height)
}

// MinSize is nothing, so that the window never grows.
func (p *path) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
