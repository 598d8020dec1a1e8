package scanner

import (
	"bytes"
	"testing"
)

func TestBlankedCodesKeepLengthAndFraming(t *testing.T) {
	for in, want := range map[string]string{
		"HTTPS://X/T/A1\r\n":   "xxxxxxxxxxxxxx\r\n",
		"收件\t":                 "xxxxxx\t",
		"a\rb\nc":              "xxxxx",
		"\x02110101\x03\r":     "\x02xxxxxx\x03\r",
		"%%NoRead\r\n":         "%%NoRead\r\n",
		"%%NoRead1\r":          "xxxxxxxxx\r",
		"\r\n":                 "\r\n",
		"":                     "",
		"\xff\x00\x1d":         "xxx",
		"110101190001010014\n": "xxxxxxxxxxxxxxxxxx\n",
	} {
		sent, got := []byte("T"), []byte(in)
		Blanker{}.Blank(sent, got)
		if string(got) != want || string(sent) != "T" {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// FuzzBlank: but for what stands around a code, nothing of it is left.
func FuzzBlank(f *testing.F) {
	f.Add([]byte("110101190001010014\r\n"))
	f.Add([]byte{2, 3, '\r'})
	f.Fuzz(func(t *testing.T, code []byte) {
		got := bytes.Clone(code)
		Blanker{}.Blank(nil, got)
		if len(got) != len(code) {
			t.Fatalf("%d bytes became %d", len(code), len(got))
		}
		inside := bytes.Trim(got, "\x02\x03\r\n\t")
		if string(inside) != noRead && len(bytes.Trim(inside, string(blank))) > 0 || len(got)-len(inside) > 4 {
			t.Errorf("left: %q of %q", got, code)
		}
	})
}
