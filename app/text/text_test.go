package text_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onedoor/app/text"
)

func TestParseReportsEveryFault(t *testing.T) {
	_, err := text.Parse(map[text.Language][]byte{
		text.Chinese: []byte("both: 好\nonly: 只有\nblank: '{n} 个'\nvoid: ' '\n"),
		text.English: []byte("both: good\nblank: some\nvoid: x\n"),
	})
	if !errors.Is(err, text.ErrCatalogue) {
		t.Fatalf("err = %v, want ErrCatalogue", err)
	}
	for _, part := range []string{`en lacks "only"`, `"blank" has other placeholders`, `"void" is empty in zh-Hans`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not reported in: %v", part, err)
		}
	}
}

func TestPrinterFillsPlaceholders(t *testing.T) {
	c, err := text.Parse(map[text.Language][]byte{text.Chinese: []byte("step: 第 {n} 步，共 {of} 步\n")})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.In(text.Chinese).T("step", "n", "2", "of", "4"); got != "第 2 步，共 4 步" {
		t.Errorf("got %q", got)
	}
}

func TestMasks(t *testing.T) {
	for _, c := range []struct {
		mask       func(string) string
		full, want string
	}{
		{text.MaskName, "张三", "张*"},
		{text.MaskName, "张小三", "张*三"},
		{text.MaskName, "欧阳小三", "欧*三"},
		{text.MaskName, "阿卜杜拉·买买提", "阿*提"},
		{text.MaskName, "ANNA MARIA SMITH", "A*** M*** S***"},
		{text.MaskName, "Émile Zola", "É*** Z***"},
		{text.MaskName, "  ", ""},
		{text.MaskNumber, "110101190001010014", "1***************14"},
		{text.MaskPhone, "13800138000", "138****8000"},
		{text.MaskAddress, "广东省广州市番禺区市桥街道大北路1号", "广东省广州市番禺区***"},
		{text.MaskAddress, "北京市东城区东华门大街2号", "北京市东城区***"},
		{text.MaskAddress, "新疆维吾尔自治区伊犁哈萨克自治州伊宁市解放路3号", "新疆维吾尔自治区伊犁哈萨克自治州伊宁市***"},
		{text.MaskAddress, "大北路1号", "大北***"},
	} {
		if got := c.mask(c.full); got != c.want {
			t.Errorf("mask of %q is %q, want %q", c.full, got, c.want)
		}
	}
}

// FuzzMaskName: whatever stands on a card, a mask neither panics nor shows the whole of a name of three or more characters.
func FuzzMaskName(f *testing.F) {
	for _, s := range []string{"张三", "ANNA", "𬱟小明", "\xff\xfe", " ·", "买买提·艾力"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := text.MaskName(name)
		if utf8.ValidString(name) && !utf8.ValidString(got) {
			t.Errorf("mask of %q is %q", name, got)
		}
		if n := []rune(strings.TrimSpace(name)); len(n) >= 3 && n[0] > 0x2000 && strings.Contains(got, string(n)) && !strings.Contains(name, "*") {
			t.Errorf("mask of %q shows it: %q", name, got)
		}
	})
}

func TestFormats(t *testing.T) {
	day := time.Date(2026, 11, 22, 14, 26, 0, 0, time.UTC)
	for got, want := range map[string]string{
		text.Fours("44011107010000010742"):      "4401 1107 0100 0001 0742",
		text.Phone("13800138000"):               "138 0013 8000",
		text.Phone("138001"):                    "138 001",
		text.Date(text.Chinese, day):            "2026年11月22日",
		text.Date(text.English, day):            "22 November 2026",
		text.DateDigits(text.Chinese, "202611"): "2026年11月__日",
		text.DateDigits(text.English, ""):       "____-__-__",
		text.Stamp(day):                         "2026-11-22 14:26",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
