package widget

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// cells measures Chinese characters as 2 and all others as 1.
func cells(s string) float32 {
	var n float32
	for _, r := range s {
		if wide(r) {
			n++
		}
		n++
	}
	return n
}

func TestBreak(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float32
		want  []string
	}{
		{"请把身份证放在读卡区", 10, []string{"请把身份证", "放在读卡区"}},
		{"请把身份证，放好", 10, []string{"请把身份", "证，放好"}},
		{"请看《居住证》条例", 6, []string{"请看", "《居住", "证》条", "例"}},
		{"看（国务院令）好", 4, []string{"看", "（国", "务院", "令）", "好"}},
		{"共 12345 项", 6, []string{"共", "12345", "项"}},
		{"拨打138****0000号", 13, []string{"拨打", "138****0000号"}},
		{"Within 30 days, free.", 12, []string{"Within 30", "days, free."}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"第一行\n第二行", 20, []string{"第一行", "第二行"}},
		{"", 10, []string{""}},
		{"“下一步”，改", 8, []string{"“下一", "步”，改"}},
	} {
		if got := Break(c.text, c.width, cells); !reflect.DeepEqual(got, c.want) {
			t.Errorf("Break(%q, %v) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestBreakKeepsTextAndWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[居住证，。《》（） a-z0-9.,!]{0,40}`).Draw(t, "text")
		width := float32(rapid.IntRange(2, 30).Draw(t, "width"))
		lines := Break(text, width, cells)
		squash := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := squash(strings.Join(lines, "")); got != squash(text) {
			t.Fatalf("lines %q are not the text %q", lines, text)
		}
		for _, l := range lines {
			if cells(l) > width && len([]rune(l)) > 1 {
				t.Fatalf("line %q is wider than %v", l, width)
			}
		}
	})
}

// TestNoLineStartsWithClosingPunctuation holds for lines that can hold a character with its punctuation.
func TestNoLineStartsWithClosingPunctuation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([居住证条例办理]{1,6}[，。》）；]?[《（]?[居住]){1,8}`).Draw(t, "text")
		width := float32(rapid.IntRange(12, 40).Draw(t, "width"))
		for _, l := range Break(text, width, cells) {
			first, last := []rune(l)[0], lastRune(l)
			if strings.ContainsRune("，。》）；", first) {
				t.Fatalf("line %q of %q starts with closing punctuation", l, text)
			}
			if strings.ContainsRune("《（", last) {
				t.Fatalf("line %q of %q ends with opening punctuation", l, text)
			}
		}
	})
}

func TestBalance(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float32
		want  []string
	}{
		{"请核对，没有错就提交", 18, []string{"请核对，", "没有错就提交"}},
		{"番禺区公安分局人口管理大队", 24, []string{"番禺区公安分局", "人口管理大队"}},
		{"放上身份证", 10, []string{"放上身份证"}},
		{"请到大厅服务台或叫工作人员", 16, []string{"请到大厅服务台或", "叫工作人员"}},
	} {
		got := Balance(c.text, c.width, cells)
		if strings.Join(got, "") != c.text || len(got) != len(Break(c.text, c.width, cells)) {
			t.Errorf("Balance(%q) = %q changes the text or the number of lines", c.text, got)
		}
		if last := got[len(got)-1]; len(got) > 1 && cells(last) <= 2 {
			t.Errorf("Balance(%q) = %q leaves a character alone", c.text, got)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("Balance(%q, %v) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func FuzzBreak(f *testing.F) {
	f.Add("请看《居住证》条例，first 123", uint8(9))
	f.Fuzz(func(t *testing.T, text string, width uint8) {
		for _, lines := range [][]string{Break(text, float32(width), cells), Balance(text, float32(width), cells)} {
			squash := strings.NewReplacer(" ", "", "\n", "")
			if utf8.ValidString(text) && squash.Replace(strings.Join(lines, "")) != squash.Replace(text) {
				t.Fatalf("lines %q are not the text %q", lines, text)
			}
		}
	})
}
