package icons

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"io"
	"testing"
)

func TestEveryIconTakesColourAndStroke(t *testing.T) {
	if len(Names()) < 20 {
		t.Fatalf("only %d icons", len(Names()))
	}
	for _, name := range Names() {
		data, ok := SVG(name, color.NRGBA{R: 0x0B, G: 0x57, B: 0xA4, A: 0xFF}, 3.25)
		if !ok {
			t.Fatalf("%s is listed and can not be read", name)
		}
		if !bytes.Contains(data, []byte("#0B57A4")) || bytes.Contains(data, []byte("currentColor")) || !bytes.Contains(data, []byte(`stroke-width="3.2"`)) {
			t.Errorf("%s is not tinted: %s", name, data)
		}
		d := xml.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s is no XML: %v", name, err)
				break
			}
		}
	}
	if _, ok := SVG("no-such-icon", color.Black, 1); ok {
		t.Error("an icon that does not exist was returned")
	}
}
