package assets_test

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/encoding/traditionalchinese"

	"onedoor/assets"
)

// TestTraditionalTextsAreTraditional: no text for readers of traditional characters has a simplified one in it, nor one that
// stands for another in simplified writing only.
func TestTraditionalTextsAreTraditional(t *testing.T) {
	texts := map[string]string{}
	err := fs.WalkDir(assets.Text(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "zh-Hant.yaml" {
			return err
		}
		data, err := fs.ReadFile(assets.Text(), path)
		if err != nil {
			return err
		}
		var messages map[string]string
		if err := yaml.Unmarshal(data, &messages); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for key, s := range messages {
			texts[path+" "+key] = s
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(assets.Catalogue(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		data, err := fs.ReadFile(assets.Catalogue(), path)
		if err != nil {
			return err
		}
		var file any
		if err := yaml.Unmarshal(data, &file); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		collect(file, path, texts)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) < 1000 {
		t.Fatalf("only %d texts found", len(texts))
	}
	for where, s := range texts {
		for _, fault := range simplified(s) {
			t.Errorf("%s: %q has %s", where, s, fault)
		}
	}
}

// collect finds the texts for zh-Hant in a file of the catalogue.
func collect(node any, at string, into map[string]string) {
	switch n := node.(type) {
	case map[string]any:
		for key, v := range n {
			if s, ok := v.(string); ok && key == "zh-Hant" {
				into[at] = s
				continue
			}
			collect(v, at+" "+key, into)
		}
	case []any:
		for i, v := range n {
			collect(v, fmt.Sprint(at, " ", i), into)
		}
	}
}

// TestSimplifiedIsFound: the test above finds what it is for.
func TestSimplifiedIsFound(t *testing.T) {
	for s, want := range map[string]int{
		"請把身份證放在讀卡區": 0, "请把身份证放在读卡区": 4, "國內醫院裏": 0, "国內医院里面": 3, "以后再補": 1, "皇后": 0, "里程": 0, "這個": 0, "这里": 2,
		"準備": 0, "准備": 1, "批准": 0, "著急": 0, "点": 1,
	} {
		if got := simplified(s); len(got) != want {
			t.Errorf("%s: found %v, want %d", s, got, want)
		}
	}
}

// simplified lists what in a text is not written in traditional characters. Big5 without its supplements holds those; some
// of them are simplified characters as well, and are told by the words that they may stand in.
func simplified(s string) []string {
	var out []string
	for _, r := range s {
		if unicode.Is(unicode.Han, r) && !traditional(r) {
			out = append(out, string(r))
		}
	}
	for char, words := range bothWays() {
		rest := s
		for _, w := range words {
			rest = strings.ReplaceAll(rest, w, "")
		}
		for range strings.Count(rest, char) {
			out = append(out, char)
		}
	}
	return out
}

// traditional reports whether a character is in Big5 itself: 5,401 common and 7,652 less common ones. What Hong Kong's
// supplement adds in other rows are simplified characters for the most part.
func traditional(r rune) bool {
	if strings.ContainsRune("裏着衞粤", r) {
		return true // Hong Kong's own forms of 裡, 著 and 衛; and what is written so on number plates
	}
	return big5()[r]
}

var big5 = sync.OnceValue(func() map[rune]bool {
	all := map[rune]bool{}
	for c := 0xA440; c <= 0xF9D5; c++ {
		if c > 0xC67E && c < 0xC940 {
			continue
		}
		if s, err := traditionalchinese.Big5.NewDecoder().Bytes([]byte{byte(c >> 8), byte(c)}); err == nil {
			all[[]rune(string(s))[0]] = true
		}
	}
	return all
})

// bothWays are characters that Big5 has and that simplified writing uses for others, with the words in which they are
// themselves. An empty list means never.
func bothWays() map[string][]string {
	return map[string][]string{
		"个": nil, "与": nil, "万": nil, "无": nil, "么": nil, "术": nil, "体": nil, "叶": nil, "云": nil, "几": nil, "余": nil, "征": nil, "松": nil, "斗": nil, "谷": nil,
		"范": nil, "丑": nil, "采": nil,
		"后": {"皇后", "太后"}, "里": {"公里", "里程", "鄰里"}, "准": {"批准", "准許", "不准", "核准", "准予", "准遷證"}, "系": {"系統", "系列", "直系", "旁系"}, "干": {"干涉", "若干", "干擾"},
		"台": {"台灣", "港澳台", "平台", "一台", "台胞"}, "卷": {"卷宗", "一卷", "問卷", "試卷"}, "志": {"志願", "同志"}, "注": {"注意", "注明", "簽注", "注入"},
		"制": {"制度", "法制", "限制", "控制", "強制", "制定"}, "周": {"周圍", "周邊"}, "游": {"上游", "游泳"}, "划": {"划算"}, "舍": {"宿舍"},
		"布": {"公布", "發布", "宣布", "分布"}, "占": {"占用"}, "才": {"才能", "才可", "才會", "人才", "剛才", "才有", "才要", "才需要"},
	}
}
