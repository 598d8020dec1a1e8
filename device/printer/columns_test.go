package printer

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"onedoor/device/printer/document"
)

func TestColumnsStandSideBySide(t *testing.T) {
	cell := func(s string, w int, a document.Align) document.Cell {
		return document.Cell{Text: s, Width: w, Align: a}
	}
	for name, c := range map[string]struct {
		cells []document.Cell
		want  []string
	}{
		"shares": {[]document.Cell{cell("材料", 0, document.Left), cell("份数", 6, document.Right)}, []string{"材料                        份数"}},
		"wraps in its column": {
			[]document.Cell{cell("居住地址证明或者租房合同原件", 16, document.Left), cell("1 份", 0, document.Right)},
			[]string{"居住地址证明或者            1 份", "租房合同原件"}},
		"three":   {[]document.Cell{cell("a", 0, document.Left), cell("b", 0, document.Centre), cell("c", 0, document.Right)}, []string{"a              b               c"}},
		"no room": {[]document.Cell{cell("a", 20, document.Left), cell("b", 20, document.Left)}, nil},
		"none":    {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			j, err := Encode(document.Document{Blocks: []document.Block{document.Columns{Cells: c.cells}}}, Generic58(), nil)
			if c.want == nil {
				if !errors.Is(err, ErrContent) {
					t.Errorf("err = %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := encode(nil, []rune(strings.Join(c.want, "\n")+"\n"))
			if !bytes.Contains(j.Bytes, want) {
				t.Errorf("% X\nwant % X", j.Bytes, want)
			}
		})
	}
}

func TestCutBeginsANewPaper(t *testing.T) {
	cut := []byte{0x1D, 0x56, 0x42, 0}
	for name, c := range map[string]struct {
		blocks []document.Block
		want   int
	}{
		"none":         {[]document.Block{document.Text{Text: "a"}}, 1},
		"in the midst": {[]document.Block{document.Text{Text: "a"}, document.Cut{}, document.Text{Text: "b"}}, 2},
		"at the end":   {[]document.Block{document.Text{Text: "a"}, document.Cut{}, document.Cut{}}, 1},
	} {
		j, err := Encode(document.Document{Blocks: c.blocks}, Generic80(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Count(j.Bytes, cut); got != c.want {
			t.Errorf("%s: %d cuts, want %d", name, got, c.want)
		}
	}
}
