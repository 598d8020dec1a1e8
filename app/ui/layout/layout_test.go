package layout

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// block is an object of a fixed area: the narrower, the higher. It makes use of most units of height.
type block struct {
	*canvas.Rectangle
	area, most float32
}

func newBlock(area, most float32) *block {
	return &block{canvas.NewRectangle(color.Black), area, most}
}

func (b *block) HeightFor(width float32) float32 { return b.area / width }
func (b *block) Stretch(float32) float32         { return b.most }

func at(o fyne.CanvasObject) [4]float32 {
	return [4]float32{o.Position().X, o.Position().Y, o.Size().Width, o.Size().Height}
}

func check(t *testing.T, name string, o fyne.CanvasObject, want [4]float32) {
	t.Helper()
	if got := at(o); got != want {
		t.Errorf("%s is at %v, want %v", name, got, want)
	}
}

func TestColumn(t *testing.T) {
	a, hidden, b := newBlock(1000, 0), newBlock(5000, 0), newBlock(2000, 90)
	hidden.Hide()
	objects := []fyne.CanvasObject{a, hidden, b}
	c := Column{Gap: 10}
	if h := c.HeightFor(objects, 100); h != 40 {
		t.Errorf("height %v, want 40", h)
	}
	c.Layout(objects, fyne.NewSize(100, 70))
	check(t, "a", a, [4]float32{0, 0, 100, 10})
	check(t, "b takes what is left", b, [4]float32{0, 20, 100, 50})
	c.Layout(objects, fyne.NewSize(100, 500))
	check(t, "b takes no more than it uses", b, [4]float32{0, 20, 100, 90})
	Column{Gap: 10, Middle: true}.Layout(objects, fyne.NewSize(100, 210))
	check(t, "a in the middle", a, [4]float32{0, 50, 100, 10})
}

func TestStretchIsSharedFairly(t *testing.T) {
	a, b := newBlock(1000, 30), newBlock(1000, 500)
	Column{}.Layout([]fyne.CanvasObject{a, b}, fyne.NewSize(100, 200))
	check(t, "a stops at its most", a, [4]float32{0, 0, 100, 30})
	check(t, "b takes the rest", b, [4]float32{0, 30, 100, 170})
}

func TestRow(t *testing.T) {
	a, b := newBlock(1000, 0), newBlock(6000, 0)
	r := Row{Gap: 20, Weights: []float32{1, 3}}
	if h := r.HeightFor([]fyne.CanvasObject{a, b}, 420); h != 20 {
		t.Errorf("height %v, want 20", h)
	}
	r.Layout([]fyne.CanvasObject{a, b}, fyne.NewSize(420, 50))
	check(t, "a", a, [4]float32{0, 0, 100, 50})
	check(t, "b", b, [4]float32{120, 0, 300, 50})
	a.Hide()
	r.Layout([]fyne.CanvasObject{a, b}, fyne.NewSize(420, 50))
	check(t, "b alone", b, [4]float32{0, 0, 420, 50})
}

func TestGrid(t *testing.T) {
	var objects []fyne.CanvasObject
	for range 3 {
		objects = append(objects, newBlock(4000, 60))
	}
	g := Grid{Gap: 10, MinWidth: 100, Max: 2}
	if h := g.HeightFor(objects, 410); h != 50 {
		t.Errorf("two columns need %v, want 50", h)
	}
	g.Layout(objects, fyne.NewSize(410, 500))
	check(t, "third", objects[2], [4]float32{0, 70, 200, 60})
	if h := g.HeightFor(objects, 150); h <= 80 {
		t.Errorf("one narrow column needs %v, want three rows", h)
	}
}

func TestApplyReachesWhatDidNotChangeSize(t *testing.T) {
	b := newBlock(1000, 0)
	inner := &fyne.Container{Layout: Column{}, Objects: []fyne.CanvasObject{b}}
	outer := &fyne.Container{Layout: Layer{}, Objects: []fyne.CanvasObject{inner}}
	outer.Resize(fyne.NewSize(100, 100))
	b.area = 3000
	Apply(outer)
	check(t, "b", b, [4]float32{0, 0, 100, 30})
}

// wish is a block that wishes for a width.
type wish struct {
	*block
	wide float32
}

func (w wish) Wish() float32 { return w.wide }

func TestWrap(t *testing.T) {
	a, b, c := wish{newBlock(1000, 0), 100}, wish{newBlock(2000, 0), 200}, wish{newBlock(9000, 0), 900}
	objects := []fyne.CanvasObject{a, b, c}
	w := Wrap{Gap: 10, Least: 120}
	w.Layout(objects, fyne.NewSize(330, 500))
	check(t, "a is not too narrow", a, [4]float32{0, 0, 120, 1000.0 / 120})
	check(t, "b beside it", b, [4]float32{130, 0, 200, 10})
	check(t, "c in the next row, no wider than all", c, [4]float32{0, 20, 330, 9000.0 / 330})
	if h := w.HeightFor(objects, 330); h != 20+9000.0/float32(330) {
		t.Errorf("height %v", h)
	}
}
