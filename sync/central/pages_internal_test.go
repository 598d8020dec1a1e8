package central

import (
	"encoding/json"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onedoor/assets/web"
	"onedoor/sync/item"
)

// Every language has every text, and every text that a template names is there.
func TestTextsAreComplete(t *testing.T) {
	p, err := newPages(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	chinese, english := p.texts[langChinese], p.texts[langEnglish]
	for key, s := range chinese {
		if english[key] == "" || s == "" {
			t.Errorf("%s lacks a text", key)
		}
	}
	if len(chinese) != len(english) {
		t.Errorf("%d Chinese texts, %d English", len(chinese), len(english))
	}
	files, err := fs.Glob(web.FS, "templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	named := regexp.MustCompile(`\.T "([^"]+)"`)
	for _, f := range files {
		raw, err := web.FS.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(raw), -1) {
			if chinese[m[1]] == "" {
				t.Errorf("%s names %s, which is no text", f, m[1])
			}
		}
		if strings.Contains(string(raw), "http://") || strings.Contains(string(raw), "https://") {
			t.Errorf("%s refers to another host", f)
		}
	}
}

// Text is readable in both schemes: 7:1 for what people read, 4.5:1 for signs' words on their soft grounds, 3:1 for edges.
func TestContrast(t *testing.T) {
	css, err := web.FS.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	roots := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(string(css), 2)
	if len(roots) != 2 {
		t.Fatalf("%d colour schemes, want light and dark", len(roots))
	}
	token := regexp.MustCompile(`--([a-z0-9-]+): (#[0-9A-F]{6});`)
	for i, scheme := range []string{"light", "dark"} {
		colour := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(roots[i][1], -1) {
			colour[m[1]] = m[2]
		}
		for _, pair := range []struct {
			on, under string
			least     float64
		}{
			{"text", "ground", 7}, {"text", "surface", 7}, {"text", "action-soft", 7}, {"text-2", "surface", 7}, {"text-2", "ground", 7},
			{"action", "surface", 7}, {"action", "ground", 6}, {"on-action", "action", 7}, {"on-action", "action-press", 7},
			{"ok", "surface", 7}, {"warn", "surface", 7}, {"stop", "surface", 7},
			{"action", "action-soft", 4.5}, {"ok", "ok-soft", 4.5}, {"warn", "warn-soft", 4.5}, {"stop", "stop-soft", 4.5},
			{"line", "surface", 3}, {"line", "ground", 3},
		} {
			if c := contrast(t, colour[pair.on], colour[pair.under]); c < pair.least {
				t.Errorf("%s: %s on %s is %.2f:1, want %v:1", scheme, pair.on, pair.under, c, pair.least)
			}
		}
	}
}

// contrast is that of WCAG 2.2.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(hex string) float64 {
		if len(hex) != 7 {
			t.Fatalf("no colour: %q", hex)
		}
		var l float64
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			l += weight * c
		}
		return l
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestLimiterForgetsAndIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	l := newLimiter(func() time.Time { return now }, 2, time.Minute)
	for i, want := range []bool{true, true, false, false} {
		within, first := l.wrong("a")
		if within != want || first != (i == 2) {
			t.Errorf("guess %d: within %v, first %v", i+1, within, first)
		}
	}
	if within, _ := l.wrong("b"); !within || l.blocked("b") || !l.blocked("a") {
		t.Error("addresses are not apart")
	}
	now = now.Add(time.Minute)
	if within, _ := l.wrong("a"); !within {
		t.Error("not forgotten after the window")
	}
	for i := range maxAddresses + 10 {
		l.wrong(strconv.Itoa(i))
	}
	if len(l.seen) > maxAddresses+1 {
		t.Errorf("%d addresses kept", len(l.seen))
	}
}

func TestEnrolCodesAreReadable(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$`)
	var seen []string
	for range 100 {
		c := newEnrolCode()
		handle, hash, ok := parseEnrolCode(c)
		if !ok || !shape.MatchString(c) || len(handle) != codeHandle || slices.Contains(seen, hash) {
			t.Fatalf("code %q: %v", c, ok)
		}
		seen = append(seen, hash)
	}
	_, a, _ := parseEnrolCode("O1IL-0000-0000")
	_, b, ok := parseEnrolCode("0111 0000 0000")
	if !ok || a != b {
		t.Error("letters that look like digits are not forgiven")
	}
	for _, bad := range []string{"", "AAAA-AAAA-AAA", "AAAA-AAAA-AAAU", "AAAA-AAAA-AAAAA", "一二三四"} {
		if _, _, ok := parseEnrolCode(bad); ok {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzParseBatch(f *testing.F) {
	good, err := json.Marshal([]item.Item{{SpecVersion: "1.0", ID: "x", Data: []byte("y")}})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{string(good), "[]", "[null]", "[{}]", `[{"data_base64":"!"}]`, "[[[[", `{"a":1}`, "", `[{"id":1}]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := parseBatch(body)
		if (err == nil) != (len(items) > 0) {
			t.Fatalf("%d items, error %v", len(items), err)
		}
		for i := range items {
			// Whatever came through can be examined without a panic.
			_ = items[i].item.Validate()
			_ = items[i].item.Digest()
		}
	})
}

func FuzzPayload(f *testing.F) {
	f.Add([]byte(`{"service":{"id":"a","title":{"zh-Hans":"b"}},"next":{}}`))
	f.Add([]byte(`{"outcome":"printed","copy":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if facts, err := readFacts(body); err == nil && (facts.ServiceID == "" || !plausible(facts.Title)) {
			t.Fatalf("taken: %+v", facts)
		}
		if p, err := readPrint(body); err == nil && p.Copy < 0 {
			t.Fatalf("taken: %+v", p)
		}
	})
}
