package ui

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"onedoor/app/ui/layout"
)

var update = flag.Bool("update", false, "write the golden file anew")

// goldenFile holds a digest of the scene behind each picture that make screens writes: whoever changes a screen sees which
// pictures he changed, looks at them, and says so with -update.
const goldenFile = "testdata/golden.txt"

// TestGolden: every screen state looks as it did when somebody last looked at it, in every language and look.
func TestGolden(t *testing.T) {
	have := map[string]string{}
	for _, l := range looks() {
		b := setup(t, l.size)
		for _, s := range l.states(t) {
			b.ui.Show(l.of(s.view))
			have[fmt.Sprintf("%s-%s", l, s.name)] = b.digest(t)
		}
		b.ui.Reset()
	}
	if *update {
		writeGolden(t, have)
		return
	}
	want := readGolden(t)
	var changed []string
	for name, d := range have {
		if want[name] != d {
			changed = append(changed, name)
		}
		delete(want, name)
	}
	for name := range want {
		changed = append(changed, name+" (is not there any more)")
	}
	slices.Sort(changed)
	if len(changed) > 0 {
		t.Errorf("%d pictures have changed; look at them (make screens), then run go test ./app/ui -run Golden -update:\n%s", len(changed), strings.Join(changed, "\n"))
	}
}

// digest is of all that is drawn, from back to front, with its place, colour and size. It decides the picture: painting two
// thousand of them to compare their pixels would take minutes.
func (b *bench) digest(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	size := b.ui.Content().Size()
	walk(b.ui.Content(), fyne.Position{}, rect{0, 0, size.Width, size.Height}, func(o fyne.CanvasObject, r rect) {
		if len(layout.Children(o)) > 0 || r.w <= 0 || r.h <= 0 {
			return
		}
		fmt.Fprintf(sum, "%T %v %v ", o, r, o.Size())
		switch o := o.(type) {
		case *canvas.Text:
			fmt.Fprintln(sum, o.Text, o.TextSize, o.TextStyle, o.Alignment, o.Color)
		case *canvas.Rectangle:
			fmt.Fprintln(sum, o.FillColor, o.StrokeColor, o.StrokeWidth, o.CornerRadius)
		case *canvas.Image:
			pixels(sum, o.Image)
		case *canvas.Raster:
			pixels(sum, o.Generator(int(o.Size().Width), int(o.Size().Height)))
		case *fyne.Container, fyne.Widget: // nothing in it
		default:
			t.Fatalf("a %T is drawn, and the digest does not know how", o)
		}
	})
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

// pixels adds a picture to a digest.
func pixels(to io.Writer, picture image.Image) {
	switch p := picture.(type) {
	case nil:
	case *image.NRGBA:
		to.Write(p.Pix)
	case *image.RGBA:
		to.Write(p.Pix)
	default:
		img := image.NewNRGBA(picture.Bounds())
		draw.Draw(img, img.Rect, picture, picture.Bounds().Min, draw.Src)
		to.Write(img.Pix)
	}
}

func writeGolden(t *testing.T, all map[string]string) {
	t.Helper()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	var b bytes.Buffer
	for _, name := range names {
		fmt.Fprintln(&b, all[name], name)
	}
	if err := os.MkdirAll(filepath.Dir(goldenFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(goldenFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readGolden(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		d, name, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			t.Fatalf("%s: %q", goldenFile, lines.Text())
		}
		all[name] = d
	}
	return all
}
