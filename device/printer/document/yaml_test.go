package document_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"onedoor/device/printer/document"
)

const whole = `blocks:
  - text: {text: 收件回执, align: centre, bold: true, width: 2, height: 2}
  - rule: {}
  - row: {label: 办理部门, value: 民政局, bold: true}
  - qr: {content: "HTTPS://X/T/A", module: 6}
  - box: {text: 补打}
  - feed: {lines: 2}
  - columns: {cells: [{text: 材料}, {text: 份数, width: 6, align: right}], bold: true}
  - barcode: {content: A0123, height: 40, no_text: true}
  - picture: {png: ` + dot + `, align: right}
  - cut: {}
`

// dot is a PNG of one black pixel.
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="

func TestParse(t *testing.T) {
	got, err := document.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := document.Document{Blocks: []document.Block{
		document.Text{Text: "收件回执", Align: document.Centre, Bold: true, Width: 2, Height: 2}, document.Rule{},
		document.Row{Label: "办理部门", Value: "民政局", Bold: true}, document.QR{Content: "HTTPS://X/T/A", Module: 6},
		document.Box{Text: "补打"}, document.Feed{Lines: 2},
		document.Columns{Cells: []document.Cell{{Text: "材料"}, {Text: "份数", Width: 6, Align: document.Right}}, Bold: true},
		document.Barcode{Content: "A0123", Height: 40, NoText: true},
		document.Picture{Width: 1, Height: 1, Dots: []byte{0x80}, Align: document.Right}, document.Cut{},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ yaml, says string }{
		"nothing":       {"blocks: []", "no blocks"},
		"unknown block": {"blocks:\n  - song: {}\n", "song"},
		"two in one":    {"blocks:\n  - rule: {}\n    feed: {lines: 1}\n", "2 kinds"},
		"empty block":   {"blocks:\n  - {}\n", "0 kinds"},
		"alignment":     {"blocks:\n  - text: {text: a, align: middle}\n", "middle"},
		"cell":          {"blocks:\n  - columns: {cells: [{text: a, align: up}]}\n", "up"},
		"base64":        {"blocks:\n  - picture: {png: '%'}\n", "base64"},
		"picture":       {"blocks:\n  - picture: {png: AAAA}\n", "no PNG"},
		"size":          {"blocks:\n  - text: {text: a, width: 9}\n", "1 to 8"},
		"no YAML":       {"blocks: [", "document"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := document.Parse([]byte(c.yaml)); !errors.Is(err, document.ErrDocument) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("err = %v, want one that says %q", err, c.says)
			}
		})
	}
}

// FuzzParse: no text makes the parser panic, and what it accepts has blocks.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("blocks:\n  - text: 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := document.Parse(data); err == nil && len(d.Blocks) == 0 {
			t.Error("accepted an empty document")
		}
	})
}
