package printer

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"

	"onedoor/assets/fonts"
	"onedoor/assets/printers"
	"onedoor/device/printer/document"
)

func testFonts(t testing.TB) *Fonts {
	t.Helper()
	f, err := NewFonts(fonts.Main(), fonts.Bold(), fonts.Rare())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// bands takes the raster commands out of a job and puts them together again.
func bands(t *testing.T, wire []byte) []Bitmap {
	t.Helper()
	var out []Bitmap
	head := []byte{0x1D, 0x76, 0x30, 0}
	for {
		at := bytes.Index(wire, head)
		if at < 0 {
			return out
		}
		wire = wire[at:]
		stride, rows := int(wire[4])|int(wire[5])<<8, int(wire[6])|int(wire[7])<<8
		n := stride * rows
		if rows > 255 || n > maxBand {
			t.Errorf("a band of %d rows and %d bytes", rows, n)
		}
		b := Bitmap{Width: 8 * stride, Height: rows, Dots: wire[8 : 8+n]}
		if last := len(out) - 1; last >= 0 && at == 0 && out[last].Width == b.Width {
			out[last].Dots = append(bytes.Clone(out[last].Dots), b.Dots...)
			out[last].Height += rows
		} else {
			out = append(out, b)
		}
		wire = wire[8+n:]
	}
}

func (b Bitmap) image() *image.Gray {
	img := image.NewGray(image.Rect(0, 0, b.Width, b.Height))
	for y := range b.Height {
		for x := range b.Width {
			if !b.Black(x, y) {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return img
}

func TestRareCharactersAreDrawn(t *testing.T) {
	g := testFonts(t)
	for _, c := range []struct {
		text        string
		set         Charset
		drawn       int
		substituted int
	}{
		{"张三", CharsetGB2312, 0, 0},
		{"朱镕基", CharsetGB2312, 1, 0},
		{"朱镕基", CharsetGBK, 0, 0},
		{"周㛃", CharsetGBK, 1, 0},
		{"陈𬱟", CharsetGB18030, 1, 0},
		{"龚䶮", CharsetGBK, 1, 0},
		{"\ue000\uf8ff", CharsetGB18030, 0, 2},
		{"陈𬱟\ue000", CharsetGB18030, 1, 1},
		{"a\u0301", CharsetGB18030, 0, 1},
	} {
		p := Generic80()
		p.Charset = c.set
		j, err := Encode(document.Document{Blocks: []document.Block{document.Text{Text: c.text}}}, p, g)
		if err != nil {
			t.Fatal(err)
		}
		if got := bands(t, j.Bytes); j.Drawn != c.drawn || j.Substituted != c.substituted || len(got) != c.drawn {
			t.Errorf("%s in %s: %d drawn in %d pictures, %d substituted; want %d, %d", c.text, c.set, j.Drawn, len(got), j.Substituted, c.drawn, c.substituted)
		}
		p.Raster = false
		j, err = Encode(document.Document{Blocks: []document.Block{document.Text{Text: c.text}}}, p, g)
		if err != nil {
			t.Fatal(err)
		}
		if len(bands(t, j.Bytes)) != 0 || c.drawn+c.substituted > 0 && j.Substituted == 0 {
			t.Errorf("%s without pictures: %d substituted", c.text, j.Substituted)
		}
	}
}

// Three characters look like none of the others, and like none that a font shows for what it lacks.
func TestDrawnCharactersDiffer(t *testing.T) {
	g := testFonts(t)
	seen := map[string]rune{}
	for _, r := range "𬱟㛃䶮镕〓□" {
		if !g.Has(r) {
			t.Fatalf("%c can not be drawn", r)
		}
		for _, bold := range []bool{false, true} {
			b := g.Draw(r, bold, 24)
			black := 0
			for _, c := range b.Dots {
				for ; c > 0; c &= c - 1 {
					black++
				}
			}
			if black < 40 {
				t.Errorf("%c has %d black dots", r, black)
			}
			if other, ok := seen[string(b.Dots)]; ok && other != r {
				t.Errorf("%c looks like %c", r, other)
			}
			seen[string(b.Dots)] = r
		}
	}
	if g.Has(0x10FFFD) || g.Has('\u0378') {
		t.Error("a character that no font has can be drawn")
	}
}

// The columns of a drawn line are those of a printed one.
func TestADrawnLineKeepsItsColumns(t *testing.T) {
	g := testFonts(t)
	for _, p := range []Profile{Generic58(), Generic80()} {
		j, err := Encode(document.Document{Blocks: []document.Block{
			document.Row{Label: "申请人", Value: "陈𬱟"},
			document.Text{Text: "𬱟", Align: document.Centre, Width: 2, Height: 3, Bold: true},
			document.Text{Text: "𬱟", Align: document.Right},
		}}, p, g)
		if err != nil {
			t.Fatal(err)
		}
		got := bands(t, j.Bytes)
		if len(got) != 3 {
			t.Fatalf("%d pictures", len(got))
		}
		for i, want := range []struct{ left, right, height int }{
			{0, p.Dots, 24}, {p.Dots/2 - 24, p.Dots/2 + 24, 72}, {p.Dots - 24, p.Dots, 24},
		} {
			left, right := got[i].Width, 0
			for y := range got[i].Height {
				for x := range got[i].Width {
					if got[i].Black(x, y) {
						left, right = min(left, x), max(right, x+1)
					}
				}
			}
			// A character leaves up to five dots of its cell white.
			if left < want.left || left > want.left+10 || right > want.right || right < want.right-10 || got[i].Height != want.height {
				t.Errorf("%s, line %d: from %d to %d, %d high; want %+v", p.Name, i, left, right, got[i].Height, want)
			}
		}
	}
}

// Dots that spell a real-time command would be obeyed in the middle of the picture.
func TestNoPictureHoldsARealTimeCommand(t *testing.T) {
	dots := bytes.Repeat([]byte{0x10, 0x04, 0x01, 0x10, 0x05, 0x02, 0x10, 0x14, 0x08, 0x10, 0x10, 0x04}, 100)
	j, err := Encode(document.Document{Blocks: []document.Block{
		document.Picture{Width: 40, Height: 240, Dots: dots}, document.Picture{Width: 128, Height: 16, Dots: dots[:256]},
	}}, Generic80(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, second := range []byte{0x04, 0x05, 0x14} {
		if bytes.Contains(j.Bytes, []byte{0x10, second}) {
			t.Errorf("10 %02X stands in the job", second)
		}
	}
	got := bands(t, j.Bytes)
	if len(got) != 2 {
		t.Fatalf("%d pictures", len(got))
	}
	changed := 0
	for i, c := range got[0].Dots {
		if c|dots[i] != c {
			t.Fatalf("byte %d: %02X became %02X: a dot was lost", i, dots[i], c)
		}
		for d := c ^ dots[i]; d > 0; d &= d - 1 {
			changed++
		}
	}
	if changed == 0 || changed > 400 {
		t.Errorf("%d dots changed", changed)
	}
}

func TestPicturesThatDoNotFit(t *testing.T) {
	for _, p := range []document.Picture{
		{}, {Width: 577, Height: 1, Dots: make([]byte, 73)}, {Width: 8, Height: 2, Dots: []byte{1}}, {Width: 8, Height: -1},
		{Width: 1, Height: 20001, Dots: make([]byte, 20001)},
	} {
		if _, err := Encode(document.Document{Blocks: []document.Block{p}}, Generic80(), nil); !errors.Is(err, ErrContent) {
			t.Errorf("%d by %d with %d bytes: %v", p.Width, p.Height, len(p.Dots), err)
		}
	}
}

func TestNewPicture(t *testing.T) {
	img := image.NewNRGBA(image.Rect(5, 5, 14, 7))
	img.Set(5, 5, color.Black)
	img.Set(13, 6, color.NRGBA{0, 0, 0, 200})
	img.Set(6, 5, color.White)
	p := document.NewPicture(img)
	if p.Width != 9 || p.Height != 2 || !bytes.Equal(p.Dots, []byte{0x80, 0, 0, 0x80}) {
		t.Errorf("%+v", p)
	}
}

// The bar code is read back by another's reader.
func TestBarcodeIsRead(t *testing.T) {
	for _, p := range []Profile{Generic58(), Generic80()} {
		for _, content := range []string{"11010100301000021758", "A0123", "AB12345678C", "7", "1234567", "X1234567", "a{b}~ 99"} {
			j, err := Encode(document.Document{Blocks: []document.Block{document.Barcode{Content: content}}}, p, nil)
			if err != nil {
				t.Fatalf("%s: %v", content, err)
			}
			got := bands(t, j.Bytes)
			if len(got) != 1 || got[0].Height != barcodeHeight {
				t.Fatalf("%s: %d pictures", content, len(got))
			}
			wide := NewBitmap(p.Dots, got[0].Height)
			wide.stamp(got[0], 0, 1, 1)
			source, err := gozxing.NewBinaryBitmapFromImage(wide.image())
			if err != nil {
				t.Fatal(err)
			}
			r, err := oned.NewCode128Reader().Decode(source, nil)
			if err != nil || r.GetText() != content {
				t.Errorf("%s on %s: %v, %v", content, p.Name, r, err)
			}
		}
	}
	for _, bad := range []string{"", "中", "a\n", strings.Repeat("A", 60)} {
		if _, err := Encode(document.Document{Blocks: []document.Block{document.Barcode{Content: bad}}}, Generic80(), nil); !errors.Is(err, ErrContent) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestBundledProfiles(t *testing.T) {
	all, err := LoadProfiles(printers.FS())
	if err != nil {
		t.Fatal(err)
	}
	if all["generic-80"] != Generic80() || all["generic-58"] != Generic58() {
		t.Errorf("the generic profiles differ from those in the program: %+v", all)
	}
	if all["epson-tm-t"].Proof != ProofProcessID || all["clone-80"].QR != QRRaster || len(all) != 4 {
		t.Errorf("%+v", all)
	}
}

func FuzzRaster(f *testing.F) {
	f.Add([]byte{0x10, 0x04, 0x01, 0x10, 0x10, 0x05}, uint16(9))
	f.Fuzz(func(t *testing.T, dots []byte, width uint16) {
		w := int(width)%576 + 1
		stride := (w + 7) / 8
		h := min(len(dots)/stride, 600)
		if h == 0 {
			return
		}
		b := Bitmap{Width: w, Height: h, Dots: dots[:h*stride]}
		wire := raster(nil, b)
		if trapFree(wire) != nil {
			t.Fatalf("a real-time command: % X", wire)
		}
		rows := 0
		for len(wire) > 0 {
			n := int(wire[4]) * int(wire[6])
			rows += int(wire[6])
			wire = wire[8+n:]
		}
		if rows != h {
			t.Fatalf("%d rows of %d", rows, h)
		}
	})
}
