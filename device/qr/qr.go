// Package qr turns text into the modules of a QR code (ISO/IEC 18004). It is the one place that knows skip2/go-qrcode, so
// that another encoder could take its place. The package is pure.
package qr

import (
	"errors"
	"fmt"

	qrcode "github.com/skip2/go-qrcode"
)

// Level is how much damage a code survives.
type Level uint8

// The levels of error correction.
const (
	L Level = iota // 7 %
	M              // 15 %
	Q              // 25 %
	H              // 30 %
)

// Quiet is the white margin that has to stand around a code, in modules.
const Quiet = 4

// ErrContent is returned for content that no code can hold.
var ErrContent = errors.New("content does not fit a QR code")

// Modules gives the square of modules without its white margin, rows from the top, true for black.
func Modules(content string, level Level) ([][]bool, error) {
	recovery := [...]qrcode.RecoveryLevel{qrcode.Low, qrcode.Medium, qrcode.High, qrcode.Highest}
	if int(level) >= len(recovery) {
		return nil, fmt.Errorf("make QR code: level %d is not known", level)
	}
	if content == "" {
		return nil, fmt.Errorf("make QR code: %w: it is empty", ErrContent)
	}
	code, err := qrcode.New(content, recovery[level])
	if err != nil {
		return nil, fmt.Errorf("make QR code: %w: %w", ErrContent, err)
	}
	code.DisableBorder = true
	return code.Bitmap(), nil
}
