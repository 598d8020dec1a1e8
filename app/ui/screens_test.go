package ui

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2/test"
	"golang.org/x/image/draw"
)

// TestScreens writes into the folder named by ONEDOOR_SCREENS, for people to look at: a contact sheet of every state in
// every look, and each state in its true size in the ordinary look and in elder mode.
func TestScreens(t *testing.T) {
	dir := os.Getenv("ONEDOOR_SCREENS")
	if dir == "" {
		t.Skip("ONEDOOR_SCREENS names no folder")
	}
	for _, l := range looks() {
		t.Run(l.String(), func(t *testing.T) {
			b := setup(t, l.size)
			whole := l == look{variant{size: l.size, elder: l.elder}, l.lang}
			if !whole {
				b.window.Canvas().(test.WindowlessCanvas).SetScale(0.5) // a quarter of the time
			}
			s := newContactSheet(l)
			for _, one := range l.states(t) {
				b.ui.Show(l.of(one.view))
				picture := b.window.Canvas().Capture()
				if whole {
					save(t, filepath.Join(dir, fmt.Sprintf("%s-%s.png", l, one.name)), picture)
				}
				s.add(picture)
			}
			save(t, filepath.Join(dir, fmt.Sprintf("sheet-%s.png", l)), s.picture())
		})
	}
}

// contactSheet is all states of a look, small, in the order of the tours.
type contactSheet struct {
	cell   image.Point
	across int
	small  []image.Image
}

func newContactSheet(l look) *contactSheet {
	s := &contactSheet{cell: image.Pt(270, 480), across: 10}
	if l.size == landscape {
		s.cell, s.across = image.Pt(480, 270), 6
	}
	return s
}

const sheetGap = 12

func (s *contactSheet) add(picture image.Image) {
	small := image.NewNRGBA(image.Rectangle{Max: s.cell})
	draw.ApproxBiLinear.Scale(small, small.Rect, picture, picture.Bounds(), draw.Src, nil)
	s.small = append(s.small, small)
}

func (s *contactSheet) picture() image.Image {
	down := (len(s.small) + s.across - 1) / s.across
	step := s.cell.Add(image.Pt(sheetGap, sheetGap))
	all := image.NewNRGBA(image.Rect(0, 0, s.across*step.X+sheetGap, down*step.Y+sheetGap))
	for i, small := range s.small {
		at := image.Pt(sheetGap+i%s.across*step.X, sheetGap+i/s.across*step.Y)
		draw.Draw(all, image.Rectangle{Min: at, Max: at.Add(s.cell)}, small, image.Point{}, draw.Src)
	}
	return all
}

func save(t *testing.T, path string, picture image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, picture); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
