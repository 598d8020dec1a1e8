package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

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

// What the lists raise by hand is not what the input method is measured with: no person, and no place but for how it is read,
// and of the words that are asked last none either.
func TestTheListsKnowNoneThatAreAsked(t *testing.T) {
	l, err := readLists(os.DirFS("../../assets/ime/lists"))
	if err != nil {
		t.Fatal(err)
	}
	raised := map[string]bool{}
	for _, w := range append(l.service, l.surnames...) {
		raised[w.text] = true
	}
	for part, long := range map[string]int{"one": 1, "first": 1, "last": 1, "two": 2} {
		for _, w := range l.given[part] {
			if utf8.RuneCountInString(w.text) != long {
				t.Errorf("%s is in %s: the list is of given names, not of persons", w.text, part)
			}
		}
	}
	asked := 0
	for _, list := range []string{"everyday.txt", "persons.txt", "heldout.txt", "unseen.txt"} {
		err := lines(os.DirFS("../../app/ime/pinyin/testdata"), list, func(line string) error {
			f := strings.Fields(line)
			if f[0] == "text" && list != "unseen.txt" {
				return nil // the words of a hall's forms are its own
			}
			if asked++; raised[f[2]] {
				t.Errorf("%s asks for %s, which a list raises", list, f[2])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if asked < 500 {
		t.Errorf("%d are asked", asked)
	}
}

// A surname has the share that the reports give it, whatever else is on the list.
func TestSharesOfSurnames(t *testing.T) {
	l, err := readLists(os.DirFS("../../assets/ime/lists"))
	if err != nil {
		t.Fatal(err)
	}
	p := shares(l.surnames)
	sum, five := 0.0, 0.0
	for _, share := range p {
		sum += share
	}
	for _, text := range []string{"王", "李", "张", "刘", "陈"} {
		five += p[text]
	}
	// The five are 30.8 % of the people by the report of 2020; some have a surname that is not on the list.
	if math.Abs(sum-1) > 1e-9 || five < 0.29 || five > 0.33 {
		t.Errorf("all are %v, the first five %v", sum, five)
	}
	for _, c := range []struct{ more, less string }{{"王", "李"}, {"徐", "许"}, {"黎", "欧阳"}, {"欧阳", "上官"}, {"上官", "万俟"}} {
		if p[c.more] <= p[c.less] {
			t.Errorf("%s has %v and %s %v", c.more, p[c.more], c.less, p[c.less])
		}
	}
	for _, at := range population {
		if got := people(int(at.rank)); math.Abs(got-at.millions) > 1e-9*at.millions {
			t.Errorf("rank %v has %v millions, want %v", at.rank, got, at.millions)
		}
	}
}

// Of places that sound alike the one with more towns comes first; one without any is taken for a middle one.
func TestPlacesBySize(t *testing.T) {
	h := &han{readings: map[rune][]string{'甲': {"jia"}, '佳': {"jia"}, '嘉': {"jia"}, '县': {"xian"}}}
	d := newDictionary(h, map[string][][]string{"甲县": {{"jia", "xian"}}, "佳县": {{"jia", "xian"}}, "嘉县": {{"jia", "xian"}}})
	var towns strings.Builder
	towns.WriteString("code,name,province,city,area,town\n")
	for range 26 {
		towns.WriteString("110101,某镇,11,01,01,001000\n")
	}
	towns.WriteString("110102,某镇,11,01,02,001000\n")
	if err := d.readTowns(strings.NewReader(towns.String())); err != nil {
		t.Fatal(err)
	}
	if err := d.readCounties(strings.NewReader("code,name\n110101,甲县\n110102,佳县\n110103,嘉县\n")); err != nil {
		t.Fatal(err)
	}
	cost := func(text string) int { return d.floor[text+"\tjia xian"].cost }
	if cost("甲县") != countyCost-sizeSkew || cost("嘉县") != countyCost || cost("佳县") != countyCost+2*sizeSkew {
		t.Errorf("they cost %d, %d and %d", cost("甲县"), cost("嘉县"), cost("佳县"))
	}
	if err := d.readTowns(strings.NewReader("a,b\nc\n")); err == nil {
		t.Error("a broken file was taken")
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
		"service.txt": {Data: []byte("# remark\n\n身份证 重号(chong hao)\n")}, "surnames.txt": {Data: []byte("王 覃(qin,tan) 尉迟=0.4(yu chi) 欧阳=111.2\n")},
		"given.txt": {Data: []byte("[one] remark\n伟\n[two]\n建国\n")}, "readings.txt": {Data: []byte("百色 bai se, bo se\n")}, "radicals.txt": {Data: []byte("氵 3 85\n")},
	}
	l, err := readLists(files)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(l.service, l.surnames, l.given["one"], l.given["two"], l.readings, l.radicals)
	const want = "[{身份证 0 []} {重号 0 [[chong hao]]}] [{王 0 []} {覃 0 [[qin] [tan]]} {尉迟 0.4 [[yu chi]]} {欧阳 111.2 []}] [{伟 0 []}] [{建国 0 []}] map[百色:[[bai se] [bo se]]] [氵 3 85]"
	if got != want {
		t.Errorf("read as %s, want %s", got, want)
	}
	for name, bad := range map[string]string{"service.txt": "重号(chong hao", "readings.txt": "百色", "surnames.txt": "尉迟=x(yu chi)"} {
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
