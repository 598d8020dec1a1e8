package qr_test

import (
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"onedoor/device/qr"
)

// read draws modules at four pixels each with the white margin and reads them with another library.
func read(t *testing.T, modules [][]bool) string {
	t.Helper()
	const px = 4
	side := (len(modules) + 2*qr.Quiet) * px
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			row, col := y/px-qr.Quiet, x/px-qr.Quiet
			c := color.Gray{Y: 255}
			if row >= 0 && row < len(modules) && col >= 0 && col < len(modules) && modules[row][col] {
				c.Y = 0
			}
			img.SetGray(x, y, c)
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	r, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.GetText()
}

func TestModulesAreReadByAnotherLibrary(t *testing.T) {
	for _, content := range []string{"HTTPS://SX.EXAMPLE.GOV.CN/T/AAA7SDVZ4ZIM4FYSCT2FE5O2LZPI2", "收件回执 𠮷", "1"} {
		for _, level := range []qr.Level{qr.L, qr.M, qr.Q, qr.H} {
			m, err := qr.Modules(content, level)
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, m); got != content {
				t.Errorf("level %d reads %q, want %q", level, got, content)
			}
		}
	}
}

// TestTrackingCodeIsVersion3: 60 characters of the alphanumeric mode stay within 29 modules at level M.
func TestTrackingCodeIsVersion3(t *testing.T) {
	m, err := qr.Modules("HTTPS://SX1.EXAMPL.GOV.CN/T/AAA7SDVZ4ZIM4FYSCT2FE5O2LZPI2", qr.M)
	if err != nil || len(m) != 29 {
		t.Errorf("%d modules, %v; want 29", len(m), err)
	}
}

func TestModulesRefuses(t *testing.T) {
	for name, content := range map[string]string{"nothing": "", "too much": strings.Repeat("长", 2000)} {
		if _, err := qr.Modules(content, qr.M); !errors.Is(err, qr.ErrContent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
