package hall

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScanLooksAgain: a receipt of a demo on whose writing the first glance saw a corner of a code that is none.
func TestScanLooksAgain(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "hard-to-scan.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	paper, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if url, err := glance(paper, 1); err == nil {
		t.Errorf("the first glance reads %q: the picture is of no use any more", url)
	}
	if url, err := Scan(paper); err != nil || !strings.HasSuffix(url, "/T/AAAQ4GPM3DMQ4SLXLGZOKKSEZPRC6") {
		t.Errorf("reads %q, %v", url, err)
	}
	if url, err := Scan(image.NewGray(image.Rect(0, 0, 300, 300))); err == nil {
		t.Errorf("reads %q where nothing is", url)
	}
}
