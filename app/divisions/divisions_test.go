package divisions_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"onedoor/app/divisions"
	data "onedoor/assets/divisions"
)

func load(t testing.TB) *divisions.Divisions {
	t.Helper()
	d, err := divisions.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func names(all []divisions.Division) string {
	var out []string
	for _, d := range all {
		out = append(out, d.Code+d.Name)
	}
	return strings.Join(out, " ")
}

// TestEveryStepIsAPlace: a level that exists on paper only is offered to nobody.
func TestEveryStepIsAPlace(t *testing.T) {
	d := load(t)
	for code, want := range map[string][]string{
		"":       {"110000北京市", "440000广东省", "650000新疆维吾尔自治区", "710000台湾省", "810000香港特别行政区"},
		"110000": {"110101东城区", "110119延庆区"},
		"500000": {"500101万州区", "500229城口县"},
		"460000": {"460100海口市", "460400儋州市", "469001五指山市"},
		"650000": {"650100乌鲁木齐市", "659001石河子市"},
		"440100": {"440113番禺区"},
		"440113": {"440113007市桥街道"},
		"441900": {"441900003东城街道"},
		"469001": {"469001100通什镇"},
		"820000": {"820001花地玛堂区"},
	} {
		got := names(d.Children(code))
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%q leads to %.300s, without %s", code, got, w)
			}
		}
		for _, no := range []string{"市辖区", "直辖县级", "00县"} {
			if strings.Contains(got, no) {
				t.Errorf("%q leads to %s", code, no)
			}
		}
	}
}

func TestPathAndName(t *testing.T) {
	d := load(t)
	for code, want := range map[string]string{
		"440113007": "广东省广州市番禺区市桥街道", "110101": "北京市东城区", "441900003": "广东省东莞市东城街道", "469001": "海南省五指山市",
		"810001": "香港特别行政区中西区", "710000": "台湾省", "500229": "重庆市城口县", "419001001": "河南省济源市沁园街道",
	} {
		if got := d.Name(code); got != want || !d.Valid(code) {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
	if got := names(d.Path("440113007")); got != "440000广东省 440100广州市 440113番禺区 440113007市桥街道" {
		t.Errorf("path %s", got)
	}
	for _, code := range []string{"", "0", "44", "440199", "440113999", "440113000", "44011300", "４40113", "-40113", "+40113", "440113006000", " 440113"} {
		if d.Valid(code) || d.Name(code) != "" || code != "" && d.Children(code) != nil {
			t.Errorf("%q is taken for a place, %q", code, d.Name(code))
		}
	}
}

// TestEverythingIsReached: going down from the provinces reaches each place once, and each knows its way back.
func TestEverythingIsReached(t *testing.T) {
	d := load(t)
	count, deepest := 0, 0
	var down func(code string, path []divisions.Division)
	down = func(code string, path []divisions.Division) {
		deepest = max(deepest, len(path))
		for _, c := range d.Children(code) {
			count++
			here := append(slices.Clone(path), c)
			if got := d.Path(c.Code); !slices.Equal(got, here) {
				t.Fatalf("%s: path %s, want %s", c.Code, names(got), names(here))
			}
			down(c.Code, here)
		}
	}
	down("", nil)
	if count < 44_000 || deepest != 4 {
		t.Errorf("%d places in %d levels", count, deepest)
	}
}

func TestAnyCode(t *testing.T) {
	d := load(t)
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.OneOf(rapid.String(), rapid.StringMatching(`[1-8][0-9]{5}([0-9]{3})?`)).Draw(t, "code")
		path := d.Path(code)
		if d.Valid(code) != (len(path) > 0) || len(path) > 0 && path[len(path)-1].Code != code {
			t.Fatalf("%q has the path %v", code, path)
		}
		for _, c := range d.Children(code) {
			if code != "" && !strings.HasPrefix(d.Name(c.Code), d.Name(code)) {
				t.Fatalf("%s under %s", c.Code, code)
			}
		}
	})
}

// TestDamage: a file that is not whole is refused.
func TestDamage(t *testing.T) {
	whole, err := fs.ReadFile(data.FS, "divisions.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	if len(whole) > 1_500_000 {
		t.Errorf("the file has %d bytes", len(whole))
	}
	pack := func(s string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(s)); err != nil || w.Close() != nil {
			t.Fatal("gzip")
		}
		return b.Bytes()
	}
	for name, content := range map[string][]byte{
		"torn": whole[:len(whole)-9], "no gzip": []byte("110000 北京市\n"), "empty": pack(""), "no name": pack("110000\n"), "a level left out": pack("110000 北京市\n\t\t001 街道\n"),
		"not sorted": pack("120000 天津市\n110000 北京市\n"), "letters": pack("11000x 北京市\n"), "short": pack("001 街道\n"),
	} {
		_, err := divisions.Load(fstest.MapFS{"divisions.txt.gz": {Data: content}})
		if !errors.Is(err, divisions.ErrData) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
	if _, err := divisions.Load(fstest.MapFS{}); !errors.Is(err, divisions.ErrData) {
		t.Errorf("no file: err = %v", err)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b)
	}
}

func BenchmarkChildren(b *testing.B) {
	d := load(b)
	for _, code := range []string{"", "440000", "440113"} {
		b.Run("of"+code, func(b *testing.B) {
			for b.Loop() {
				if len(d.Children(code)) == 0 {
					b.Fatal("nothing")
				}
			}
		})
	}
}
