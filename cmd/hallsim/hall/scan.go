package hall

import (
	"fmt"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
)

// Scan reads the QR code in a picture of paper or screen, as a phone does: a hand that sees nothing moves a little nearer or away
// and looks again, since some writing beside a code passes for a corner of it at one distance and not at another.
func Scan(img image.Image) (url string, err error) {
	for _, size := range []float64{1, 0.9, 0.8, 1.1, 0.66, 1.25, 0.5, 1.5} {
		if url, err = glance(img, size); err == nil {
			return url, nil
		}
	}
	return "", fmt.Errorf("scan: %w", err)
}

// glance looks once.
func glance(img image.Image, size float64) (string, error) {
	if size != 1 {
		b := img.Bounds()
		at := image.NewGray(image.Rect(0, 0, int(float64(b.Dx())*size), int(float64(b.Dy())*size)))
		draw.ApproxBiLinear.Scale(at, at.Bounds(), img, b, draw.Src, nil)
		img = at
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	r, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return "", err
	}
	return r.GetText(), nil
}
