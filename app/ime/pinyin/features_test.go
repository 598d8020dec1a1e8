package pinyin_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"onedoor/app/ime/pinyin"
	"onedoor/assets/ime"
)

// whole is more than there are candidates for anything.
const whole = 1 << 20

// Each row is a way of typing, and what has to be offered where.
func TestFeatures(t *testing.T) {
	for _, c := range []struct {
		what    string
		mode    pinyin.Mode
		letters string
		want    string
		within  int // the first so many
		taken   int // letters
		reading string
	}{
		{"a word", pinyin.Text, "shenfenzheng", "身份证", 1, 12, "shen'fen'zheng"},
		{"capitals", pinyin.Text, "ShenFenZheng", "身份证", 1, 12, "shen'fen'zheng"},
		{"initials", pinyin.Text, "sfz", "身份证", 1, 3, "s'f'z"},
		{"initials", pinyin.Text, "gd", "广东", firstPage, 2, "g'd"},
		{"initials of a place", pinyin.Place, "gd", "广东", 1, 2, "g'd"},
		{"initials of two letters", pinyin.Text, "zhg", "中国", 2, 3, "zh'g"},
		{"one letter for two", pinyin.Text, "zg", "中国", 2, 2, "z'g"},
		{"mixed", pinyin.Text, "zhangs", "张三", firstPage, 6, "zhang's"},
		{"mixed", pinyin.Text, "sfzheng", "身份证", 1, 7, "s'f'zheng"},
		{"last syllable begun", pinyin.Text, "shenfenzhe", "身份证", 1, 10, "shen'fen'zhe"},
		{"last syllable begun", pinyin.Text, "guangd", "广东", 1, 6, "guang'd"},
		{"two ways to read it", pinyin.Text, "xian", "先", 1, 4, "xian"},
		{"two ways to read it", pinyin.Text, "xian", "西安", firstPage, 4, "xi'an"},
		{"two ways to read it", pinyin.Text, "fangan", "方案", 1, 6, "fang'an"},
		{"two ways to read it", pinyin.Text, "fangan", "反感", 2, 6, "fan'gan"},
		{"separator", pinyin.Text, "xi'an", "西安", 1, 5, "xi'an"},
		{"separator of a touch keyboard", pinyin.Text, "xi’an", "西安", 1, 7, "xi'an"},
		{"space", pinyin.Text, "fan gan", "反感", 1, 7, "fan'gan"},
		{"separator behind", pinyin.Text, "xi'an'", "西", whole, 3, "xi"},
		{"v for ü", pinyin.Text, "nvren", "女人", 1, 5, "nv'ren"},
		{"ü", pinyin.Text, "nüren", "女人", 1, 6, "nv'ren"},
		{"Ü", pinyin.Text, "LÜ", "绿", 3, 3, "lv"},
		{"lve", pinyin.Text, "zhanlve", "战略", 1, 7, "zhan'lve"},
		{"lue", pinyin.Text, "zhanlue", "战略", 1, 7, "zhan'lue"},
		{"nüe", pinyin.Text, "nuedai", "虐待", 1, 6, "nue'dai"},
		{"a sentence", pinyin.Text, "woyaobanlijuzhuzheng", "我要办理居住证", 1, 20, "wo'yao'ban'li'ju'zhu'zheng"},
		{"part of a sentence", pinyin.Text, "woyaobanlijuzhuzheng", "我要", 4, 5, "wo'yao"},
		{"the first character of a sentence", pinyin.Text, "woyaobanlijuzhuzheng", "我", firstPage, 2, "wo"},
		{"what is no syllable stays", pinyin.Text, "nihaov", "你好", 1, 5, "ni'hao"},
		{"what is no letter ends it", pinyin.Text, "nihao3", "你好", 1, 5, "ni'hao"},
		{"an address", pinyin.Place, "guangdongshengguangzhoushitianhequ", "广东省广州市天河区", 1, 34, "guang'dong'sheng'guang'zhou'shi'tian'he'qu"},
		{"a place before a word", pinyin.Place, "xian", "西安", 1, 4, "xi'an"},
		{"a small county", pinyin.Place, "yanshanxian", "铅山县", 3, 11, "yan'shan'xian"},
		{"the short form of an autonomous county", pinyin.Place, "rongshui", "融水", 1, 8, "rong'shui"},
		{"two readings of a place", pinyin.Place, "bose", "百色", 2, 4, "bo'se"},
		{"two readings of a place", pinyin.Place, "baise", "百色", 1, 5, "bai'se"},
		{"a surname first", pinyin.Name, "zhang", "张", 1, 5, "zhang"},
		{"a surname that is read otherwise", pinyin.Name, "shan", "单", 1, 4, "shan"},
		{"a compound surname", pinyin.Name, "ouyang", "欧阳", 1, 6, "ou'yang"},
		{"a compound surname that is read otherwise", pinyin.Name, "moqi", "万俟", 1, 4, "mo'qi"},
		{"a name with a compound surname", pinyin.Name, "ouyangwen", "欧阳文", 1, 9, "ou'yang'wen"},
		{"a rare surname", pinyin.Name, "qiu", "仇", 2, 3, "qiu"},
		{"a rare surname", pinyin.Name, "xie", "解", 2, 3, "xie"},
		{"a rare surname", pinyin.Name, "zha", "查", 1, 3, "zha"},
		{"a rare surname", pinyin.Name, "ou", "区", 2, 2, "ou"},
		{"a rare surname", pinyin.Name, "yuchi", "尉迟", 1, 5, "yu'chi"},
		{"a rare surname before a rarer reading", pinyin.Name, "ren", "任", 1, 3, "ren"},
		{"a rare surname before a rarer reading", pinyin.Name, "zhai", "翟", 1, 4, "zhai"},
		{"a name with a rare surname", pinyin.Name, "qiuxiaoming", "仇晓明", firstPage, 11, "qiu'xiao'ming"},
		{"a name with a rare surname", pinyin.Name, "shanxiaoyan", "单晓燕", 1, 11, "shan'xiao'yan"},
		{"a name with a rare surname", pinyin.Name, "xiexiaodong", "解晓东", firstPage, 11, "xie'xiao'dong"},
		{"a name with a rare surname", pinyin.Name, "oujianhua", "区建华", firstPage, 9, "ou'jian'hua"},
		{"a name with a rare surname", pinyin.Name, "yuchimin", "尉迟敏", 1, 8, "yu'chi'min"},
		{"a name with a rare surname", pinyin.Name, "moqiming", "万俟明", firstPage, 8, "mo'qi'ming"},
		{"the surname alone", pinyin.Name, "liuzhiqiang", "刘", firstPage, 3, "liu"},
		{"a name by initials", pinyin.Name, "lxy", "李秀英", 3, 3, "l'x'y"},
		{"a name that is begun", pinyin.Name, "liuzhiq", "刘志强", 3, 7, "liu'zhi'q"},
		{"a name that is a word", pinyin.Name, "baixue", "白雪", 2, 6, "bai'xue"},
		{"a given name", pinyin.Given, "jianguo", "建国", 1, 7, "jian'guo"},
		{"a character of given names", pinyin.Given, "wei", "伟", 1, 3, "wei"},
	} {
		t.Run(c.what+" "+c.letters+" "+c.want, func(t *testing.T) {
			p := engine(t).Candidates(c.letters, c.mode, 0, c.within)
			at := slices.IndexFunc(p.Candidates, func(got pinyin.Candidate) bool { return got.Text == c.want })
			if at < 0 {
				t.Fatalf("%s is not among %v", c.want, texts(p))
			}
			if got := p.Candidates[at]; got.Letters != c.taken || got.Reading != c.reading {
				t.Errorf("%s takes %d letters as %s, want %d as %s", c.want, got.Letters, got.Reading, c.taken, c.reading)
			}
		})
	}
}

// What is shown above the candidates has all letters, also those that the first candidate leaves.
func TestReadingOfAll(t *testing.T) {
	for letters, want := range map[string]string{"zhangsan": "zhang'san", "nihaov": "ni'hao'v", "woyaobanlijuzhuzheng": "wo'yao'ban'li'ju'zhu'zheng", "xi'an": "xi'an"} {
		if got := engine(t).Candidates(letters, pinyin.Text, 0, 1).Reading; got != want {
			t.Errorf("%s reads %s, want %s", letters, got, want)
		}
	}
}

// Interjections and rare characters do not come before what people write.
func TestNoJunkOnTop(t *testing.T) {
	for letters, want := range map[string]string{"n": "你", "m": "没", "wo": "我", "de": "的", "shi": "是", "yi": "一", "ng": ""} {
		got := texts(engine(t).Candidates(letters, pinyin.Text, 0, 3))
		for _, junk := range []string{"嗯", "唔", "呒", "哼", "噷"} {
			if slices.Contains(got, junk) {
				t.Errorf("%s offers %v", letters, got)
			}
		}
		if want != "" && got[0] != want {
			t.Errorf("%s offers %v, want %s first", letters, got, want)
		}
	}
}

// Nothing comes of letters that begin no syllable.
func TestNothing(t *testing.T) {
	for _, letters := range []string{"", "'", "  ", "v", "i", "u", "123", "你好", "\xff", "'''''''"} {
		for m := pinyin.Text; m <= pinyin.Place; m++ {
			if p := engine(t).Candidates(letters, m, 0, whole); len(p.Candidates) > 0 || p.More {
				t.Errorf("%q in mode %v offers %v", letters, m, texts(p))
			}
		}
	}
}

// Mixed-up sounds find words, behind those that sound as typed; an engine that is strict about sounds does not.
func TestFuzzySounds(t *testing.T) {
	for letters, want := range map[string]string{
		"sanghai": "上海", "fuzou": "福州", "zenjiang": "镇江", "lanjing": "南京", "fulan": "湖南", "lenming": "人民", "cengdu": "成都", "sengzeng": "深圳",
	} {
		if got := texts(fuzzyEngine(t).Candidates(letters, pinyin.Place, 0, firstPage)); !slices.Contains(got, want) {
			t.Errorf("%s offers %v, want %s", letters, got, want)
		}
		if got := texts(engine(t).Candidates(letters, pinyin.Place, 0, firstPage)); slices.Contains(got, want) {
			t.Errorf("strict: %s offers %v", letters, got)
		}
	}
	for letters, pair := range map[string][2]string{"shan": {"山", "上"}, "zi": {"字", "之"}, "lan": {"蓝", "南"}, "zishi": {"姿势", "知识"}, "yin": {"因", "应"}} {
		got := texts(fuzzyEngine(t).Candidates(letters, pinyin.Text, 0, whole))
		exact, mixed := slices.Index(got, pair[0]), slices.Index(got, pair[1])
		if exact < 0 || mixed < exact {
			t.Errorf("%s: %s comes at %d and %s at %d", letters, pair[0], exact, pair[1], mixed)
		}
	}
	// Where the sounds as typed make anything, the first is such.
	for _, a := range readList(t, "everyday.txt") {
		strict, loose := engine(t).Candidates(a.letters, a.mode, 0, whole), fuzzyEngine(t).Candidates(a.letters, a.mode, 0, 1)
		if !slices.Contains(texts(strict), loose.Candidates[0].Text) {
			t.Errorf("%s: the first with mixed-up sounds is %s, which does not sound so", a.letters, loose.Candidates[0].Text)
		}
	}
}

func TestOneFuzzyPairIsOne(t *testing.T) {
	e, err := pinyin.New(pinyin.Config{Table: ime.Pinyin, Fuzzy: pinyin.FuzzyNL})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(e.Candidates("lanjing", pinyin.Text, 0, firstPage)); !slices.Contains(got, "南京") {
		t.Errorf("lanjing offers %v", got)
	}
	if got := texts(e.Candidates("sanghai", pinyin.Text, 0, firstPage)); slices.Contains(got, "上海") {
		t.Errorf("sanghai offers %v though only n and l are mixed up", got)
	}
}

// Every character of the national table can be written in every mode, and so can rare ones of names.
func TestEveryCharacterIsReachable(t *testing.T) {
	raw, err := os.ReadFile("testdata/national.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(raw), "\n")
	national := []rune(strings.ReplaceAll(table, "\n", ""))
	if len(national) != 8105 {
		t.Fatalf("the national table has %d characters", len(national))
	}
	for m := pinyin.Text; m <= pinyin.Place; m++ {
		offered := map[string]bool{}
		for _, s := range syllables() {
			for _, c := range engine(t).Candidates(s, m, 0, whole).Candidates {
				if c.Letters == len(s) {
					offered[c.Text] = true
				}
			}
		}
		var missing []string
		for _, c := range national {
			if !offered[string(c)] {
				missing = append(missing, string(c))
			}
		}
		if len(missing) > 0 {
			t.Errorf("mode %v: %d characters cannot be written: %v", m, len(missing), missing[:min(len(missing), 50)])
		}
	}
	for text, letters := range map[string]string{"䶮": "yan", "㛃": "jie", "𬭎": "hong", "𠮷": "ji", "𡋾": "bie", "龦": "chang", "堃": "kun", "喆": "zhe", "玥": "yue", "犇": "ben"} {
		for _, m := range []pinyin.Mode{pinyin.Name, pinyin.Given} {
			got := texts(engine(t).Candidates(letters, m, 0, whole))
			if at := slices.Index(got, text); at < 0 || at > 150 {
				t.Errorf("mode %v: %s is at place %d of %s", m, text, at, letters)
			}
		}
	}
}

// syllables are all that may be typed: every consonant with every ending.
func syllables() []string {
	var all []string
	for _, b := range strings.Split(",b,p,m,f,d,t,n,l,g,k,h,j,q,x,r,z,c,s,zh,ch,sh,y,w", ",") {
		for _, e := range strings.Split("a,o,e,i,u,v,ai,ei,ui,ao,ou,iu,ie,ve,ue,er,an,en,in,un,ang,eng,ing,ong,ia,iao,ian,iang,iong,ua,uo,uai,uan,uang", ",") {
			all = append(all, b+e)
		}
	}
	return all
}

func TestByCode(t *testing.T) {
	for code, want := range map[string]string{"U+4DAE": "䶮", "4dae": "䶮", "u20bb7": "𠮷", "U+2CB4E\n": "𬭎", "9FA6": "龦"} {
		if got, ok := engine(t).ByCode(code); !ok || got != want {
			t.Errorf("%s is %q, %v, want %s", code, got, ok, want)
		}
	}
	for _, code := range []string{"", "U+", "U+41", "D800", "110000", "FFFFFFFFFFFFFFFF", "U+E863", "3002", "-4E00", "U+4E00 4E01"} {
		if got, ok := engine(t).ByCode(code); ok {
			t.Errorf("%q is %q", code, got)
		}
	}
}

func TestByRadical(t *testing.T) {
	for _, c := range []struct {
		radical string
		rest    int
		want    string
	}{{"口", 3, "𠮷"}, {"土", 7, "𡋾"}, {"水", 4, "汽"}, {"氵", 4, "汽"}, {"讠", 5, "证"}, {"钅", 7, "𬭎"}, {"龙", 4, "䶮"}, {"女", 6, "㛃"}, {"阝", 5, "陈"}, {"阝", 8, "部"}, {"王", 4, "玥"}, {"月", 4, "朋"}, {"月", 4, "肥"}, {"火", 11, "龦"}} {
		got := engine(t).ByRadical(c.radical, c.rest)
		all := engine(t).ByRadical(c.radical, -1)
		if !slices.Contains(got, c.want) || !slices.Contains(all, c.want) || len(all) <= len(got) {
			t.Errorf("%s is not among the %d of %s with %d strokes more, or not among all %d", c.want, len(got), c.radical, c.rest, len(all))
		}
	}
	if got := engine(t).ByRadical("氵", 4); got[0] != "汽" && !slices.Contains(got[:12], "汽") {
		t.Errorf("a common character is behind rare ones: %v", got[:12])
	}
	if got := engine(t).ByRadical("X", 3); got != nil {
		t.Errorf("X is no radical and has %v", got)
	}
	radicals := engine(t).Radicals()
	if !slices.IsSortedFunc(radicals, func(x, y pinyin.Radical) int { return x.Strokes - y.Strokes }) || len(radicals) < 240 {
		t.Errorf("%d radicals, out of order or too few", len(radicals))
	}
	for _, r := range radicals {
		if r.Strokes < 1 || r.Strokes > 17 || len(engine(t).ByRadical(r.Text, -1)) == 0 {
			t.Errorf("the radical %+v has no characters or an odd number of strokes", r)
		}
	}
}

func TestWordsOfTheSite(t *testing.T) {
	e, err := pinyin.New(pinyin.Config{Table: ime.Pinyin, Words: []pinyin.Word{
		{Text: "沁芳里", Reading: "qin fang li", Place: true}, {Text: "绿漪园", Reading: "lü yi yuan"}, {Text: "沁坊里", Reading: "qin fang li"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		mode          pinyin.Mode
		letters, want string
	}{{pinyin.Place, "qinfangli", "沁芳里"}, {pinyin.Text, "lvyiyuan", "绿漪园"}, {pinyin.Place, "qfl", "沁芳里"}} {
		if got := texts(e.Candidates(c.letters, c.mode, 0, firstPage)); got[0] != c.want {
			t.Errorf("%s offers %v, want %s", c.letters, got, c.want)
		}
	}
	for _, w := range []pinyin.Word{{Text: "某里", Reading: "mou lix"}, {Text: "某里"}, {Reading: "mou li"}} {
		if _, err := pinyin.New(pinyin.Config{Table: ime.Pinyin, Words: []pinyin.Word{w}}); err == nil {
			t.Errorf("%+v was taken", w)
		}
	}
}

// A table that is not whole is refused, whatever is wrong with it.
func TestDamagedTable(t *testing.T) {
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(ime.Pinyin, nil)
	if err != nil {
		t.Fatal(err)
	}
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	for what, table := range map[string][]byte{
		"nothing":           nil,
		"cut off":           ime.Pinyin[:len(ime.Pinyin)/2],
		"not compressed":    raw,
		"empty":             enc.EncodeAll(nil, nil),
		"another version":   enc.EncodeAll([]byte("onedoor pinyin 9\n=words\n"), nil),
		"no words":          enc.EncodeAll([]byte("onedoor pinyin 1\n=words\n"), nil),
		"no section":        enc.EncodeAll([]byte("onedoor pinyin 1\nwords\n"), nil),
		"out of order":      enc.EncodeAll([]byte(strings.Replace(string(raw), "=words\n", "=words\nzu\t租900\n", 1)), nil),
		"an odd syllable":   enc.EncodeAll([]byte(strings.Replace(string(raw), "=surnames\n", "=surnames\nqq\t租900\n", 1)), nil),
		"a word at no cost": enc.EncodeAll([]byte(strings.Replace(string(raw), "=words\n", "=words\na\t租\n", 1)), nil),
		"an odd radical":    enc.EncodeAll([]byte(strings.Replace(string(raw), "=radicals\n", "=radicals\n一\n", 1)), nil),
	} {
		if _, err := pinyin.New(pinyin.Config{Table: table}); !errors.Is(err, pinyin.ErrData) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// An engine is used from several goroutines, and gives each the same.
func TestSeveralAtOnce(t *testing.T) {
	e := engine(t)
	want := fmt.Sprint(e.Candidates("zhangxiaomeishigongchengshi", pinyin.Name, 0, whole))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				if got := fmt.Sprint(e.Candidates("zhangxiaomeishigongchengshi", pinyin.Name, 0, whole)); got != want {
					t.Error("the same letters gave something else")
				}
			}
		})
	}
	wg.Wait()
}

func TestModesHaveNames(t *testing.T) {
	for m := pinyin.Text; m <= pinyin.Place; m++ {
		if got, ok := pinyin.ParseMode(m.String()); !ok || got != m {
			t.Errorf("%v is read as %v, %v", m, got, ok)
		}
	}
	if m, ok := pinyin.ParseMode("poem"); ok {
		t.Errorf("poem is %v", m)
	}
}
