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
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file anew")

// goldenFile holds a digest of each picture that make screens writes: whoever changes a screen sees which pictures he changed,
// looks at them, and says so with -update.
const goldenFile = "testdata/golden.txt"

// TestGolden: every screen state looks as it did when somebody last looked at it.
func TestGolden(t *testing.T) {
	have := map[string]string{}
	for _, v := range append(variants(), settings()...) {
		b := setup(t, v.size)
		for _, s := range samples(v.english) {
			b.ui.Show(v.of(s.view))
			have[fmt.Sprintf("%s-%s", v, s.name)] = digest(b.window.Canvas().Capture())
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

// digest is of the picture's pixels.
func digest(picture image.Image) string {
	img, ok := picture.(*image.NRGBA)
	if !ok {
		img = image.NewNRGBA(picture.Bounds())
		draw.Draw(img, img.Rect, picture, picture.Bounds().Min, draw.Src)
	}
	sum := sha256.Sum256(img.Pix)
	return hex.EncodeToString(sum[:8])
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
