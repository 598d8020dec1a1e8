package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"onedoor/assets/ime"
)

// sections takes the committed table apart: by section the texts, with what stands behind them.
func sections(t *testing.T) map[string]map[string]string {
	t.Helper()
	dec, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(ime.Pinyin, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, name := map[string]map[string]string{}, ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		if n, ok := strings.CutPrefix(line, "="); ok {
			name, all[n] = n, map[string]string{}
			continue
		}
		reading, words, _ := strings.Cut(line, "\t")
		for w := range strings.SplitSeq(words, "\t") {
			text := strings.TrimRight(w, "0123456789ps")
			if name != "" {
				all[name][text+"\t"+reading] = w[len(text):]
			}
		}
	}
	return all
}

// What people wrote into the lists is in the table.
func TestTheTableHasTheLists(t *testing.T) {
	const again = "go generate ./assets/ime makes the table again"
	l, err := readLists(os.DirFS("../../assets/ime/lists"))
	if err != nil {
		t.Fatal(err)
	}
	all := sections(t)
	has := map[string]bool{} // section, text and mark
	for section, words := range all {
		for key, rest := range words {
			text, _, _ := strings.Cut(key, "\t")
			has[section+text] = true
			has[section+text+strings.TrimLeft(rest, "0123456789")] = true
		}
	}
	in := func(section, text, mark string) bool { return has[section+text+mark] }
	for _, w := range l.service {
		if !in("words", w.text, "s") {
			t.Errorf("the table lacks the service word %s; %s", w.text, again)
		}
	}
	for _, w := range l.surnames {
		for _, r := range w.readings {
			if _, ok := all["surnames"][w.text+"\t"+strings.Join(r, " ")]; !ok {
				t.Errorf("the table lacks the surname %s as %v; %s", w.text, r, again)
			}
		}
		if !in("surnames", w.text, "") {
			t.Errorf("the table lacks the surname %s; %s", w.text, again)
		}
	}
	for part, words := range l.given {
		for _, w := range words {
			if !in(part, w.text, "") {
				t.Errorf("the table lacks %s in %s; %s", w.text, part, again)
			}
		}
	}
	for text, readings := range l.readings {
		if len([]rune(text)) > 1 {
			continue // many are parts of words
		}
		for _, r := range readings {
			if _, ok := all["words"][text+"\t"+strings.Join(r, " ")]; !ok {
				t.Errorf("the table lacks %s as %v; %s", text, r, again)
			}
		}
	}
}

// Places are read as the people who live there say, not as the characters are elsewhere.
func TestPlacesHaveTheirReadings(t *testing.T) {
	words := sections(t)["words"]
	for place, reading := range map[string]string{
		"六安市": "lu an shi", "番禺区": "pan yu qu", "大埔县": "da bu xian", "单县": "shan xian", "洪洞县": "hong tong xian", "蔚县": "yu xian",
		"重庆市": "chong qing shi", "都匀市": "du yun shi", "长治市": "chang zhi shi", "长子县": "zhang zi xian", "厦门市": "xia men shi", "朝阳区": "chao yang qu",
		"西藏自治区": "xi zang zi zhi qu", "会泽县": "hui ze xian", "乐清市": "yue qing shi", "乐山市": "le shan shi", "铅山": "yan shan", "台州": "tai zhou",
		"融水": "rong shui", "广西": "guang xi", "恩施": "en shi", "任丘市": "ren qiu shi", "阿坝": "a ba", "行唐县": "xing tang xian", "成都": "cheng du",
	} {
		if !strings.HasSuffix(words[place+"\t"+reading], "p") {
			t.Errorf("the table lacks the place %s as %s", place, reading)
		}
	}
}

func TestShortPlace(t *testing.T) {
	for name, want := range map[string]string{
		"广东省": "广东", "天河区": "天河", "泾县": "", "内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "恩施土家族苗族自治州": "恩施", "融水苗族自治县": "融水",
		"香港特别行政区": "香港", "阿荣旗": "阿荣", "锡林郭勒盟": "锡林郭勒", "双江拉祜族佤族布朗族傣族自治县": "双江", "大兴安岭地区": "大兴安岭", "中山市": "中山", "东区": "",
	} {
		if got := shortPlace(name); got != want {
			t.Errorf("%s is %q for short, want %q", name, got, want)
		}
	}
}

func TestToneless(t *testing.T) {
	for reading, want := range map[string]string{"zhāng": "zhang", "lüè": "lve", "nǚ": "nv", "ér": "er", "yī": "yi"} {
		if got := toneless(reading); got != want || !syllable(got) {
			t.Errorf("%s is %q, want %q", reading, got, want)
		}
	}
	for _, reading := range []string{"ḿ", "ng", "hm", "", "ê̄1"} {
		if syllable(toneless(reading)) {
			t.Errorf("%q is a syllable", reading)
		}
	}
}

func TestListsAreRead(t *testing.T) {
	files := fstest.MapFS{
		"service.txt": {Data: []byte("# remark\n\n身份证 重号(chong hao)\n")}, "surnames.txt": {Data: []byte("王 覃(qin,tan) 尉迟(yu chi)\n")},
		"given.txt": {Data: []byte("[one] remark\n伟\n[two]\n建国\n")}, "readings.txt": {Data: []byte("百色 bai se, bo se\n")}, "radicals.txt": {Data: []byte("氵 3 85\n")},
	}
	l, err := readLists(files)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(l.service, l.surnames, l.given["one"], l.given["two"], l.readings, l.radicals)
	const want = "[{身份证 []} {重号 [[chong hao]]}] [{王 []} {覃 [[qin] [tan]]} {尉迟 [[yu chi]]}] [{伟 []}] [{建国 []}] map[百色:[[bai se] [bo se]]] [氵 3 85]"
	if got != want {
		t.Errorf("read as %s, want %s", got, want)
	}
	for name, bad := range map[string]string{"service.txt": "重号(chong hao", "readings.txt": "百色"} {
		files := fstest.MapFS{"service.txt": files["service.txt"], "surnames.txt": files["surnames.txt"], "given.txt": files["given.txt"], "readings.txt": files["readings.txt"], "radicals.txt": files["radicals.txt"]}
		files[name] = &fstest.MapFile{Data: []byte(bad)}
		if _, err := readLists(files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s with %q: %v", name, bad, err)
		}
	}
}

// sources writes small sources of every kind.
func sources(t *testing.T) pinyinCommand {
	t.Helper()
	dir := t.TempDir()
	put := func(name, data string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return pinyinCommand{
		Rime:  put("rime", "name: x\n...\n\n长\tchang\t500\n长\tzhang\t300\n城\tcheng\t80\n嗯\tng\t900\n长城\tchang cheng\t90\n市长\tshi zhang\t70\n掠\tlue\t5\n市\tshi\t100\n"),
		Jieba: put("jieba", "长城 60 ns\n城市 50 n\n长 40 a\n长市 2 n\n市长城 9 n\n王长城 3 nr\n王城长 3 nr\n王长市 2 nr\n"),
		Lists: filepath.Dir(put("lists/service.txt", "城市\n")), Divisions: filepath.Dir(put("d/province.csv", "code,name\n1,长城省\n")), Unicode: filepath.Join(dir, "none"), Out: put("out", ""),
	}
}

// The mixture: readings by the longest word, frequencies from both, a floor for what a hall needs.
func TestDictionary(t *testing.T) {
	c := sources(t)
	h := &han{readings: map[rune][]string{'长': {"chang", "zhang"}, '城': {"cheng"}, '市': {"shi"}, '掠': {"lve"}, '𠮷': {"ji"}}, level: map[rune]int{'长': 1, '城': 1, '市': 1, '掠': 2, '王': 1}}
	make := func() map[string]entry {
		d := newDictionary(h, map[string][][]string{"长省": {{"chang", "sheng"}}})
		for name, add := range map[string]func(string) error{c.Rime: func(s string) error { return d.readRime(strings.NewReader(s)) }} {
			raw, err := os.ReadFile(name)
			if err == nil {
				err = add(string(raw))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		f, err := os.Open(c.Jieba)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := d.readJieba(f); err != nil {
			t.Fatal(err)
		}
		if err := d.readProvinces(strings.NewReader("code,name\n1,长城市\n2,某省直辖县级行政区划\n")); err != nil {
			t.Fatal(err)
		}
		if err := d.addService([]word{{text: "城市"}, {text: "市长", readings: [][]string{{"shi", "zhang"}}}}); err != nil {
			t.Fatal(err)
		}
		if err := d.addService([]word{{text: "缺"}}); err == nil {
			t.Error("a service word without a reading was taken")
		}
		if !slices.Equal(d.names, []string{"王长城", "王城长", "王长市"}) {
			t.Errorf("names are %v", d.names)
		}
		all := map[string]entry{}
		for _, e := range d.words() {
			all[e.text+" "+e.reading] = e
		}
		return all
	}
	all := make()
	for key, kind := range map[string]byte{"长 chang": 0, "长 zhang": 0, "长城 chang cheng": kindPlace, "长城市 chang cheng shi": kindPlace, "城市 cheng shi": kindService,
		"市长 shi zhang": kindService, "市长城 shi zhang cheng": 0, "掠 lve": 0, "𠮷 ji": 0} {
		if e, ok := all[key]; !ok || e.kind != kind {
			t.Errorf("%s is %+v, %v", key, e, ok)
		}
		delete(all, key)
	}
	for key := range all {
		if strings.HasPrefix(key, "嗯") || strings.HasPrefix(key, "长市") || strings.HasPrefix(key, "王") {
			t.Errorf("%s should not be there", key)
		}
	}
	all = make()
	if all["长 chang"].cost >= all["长 zhang"].cost || all["𠮷 ji"].cost <= all["掠 lve"].cost {
		t.Errorf("rarer is not dearer: %v", all)
	}
	// The same sources give the same bytes.
	var first, second bytes.Buffer
	for b := range map[*bytes.Buffer]bool{&first: true, &second: true} {
		var es []entry
		for _, e := range make() {
			es = append(es, e)
		}
		writeWords(b, "words", es)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) || first.Len() == 0 {
		t.Error("made twice, the tables differ")
	}
}

func TestMissingSourcesAreSaid(t *testing.T) {
	c := sources(t)
	var out bytes.Buffer
	if err := c.Run(&out); err == nil || !strings.Contains(err.Error(), "Unihan") {
		t.Errorf("without Unihan: %v", err)
	}
}
